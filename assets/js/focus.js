// A page that is drawn anew, as when a start page becomes a workspace, has a new composer that takes the focus by itself.
// Whoever had gone elsewhere meanwhile stays there: the focus goes to the element that took the old one's place.
// And a dialog gives the focus back: one that asks to the button that asked for it, the inspector to the link of its row.

import { byId, watch } from "./core.js";

/** Where the person went last; null while that is the composer, which gap.js looks after. */
let last = null;
let page = null;
let isByHand = false;
/** Where the person was before the dialog, and whether one is open. */
let asker = null;
let isAsked = false;

function acted() {
  isByHand = true;
  // The focus that follows a key or a press moves before anything else can happen.
  setTimeout(() => (isByHand = false));
}

function moved({ target }) {
  const isComposer = target.id === "composer";
  if (isComposer && !isByHand && isDrawnAnew() && last && !last.isConnected) giveBack();
  else last = isComposer ? null : target;
  if (!target.closest("[role=dialog]")) asker = target;
}

const isDrawnAnew = () => page !== null && page !== byId("workspace");

function giveBack() {
  const same = last && !last.isConnected ? counterpart(last) : null;
  if (!same) return;
  last = same;
  same.focus({ preventScroll: true });
}

/** What now stands for `element`; null for a link to where we are, which has done its work. */
function counterpart(element) {
  if (element.id) return byId(element.id);
  for (const name of ["href", "data-action", "aria-label"]) {
    const value = element.getAttribute(name);
    if (!value) continue;
    const found = name === "href" && value === location.pathname ? [] : document.querySelectorAll(`[${name}="${CSS.escape(value)}"]`);
    return found.length === 1 ? found[0] : null;
  }
  return null;
}

function askedAndAnswered() {
  const wasAsked = isAsked;
  isAsked = document.querySelector("#preview, #inspector, #proof") !== null;
  if (!wasAsked || isAsked || document.activeElement !== document.body || !asker) return;
  (asker.isConnected ? asker : counterpart(asker))?.focus({ preventScroll: true });
}

function look() {
  askedAndAnswered();
  if (isDrawnAnew() && [document.body, byId("composer")].includes(document.activeElement)) giveBack();
  page = byId("workspace") ?? page;
}

if (typeof document !== "undefined") {
  for (const kind of ["keydown", "pointerdown"]) window.addEventListener(kind, acted, true);
  document.addEventListener("focusin", moved, true);
  watch(look);
}
