// Opens a conversation at the message an address names: what a search found is shown, marked for a moment, and has the
// focus. Older messages are fetched until it is there.

import { byId, define, parts, place, press, watch } from "./core.js";

const MARKED_MS = 2400;
const MOST_STEPS = 9;

let wanted = "";
let steps = 0;
let oldest = "";

function look() {
  if (location.hash.startsWith("#m-")) {
    wanted = location.hash.slice(3);
    steps = 0;
    oldest = "";
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  if (!wanted) return;
  if (!place()?.workspace || location.pathname !== `/w/${place().workspace}`) return;
  const row = document.querySelector(`#messages [data-message-id="${CSS.escape(wanted)}"]`);
  if (row) return show(row);
  const first = document.querySelector("#messages [data-message-id]")?.dataset.messageId ?? "";
  if (!first || first === oldest) return;
  oldest = first;
  if (byId("messages")?.dataset.hasOlder !== "true" || steps >= MOST_STEPS || !press("load-older")) wanted = "";
  steps += 1;
}

function show(row) {
  const message = wanted;
  wanted = "";
  parts.place?.goTo(message);
  row.focus({ preventScroll: true });
  row.classList.add("found");
  setTimeout(() => row.classList.remove("found"), MARKED_MS);
}

function clicked(event) {
  const link = event.target.closest?.("[data-show-message]");
  if (!link) return;
  wanted = link.dataset.showMessage;
  steps = 0;
  oldest = "";
  look();
}

if (typeof document !== "undefined") {
  document.addEventListener("click", clicked);
  window.addEventListener("hashchange", look);
  watch(look);
}

define("found", { look });
