// Messages on their way. A message is in this browser before the composer is empty, and leaves only when the server has
// it; the client id makes a second delivery the same as the first. See queue.js for the order, outbox_list.js for how
// it looks.

import { arrivedAt } from "./arrival.js";
import { byId, define, newId, on, parts, place, sendsWithShift, tell, watch } from "./core.js";
import { ask, backoff } from "./http.js";
import { accepted, added, declined, edited, kept, marked, MOST_ITEMS, ready, removed } from "./queue.js";
import { onOtherTab, read, tab, write } from "./store.js";

export const MOST_CHARS = 100000;
const LOOK_AGAIN_MS = 2000;
// The server says when an answer is still being written; the page's own word for it may come a little later.
const ANSWERING_MS = 400;
const WAITS_FOR_FILE = "waits-for-file";

let user = "";
let items = [];
let timer = 0;
let isSignedOut = false;
let notBefore = 0;
let wasAnswering = false;
/** The person sent while a file or the page itself was on its way: the message goes when both are there. */
let isWanted = false;
/** Ids this tab is sending; another tab may be sending others. */
const sending = new Set();
/** Ids somebody is changing right now; they and what follows them wait. */
const held = new Set();

const keyOf = () => `outbox:${user}`;

/** What this browser has, which other tabs write too, with what only this tab knows. */
function present() {
  return (read(keyOf()) ?? []).map((item) =>
    sending.has(item.id) && item.state === "waiting" ? { ...item, state: "sending" } : item,
  );
}

function change(apply) {
  items = apply(present());
  write(keyOf(), kept(items));
  tell("outbox", items);
}

function look() {
  const here = place();
  if (!here) return;
  if (here.user !== user) {
    user = here.user;
    items = present();
    isSignedOut = false;
    tell("outbox", items);
  }
  if (here.answering !== wasAnswering) notBefore = 0;
  wasAnswering = here.answering;
  pump();
}

/** Take the composer's text into the outbox. True when there was something to send. */
function send() {
  // The text belongs to the workspace it was typed in, also while the page is on its way to another.
  const live = parts.journal?.live();
  const content = (byId("composer")?.value ?? "").trim();
  if (!content) return false;
  const isUploading = parts.upload?.isUnderWay();
  isWanted = !live || isUploading;
  if (isUploading) tell("notice", { key: WAITS_FOR_FILE, text: "Your message goes as soon as the file is there." });
  if (isWanted) return true;
  if (content.length > MOST_CHARS) {
    tell("too-long", { size: content.length });
    return false;
  }
  if (items.length >= MOST_ITEMS) {
    tell("notice", { text: `${MOST_ITEMS} messages are waiting already. Your text stays here.` });
    return false;
  }
  const assets = live.attachments.map((each) => each.id);
  change((list) => added(list, { id: newId(), workspace: live.workspace, group: groupOf(live), content, assets }));
  parts.journal?.clear();
  tell("said");
  notBefore = 0;
  pump();
  return true;
}

/** The person pressed the key that sends before anybody listened, and wrote nothing since. */
function sendEarly() {
  const { early } = window.jambot;
  const isMeant = early?.enter && early.enter.withShift === sendsWithShift() && byId("composer")?.value.endsWith("\n");
  if (early) early.enter = null;
  if (isMeant) send();
}

/** Messages of one start page belong together until the first has made their workspace. */
function groupOf({ workspace }) {
  if (workspace) return "";
  const waiting = items.find((item) => !item.workspace && item.group === tab.get("group"));
  if (waiting) return waiting.group;
  const group = newId();
  tab.set("group", group);
  return group;
}

function isBusy(workspace) {
  const here = place();
  return Boolean(here && workspace && here.workspace === workspace && here.answering);
}

function pump() {
  if (!user || isSignedOut || !items.length || performance.now() < notBefore) return;
  for (const item of ready(items, isBusy)) if (!sending.has(item.id) && !held.has(item.id)) deliver(item);
}

/** One tab sends at a time where the browser has locks; without them the client id keeps a message single. */
function deliver(item) {
  sending.add(item.id);
  const locks = navigator.locks;
  const sent = locks
    ? locks.request(`jambot:send:${user}:${item.workspace || item.group}`, { ifAvailable: true }, (lock) => lock && post(item))
    : post(item);
  Promise.resolve(sent)
    .catch((error) => console.error("jambot: outbox", error))
    .finally(() => {
      sending.delete(item.id);
      pump();
      planNext();
    });
}

async function post(item) {
  // Another tab may have sent it, or its text was changed there.
  change((list) => marked(list, item.id, {}));
  const current = items.find((each) => each.id === item.id);
  if (!current) return;
  const body = { workspace_id: current.workspace || null, content: current.content, client_id: item.id };
  if (current.assets?.length) body.asset_ids = current.assets;
  try {
    const answer = await ask("POST", "/api/chat/turns", body, { within: 15000 });
    change((list) => accepted(list, item.id, answer.workspace_id));
    tell("saved", { what: "message", at: new Date().toISOString(), size: current.content.length });
    if (!current.workspace) arrivedAt(answer.workspace_id);
  } catch (problem) {
    if (!problem.kind) throw problem;
    if (problem.kind === "signed_out") isSignedOut = true;
    change((list) => declined(list, item.id, problem));
    const attempts = items.find((each) => each.id === item.id)?.attempt ?? 0;
    const wait = attempts ? backoff(attempts - 1) : ANSWERING_MS;
    if (problem.kind !== "refused" || problem.code === "turn_in_progress") {
      notBefore = performance.now() + Math.max(wait, problem.retryAfter * 1000);
    }
  }
}

/** Look again when the time has come, as long as something waits. */
function planNext() {
  clearTimeout(timer);
  timer = 0;
  if (!items.some((item) => item.state !== "refused")) return;
  const due = notBefore - performance.now();
  timer = setTimeout(
    () => {
      pump();
      planNext();
    },
    due > 0 ? Math.min(due, 30000) : LOOK_AGAIN_MS,
  );
}

function edit(id, content) {
  const text = content.trim();
  held.delete(id);
  change((list) => (text ? edited(list, id, text) : removed(list, id)));
  pump();
}

function hold(id) {
  held.add(id);
}

function discard(id) {
  held.delete(id);
  if (!sending.has(id)) change((list) => removed(list, id));
  pump();
}

/** Try everything again now: the server was reached, or the person asked. */
function retry() {
  notBefore = 0;
  pump();
}

function listen() {
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target.id !== "composer-form") return;
      event.preventDefault();
      event.stopPropagation();
      send();
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest?.("#send")) return;
      event.preventDefault();
      event.stopPropagation();
      send();
      byId("composer")?.focus();
    },
    true,
  );
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.target.id !== "composer" || event.key !== "Enter" || event.isComposing) return;
      if (event.shiftKey !== sendsWithShift() || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      send();
    },
    true,
  );
  onOtherTab((key) => {
    if (key !== keyOf()) return;
    items = present();
    tell("outbox", items);
    planNext();
  });
  // Whoever attaches a file to what was just opened does so first.
  for (const topic of ["uploads-ended", "opened"]) on(topic, () => setTimeout(() => isWanted && send()));
  on("uploads-ended", () => parts.notices?.hush(WAITS_FOR_FILE));
  on("opened", () => setTimeout(sendEarly));
  on("reached", () => items.some((item) => item.attempt > 0) && retry());
  window.addEventListener("online", retry);
  watch(look);
}

define("outbox", { discard, edit, hold, items: () => items, retry, send });
if (typeof document !== "undefined") listen();
