// Tells the server once a minute at most that a person is here. Only real input counts: autosaves, probes, animations
// and the question itself keep nobody signed in. Five minutes before the idle end the person is asked, over the page;
// any key or press is the answer. The latest end cannot be moved: it is only told.

import { define, make, on, place, tell, watch } from "./core.js";
import { noteEnds } from "./ended.js";
import { ask } from "./http.js";

const REPORT_EVERY_MS = 60000;
const LOOK_EVERY_MS = 1000;
const WARN_MS = 300000;

let lastReport = 0;
let known = null;
let toldLatest = 0;
let question = null;
let isAsking = false;
let learnt = "";

async function report() {
  lastReport = Date.now();
  close();
  try {
    await ask("POST", "/api/auth/activity");
    await learn();
  } catch {
    // The next input tries again.
    lastReport = 0;
  }
}

/** When the login ends, by the server's clock; this machine's is only used to count down. */
async function learn() {
  const answer = await fetch("/api/auth/me", { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) {
    known = null;
    close();
    if (answer.status === 401 && place()) tell("signed-out", { reason: "expired" });
    return;
  }
  const { login, user } = await answer.json();
  const now = Date.parse(answer.headers.get("Date") ?? "") || Date.now();
  known = { ...ends(login, now), at: Date.now() };
  noteEnds(user.id, known);
}

/** How long until a login ends at the server's `now`, in ms: when nobody does anything, and at the latest. */
export function ends(login, now) {
  const idle = Date.parse(login.idle_ends_at) - now;
  const latest = (Date.parse(login.ends_at) || Infinity) - now;
  const span = Date.parse(login.idle_ends_at) - Date.parse(login.last_seen_at);
  return { idle, latest, idleFor: span, warn: warnBefore(span) };
}

/** How long before the idle end the person is asked: five minutes, and not more than a third of the whole wait. */
export function warnBefore(span) {
  return Math.min(WARN_MS, span > 0 ? span / 3 : WARN_MS);
}

/** What is left of `wait` ms in words. */
export function inWords(wait) {
  const seconds = Math.max(0, Math.ceil(wait / 1000));
  if (seconds < 60) return `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  const minutes = Math.round(seconds / 60);
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

/** Whether to ask: the idle end is near, and something can be done about it. */
export function isDue({ idle, latest, warn }, passed) {
  return idle - passed <= warn && idle < latest - 1000;
}

function felt(event) {
  if (!event.isTrusted || !place()) return;
  if (question || Date.now() - lastReport >= Math.min(REPORT_EVERY_MS, known?.warn || REPORT_EVERY_MS)) report();
}

async function look() {
  if (!place() || !known || isAsking) return;
  const passed = Date.now() - known.at;
  const idle = known.idle - passed;
  const latest = known.latest - passed;
  if (Math.min(idle, latest) <= 0 || (isDue(known, passed) && !question)) {
    // Another tab may have kept the login alive, or it ended: the server knows.
    isAsking = true;
    await learn().catch(() => {});
    isAsking = false;
    if (known && isDue(known, 0)) open();
  }
  if (known && question) count();
  const minutes = Math.ceil(latest / 60000);
  if (known && latest > 0 && latest <= WARN_MS && toldLatest !== minutes && (!toldLatest || minutes === 1)) {
    toldLatest = minutes;
    const text = `You sign in again in ${inWords(latest)}: a sign-in does not last longer. Your work stays.`;
    tell("notice", { key: "latest", stays: true, text });
  }
}

function open() {
  if (question?.isConnected) return;
  const stay = make("button", { type: "button", class: "jb-primary", autofocus: true }, "Stay signed in");
  question = make(
    "dialog",
    { id: "idle-warning", class: "jb-dialog jb-form", role: "alertdialog", "aria-labelledby": "idle-title", "aria-describedby": "idle-left" },
    make("h2", { id: "idle-title" }, "Are you still there?"),
    make("p", { id: "idle-left" }, ""),
    make("p", { class: "jb-quiet" }, "Your text is saved, and stays on the page in any case. Any key keeps you signed in."),
    stay,
  );
  // A press or a key anywhere is felt on the document already; programs that press the button for a person come here.
  stay.addEventListener("click", () => report());
  question.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(question);
  count();
  question.showModal();
  stay.focus();
}

function count() {
  const left = known.idle - (Date.now() - known.at);
  if (left > known.warn) return close();
  const words = `You will be signed out in ${inWords(left)}, because nothing was done here.`;
  const line = question.querySelector("#idle-left");
  if (line.textContent !== words) line.textContent = words;
}

function close() {
  question?.close();
  question?.remove();
  question = null;
}

if (typeof document !== "undefined") {
  for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
    document.addEventListener(kind, felt, { capture: true, passive: true });
  }
  setInterval(look, LOOK_EVERY_MS);
  watch(() => {
    const user = place()?.user;
    if (!user || user === learnt) return;
    learnt = user;
    learn().catch(() => (learnt = ""));
  });
  on("signed-out", close);
}

define("activity", { learn, look });
