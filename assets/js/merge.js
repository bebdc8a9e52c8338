// Whose words win. Pure; the server applies the same rule. Revisions come from the server; clocks are never compared.

/**
 * What to show when a text changed in two places.
 * "same": nothing to do. "mine", "theirs": only that side changed. "both": a person must choose.
 */
export function reconcile(base, mine, theirs) {
  if (mine === theirs) return "same";
  if (theirs === base) return "mine";
  if (mine === base) return "theirs";
  // Their text is the beginning of mine: my own earlier save whose answer was lost.
  if (theirs !== "" && mine.startsWith(theirs)) return "mine";
  return "both";
}

/**
 * What the composer shows when the page opens a workspace.
 * `entry` is the journal's {text, base, baseText} or null, `server` is {text, revision}.
 */
export function opening(entry, server) {
  if (!entry) return "theirs";
  if (entry.text === server.text) return "same";
  // The page was painted before the server's newest word reached it.
  if (entry.base > server.revision) return "mine";
  if (entry.base === server.revision) return entry.text === entry.baseText ? "theirs" : "mine";
  return reconcile(entry.baseText, entry.text, server.text);
}

/** Both texts, each once, mine first. */
export function joined(mine, theirs) {
  if (!mine || !theirs) return mine || theirs;
  return `${mine}\n\n${theirs}`;
}
