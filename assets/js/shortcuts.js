// Every shortcut, once: the keys, the words of the help sheet, and what is pressed. Pure data and its matching.
//
// "mod" is Ctrl, or Command on a Mac. Two strokes are separated by a space. `action` presses the page's button of that
// name; `row` presses one in the focused message; `run` names a function of keys.js. What writes a character is ignored
// while somebody types.

// `needs` is what the page must have for the palette to offer a command; without it, `action` says so.

/** Somewhere on the page this can be done, to the open workspace or to chosen rows. */
const CHOOSABLE = (deed) => `[data-action="${deed}"], [data-action="${deed}-chosen"]`;

export const SHORTCUTS = [
  { keys: ["mod+k", "g k"], run: "palette", group: "Go to", label: "Search and commands", inPalette: false },
  { keys: ["/"], run: "slash", group: "Go to", label: "Go to the search box, else to the composer", inPalette: false },
  { keys: ["g f"], run: "search", group: "Go to", label: "Search the history" },
  { keys: ["g h"], go: "/", group: "Go to", label: "Home" },
  { keys: ["g s"], go: "/history", group: "Go to", label: "History" },
  { keys: ["g t"], go: "/trash", group: "Go to", label: "Trash" },
  { keys: ["g e"], go: "/settings", group: "Go to", label: "Settings" },
  { keys: ["g a"], go: "/admin", group: "Go to", label: "Admin", needs: 'a[href="/admin"]' },
  { keys: ["g m"], action: "tab-mission", group: "Go to", label: "Mission" },
  { keys: ["g v"], action: "tab-assets", group: "Go to", label: "Assets" },
  { keys: ["g l"], action: "tab-timeline", group: "Go to", label: "Timeline" },
  { keys: ["alt+arrowup", "g p"], run: "previousSession", group: "Go to", label: "Previous session", inPalette: false },
  { keys: ["alt+arrowdown", "g n"], run: "nextSession", group: "Go to", label: "Next session", inPalette: false },
  { keys: ["g 1"], run: "nthSession", group: "Go to", label: "Recent sessions 1 to 9", also: ["g 2", "g 3", "g 4", "g 5", "g 6", "g 7", "g 8", "g 9"], inPalette: false },
  { keys: ["mod+shift+o", "n s"], go: "/new", group: "Session", label: "New session" },
  { keys: ["f2", "n r"], run: "rename", group: "Session", label: "Rename", needs: "#title" },
  { keys: ["mod+z", "u"], action: "undo-last", group: "Session", label: "Undo what was done last", outsideText: true },
  { keys: ["d p"], run: "deed", group: "Session", label: "Pin, or no longer", needs: '[data-action="pin"]' },
  { keys: ["d c"], run: "deed", group: "Session", label: "Mark as complete", needs: CHOOSABLE("complete") },
  { keys: ["d a"], run: "deed", group: "Session", label: "Archive", needs: CHOOSABLE("archive") },
  { keys: ["d s"], run: "deed", group: "Session", label: "Share with a domain", needs: '[data-action="share"]' },
  { keys: ["d o"], run: "deed", group: "Session", label: "Back to active", needs: '[data-action="activate-chosen"]' },
  { keys: ["#"], run: "deed", group: "Session", label: "Move to Trash", needs: CHOOSABLE("trash") },
  { keys: ["d r"], run: "deed", group: "Session", label: "Restore from the Trash", needs: '[data-action="restore-chosen"]' },
  { keys: ["d d"], run: "deed", group: "Session", label: "Delete for ever", needs: '[data-action="delete-chosen"]' },
  { keys: ["mod+b", "v s"], action: "toggle-sidebar", group: "View", label: "Show or hide the sidebar" },
  { keys: ["mod+.", "v p"], action: "toggle-panel", group: "View", label: "Show or hide the panel" },
  { keys: ["v t"], action: "toggle-theme", group: "View", label: "Light or dark" },
  { keys: ["shift+escape", "i"], run: "focusComposer", group: "Write", label: "Go to the composer", inPalette: false },
  { keys: ["w a"], action: "attach", group: "Write", label: "Attach a file" },
  { keys: ["enter"], group: "Write", label: "Send", shownOnly: true },
  { keys: ["shift+enter"], group: "Write", label: "New line", shownOnly: true },
  { keys: ["mod+s", "w s"], run: "saveNow", group: "Write", label: "Save now", needs: "#save-pill" },
  { keys: ["escape"], run: "escape", group: "Write", label: "Close; twice while an answer is written: stop", inPalette: false },
  { keys: ["j"], run: "nextMessage", group: "Messages and rows", label: "Next message, or next row of a table", inPalette: false },
  { keys: ["k"], run: "previousMessage", group: "Messages and rows", label: "Previous message or row", inPalette: false },
  { keys: ["x"], run: "choose", group: "Messages and rows", label: "Choose the row, or no longer", inPalette: false },
  { keys: ["shift+j"], run: "chooseDown", group: "Messages and rows", label: "Choose the next row too", inPalette: false },
  { keys: ["shift+k"], run: "chooseUp", group: "Messages and rows", label: "Choose the row above too", inPalette: false },
  { keys: ["e"], row: "edit", group: "Messages and rows", label: "Edit the focused message", inPalette: false },
  { keys: ["r"], row: "retry", group: "Messages and rows", label: "Try the focused message again", inPalette: false },
  { keys: ["c"], row: "copy", group: "Messages and rows", label: "Copy the focused message", inPalette: false },
  { keys: ["mod+enter", "a y"], action: "approve", group: "Mission", label: "Accept" },
  { keys: ["mod+shift+backspace", "a n"], action: "deny", group: "Mission", label: "Decline" },
  { keys: ["a p"], action: "mission-pause", group: "Mission", label: "Pause the mission" },
  { keys: ["a g"], action: "mission-resume", group: "Mission", label: "Go on with the mission" },
  { keys: ["a s"], action: "mission-end", group: "Mission", label: "Stop the mission" },
  { keys: ["a r"], action: "mission-retry", group: "Mission", label: "Try the mission again" },
  { keys: ["?"], run: "help", group: "Help", label: "Keyboard shortcuts" },
];

const NAMED = { " ": "space", esc: "escape" };

/** The stroke a key event stands for, such as "mod+shift+o" or "?". */
export function strokeOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const name = NAMED[key.toLowerCase()] ?? key.toLowerCase();
  const isSign = name.length === 1 && !/[a-z0-9]/.test(name);
  return [(ctrlKey || metaKey) && "mod", altKey && "alt", shiftKey && !isSign && "shift", name].filter(Boolean).join("+");
}

/** The shortcut that `stroke` completes after `first`, {first} when it begins one of two strokes, or null. */
export function match(stroke, first = "", shortcuts = SHORTCUTS) {
  const whole = first ? `${first} ${stroke}` : stroke;
  for (const shortcut of shortcuts) {
    if (!shortcut.shownOnly && [...shortcut.keys, ...(shortcut.also ?? [])].includes(whole)) return { shortcut, keys: whole };
  }
  const isBeginning = shortcuts.some((shortcut) => shortcut.keys.some((keys) => keys.startsWith(`${whole} `)));
  return !first && isBeginning ? { first: stroke } : null;
}

/** Whether `stroke` may mean a shortcut while somebody types: never one that writes a character. */
export function worksWhileTyping(stroke) {
  return /^(mod|alt)\+/.test(stroke) || /^f\d+$/.test(stroke) || /^(shift\+)?escape$/.test(stroke);
}

/** How keys are written for people. */
export function written(keys, isMac = false) {
  const words = { mod: isMac ? "⌘" : "Ctrl", shift: "Shift", alt: isMac ? "⌥" : "Alt", escape: "Esc", enter: "Enter", arrowup: "↑", arrowdown: "↓", backspace: "Backspace" };
  return keys.split(" ").map((stroke) => (stroke === "+" ? "+" : stroke.split("+").map((part) => words[part] ?? part.toUpperCase()).join(" + "))).join(" then ");
}
