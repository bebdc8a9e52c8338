// Where the reader is: restored before the first paint of a workspace, followed while an answer grows, and told to the
// server so that any device opens at the same message.

import { byId, define, make, on, place, press, watch } from "./core.js";
import { ask } from "./http.js";
import { read, write } from "./store.js";

const FOLLOW_PX = 48;
const OLDER_PX = 200;
const TELL_AFTER_MS = 1500;
const SETTLE_MS = 600;

let here = null;
let anchor = null;
let isFollowing = true;
let isRestored = false;
let firstId = "";
let lastId = "";
let height = 0;
let lastTop = 0;
let watched = null;
let timer = 0;
let told = "";
let pill = null;
let settling = 0;

/** A chart that is drawn or a composer that grows moves the end without a word in the page. */
const resized = globalThis.ResizeObserver && new ResizeObserver(() => isFollowing && isRestored && scroller() && toEnd(scroller()));

const scroller = () => byId("messages");
const rows = (box) => [...box.querySelectorAll("[data-message-id]")];
const key = () => `place:${here.user}:${here.workspace}`;

/** The topmost message that can be seen and how far it is scrolled out, in px. */
function topmost(box) {
  const top = box.getBoundingClientRect().top;
  for (const row of rows(box)) {
    const at = row.getBoundingClientRect();
    if (at.bottom > top + 1) return { message: row.dataset.messageId, offset: Math.round(top - at.top) };
  }
  return null;
}

function scrollTo(box, spot) {
  const row = spot?.message && box.querySelector(`[data-message-id="${CSS.escape(spot.message)}"]`);
  if (!row) return false;
  box.scrollTop += row.getBoundingClientRect().top - box.getBoundingClientRect().top + (Number(spot.offset) || 0);
  return true;
}

function toEnd(box) {
  box.scrollTop = box.scrollHeight;
}

function look() {
  const now = place();
  const box = scroller();
  if (!now || !box) return;
  if (now.user !== here?.user || now.workspace !== here?.workspace) {
    leave();
    here = now;
    isRestored = false;
    isFollowing = true;
    firstId = lastId = "";
    told = "";
  }
  if (box !== watched) {
    watched = box;
    resized.disconnect();
    for (const each of [box, box.firstElementChild]) if (each) resized.observe(each);
  }
  const all = rows(box);
  if (!all.length) return;
  if (!isRestored) {
    isRestored = true;
    const spot = remembered();
    isFollowing = spot?.end !== false || !scrollTo(box, spot);
    if (isFollowing) toEnd(box);
    else settle(spot);
    anchor = topmost(box);
  } else if (isFollowing && box.scrollHeight !== height) {
    toEnd(box);
  } else if (all[0].dataset.messageId !== firstId && anchor) {
    scrollTo(box, anchor); // Older messages came in above; what is read stays where it is.
  }
  const newest = all.at(-1).dataset.messageId;
  if (lastId && newest !== lastId && !isFollowing) showPill(box);
  firstId = all[0].dataset.messageId;
  lastId = newest;
  height = box.scrollHeight;
}

/** Rows out of sight have only a guessed height until they are drawn; the spot is held until that is over. */
function settle(spot) {
  const until = performance.now() + SETTLE_MS;
  const again = () => {
    const box = scroller();
    if (!settling || !box || performance.now() > until) {
      settling = 0;
      return;
    }
    scrollTo(box, spot);
    settling = requestAnimationFrame(again);
  };
  settling = requestAnimationFrame(again);
}

/** This browser's own memory when the server has not heard of it yet, else the server's. */
function remembered() {
  const own = read(key());
  if (own?.isTold === false) return own;
  try {
    return JSON.parse(byId("workspace").dataset.place || "null") ?? own;
  } catch {
    return own;
  }
}

function scrolled(box) {
  const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight <= FOLLOW_PX;
  // Only going up leaves the end: text that grew below, or a row that turned out higher, moved nobody.
  if (isAtEnd) isFollowing = true;
  else if (box.scrollTop < lastTop) isFollowing = false;
  else if (isFollowing) toEnd(box);
  lastTop = box.scrollTop;
  anchor = topmost(box);
  if (isFollowing) pill?.remove();
  if (isRestored && box.scrollTop < OLDER_PX && !isFollowing) press("load-older");
  plan();
}

function spotNow() {
  const layout = byId("workspace")?.dataset ?? {};
  const spot = { ...anchor, end: isFollowing };
  for (const name of ["panel", "sidePanel", "selected", "sidebar", "filter"]) if (layout[name]) spot[name] = layout[name];
  return spot;
}

function plan() {
  if (!timer) timer = setTimeout(save, TELL_AFTER_MS);
}

async function save({ last = false } = {}) {
  clearTimeout(timer);
  timer = 0;
  if (!here?.workspace || !isRestored) return;
  const spot = spotNow();
  const text = JSON.stringify(spot);
  if (text === told) return;
  const at = key();
  write(at, { ...spot, isTold: false });
  // Where somebody reads in another's workspace is kept on their device alone.
  if (here.reader) return;
  try {
    await ask("PUT", "/api/place", { workspace_id: here.workspace, place: spot }, { keepalive: last });
    told = text;
    write(at, { ...spot, isTold: true });
  } catch {
    // It is in this browser; the next scroll or the next visit tells the server.
  }
}

function leave() {
  if (here) save({ last: true });
  pill?.remove();
}

function showPill(box) {
  pill?.remove();
  pill = make("button", { type: "button", class: "jb-new", "data-go-end": true }, "New ↓");
  box.after(pill);
}

function goEnd() {
  const box = scroller();
  if (!box) return;
  isFollowing = true;
  toEnd(box);
  pill?.remove();
}

/** Go to one message and stay there, a little below the upper edge. */
function goTo(message) {
  const box = scroller();
  if (!box) return;
  isFollowing = false;
  isRestored = true;
  const spot = { message, offset: -box.clientHeight / 4 };
  anchor = spot;
  scrollTo(box, spot);
  settle(spot);
}

if (typeof document !== "undefined") {
  document.addEventListener("scroll", (event) => event.target.id === "messages" && scrolled(event.target), { capture: true, passive: true });
  document.addEventListener("click", (event) => event.target.closest?.("[data-go-end]") && goEnd());
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    document.addEventListener(kind, () => (settling = 0), { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save({ last: true }));
  window.addEventListener("pagehide", () => save({ last: true }));
  on("save-now", () => save());
  on("said", goEnd);
  on("outbox", () => isFollowing && scroller() && toEnd(scroller()));
  watch(look);
}

define("place", { goEnd, goTo, spot: spotNow });
