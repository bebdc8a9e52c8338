// The namespace every script shares: a registry, a small bus, and where this page stands.
//
// The page is drawn by Reflex and may be redrawn at any moment, so nothing here keeps an element: events are listened
// to on the document, and `watch` says when something of the page changed.

/** Parts by name, for other scripts, the page and tests: `window.jambot.parts.journal`. */
export const parts = {};
const listeners = new Map();

export function define(name, part) {
  parts[name] = part;
  return part;
}

export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic).delete(listener);
}

/** Tell everybody who listens. A listener that fails is reported and harms no other. */
export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) {
    try {
      listener(detail);
    } catch (error) {
      console.error(`jambot: ${topic}`, error);
    }
  }
}

export const byId = (id) => document.getElementById(id);

/** What the page says about itself; null while no workspace page is shown. */
export function place() {
  const root = byId("workspace");
  if (!root?.dataset.userId || root.dataset.loading === "true") return null;
  return {
    user: root.dataset.userId,
    workspace: root.dataset.workspaceId || "",
    chat: root.dataset.chatId || "",
    device: root.dataset.deviceId || "",
    revision: Number(root.dataset.draftRevision || 0),
    answering: root.dataset.answering === "true",
    reader: root.dataset.reader === "true",
  };
}

/** Whether Shift+Enter sends and Enter starts a new line, as the person chose. */
export const sendsWithShift = () => byId("workspace")?.dataset.sendKey === "shift_enter";

/** Call `look` soon after anything on the page changed, and once at the start. */
export function watch(look) {
  looks.add(look);
}

const looks = new Set();
let isPlanned = false;

function lookAgain() {
  isPlanned = false;
  for (const look of looks) {
    try {
      look();
    } catch (error) {
      console.error("jambot: watch", error);
    }
  }
}

const WATCHED = ["data-workspace-id", "data-user-id", "data-draft-revision", "data-answering", "data-standing", "data-loading"];

/** Begin to watch the page, when every script is there to hear what the others say. */
export function start() {
  new MutationObserver(() => {
    if (isPlanned) return;
    isPlanned = true;
    // A microtask, so that a switch of workspace is seen before the next key press.
    queueMicrotask(lookAgain);
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: WATCHED });
  lookAgain();
  window.jambot.early?.scriptsListen();
}

/** An element, with text and never with markup: `make("button", {type: "button", class: "x"}, "Send")`. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** Press a button that the page offers for scripts, if it is there. */
export function press(action) {
  const button = document.querySelector(`[data-action="${CSS.escape(action)}"]`) ?? byId(action);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

/** A path on this site, or the fallback: nobody is sent elsewhere by an address somebody else wrote. */
export function safePath(path, fallback = "/") {
  return typeof path === "string" && /^\/(?![/\\])/.test(path) && !/[\x00-\x1f\\]/.test(path) ? path : fallback;
}

/** An id for a message. `randomUUID` exists only where the address is https or localhost. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

if (typeof window !== "undefined") {
  window.jambot = Object.assign(window.jambot ?? {}, { parts, on, tell, press });
}
