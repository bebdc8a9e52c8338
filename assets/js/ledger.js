// What the save pill may say. Pure: facts in, words out; nothing here is said that the server did not acknowledge.

export const MOST_SAVES = 20;
export const AMBER_AFTER_MS = 5000;
export const RED_AFTER_MS = 60000;

export function blank() {
  return { saves: [], dirtySince: null, isSaving: false, isOnline: true, waiting: 0, failure: "", failed: null, choice: false, isLocal: false };
}

/** The state after something happened. `now` in ms. */
export function after(state, what, detail, now) {
  switch (what) {
    case "draft-changed":
      return { ...state, dirtySince: state.dirtySince ?? now };
    case "saving":
      return { ...state, isSaving: true, dirtySince: state.dirtySince ?? now };
    case "saved": {
      const saves = [{ ...detail, ok: true }, ...state.saves].slice(0, MOST_SAVES);
      const isDraft = detail.what === "draft";
      return {
        ...state,
        saves,
        failure: "",
        isSaving: isDraft ? false : state.isSaving,
        dirtySince: isDraft && !detail.isStillDirty ? null : state.dirtySince,
      };
    }
    case "save-failed": {
      const saves = [{ what: "draft", at: detail.at, size: detail.size, ok: false, why: detail.why }, ...state.saves];
      return { ...state, isSaving: false, failure: detail.why, saves: saves.slice(0, MOST_SAVES) };
    }
    case "clean":
      return { ...state, dirtySince: null, isSaving: false, failure: "" };
    default:
      return { ...state, ...detail };
  }
}

/** What the pill says: {text, tone}. Tone is "ok", "busy", "amber" or "red". */
export function says(state, now, format = clockTime) {
  const unsavedFor = state.dirtySince === null ? 0 : now - state.dirtySince;
  const tone = unsavedFor >= RED_AFTER_MS ? "red" : unsavedFor >= AMBER_AFTER_MS ? "amber" : "busy";
  const changes = state.waiting + (state.dirtySince === null ? 0 : 1);
  if (state.choice) return { text: "Not saved: choose a version", tone: "amber" };
  if (state.failure === "storage_full") return { text: "Not saved: storage full", tone: "red" };
  if (state.failure === "too_large") return { text: "Not saved: too long", tone: "red" };
  if (!state.isOnline && changes) return { text: `${changes} ${changes === 1 ? "change" : "changes"} waiting — offline`, tone: tone === "busy" ? "amber" : tone };
  if (state.failure) return { text: "Not saved — retrying", tone: tone === "busy" ? "amber" : tone };
  if (state.waiting) return { text: `${state.waiting} ${state.waiting === 1 ? "message" : "messages"} waiting`, tone };
  if (state.dirtySince !== null) return { text: state.isLocal ? "Kept on this device" : "Saving…", tone: state.isLocal ? "ok" : tone };
  const last = state.saves.find((save) => save.ok);
  return last ? { text: `Saved · ${format(last.at)}`, tone: "ok" } : { text: "", tone: "ok" };
}

/** The reason of a problem in one word the pill knows. */
export function why(problem) {
  if (problem.status === 507 || problem.code === "storage_full" || problem.code === "quota") return "storage_full";
  if (problem.status === 413) return "too_large";
  return problem.kind;
}

export function clockTime(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? "" : [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
