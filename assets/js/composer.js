// What the composer holds, and its copy in this browser. The composer is not controlled by Reflex: only `show` sets its
// value.

import { byId, tell } from "./core.js";
import { read, remove, write } from "./store.js";

const KEEP_AFTER_MS = 250;

/**
 * `live`: the text of the open workspace with what the server last acknowledged of it; null while none is shown.
 * `box`: the element that shows it.
 */
export const held = { live: null, box: null };
let keepTimer = 0;

export const keyOf = (user, workspace) => `journal:${user}:${workspace || "new"}`;
export const isDirty = (entry) => entry.text !== entry.baseText;
export const composer = () => byId("composer");

/** Put what is live into the composer, the caret included. */
export function show(box) {
  const { live } = held;
  held.box = box;
  if (box.value !== live.text) {
    box.value = live.text;
    // Whoever sizes the composer by its text hears of it; this script knows its own doing.
    box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText", data: null }));
  }
  const caret = Math.min(live.caret, live.text.length);
  if (document.activeElement === box || box.selectionStart !== caret) box.setSelectionRange(caret, caret);
}

export function replace(text, caret = text.length) {
  Object.assign(held.live, { text, caret });
  const box = composer();
  if (box) show(box);
}

export const caretOf = (box) => box.selectionStart ?? box.value.length;

/** Take over what was typed into `box`; false when it is what is live already. */
export function take(box) {
  if (box.value === held.live.text) return false;
  Object.assign(held.live, { text: box.value, caret: caretOf(box) });
  if (!keepTimer) keepTimer = setTimeout(keep, KEEP_AFTER_MS);
  return true;
}

/** Write what is live into this browser. */
export function keep() {
  clearTimeout(keepTimer);
  keepTimer = 0;
  const { live } = held;
  if (!live) return;
  const box = composer();
  if (box === held.box && box?.value === live.text) live.caret = box.selectionStart ?? live.caret;
  const { key, text, caret, attachments, base, baseText, conflict } = live;
  // An empty text stays on record with its revision, or a page painted too early would bring back what was sent.
  if (!text && !baseText && !base && !attachments.length && !conflict) remove(key);
  else write(key, { text, caret, attachments, base, baseText, conflict });
}

/** Note what the server has of a text, whether it is still the open one or not. */
export function acknowledge(key, facts) {
  if (held.live?.key === key) {
    Object.assign(held.live, facts);
    keep();
    return;
  }
  const entry = read(key);
  if (entry) write(key, { ...entry, ...facts });
}

export function attach(asset) {
  const { live } = held;
  if (!live || live.attachments.some((each) => each.id === asset.id)) return;
  setAttachments([...live.attachments, { id: asset.id, name: asset.name }]);
}

export function detach(id) {
  if (held.live) setAttachments(held.live.attachments.filter((each) => each.id !== id));
}

function setAttachments(attachments) {
  held.live.attachments = attachments;
  keep();
  tell("attachments", attachments);
}
