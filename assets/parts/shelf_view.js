// The store that the page's parts read in place of the server's word: see shelf.js. Knows no React and no browser.

import { Memory, ahead, field, laidOver, shared, workspaceIn } from "./shelf_rules.js";

const MOST_REMEMBERED = 12;
const MOST_DRAWN = 5;

/** Of this page alone: nothing of it is written anywhere, and loading anew or signing out ends it. */
const ofThisPage = new Memory(MOST_REMEMBERED);

/**
 * A view of `real`, the store with the server's word.
 *
 * `states` has the full names of the states by role: `page`, `session`, `stream`, `older`, `who` and `tab`. `kept` says
 * by role which of their values belong to a workspace, `fresh` has those that start anew with every opening.
 */
export function viewOf(real, { states, kept, fresh }, memory = ofThisPage) {
  const roleOf = Object.fromEntries(Object.entries(states).map(([role, name]) => [name, role]));
  const listeners = new Map(["drawn", ...Object.keys(states)].map((role) => [role, new Set()]));
  let wanted = "";
  let inputs = {};
  let shown = {};
  let drawn = [];
  let detach = null;

  const now = (role) => real.getSnapshot(states[role]);

  /** Works out what is shown, when anything it depends on is another object than before. */
  function look() {
    const next = { wanted };
    for (const role in states) next[role] = now(role);
    if (Object.keys(next).every((key) => next[key] === inputs[key])) return;
    inputs = next;
    memory.belongTo(next.tab[field("standing")] ? "" : next.who[field("user_id")]);
    const before = shown;
    const remembered = ahead(memory, wanted, next);
    shown = { ...next };
    for (const role in kept) {
      const values = remembered ? laidOver(next[role], remembered[role], kept[role], fresh[role]) : next[role];
      shown[role] = shared(before[role], values);
    }
    draw(shown.page[field("workspace_id")]);
  }

  /** The windows whose rows stay drawn: of the last ones that are remembered, and at the end the one that is shown. */
  function draw(id) {
    const others = drawn.filter((each) => each.id !== id && memory.get(each.id));
    const own = drawn.find((each) => each.id === id) ?? windowOf(id);
    const next = id ? [...others.slice(1 - MOST_DRAWN), own] : others;
    if (next.length !== drawn.length || next.some((each, place) => each !== drawn[place])) drawn = next;
  }

  /** Its rows read what is shown while it is, and what is remembered while it is not. */
  function windowOf(id) {
    const getSnapshot = (name) => {
      const role = roleOf[name];
      const isHidden = role in kept && id !== shown.page[field("workspace_id")];
      return (isHidden && memory.get(id)?.[role]) || view.getSnapshot(name);
    };
    return { id, store: { dispatchers: real.dispatchers, subscribe: view.subscribe, getSnapshot } };
  }

  /** Keeps what the server said last of the workspace that is open there; older messages are asked for again. */
  function remember() {
    const [page, session] = [now("page"), now("session")];
    const id = page[field("workspace_id")];
    if (!id || session[field("current_session")].id !== id || session[field("session_error")]) return;
    memory.keep(id, { page, session, stream: now("stream"), older: laidOver(now("older"), {}, [], fresh.older) });
  }

  function changed() {
    const before = { ...shown, drawn };
    look();
    const after = { ...shown, drawn };
    for (const [role, heard] of listeners) if (after[role] !== before[role]) for (const listener of heard) listener();
  }

  function listen(role, listener) {
    if (!detach) {
      const stops = Object.values(states).map((name) => real.subscribe(name, changed));
      detach = () => stops.forEach((stop) => stop());
    }
    listeners.get(role).add(listener);
    return () => {
      listeners.get(role).delete(listener);
      if (!detach || [...listeners.values()].some((heard) => heard.size)) return;
      detach();
      detach = null;
    };
  }

  const view = {
    dispatchers: real.dispatchers,
    getSnapshot(name) {
      if (!(name in roleOf)) return real.getSnapshot(name);
      look();
      return shown[roleOf[name]];
    },
    subscribe: (name, listener) => (name in roleOf ? listen(roleOf[name], listener) : real.subscribe(name, listener)),
    /** The person goes to the page at `path`; the server may not know of it yet. */
    go(path) {
      const id = workspaceIn(path);
      if (id === wanted) return;
      remember();
      wanted = id;
      changed();
    },
    onDrawn: (listener) => listen("drawn", listener),
    drawn() {
      look();
      return drawn;
    },
  };
  return view;
}
