// Brings what is typed to the server, within 2 s while it answers and until it does when it does not.

import { on, tell } from "./core.js";
import { acknowledge, held, isDirty, keep } from "./composer.js";
import { ask, backoff } from "./http.js";
import { keys, read } from "./store.js";

const SAVE_AFTER_MS = 1500;
const LONGEST_WAIT_MS = 30000;
// Browsers refuse to carry more than 64 kB past the end of a page.
const KEEPALIVE_LIMIT = 60000;

let saveTimer = 0;
let attempt = 0;
let isSaving = false;
let isPaused = false;

export function plan(after = SAVE_AFTER_MS) {
  const { live } = held;
  if (!live?.workspace || !isDirty(live) || saveTimer || isPaused) return;
  saveTimer = setTimeout(save, Math.min(after, LONGEST_WAIT_MS));
}

/** Another workspace is open: how often the one before failed says nothing about it. */
export function forgetFailures() {
  attempt = 0;
}

export async function save({ last = false } = {}) {
  clearTimeout(saveTimer);
  saveTimer = 0;
  const { live } = held;
  if (!live?.workspace || live.conflict || !isDirty(live) || (isSaving && !last)) return;
  const sent = { key: live.key, workspace: live.workspace, text: live.text, caret: live.caret, base: live.base };
  isSaving = !last;
  tell("saving", { size: sent.text.length });
  try {
    settled(sent, await put(sent, last));
  } catch (problem) {
    failed(sent, problem);
  } finally {
    if (!last) isSaving = false;
  }
  if (attempt === 0) plan();
}

/** Keep and save at once; resolves when the server answered. */
export function saveNow() {
  keep();
  return save({ last: document.visibilityState === "hidden" });
}

/** Texts of other workspaces that a crash or a closed tab left unsaved. */
export async function resend(user) {
  for (const key of keys(`journal:${user}:`)) {
    const entry = read(key);
    const workspace = key.split(":")[2];
    if (!entry || key === held.live?.key || workspace === "new" || !isDirty(entry) || entry.conflict) continue;
    try {
      const sent = { key, workspace, ...entry };
      settled(sent, await put(sent));
    } catch {
      // It stays in this browser, and the workspace asks when it is opened.
    }
  }
}

function put({ workspace, text, caret, base }, last = false) {
  const body = { text, caret, base_revision: base };
  return ask("PUT", `/api/sessions/${workspace}/draft`, body, { keepalive: last && text.length * 3 < KEEPALIVE_LIMIT });
}

/** The server has `sent`; what was typed meanwhile is on its way. */
function settled(sent, answer) {
  attempt = 0;
  acknowledge(sent.key, { base: answer.revision, baseText: sent.text });
  tell("saved", { what: "draft", revision: answer.revision, at: answer.saved_at, size: sent.text.length });
}

function failed(sent, problem) {
  if (problem.status === 412 && problem.body?.current) {
    if (held.live?.key === sent.key) tell("other-text", problem.body.current);
    return;
  }
  tell("save-failed", { problem, size: sent.text.length });
  if (problem.kind === "signed_out") isPaused = true;
  if (problem.kind === "offline" || problem.kind === "busy") {
    plan(Math.max(backoff(attempt), problem.retryAfter * 1000));
    attempt += 1;
  }
}

function listen() {
  document.addEventListener("focusout", (event) => event.target.id === "composer" && saveNow(), true);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && saveNow());
  window.addEventListener("pagehide", () => {
    keep();
    save({ last: true });
  });
  window.addEventListener("online", () => held.live && save());
  on("save-now", saveNow);
  on("reached", () => {
    if (attempt === 0) return;
    attempt = 0;
    clearTimeout(saveTimer);
    saveTimer = 0;
    plan(0);
  });
  on("signed-in", () => {
    isPaused = false;
    plan(0);
  });
}

if (typeof document !== "undefined") listen();
