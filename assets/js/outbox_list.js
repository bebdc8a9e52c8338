// Shows the waiting messages under the chat: numbered, editable, removable. Built from elements and text only, because
// what people type is never markup.

import { byId, define, make, on, parts, place, watch } from "./core.js";

let items = [];
let editing = "";
let drawn = "";

function words(item, isOnline) {
  if (item.state === "refused") return item.error;
  if (item.state === "sending") return "Sending…";
  if (!isOnline || item.attempt > 0) return "Waiting for the connection";
  return place()?.answering ? "Sent after this answer" : "Waiting";
}

function row(item, number) {
  const isOpen = editing === item.id;
  const text = isOpen
    ? make("textarea", { rows: "3", "data-outbox-edit": item.id, "aria-label": `Message ${number}` })
    : make("p", { class: "jb-outbox-text", dir: "auto" }, item.content.length > 400 ? `${item.content.slice(0, 400)}…` : item.content);
  if (isOpen) text.value = item.content;
  const isFree = item.state !== "sending";
  return make(
    "li",
    { class: "jb-outbox-item", "data-outbox-id": item.id, "data-state": item.state },
    make("span", { class: "jb-quiet" }, String(number)),
    text,
    make(
      "div",
      { class: "jb-outbox-foot" },
      make("span", { class: item.state === "refused" ? "jb-error" : "jb-quiet" }, words(item, navigator.onLine)),
      isOpen && make("button", { type: "button", "data-outbox-keep": item.id }, "Keep"),
      isFree && !isOpen && make("button", { type: "button", "data-outbox-open": item.id, "aria-label": `Edit message ${number}` }, "Edit"),
      isFree && make("button", { type: "button", "data-outbox-remove": item.id, "aria-label": `Remove message ${number}` }, "Remove"),
    ),
  );
}

function draw() {
  const target = byId("outbox");
  const here = place();
  if (!target || !here) return;
  const shown = items.filter((item) => item.workspace === here.workspace);
  const elsewhere = items.length - shown.length;
  const state = JSON.stringify([shown, elsewhere, editing, navigator.onLine, here.answering]);
  if (state === drawn && (target.firstChild || (!shown.length && !elsewhere))) return;
  drawn = state;
  const typed = target.querySelector("textarea")?.value;
  target.replaceChildren(
    ...(shown.length ? [make("ol", { class: "jb-outbox", "aria-label": "Messages waiting to be sent" }, ...shown.map((item, index) => row(item, index + 1)))] : []),
    ...(elsewhere ? [make("p", { class: "jb-quiet" }, `${elsewhere} more waiting in other workspaces`)] : []),
  );
  target.hidden = !shown.length && !elsewhere;
  const box = target.querySelector("textarea");
  if (box && typed !== undefined) box.value = typed;
  box?.focus();
}

function pressed(event) {
  const data = event.target.closest?.("#outbox button")?.dataset;
  if (!data) return;
  if (data.outboxOpen) {
    editing = data.outboxOpen;
    parts.outbox.hold(editing);
  }
  else if (data.outboxKeep) {
    parts.outbox.edit(data.outboxKeep, byId("outbox").querySelector("textarea").value);
    editing = "";
  } else if (data.outboxRemove) {
    const item = items.find((each) => each.id === data.outboxRemove);
    parts.outbox.discard(data.outboxRemove);
    tellRemoved(item);
    editing = "";
  }
  draw();
}

/** Removing is undone by giving the text back to the composer. */
function tellRemoved(item) {
  if (item) parts.notices?.say({ text: "Message removed.", action: "Put it back", act: () => parts.journal?.giveBack(item.content) });
}

if (typeof document !== "undefined") {
  on("outbox", (list) => {
    items = list;
    draw();
  });
  document.addEventListener("click", pressed);
  window.addEventListener("online", draw);
  window.addEventListener("offline", draw);
  watch(draw);
}

define("outboxList", { draw });
