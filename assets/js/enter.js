// What comes after signing in: the page is opened in place, without loading anything.

import { byId, safePath, watch } from "./core.js";

const ARRIVED_WITHIN_MS = 4000;
let hasShownWork = false;

/** Nobody who asked for no page in particular is sent over the start page to where they were last. */
export function wayBack(path, workspace) {
  return path === "/" && workspace ? safePath(`/w/${workspace}`) : path;
}

/**
 * Go to `path` over a new socket, which carries the new cookie. A page that showed somebody's work before is loaded anew
 * instead, and so is one that does not arrive: nothing of the one before may be left in it.
 */
export function enter(path) {
  const { socket } = window.jambot;
  if (hasShownWork || !socket?.socket) {
    location.replace(path);
    return;
  }
  // Without the secret of a link, should one have led here.
  const state = { idx: history.state?.idx ?? 0, key: Math.random().toString(36).slice(2, 10), usr: null };
  history.replaceState(state, "", path);
  socket.end();
  window.dispatchEvent(new PopStateEvent("popstate", { state }));
  setTimeout(() => hasShownWork || location.reload(), ARRIVED_WITHIN_MS);
}

if (typeof document !== "undefined") watch(() => (hasShownWork ||= Boolean(byId("workspace")?.dataset.userId)));
