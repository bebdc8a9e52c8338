// Whether the server can be reached, told within 8 s. The browser's own word ("offline") comes at once; a server that
// just stops answering is found by a question over the socket, and a dead socket is dropped so that a new one is made.

import { byId, define, make, on, parts, tell, watch } from "./core.js";

const SILENT_MS = 4500;
const ANSWER_MS = 2500;
const CLOSED_MS = 1000;
const PROBE_EVERY_MS = 2000;
const ALL_SENT_MS = 2000;

let isOnline = true;
let askedAt = 0;
let probeTimer = 0;
let waiting = 0;
// 0 while messages wait after an outage; a message that is simply sent is nothing to announce.
let allSentUntil = -1;

function socketState() {
  return window.jambot.socket ?? null;
}

function tick() {
  const socket = socketState();
  const now = performance.now();
  if (document.visibilityState === "hidden" || !socket?.socket) {
    askedAt = 0;
    // The page makes a new socket within a moment when it can.
    if (socket?.opened && !socket.socket && now - socket.closedAt > CLOSED_MS && !probeTimer && isOnline) probe();
    return;
  }
  if (askedAt && socket.heardAt >= askedAt) askedAt = 0;
  if (askedAt && now - askedAt > ANSWER_MS) {
    askedAt = 0;
    socket.drop();
    probe();
  } else if (!askedAt && now - socket.heardAt > SILENT_MS && socket.ping()) {
    askedAt = now;
  }
}

/** One light question, and again every 2 s until it is answered. */
async function probe() {
  clearTimeout(probeTimer);
  probeTimer = 0;
  let isAnswered = false;
  try {
    isAnswered = (await fetch("/livez", { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(ANSWER_MS) })).ok;
  } catch {
    isAnswered = false;
  }
  setOnline(isAnswered);
  if (!isAnswered && !probeTimer) probeTimer = setTimeout(probe, PROBE_EVERY_MS);
}

function setOnline(value) {
  if (value === isOnline) return;
  isOnline = value;
  if (isOnline) {
    allSentUntil = waiting ? 0 : Date.now() + ALL_SENT_MS;
    tell("reached");
  }
  tell("connection", { isOnline });
  draw();
}

function words() {
  const count = waiting ? `${waiting} ${waiting === 1 ? "message" : "messages"} waiting. ` : "";
  if (!isOnline) return navigator.onLine === false ? `You are offline. ${count}What you type is kept on this device.` : `Reconnecting… ${count}What you type is kept on this device.`;
  return Date.now() < allSentUntil ? "All sent" : "";
}

function draw() {
  const text = words();
  const strip = byId("offline") ?? byId("offline-strip") ?? (text ? ownStrip() : null);
  if (!strip) return;
  const line = strip.querySelector("#offline-words") ?? strip;
  if (line.textContent !== text) line.textContent = text;
  const state = !text ? "hidden" : isOnline ? "sent" : "offline";
  if (strip.dataset.state !== state) strip.dataset.state = state;
  if (strip.hidden !== !text) strip.hidden = !text;
}

/** A page without a strip gets one: being offline is never a secret. */
function ownStrip() {
  const strip = make("div", { id: "offline-strip", role: "status", hidden: true });
  document.body.append(strip);
  return strip;
}

if (typeof document !== "undefined") {
  window.addEventListener("offline", () => setOnline(false));
  window.addEventListener("offline", probe);
  window.addEventListener("online", probe);
  on("unreachable", () => probeTimer || probe());
  on("outbox", (items) => {
    const left = items.filter((item) => item.state !== "refused").length;
    if (waiting && !left && isOnline && allSentUntil === 0) allSentUntil = Date.now() + ALL_SENT_MS;
    waiting = left;
    draw();
  });
  on("connection", ({ isOnline: back }) => back && parts.outbox?.retry());
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#try-now")) return;
    probe();
    parts.outbox?.retry();
  });
  setInterval(tick, 500);
  setInterval(draw, 1000);
  watch(draw);
}

define("connection", { isOnline: () => isOnline, probe });
