// Shows a workspace the person was in before at once, as it was, until the server has answered; and keeps the rows of the
// last ones, so that coming back to them draws nothing. See docs/adr/0012-windows-are-kept.md.
//
// The parts of the page read their states from a store. `Shelf` gives them another one: what it hands out is the server's
// word, except while the address names a workspace that is remembered and the server still speaks of the one before.

import { createElement as h, useContext, useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { useLocation } from "react-router";
import { StateStoreContext } from "$/utils/context-registry";
import { viewOf } from "./shelf_view.js";

const ARRIVED_WITHIN_MS = 2000;

/** The page within it shows what is remembered until the server has answered. */
export function Shelf({ states, kept, fresh, children }) {
  const real = useContext(StateStoreContext);
  const view = useMemo(() => viewOf(real, { states, kept, fresh }), [real]);
  const { pathname } = useLocation();
  useLayoutEffect(() => view.go(pathname), [view, pathname]);
  useEffect(() => following(view), [view]);
  return h(StateStoreContext.Provider, { value: view }, children);
}

/** Tells `view` where the person goes, earlier than the router can. */
function following(view) {
  let timer = 0;
  const moved = () => view.go(location.pathname);
  const clicked = (event) => {
    const link = event.target.closest?.("a[href]");
    const isPlain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || link.target || link.origin !== location.origin) return;
    view.go(link.pathname);
    // A click that leads nowhere after all is taken back.
    clearTimeout(timer);
    timer = setTimeout(moved, ARRIVED_WITHIN_MS);
  };
  document.addEventListener("click", clicked, true);
  window.addEventListener("popstate", moved);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("click", clicked, true);
    window.removeEventListener("popstate", moved);
  };
}

const nothing = [];

/** `children` once for every workspace whose rows are kept; only those of the open one stand in the page. */
export function Windows({ children }) {
  const view = useContext(StateStoreContext);
  const drawn = useSyncExternalStore(view.onDrawn, view.drawn, () => nothing);
  const hosts = useMemo(() => new WeakMap(), []);
  const slot = useRef(null);
  const host = (window) => hosts.get(window) ?? hosts.set(window, document.createElement("div")).get(window);
  const shown = drawn.at(-1);
  useLayoutEffect(() => slot.current.replaceChildren(...(shown ? [host(shown)] : [])), [shown]);
  return h(
    "div",
    { ref: slot },
    drawn.map((each) => createPortal(h(StateStoreContext.Provider, { value: each.store }, children), host(each), each.id)),
  );
}
