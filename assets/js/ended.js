// What the sign-in page says to whoever comes back to it: when and why they were signed out here, and what of theirs is
// safe in this browser. Nothing is asked of the server for it: whoever is not signed in is told nothing by it.

import { watch } from "./core.js";
import { keys, read, remove, write } from "./store.js";

const KEY = "ends";
const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const HOUR_MS = 3600000;

/** Remember when the login of `user` ends: in `idle` ms without activity, `idleFor` in all, and in `latest` ms anyway. */
export function noteEnds(user, { idle, latest, idleFor }) {
  const now = Date.now();
  write(KEY, { user, idleAt: now + idle, latestAt: now + latest, idleFor });
}

/** Whoever signs out knows why. */
export const forgetEnds = () => remove(KEY);

/** Why a login that was to end like this is over at `now`. */
export function whyOver({ idleAt, latestAt, idleFor }, now) {
  const at = Math.min(idleAt, latestAt);
  if (now < at) return "You were signed out.";
  const when = (now - at < 18 * HOUR_MS ? clock : date).format(at);
  return idleAt < latestAt - 1000 ? `Signed out after ${span(idleFor)} idle, at ${when}` : `Signed out at ${when}: a sign-in does not last longer`;
}

function span(ms) {
  const minutes = Math.max(1, Math.round(ms / 60000));
  return minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** What waits in this browser for whoever signs in again, in a sentence; empty when nothing does. */
export function whatIsSafe(drafts, messages) {
  const some = (count, word) => count && `${count} ${word}${count === 1 ? "" : "s"}`;
  const found = [some(drafts, "draft"), some(messages, "waiting message")].filter(Boolean);
  if (!found.length) return "";
  const is = drafts + messages === 1 ? "is" : "are";
  return `${found.join(" and ")} ${is} safe on this device, and there once you sign in.`;
}

function look() {
  const box = document.querySelector("[data-was-here]");
  if (!box || !box.hidden) return;
  const ends = read(KEY);
  if (!ends?.user) return;
  const drafts = keys(`journal:${ends.user}:`).filter((key) => read(key)?.text?.trim()).length;
  const [why, safe] = box.querySelectorAll("[data-words]");
  why.textContent = whyOver(ends, Date.now());
  safe.textContent = whatIsSafe(drafts, read(`outbox:${ends.user}`)?.length ?? 0);
  box.hidden = false;
}

if (typeof document !== "undefined") watch(look);
