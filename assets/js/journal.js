// Keeps what is typed. Every key stroke is in this browser within 300 ms and on the server within 2 s, and a page that
// opens a workspace finds it again, here or on another device.

import { byId, define, place, tell, watch } from "./core.js";
import { attach, caretOf, composer, detach, held, keep, keyOf, replace, show, take } from "./composer.js";
import { arrived, choose, clash } from "./elsewhere.js";
import { joined, opening } from "./merge.js";
import { forgetFailures, plan, resend, save, saveNow } from "./saving.js";
import { read, remove, write } from "./store.js";

const MOVES_WITHIN_MS = 5000;

let typedEarly = globalThis.jambot?.early?.hasTyped ?? false;
/** Where the text went ahead to when a start page became a workspace, until the page is there too. */
let moving = null;

function serverDraft(here) {
  const source = byId("draft-source");
  return { text: source?.content?.textContent || source?.textContent || "", revision: here.revision };
}

// ---- Opening and leaving a workspace ----

function look() {
  const here = place();
  const box = composer();
  if (!here || !box || isLeavingStart(here)) return;
  const key = keyOf(here.user, here.workspace);
  const { live } = held;
  if (live?.key !== key) {
    leave();
    open(here, key, box);
  } else if (box !== held.box) {
    if (typedEarly) live.text += box.value;
    typedEarly = false;
    show(box);
  } else if (here.revision !== live.pageRevision) {
    live.pageRevision = here.revision;
    arrived(serverDraft(here));
  }
}

/** The text is ahead of the page: the start page is still drawn, but nothing may be shown in it any more. */
function isLeavingStart(here) {
  return moving && !here.workspace && performance.now() < moving.until;
}

function open(here, key, box) {
  const entry = read(key);
  const server = serverDraft(here);
  const early = typedEarly ? box.value : "";
  // What is typed while the page is on its way to its workspace is the same sentence, not a second text.
  const join = moving?.key === key ? (mine, more) => mine + more : joined;
  typedEarly = false;
  moving = null;
  const live = {
    key,
    user: here.user,
    workspace: here.workspace,
    text: server.text,
    caret: server.text.length,
    attachments: entry?.attachments ?? [],
    base: server.revision,
    baseText: server.text,
    conflict: null,
    pageRevision: here.revision,
  };
  held.live = live;
  const verdict = opening(entry, server);
  if (verdict === "same") live.caret = entry.caret;
  if (verdict === "mine" || verdict === "both") Object.assign(live, { text: entry.text, caret: entry.caret });
  if (verdict === "mine" && entry.base > server.revision) Object.assign(live, { base: entry.base, baseText: entry.baseText });
  if (verdict === "both") clash({ ...server, elsewhere: true });
  else if (entry?.conflict && entry.conflict.text !== live.text) clash(entry.conflict);
  if (early && early !== live.text) Object.assign(live, { text: join(live.text, early), caret: join(live.text, early).length });
  forgetFailures();
  show(box);
  keep();
  plan();
  tell("opened", live);
  resend(here.user);
}

function leave() {
  if (!held.live) return;
  keep();
  save({ last: true });
  held.live = null;
  held.box = null;
}

// ---- Typing ----

function typed(box) {
  const isHeld = held.live && box === held.box;
  if (moving?.box === box) write(moving.key, { ...read(moving.key), text: box.value, caret: caretOf(box) });
  else if (!isHeld) typedEarly = true;
  if (!isHeld || !take(box)) return;
  plan();
  tell("draft-changed", { size: held.live.text.length });
}

/** Put an example into the composer, after what is there. */
function insert(text) {
  const { live } = held;
  if (!live) return;
  if (!live.text.includes(text)) replace(live.text ? joined(live.text, text) : text);
  keep();
  plan();
  composer()?.focus();
}

function insertExample(event) {
  const example = event.target.closest?.("[data-insert]");
  if (!example) return;
  event.preventDefault();
  event.stopPropagation();
  insert(example.dataset.insert);
}

// ---- For the other scripts ----

/** Empty the composer; the caller has its text and attachments safe already. */
function clear() {
  if (!held.live) return;
  Object.assign(held.live, { attachments: [], conflict: null });
  replace("");
  keep();
  plan();
  tell("draft-changed", { size: 0 });
}

/** Text that was about to be sent goes back into the composer, before what is there. */
function giveBack(text, attachments = []) {
  if (!held.live) return;
  attachments.forEach(attach);
  replace(joined(text, held.live.text));
  keep();
  plan();
}

/** What the start page holds belongs to `workspace` from now on. */
function moveTo(workspace) {
  const { live } = held;
  if (!live || live.workspace) return;
  const { user, text, caret, attachments } = live;
  const key = keyOf(user, workspace);
  write(key, { text, caret, attachments, base: 0, baseText: "", conflict: null });
  remove(live.key);
  moving = { key, box: held.box, until: performance.now() + MOVES_WITHIN_MS };
  held.live = null;
  held.box = null;
}

function listen() {
  document.addEventListener("input", (event) => event.target.id === "composer" && typed(event.target), true);
  document.addEventListener("click", insertExample, true);
  watch(look);
}

define("journal", { live: () => held.live, attach, choose, clear, detach, giveBack, insert, moveTo, saveNow });
if (typeof document !== "undefined") listen();
