// Tells the server once a minute at most that a person is here. Only real input counts: autosaves, probes and
// animations keep nobody signed in. Five minutes before the end, and again at one, the person is asked.

import { define, on, parts, place, tell } from "./core.js";
import { ask } from "./http.js";

const REPORT_EVERY_MS = 60000;
const LOOK_EVERY_MS = 15000;
const WARNINGS_S = [300, 60];

let lastInput = 0;
let lastReport = 0;
let endsAt = 0;
let warned = 0;

async function report() {
  lastReport = Date.now();
  try {
    await ask("POST", "/api/auth/activity");
    await learn();
  } catch {
    // The next input tries again.
  }
}

/** When the login ends, by the server's clock; this machine's is only used to count down. */
async function learn() {
  const answer = await fetch("/api/auth/me", { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) {
    endsAt = 0;
    if (answer.status === 401 && place()) tell("signed-out", { reason: "expired" });
    return;
  }
  const { login } = await answer.json();
  endsAt = Date.now() + left(login, Date.parse(answer.headers.get("Date") ?? "") || Date.now());
  warned = 0;
  parts.notices?.hush("idle");
}

/** Milliseconds until a login of these ends, at the server's `now`. */
export function left(login, now) {
  return Math.min(Date.parse(login.idle_ends_at), Date.parse(login.ends_at) || Infinity) - now;
}

function felt(event) {
  if (!event.isTrusted || !place()) return;
  lastInput = Date.now();
  if (lastInput - lastReport >= REPORT_EVERY_MS) report();
}

function look() {
  if (!place() || !endsAt) return;
  const seconds = (endsAt - Date.now()) / 1000;
  if (seconds <= 0) {
    endsAt = 0;
    learn().catch(() => {});
    return;
  }
  const due = WARNINGS_S.filter((before) => seconds <= before).length;
  if (due <= warned) return;
  warned = due;
  const minutes = Math.max(1, Math.round(seconds / 60));
  tell("notice", {
    key: "idle",
    stays: true,
    text: `You will be signed out in ${minutes} ${minutes === 1 ? "minute" : "minutes"}. Your work stays.`,
    action: "Stay signed in",
    act: report,
  });
}

if (typeof document !== "undefined") {
  for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
    document.addEventListener(kind, felt, { capture: true, passive: true });
  }
  setInterval(look, LOOK_EVERY_MS);
  on("opened", () => endsAt || learn().catch(() => {}));
}

define("activity", { learn });
