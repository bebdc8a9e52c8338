// One box for everything: workspaces by title, messages by word, and every command with its keys.

import { byId, define, make, parts, place } from "./core.js";
import { go } from "./go.js";
import { ask } from "./http.js";
import { SHORTCUTS, written } from "./shortcuts.js";

const ASK_AFTER_MS = 120;
const MOST = 8;
const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.platform ?? "");

let dialog = null;
let entries = [];
let at = 0;
let asked = 0;
let timer = 0;
let before = null;

/** The commands whose words have every word of `query`, in any order. Pure. */
export function commandsFor(query, shortcuts = SHORTCUTS) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return shortcuts.filter((each) => each.inPalette !== false && !each.shownOnly && words.every((word) => each.label.toLowerCase().includes(word)));
}

/** Whether a command can be done on this page now. */
function isPossible({ action, needs }) {
  if (needs) return Boolean(document.querySelector(needs));
  if (!action) return true;
  const button = document.querySelector(`[data-action="${CSS.escape(action)}"]`) ?? byId(action);
  return Boolean(button) && !button.disabled;
}

function open() {
  if (dialog?.open) return true;
  before = document.activeElement;
  const box = make("input", {
    id: "palette-box",
    type: "text",
    role: "combobox",
    maxlength: 200,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Workspaces, messages, commands",
    "aria-label": "Workspaces, messages, commands",
    "aria-expanded": "true",
    "aria-controls": "palette-list",
    "aria-autocomplete": "list",
  });
  dialog = make(
    "dialog",
    { id: "palette", class: "jb-dialog jb-palette", "aria-label": "Search and commands" },
    box,
    make("ul", { id: "palette-list", role: "listbox", "aria-label": "Found" }),
    make("p", { class: "jb-quiet", id: "palette-none", role: "status" }),
    make("div", { class: "jb-palette-foot" }, ...hint("↑↓", "choose"), ...hint("⏎", "open"), ...hint("Esc", "close")),
  );
  box.addEventListener("input", typed);
  dialog.addEventListener("keydown", pressed);
  dialog.addEventListener("click", clicked);
  dialog.addEventListener("close", closed);
  document.body.append(dialog);
  dialog.showModal();
  box.focus();
  typed();
  return true;
}

const hint = (keys, words) => [make("kbd", { class: "kbd" }, keys), make("span", {}, words)];

function closed() {
  clearTimeout(timer);
  asked += 1;
  dialog.remove();
  dialog = null;
  if (before?.isConnected && document.activeElement === document.body) before.focus({ preventScroll: true });
}

function typed() {
  const query = byId("palette-box").value.trim();
  clearTimeout(timer);
  draw(local(query));
  if (query.length < 2 || query.startsWith(">")) return;
  const mine = (asked += 1);
  timer = setTimeout(async () => {
    try {
      const found = await remote(query);
      if (mine === asked && dialog) draw([...found, ...commands(query), everywhere(query)]);
    } catch {
      // What this page knows by itself stays; the history says more when the server answers again.
    }
  }, ASK_AFTER_MS);
}

/** What this page knows by itself: the list at the left and the commands. */
function local(query) {
  if (query.startsWith(">")) return commands(query.slice(1).trim());
  const words = query.toLowerCase();
  const links = [...document.querySelectorAll("a[data-workspace-row], a[data-shared-row]")];
  const open = links
    .map((link) => ({ group: "Workspaces", text: link.querySelector(".cut")?.textContent ?? "", note: link.querySelector(".badge")?.textContent, path: link.getAttribute("href") }))
    .filter(({ text, path }) => text.toLowerCase().includes(words) && path !== `/w/${place()?.workspace}`);
  return [...open.slice(0, query ? MOST : 5), ...commands(query), ...(query ? [everywhere(query)] : [])];
}

async function remote(query) {
  const asking = encodeURIComponent(query);
  const [titles, shared, hits] = await Promise.all([
    ask("GET", `/api/sessions/?q=${asking}&per_page=${MOST}`, undefined, { quiet: true }),
    ask("GET", `/api/sessions/shared?q=${asking}&limit=${MOST}`, undefined, { quiet: true }),
    ask("GET", `/api/sessions/search?q=${asking}&per_page=6`, undefined, { quiet: true }),
  ]);
  return [
    ...titles.sessions.map(({ id, name }) => ({ group: "Workspaces", text: name || "New workspace", path: `/w/${id}` })),
    ...shared.sessions.map(({ row, domain, owner }) => ({ group: "Workspaces", text: row.name || "New workspace", note: `${owner} · ${domain}`, path: `/w/${row.id}` })),
    ...hits.hits.map((hit) => ({
      group: "Messages",
      pieces: hit.snippet,
      note: hit.session_name || "New workspace",
      path: `/w/${hit.session_id}#m-${hit.message_id}`,
    })),
  ];
}

function commands(query) {
  return commandsFor(query)
    .filter(isPossible)
    .slice(0, query ? MOST : 30)
    .map((shortcut) => ({ group: "Commands", text: shortcut.label, keys: shortcut.keys[0], shortcut }));
}

const everywhere = (query) => ({ group: "History", text: `Search all history for “${query}”`, path: `/history?q=${encodeURIComponent(query)}` });

function draw(found) {
  entries = found;
  at = 0;
  const list = byId("palette-list");
  list.replaceChildren(
    ...found.flatMap((entry, index) => [
      entry.group === found[index - 1]?.group ? null : make("li", { role: "presentation", class: "jb-palette-group" }, entry.group),
      row(entry, index),
    ]).filter(Boolean),
  );
  byId("palette-none").textContent = found.length ? "" : "Nothing has these words.";
  choose(0);
}

function row(entry, index) {
  return make(
    "li",
    { role: "option", id: `palette-${index}`, "data-at": index, "aria-selected": "false" },
    make("span", { class: "cut" }, ...(entry.pieces ?? [{ text: entry.text }]).map(({ text, found }) => (found ? make("mark", {}, text) : text.replaceAll("**", "")))),
    entry.note && make("span", { class: "cut jb-quiet" }, entry.note),
    entry.keys && make("kbd", { class: "kbd" }, written(entry.keys, isMac)),
  );
}

function choose(index) {
  if (!entries.length) return;
  byId(`palette-${at}`)?.setAttribute("aria-selected", "false");
  at = (index + entries.length) % entries.length;
  const chosen = byId(`palette-${at}`);
  chosen.setAttribute("aria-selected", "true");
  chosen.scrollIntoView({ block: "nearest" });
  byId("palette-box").setAttribute("aria-activedescendant", chosen.id);
}

function pressed(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") choose(at + 1);
  else if (event.key === "ArrowUp") choose(at - 1);
  else if (event.key === "Enter") take(entries[at]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function clicked(event) {
  const option = event.target.closest("[data-at]");
  if (option) take(entries[Number(option.dataset.at)]);
  else if (event.target === dialog) dialog.close();
}

function take(entry) {
  if (!entry) return;
  dialog.close();
  if (entry.path) go(entry.path);
  else parts.keys.perform(entry.shortcut);
}

if (typeof document !== "undefined") {
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest?.('[data-action="search"]') || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      open();
    },
    true,
  );
}

define("palette", { open });
