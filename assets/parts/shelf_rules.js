// What the browser remembers of the workspaces a person was in, and when that is shown. Pure.

/** The most recent of what was put in, for one person at a time. */
export class Memory {
  constructor(most) {
    this.most = most;
    this.owner = "";
    this.windows = new Map();
  }

  /** Whose page it is now; whatever belongs to anybody else is forgotten. */
  belongTo(owner) {
    if (owner === this.owner) return;
    this.owner = owner;
    this.windows.clear();
  }

  keep(id, window) {
    if (!this.owner) return;
    this.windows.delete(id);
    this.windows.set(id, window);
    for (const oldest of this.windows.keys()) {
      if (this.windows.size <= this.most) break;
      this.windows.delete(oldest);
    }
  }

  get(id) {
    return this.windows.get(id) ?? null;
  }
}

/** The workspace in the address `/w/<id>`; empty when the address names none. */
export function workspaceIn(path) {
  return /^\/w\/([^/]+)\/?$/.exec(path)?.[1] ?? "";
}

/** What is called `name` in Python, in a state as the browser has it. */
export const field = (name) => `${name}_rx_state_`;

/**
 * The workspace to be shown from memory, or null when the server's word is shown: it has answered for the address, or
 * said that something is wrong, or the workspace is in the person's list no more.
 */
export function ahead(memory, wanted, { page, session }) {
  if (!wanted || wanted === page[field("workspace_id")] || session[field("session_error")]) return null;
  const isListed = session[field("groups")].some((group) => group.rows.some((row) => row.id === wanted));
  return isListed ? memory.get(wanted) : null;
}

/** `values` with what `kept` names as it was `remembered`, and the values that start anew with every opening. */
export function laidOver(values, remembered, kept, fresh) {
  const laid = { ...values };
  for (const name of kept) laid[field(name)] = remembered[field(name)];
  for (const name in fresh) laid[field(name)] = fresh[name];
  return laid;
}

/** `now`, with every part of it that equals a part of `before` being that part: what is the same is not drawn again. */
export function shared(before, now) {
  if (before === now || !isPlain(before) || !isPlain(now) || Array.isArray(before) !== Array.isArray(now)) return now;
  const names = Object.keys(now);
  let isSame = names.length === Object.keys(before).length;
  const out = Array.isArray(now) ? [] : {};
  for (const name of names) {
    out[name] = shared(before[name], now[name]);
    isSame &&= out[name] === before[name] && name in before;
  }
  return isSame ? before : out;
}

const isPlain = (value) => typeof value === "object" && value !== null;
