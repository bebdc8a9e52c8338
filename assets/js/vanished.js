// A row that is dealt with goes, and the button in it that had the focus goes too: a device that is signed out, a key that
// is revoked, a question that is answered. Whoever works by keyboard goes on at the next row, else at the section's title.

import { byId, watch } from "./core.js";

const ROWS = ".set .device, .set .callout, .new-device";
/** Where the focus is, while that is in a section that may lose it. */
let held = null;

function moved({ target }) {
  const row = target.closest(ROWS);
  const section = target.closest(".set section[id]");
  held = (row || section) && { target, row, list: row?.parentElement, at: [...(row?.parentElement.children ?? [])].indexOf(row), section, page: byId("workspace") };
}

/** The first button of a row that stands where the row stood, or before it: of two the one that ends nothing. */
function neighbour({ row, list, at }) {
  if (!list?.isConnected) return null;
  for (const each of [list.children[at], list.children[at - 1]]) {
    const found = each?.className === row.className && each.querySelector("button");
    if (found) return found;
  }
  return null;
}

function look() {
  if (!held || held.target.isConnected) return;
  const lost = held;
  held = null;
  if (document.activeElement !== document.body || lost.page !== byId("workspace")) return;
  const heir = neighbour(lost) ?? lost.section?.querySelector("h2") ?? byId("composer") ?? byId("main");
  if (!heir) return;
  if (heir.tabIndex < 0) heir.tabIndex = -1;
  heir.focus({ preventScroll: true });
}

if (typeof document !== "undefined") {
  document.addEventListener("focusin", moved, true);
  watch(look);
}
