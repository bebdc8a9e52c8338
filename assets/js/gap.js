// A start page that becomes a workspace gets a new composer, and for a moment there is none. Whoever was writing goes
// on writing: the keys of that moment are kept, and given to the new composer with the focus.

import { byId, define, on, parts, sendsWithShift, watch } from "./core.js";

/** The composer had the focus when it went away; nothing else of the page has taken it since. */
let isWriting = false;
let typed = "";
let isToSend = false;

const isNowhere = () => isWriting && document.activeElement === document.body;

function left(event) {
  if (event.target.id !== "composer") return;
  const box = event.target;
  // A composer that is still there was left on purpose; one that is gone was taken away.
  setTimeout(() => box.isConnected && document.activeElement !== box && (isWriting = false));
}

function pressed(event) {
  if (!isNowhere() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.shiftKey === sendsWithShift()) isToSend = true;
  else if (event.key === "Enter") typed += "\n";
  else if (event.key === "Backspace") typed = typed.slice(0, -1);
  else if (event.key.length === 1) typed += event.key;
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** The new composer shows its workspace's text: go on there. */
function close() {
  const box = byId("composer");
  if (!box || !isNowhere() || !parts.journal?.live()) return;
  box.focus({ preventScroll: true });
  if (typed) {
    box.setRangeText(typed, box.selectionStart, box.selectionEnd, "end");
    typed = "";
    box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: null }));
  }
  if (isToSend) {
    isToSend = false;
    parts.outbox?.send();
  }
}

function listen() {
  document.addEventListener("focusin", (event) => (isWriting = event.target.id === "composer"), true);
  document.addEventListener("focusout", left, true);
  window.addEventListener("keydown", pressed, true);
  on("opened", close);
  watch(close);
}

if (typeof document !== "undefined") listen();

define("gap", { typed: () => typed });
