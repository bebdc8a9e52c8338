// Texts for the open workspace that were typed elsewhere: on another device, in another tab, or here and painted late.
// Two texts never overwrite each other: see merge.js.

import { on, place, tell } from "./core.js";
import { composer, held, isDirty, keep, replace } from "./composer.js";
import { joined, reconcile } from "./merge.js";
import { plan } from "./saving.js";
import { onOtherTab } from "./store.js";

/** A text of the server, newer than the one the composer began with. */
export function arrived(theirs) {
  const { live } = held;
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

/** Keep both texts until the person chooses. */
export function clash(theirs) {
  const { text, revision, elsewhere, updated_at } = theirs;
  held.live.conflict = { text, revision, elsewhere, updated_at };
  keep();
  tell("clash", held.live.conflict);
}

/** What the person chose: "mine", "theirs" or "both". Whatever it is, it is typed over the other text's revision. */
export function choose(which) {
  const { live } = held;
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
  const { live } = held;
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

function listen() {
  on("other-text", arrived);
  onOtherTab(heardFromOtherTab);
}

if (typeof document !== "undefined") listen();
