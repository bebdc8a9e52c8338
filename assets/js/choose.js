// Choosing rows of a table: by tick, by Shift+click, by keyboard. What is chosen lives in the ticks alone; the page asks
// for it at the moment something is done with it.

import { byId, define, place, watch } from "./core.js";

/** Whether every page of the list is meant, not only what is ticked on this one. */
let isEverything = false;
let last = null;

const ticks = () => [...document.querySelectorAll("input[data-choose]:not([data-choose=all])")];
const ticked = () => ticks().filter((tick) => tick.checked);
const rows = () => [...document.querySelectorAll(".choosable tr[data-row]")];
const focused = () => document.activeElement?.closest?.("tr[data-row]") ?? null;
const tickOf = (row) => row?.querySelector("input[data-choose]");

/** What is chosen; without any tick, the row the focus is on. */
export function ids() {
  const chosen = ticked().map((tick) => tick.dataset.choose);
  return chosen.length || !focused() ? chosen : [focused().dataset.row];
}

/** The places from one row to another, both included, in either direction. */
export function between(from, to) {
  const [low, high] = from < to ? [from, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_, step) => low + step);
}

function set(tick, isOn) {
  if (tick) tick.checked = isOn;
}

function clear() {
  for (const tick of ticks()) tick.checked = false;
  last = null;
  isEverything = false;
  look();
}

/** The bar, the tick of the header and the word about all pages say what is chosen. */
function look() {
  const bar = byId("choice-bar");
  // A page that is not alive yet is left as it was built: what is different then is thrown away, and complained of.
  if (bar && !place()) return;
  if (!bar) {
    last = null;
    isEverything = false;
    return;
  }
  const all = ticks();
  const chosen = all.filter((tick) => tick.checked);
  const header = document.querySelector("input[data-choose=all]");
  if (header) {
    header.checked = all.length > 0 && chosen.length === all.length;
    header.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  if (chosen.length < all.length) isEverything = false;
  const more = bar.querySelector("[data-choose-everything]");
  if (more) {
    more.hidden = chosen.length < all.length;
    more.setAttribute("aria-pressed", String(isEverything));
  }
  const words = isEverything ? "All" : String(chosen.length);
  const count = byId("choice-count");
  if (count && count.textContent !== words) count.textContent = words;
  if (bar.hidden !== (chosen.length === 0)) bar.hidden = chosen.length === 0;
}

function clicked(event) {
  const target = event.target;
  if (target.matches?.("input[data-choose=all]")) {
    for (const tick of ticks()) tick.checked = target.checked;
  } else if (target.matches?.("input[data-choose]")) {
    const all = ticks();
    const at = all.indexOf(target);
    if (event.shiftKey && last?.isConnected) for (const place of between(all.indexOf(last), at)) set(all[place], target.checked);
    last = target;
  } else if (target.closest?.("[data-choose-everything]")) {
    isEverything = !isEverything;
  } else if (target.closest?.("[data-choose-none]")) {
    clear();
    return;
  } else if (target.closest?.("[data-deed]")) {
    // The page has read what is chosen by the time this runs.
    setTimeout(clear);
    return;
  } else {
    return;
  }
  look();
}

/** x: the focused row, or the first one. */
function toggle() {
  const row = focused() ?? rows()[0];
  const tick = tickOf(row);
  if (!tick) return false;
  row.focus({ preventScroll: true });
  tick.checked = !tick.checked;
  last = tick;
  look();
  return true;
}

/** The focused row and the next one in this direction. */
function extend(by) {
  const all = rows();
  if (!all.length) return false;
  const at = Math.max(0, all.indexOf(focused()));
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  set(tickOf(all[at]), true);
  set(tickOf(next), true);
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  last = tickOf(next);
  look();
  return true;
}

function entered(event) {
  if (event.key !== "Enter" || !event.target.matches?.("tr[data-row]")) return;
  event.target.querySelector("a.cover")?.click();
}

if (typeof document !== "undefined") {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", entered);
  watch(look);
}

define("choose", { clear, count: () => ticked().length, extend, ids, isEverything: () => isEverything, rows, toggle });
