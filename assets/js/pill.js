// #save-pill: what of the typed text the server has. The rule is in ledger.js; a press opens the last saves.

import { byId, define, make, on, parts, place, watch } from "./core.js";
import { after, blank, clockTime, says, why } from "./ledger.js";
import { download } from "./text_file.js";

let state = blank();
let popover = null;

function happened(what, detail = {}) {
  state = after(state, what, detail, Date.now());
  draw();
}

function draw() {
  const pill = byId("save-pill");
  if (!pill) return;
  const live = parts.journal?.live();
  if (live && live.text === live.baseText && !live.conflict && state.dirtySince !== null) state = after(state, "clean", {}, 0);
  state = { ...state, choice: Boolean(live?.conflict), isLocal: Boolean(live && !live.workspace) };
  const said = says(state, Date.now());
  const savedBefore = pill.dataset.savedAt ? `Saved · ${clockTime(pill.dataset.savedAt)}` : "";
  const text = said.text || savedBefore;
  // The page's own words belong to Reflex, which would stumble over a change; these stand beside them.
  let words = pill.querySelector(":scope > [data-words]");
  if (!words) {
    words = make("span", { "data-words": true, class: "words" });
    pill.append(words);
  }
  for (const other of pill.children) {
    const isHidden = other !== words && (other.id === "save-words" || said.tone !== "ok" || !text);
    if (other !== words && other.style.display !== (isHidden ? "none" : "")) other.style.display = isHidden ? "none" : "";
  }
  if (words.textContent !== text) words.textContent = text;
  if (pill.dataset.state !== STATES[said.tone]) pill.dataset.state = STATES[said.tone];
}

const STATES = { ok: "saved", busy: "busy", amber: "waiting", red: "unsaved" };

function unsaved() {
  const live = parts.journal?.live();
  const waiting = (parts.outbox?.items() ?? []).map((item) => item.content);
  return [...waiting, live && live.text !== live.baseText ? live.text : "", live?.conflict?.text ?? ""].filter(Boolean).join("\n\n---\n\n");
}

function size(characters) {
  return characters < 1000 ? `${characters} characters` : `${(characters / 1000).toFixed(1)} k characters`;
}

function line(save) {
  const what = save.what === "message" ? "Message" : "Text";
  const result = save.ok ? `saved${save.revision ? `, revision ${save.revision}` : ""}` : "not saved";
  return make("li", { "data-ok": String(save.ok) }, make("time", {}, clockTime(save.at)), ` ${what} ${result}, ${size(save.size ?? 0)}`);
}

function close() {
  popover?.remove();
  popover = null;
}

function open() {
  close();
  const pill = byId("save-pill");
  if (!pill) return;
  const text = unsaved();
  popover = make(
    "div",
    { class: "jb-popover", role: "dialog", "aria-label": "Last saves", tabindex: "-1" },
    make("h2", {}, "Last saves"),
    state.saves.length ? make("ol", {}, ...state.saves.map(line)) : make("p", { class: "jb-quiet" }, "Nothing was saved since this page was opened."),
    text && make("button", { type: "button", "data-download-unsaved": true }, "Download my unsaved text"),
  );
  document.body.append(popover);
  const at = pill.getBoundingClientRect();
  popover.style.top = `${at.bottom + 6}px`;
  popover.style.left = `${Math.max(8, Math.min(at.right, window.innerWidth - 8) - popover.offsetWidth)}px`;
  popover.focus();
}

function pressed(event) {
  if (event.target.closest?.("#save-pill")) {
    // The page's own pop-up knows what the server has; this one also knows what it has not.
    event.preventDefault();
    event.stopPropagation();
    if (popover) close();
    else open();
  } else if (event.target.closest?.("[data-download-unsaved]")) {
    download("unsaved-text.txt", unsaved());
  } else if (popover && !popover.contains(event.target)) {
    close();
  }
}

if (typeof document !== "undefined") {
  on("draft-changed", () => happened("draft-changed"));
  on("saving", () => happened("saving"));
  on("saved", (detail) => {
    const live = parts.journal?.live();
    happened("saved", { ...detail, isStillDirty: Boolean(live && live.text !== live.baseText) });
  });
  on("save-failed", ({ problem, size: length }) =>
    happened("save-failed", { why: why(problem), size: length, at: new Date().toISOString() }),
  );
  on("clash", () => draw());
  on("outbox", (items) => happened("waiting", { waiting: items.filter((item) => item.state === "waiting").length }));
  on("connection", ({ isOnline }) => happened("connection", { isOnline }));
  on("opened", (live) => {
    // A text this browser kept and the server has not may be opened, after a crash for one.
    state = { ...state, dirtySince: live.text === live.baseText ? null : Date.now(), failure: "" };
    draw();
  });
  document.addEventListener("click", pressed, true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  setInterval(() => place() && draw(), 1000);
  watch(draw);
}

define("pill", { open, says: () => says(state, Date.now()), unsaved });
