// Turns key strokes into presses, after the table in shortcuts.js, and shows that table as the help sheet.

import { byId, define, make, on, parts, place, press, tell } from "./core.js";
import { go } from "./go.js";
import { match, SHORTCUTS, strokeOf, worksWhileTyping, written } from "./shortcuts.js";

const SECOND_WITHIN_MS = 1200;
const TWICE_WITHIN_MS = 1500;
const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.platform ?? "");

let first = "";
let firstTimer = 0;
let escapedAt = 0;
let sheet = null;

function isTyping(target) {
  if (/^(checkbox|radio|button|submit|range|file)$/.test(target?.type ?? "")) return false;
  return target?.isContentEditable || /^(input|textarea|select)$/i.test(target?.tagName ?? "");
}

function pressed(event) {
  if (event.defaultPrevented || event.isComposing || /^(control|shift|alt|meta)$/i.test(event.key)) return;
  const stroke = strokeOf(event);
  const found = match(stroke, first);
  const mayRun = !isTyping(event.target) || (worksWhileTyping(stroke) && !found?.shortcut?.outsideText);
  clearTimeout(firstTimer);
  first = "";
  if (!found || !mayRun) return;
  if (found.first) {
    first = found.first;
    firstTimer = setTimeout(() => (first = ""), SECOND_WITHIN_MS);
    return;
  }
  if (run(found.shortcut, found.keys, event)) event.preventDefault();
}

function run(shortcut, keys, event) {
  if (shortcut.action) return press(shortcut.action);
  if (shortcut.go) return link(shortcut.go);
  if (shortcut.row) return pressInRow(shortcut.row);
  return runs[shortcut.run](keys, event) !== false;
}

function link(path) {
  const anchor = document.querySelector(`a[href="${path}"]`);
  if (anchor) anchor.click();
  else go(path);
  return true;
}

function focusedRow() {
  return document.activeElement?.closest?.("[data-message-id]");
}

function pressInRow(action) {
  const button = focusedRow()?.querySelector(`[data-action="${action}"], [data-row-action="${action}"]${action === "copy" ? ", [data-copy]" : ""}`);
  button?.click();
  return Boolean(button);
}

/** The messages, or the rows of a table. */
function step(by) {
  const rows = [...document.querySelectorAll("#messages [data-message-id], .choosable tr[data-row]")];
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement?.closest?.("[data-message-id], tr[data-row]"));
  const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by))];
  if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function sessions() {
  return [...document.querySelectorAll("a[data-workspace-row], a[data-shared-row]")];
}

function stepSession(by) {
  const links = sessions();
  const at = links.findIndex((each) => each.getAttribute("href") === `/w/${place()?.workspace}`);
  const next = links[at + by];
  next?.click();
  return Boolean(next);
}

const DEEDS = { "#": "trash", "d a": "archive", "d c": "complete", "d o": "activate", "d r": "restore", "d d": "delete", "d p": "pin", "d s": "share" };

/** Something done to what is chosen in a table, else to the open workspace. */
function deed(keys) {
  if (byId("choice-bar")) return parts.choose.ids().length > 0 && press(`${DEEDS[keys]}-chosen`);
  return press(DEEDS[keys]);
}

function focusOn(id) {
  const box = byId(id);
  box?.focus();
  box?.select?.();
  return Boolean(box);
}

const runs = {
  palette: () => parts.palette.open(),
  search: () => focusOn("search-box") || link("/history"),
  deed: (keys) => deed(keys),
  slash: () => focusOn("search-box") || focusOn("composer"),
  choose: () => parts.choose.toggle(),
  chooseDown: () => parts.choose.extend(1),
  chooseUp: () => parts.choose.extend(-1),
  rename: () => {
    byId("title")?.focus();
    byId("title")?.select?.();
    return Boolean(byId("title"));
  },
  nextMessage: () => step(1),
  previousMessage: () => step(-1),
  nextSession: () => stepSession(1),
  previousSession: () => stepSession(-1),
  nthSession: (keys) => {
    const wanted = sessions()[Number(keys.at(-1)) - 1];
    wanted?.click();
    return Boolean(wanted);
  },
  focusComposer: () => (byId("composer")?.focus(), true),
  saveNow: () => {
    tell("save-now");
    parts.pill?.open();
    return true;
  },
  escape: (_keys, event) => {
    if (sheet?.open) return sheet.close(), true;
    if (parts.choose.count() && event.target.id !== "composer") return parts.choose.clear(), true;
    if (event.target.id !== "composer" || !place()?.answering) return false;
    const isSecond = Date.now() - escapedAt < TWICE_WITHIN_MS;
    escapedAt = Date.now();
    if (isSecond) return (byId("stop")?.click(), true);
    tell("notice", { key: "stop", text: "Press Esc again to stop the answer." });
    return true;
  },
  help: () => (help(), true),
};

/** The sheet, built from the same table that acts. */
function help() {
  sheet?.remove();
  const groups = [...new Set(SHORTCUTS.map((each) => each.group))];
  const close = make("button", { type: "button", class: "jb-button" }, "Close");
  sheet = make(
    "dialog",
    { id: "help-sheet", class: "jb-dialog jb-sheet", "aria-labelledby": "help-title" },
    make("header", {}, make("h2", { id: "help-title" }, "Keyboard shortcuts"), close),
    make(
      "div",
      { class: "jb-sheet-groups" },
      ...groups.map((group) =>
        make("section", {}, make("h3", {}, group), make("dl", {}, ...SHORTCUTS.filter((each) => each.group === group && isForMe(each)).flatMap(entry))),
      ),
    ),
  );
  close.addEventListener("click", () => sheet.close());
  sheet.addEventListener("close", () => sheet.remove());
  document.body.append(sheet);
  sheet.showModal();
}

/** What only admins have is not told to others. */
const isForMe = ({ go: path, needs }) => path !== "/admin" || Boolean(document.querySelector(needs));

function entry({ keys, label }) {
  const strokes = keys.flatMap((each, index) => [index ? " or " : "", make("kbd", {}, written(each, isMac))]);
  return [make("dt", {}, ...strokes), make("dd", {}, label)];
}

if (typeof document !== "undefined") {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => event.target.closest?.('[data-action="help"]') && help());
  on("help", help);
}

/** Do what a shortcut does, without its keys. */
function perform(shortcut) {
  return run(shortcut, shortcut.keys[0], { target: document.activeElement ?? document.body });
}

define("keys", { help, perform, shortcuts: SHORTCUTS });
