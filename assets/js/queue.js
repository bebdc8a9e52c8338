// The order in which messages leave. Pure: takes the list of waiting items and gives a new one.
//
// An item is {id, workspace, group, content, assets, state, attempt, error}. `id` is the client id that makes sending it
// twice the same as once. `workspace` is "" until the first message of a start page has made one; all messages of that
// page share a `group`. States: "waiting" (to be sent), "sending", "refused" (a person must change or remove it).

export const MOST_ITEMS = 500;

export function added(items, item) {
  return [...items, { state: "waiting", attempt: 0, error: "", assets: [], ...item }];
}

export function removed(items, id) {
  return items.filter((item) => item.id !== id);
}

/** New text for an item that is not on its way; one that was refused may then be tried again. */
export function edited(items, id, content) {
  return items.map((item) =>
    item.id === id && item.state !== "sending" ? { ...item, content, state: "waiting", error: "", attempt: 0 } : item,
  );
}

/**
 * The items to send now: for each workspace its first one, unless that is refused, on its way, or the workspace is busy.
 * Later messages never overtake an earlier one of the same workspace.
 */
export function ready(items, isBusy = () => false) {
  const seen = new Set();
  const heads = [];
  for (const item of items) {
    const lane = item.workspace || item.group;
    if (seen.has(lane)) continue;
    seen.add(lane);
    // One that was tried may have arrived: the answer being written can be its own, so it asks again at once.
    if (item.state === "waiting" && (item.attempt > 0 || !isBusy(item.workspace))) heads.push(item);
  }
  return heads;
}

export function marked(items, id, facts) {
  return items.map((item) => (item.id === id ? { ...item, ...facts } : item));
}

/** The server has `id`, in `workspace`: it leaves the list, and the others of its start page follow it there. */
export function accepted(items, id, workspace) {
  const group = items.find((item) => item.id === id)?.group;
  return removed(items, id).map((item) => (group && item.group === group && !item.workspace ? { ...item, workspace } : item));
}

/** As it is kept: after a reload nothing is on its way any more, and what was is sent again with the same id. */
export function kept(items) {
  return items.map((item) => (item.state === "sending" ? { ...item, state: "waiting" } : item));
}

/** What becomes of an item the server did not take. */
export function declined(items, id, problem) {
  if (problem.kind === "refused" && problem.code !== "turn_in_progress") {
    return marked(items, id, { state: "refused", error: problem.detail || "The server did not take this message." });
  }
  const item = items.find((each) => each.id === id);
  // Waiting for an answer to finish, or for a sign-in, is not a failed try.
  const isTry = problem.kind === "offline" || problem.kind === "busy";
  return marked(items, id, { state: "waiting", attempt: (item?.attempt ?? 0) + (isTry ? 1 : 0) });
}
