// What this browser keeps: JSON under keys that begin with "jambot:". When the browser refuses, memory takes over and
// the person is told, because text that is nowhere but here must not look safe.

import { define, tell } from "./core.js";

const PREFIX = "jambot:";
const memory = new Map();
let backing = null;
let isProbed = false;
/** Whose things this page keeps no more: what is kept as it is left must not bring them back. */
const forgotten = new Set();

const ownerOf = (key) => key.split(":")[1];

function storage() {
  if (!isProbed) {
    isProbed = true;
    try {
      backing = globalThis.localStorage ?? null;
      backing?.setItem(`${PREFIX}probe`, "1");
      backing?.removeItem(`${PREFIX}probe`);
    } catch (error) {
      // A full storage still holds what was written before; only a closed one is not there.
      if (!isQuota(error)) backing = null;
    }
    if (!backing) tell("storage-closed");
  }
  return backing;
}

function isQuota(error) {
  return error?.name === "QuotaExceededError" || error?.name === "NS_ERROR_DOM_QUOTA_REACHED";
}

/** The value under `key`, or null; something unreadable counts as nothing and is left where it is. */
export function read(key) {
  if (memory.has(key)) return structuredClone(memory.get(key));
  try {
    const raw = storage()?.getItem(PREFIX + key);
    return raw == null ? null : JSON.parse(raw);
  } catch {
    return null;
  }
}

/** Keep `value` under `key`. False when only this tab remembers it: the browser's storage is full or closed. */
export function write(key, value) {
  if (forgotten.has(ownerOf(key))) return true;
  const target = storage();
  if (target) {
    try {
      target.setItem(PREFIX + key, JSON.stringify(value));
      if (memory.delete(key) && ![...memory.keys()].length) tell("storage-freed");
      return true;
    } catch (error) {
      if (!isQuota(error)) backing = null;
      tell("storage-full", { key });
    }
  }
  memory.set(key, structuredClone(value));
  return false;
}

export function remove(key) {
  memory.delete(key);
  try {
    storage()?.removeItem(PREFIX + key);
  } catch {
    // Nothing can be removed from a closed storage.
  }
}

/** All keys that begin with `start`. */
export function keys(start = "") {
  const found = new Set([...memory.keys()].filter((key) => key.startsWith(start)));
  try {
    const target = storage();
    for (let index = 0; target && index < target.length; index += 1) {
      const key = target.key(index);
      if (key?.startsWith(PREFIX + start)) found.add(key.slice(PREFIX.length));
    }
  } catch {
    // Only what memory has.
  }
  return [...found];
}

/** Forget everything of one person, or of everybody: "forget this device". */
export function forget(user = "") {
  if (user) forgotten.add(user);
  for (const key of keys()) if (!user || ownerOf(key) === user) remove(key);
}

/** What only this tab remembers, also over a reload. Nothing where the browser keeps no data. */
export const tab = {
  get(key) {
    try {
      return sessionStorage.getItem(PREFIX + key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      sessionStorage.setItem(PREFIX + key, value);
    } catch {
      // A tab that remembers nothing still works.
    }
  },
};

/** Hear what another tab wrote: `listener(key, value, before)`; null when it removed the key. */
export function onOtherTab(listener) {
  window.addEventListener("storage", (event) => {
    if (!event.key?.startsWith(PREFIX)) return;
    try {
      listener(event.key.slice(PREFIX.length), parsed(event.newValue), parsed(event.oldValue));
    } catch {
      // Not ours, or not whole.
    }
  });
}

function parsed(raw) {
  return raw == null ? null : JSON.parse(raw);
}

define("store", { read, write, remove, keys, forget });
