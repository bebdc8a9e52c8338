// Goes to another page of the app without loading it anew, and loads it when that does not work.

import { define, on, place, safePath, tell } from "./core.js";

const ARRIVED_WITHIN_MS = 1500;

export function go(path, workspace = null) {
  const target = safePath(path);
  const state = { idx: (history.state?.idx ?? 0) + 1, key: Math.random().toString(36).slice(2, 10), usr: null };
  history.pushState(state, "", target);
  // The router listens to this, as it does for the browser's own back and forward.
  window.dispatchEvent(new PopStateEvent("popstate", { state }));
  if (workspace === null) return;
  setTimeout(() => {
    if (place()?.workspace === workspace || location.pathname !== target) return;
    tell("save-now");
    location.assign(target);
  }, ARRIVED_WITHIN_MS);
}

if (typeof document !== "undefined") on("go", ({ path, workspace }) => go(path, workspace));

define("go", { go });
