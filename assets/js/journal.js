// Keeps what is typed. Every key stroke is in this browser within 300 ms and on the server within 2 s, and a page that
// opens a workspace finds it again, here or on another device. Two texts never overwrite each other: see merge.js.
//
// The composer is not controlled by Reflex, so this script alone sets its value.

import { byId, define, on, place, tell, watch } from "./core.js";
import { ask, backoff } from "./http.js";
import { joined, opening, reconcile } from "./merge.js";
import { keys, onOtherTab, read, remove, write } from "./store.js";

const KEEP_AFTER_MS = 250;
const SAVE_AFTER_MS = 1500;
const LONGEST_WAIT_MS = 30000;
const MOVES_WITHIN_MS = 5000;
// Browsers refuse to carry more than 64 kB past the end of a page.
const KEEPALIVE_LIMIT = 60000;

/** What the composer holds now, with what the server last acknowledged of it; null while no workspace is shown. */
let live = null;
let shown = null;
let typedEarly = false;
/** Where the text went ahead to when a start page became a workspace, until the page is there too. */
let moving = null;
let keepTimer = 0;
let saveTimer = 0;
let attempt = 0;
let isSaving = false;
let isPaused = false;

const keyOf = (user, workspace) => `journal:${user}:${workspace || "new"}`;
const isDirty = (entry) => entry.text !== entry.baseText;
const composer = () => byId("composer");

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
  if (live?.key !== key) {
    leave();
    open(here, key, box);
  } else if (box !== shown) {
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
  live = {
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
  const verdict = opening(entry, server);
  if (verdict === "same") live.caret = entry.caret;
  if (verdict === "mine" || verdict === "both") Object.assign(live, { text: entry.text, caret: entry.caret });
  if (verdict === "mine" && entry.base > server.revision) Object.assign(live, { base: entry.base, baseText: entry.baseText });
  if (verdict === "both") clash({ ...server, elsewhere: true });
  else if (entry?.conflict && entry.conflict.text !== live.text) clash(entry.conflict);
  if (early && early !== live.text) Object.assign(live, { text: join(live.text, early), caret: join(live.text, early).length });
  attempt = 0;
  show(box);
  keep();
  plan();
  tell("opened", live);
  resend(here.user);
}

function leave() {
  if (!live) return;
  keep();
  save({ last: true });
  live = null;
  shown = null;
}

/** Put what is live into the composer, the caret included. */
function show(box) {
  shown = box;
  if (box.value !== live.text) {
    box.value = live.text;
    // Whoever sizes the composer by its text hears of it; this script knows its own doing.
    box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText", data: null }));
  }
  const caret = Math.min(live.caret, live.text.length);
  if (document.activeElement === box || box.selectionStart !== caret) box.setSelectionRange(caret, caret);
}

// ---- Typing ----

function typed(box) {
  if (moving?.box === box) write(moving.key, { ...read(moving.key), text: box.value, caret: box.selectionStart ?? box.value.length });
  else if (!live || box !== shown) typedEarly = true;
  if (!live || box !== shown) return;
  if (box.value === live.text) return;
  live.text = box.value;
  live.caret = box.selectionStart ?? box.value.length;
  if (!keepTimer) keepTimer = setTimeout(keep, KEEP_AFTER_MS);
  plan();
  tell("draft-changed", { size: live.text.length });
}

/** Write what is live into this browser. */
function keep() {
  clearTimeout(keepTimer);
  keepTimer = 0;
  if (!live) return;
  const box = composer();
  if (box === shown && box?.value === live.text) live.caret = box.selectionStart ?? live.caret;
  const { key, text, caret, attachments, base, baseText, conflict } = live;
  // An empty text stays on record with its revision, or a page painted too early would bring back what was sent.
  if (!text && !baseText && !base && !attachments.length && !conflict) remove(key);
  else write(key, { text, caret, attachments, base, baseText, conflict });
}

// ---- Saving on the server ----

function plan(after = SAVE_AFTER_MS) {
  if (!live?.workspace || !isDirty(live) || saveTimer || isPaused) return;
  saveTimer = setTimeout(save, Math.min(after, LONGEST_WAIT_MS));
}

async function save({ last = false } = {}) {
  clearTimeout(saveTimer);
  saveTimer = 0;
  if (!live?.workspace || live.conflict || !isDirty(live) || (isSaving && !last)) return;
  const sent = { key: live.key, workspace: live.workspace, text: live.text, caret: live.caret, base: live.base };
  isSaving = !last;
  tell("saving", { size: sent.text.length });
  try {
    settled(sent, await put(sent, last));
  } catch (problem) {
    failed(sent, problem);
  } finally {
    if (!last) isSaving = false;
  }
  if (attempt === 0) plan();
}

function put({ workspace, text, caret, base }, last = false) {
  const body = { text, caret, base_revision: base };
  return ask("PUT", `/api/sessions/${workspace}/draft`, body, { keepalive: last && text.length * 3 < KEEPALIVE_LIMIT });
}

/** The server has `sent`; what was typed meanwhile is on its way. */
function settled(sent, answer) {
  attempt = 0;
  acknowledge(sent.key, { base: answer.revision, baseText: sent.text });
  tell("saved", { what: "draft", revision: answer.revision, at: answer.saved_at, size: sent.text.length });
}

function acknowledge(key, facts) {
  if (live?.key === key) {
    Object.assign(live, facts);
    keep();
    return;
  }
  const entry = read(key);
  if (!entry) return;
  write(key, { ...entry, ...facts });
}

function failed(sent, problem) {
  if (problem.status === 412 && problem.body?.current) {
    if (live?.key === sent.key) arrived(problem.body.current);
    return;
  }
  tell("save-failed", { problem, size: sent.text.length });
  if (problem.kind === "signed_out") isPaused = true;
  if (problem.kind === "offline" || problem.kind === "busy") {
    plan(Math.max(backoff(attempt), problem.retryAfter * 1000));
    attempt += 1;
  }
}

/** Another text for the open workspace: from another device, or this device's own that the page painted late. */
function arrived(theirs) {
  if (theirs.revision < live.base) return;
  const verdict = theirs.revision === live.base ? "same" : reconcile(live.baseText, live.text, theirs.text);
  if (verdict === "both") {
    clash({ ...theirs, elsewhere: theirs.device_id !== place()?.device });
    return;
  }
  if (theirs.revision > live.base) Object.assign(live, { base: theirs.revision, baseText: theirs.text });
  if (verdict === "theirs") replace(theirs.text, theirs.caret);
  keep();
  plan();
}

function replace(text, caret = text.length) {
  live.text = text;
  live.caret = caret;
  const box = composer();
  if (box) show(box);
}

// ---- Two texts ----

function clash(theirs) {
  live.conflict = { text: theirs.text, revision: theirs.revision, elsewhere: theirs.elsewhere, updated_at: theirs.updated_at };
  keep();
  tell("clash", live.conflict);
}

/** What the person chose: "mine", "theirs" or "both". Whatever it is, it is typed over the other text's revision. */
function choose(which) {
  const theirs = live?.conflict;
  if (!theirs) return;
  live.conflict = null;
  if (theirs.revision !== undefined) Object.assign(live, { base: theirs.revision, baseText: theirs.text });
  if (which === "theirs") replace(theirs.text);
  if (which === "both") replace(joined(live.text, theirs.text));
  keep();
  plan(0);
  tell("clash", null);
  composer()?.focus();
}

function heardFromOtherTab(key, entry, before) {
  if (!live || key !== live.key) return;
  const text = entry?.text ?? "";
  if (text === live.text) {
    if (entry && entry.base > live.base) Object.assign(live, { base: entry.base, baseText: entry.baseText });
    return;
  }
  const followed = before?.text === live.text;
  if (followed || !isDirty(live)) {
    if (entry) Object.assign(live, { base: entry.base, baseText: entry.baseText });
    replace(text, entry?.caret);
  } else if (entry && isDirty(entry)) {
    clash({ text, elsewhere: false });
  }
}

/** Texts of other workspaces that a crash or a closed tab left unsaved. */
async function resend(user) {
  for (const key of keys(`journal:${user}:`)) {
    const entry = read(key);
    const workspace = key.split(":")[2];
    if (!entry || key === live?.key || workspace === "new" || !isDirty(entry) || entry.conflict) continue;
    try {
      const sent = { key, workspace, ...entry };
      settled(sent, await put(sent));
    } catch {
      // It stays in this browser, and the workspace asks when it is opened.
    }
  }
}

// ---- For the other scripts ----

/** The text and attachments of the composer, which is then empty. The caller has them safe already. */
function clear() {
  if (!live) return;
  live.attachments = [];
  live.conflict = null;
  replace("");
  keep();
  plan();
  tell("draft-changed", { size: 0 });
}

function attach(asset) {
  if (!live || live.attachments.some((each) => each.id === asset.id)) return;
  live.attachments = [...live.attachments, { id: asset.id, name: asset.name }];
  keep();
  tell("attachments", live.attachments);
}

function detach(id) {
  if (!live) return;
  live.attachments = live.attachments.filter((each) => each.id !== id);
  keep();
  tell("attachments", live.attachments);
}

/** Text that was about to be sent goes back into the composer, before what is there. */
function giveBack(text, attachments = []) {
  if (!live) return;
  attachments.forEach(attach);
  replace(joined(text, live.text));
  keep();
  plan();
}

/** Put an example into the composer, after what is there. */
function insert(text) {
  if (!live) return;
  if (!live.text.includes(text)) replace(live.text ? joined(live.text, text) : text);
  keep();
  plan();
  composer()?.focus();
}

/** What the start page holds belongs to `workspace` from now on. */
function moveTo(workspace) {
  if (!live || live.workspace) return;
  const { user, text, caret, attachments } = live;
  write(keyOf(user, workspace), { text, caret, attachments, base: 0, baseText: "", conflict: null });
  remove(live.key);
  moving = { key: keyOf(user, workspace), box: shown, until: performance.now() + MOVES_WITHIN_MS };
  live = null;
  shown = null;
}

/** Keep and save at once; resolves when the server answered. */
function saveNow() {
  keep();
  return save({ last: document.visibilityState === "hidden" });
}

function listen() {
  document.addEventListener("input", (event) => event.target.id === "composer" && typed(event.target), true);
  document.addEventListener(
    "click",
    (event) => {
      const example = event.target.closest?.("[data-insert]");
      if (!example) return;
      event.preventDefault();
      event.stopPropagation();
      insert(example.dataset.insert);
    },
    true,
  );
  document.addEventListener("focusout", (event) => event.target.id === "composer" && saveNow(), true);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && saveNow());
  window.addEventListener("pagehide", () => {
    keep();
    save({ last: true });
  });
  on("save-now", saveNow);
  on("reached", () => {
    if (attempt === 0) return;
    attempt = 0;
    clearTimeout(saveTimer);
    saveTimer = 0;
    plan(0);
  });
  on("signed-in", () => {
    isPaused = false;
    plan(0);
  });
  window.addEventListener("online", () => live && save());
  onOtherTab(heardFromOtherTab);
  watch(look);
}

define("journal", { live: () => live, attach, choose, clear, detach, giveBack, moveTo, saveNow });
if (typeof document !== "undefined") listen();
