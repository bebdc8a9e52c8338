// Two texts for one composer: both are kept, and the person says what becomes of them.

import { byId, make, on, parts, watch } from "./core.js";

let box = null;

function when(moment) {
  const date = moment ? new Date(moment) : null;
  return date && !Number.isNaN(date.getTime()) ? `, ${date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}` : "";
}

function draw() {
  const form = byId("composer-form");
  const clash = parts.journal?.live()?.conflict;
  if (!clash || !form) {
    box?.remove();
    box = null;
    return;
  }
  if (box?.isConnected && box.clash === clash) return;
  box?.remove();
  const where = clash.elsewhere ? "on another device" : "in another tab";
  const choices = [
    ["mine", "Keep mine"],
    ["theirs", "Take theirs"],
    ["both", "Keep both"],
  ];
  box = make(
    "div",
    { class: "jb-clash", role: "group", "aria-label": "Two versions of your text" },
    make("p", {}, `Also typed ${where}${when(clash.updated_at)}:`),
    make("blockquote", { dir: "auto" }, clash.text ? clash.text.slice(0, 2000) : "(nothing: it was sent or cleared)"),
    make(
      "div",
      { class: "jb-row" },
      ...choices.map(([which, label]) => make("button", { type: "button", "data-clash": which }, label)),
    ),
  );
  box.clash = clash;
  form.before(box);
}

if (typeof document !== "undefined") {
  on("clash", draw);
  on("opened", draw);
  document.addEventListener("click", (event) => {
    const which = event.target.closest?.("[data-clash]")?.dataset.clash;
    if (which) parts.journal.choose(which);
  });
  watch(draw);
}
