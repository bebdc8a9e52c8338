// Short words to the person from the scripts: at most three, polite to screen readers, never over the composer.

import { define, make, on } from "./core.js";

const SHOWN_MS = 5000;
const SHOWN_WITH_ACTION_MS = 10000;
const MOST = 3;
let region = null;

/** The page's own region, so that its notices and these stand together; a page without one gets one. */
function place() {
  region = document.getElementById("notices") ?? region;
  if (!region?.isConnected) {
    region = make("div", { id: "script-notices", class: "notices", role: "status", "aria-live": "polite" });
    document.body.append(region);
  }
  return region;
}

const own = () => [...place().querySelectorAll(":scope > [data-key]")];

/** Say `text`, perhaps with a button. `stays` keeps it until it is dismissed. */
export function say({ text, action = "", act = null, stays = false, key = text }) {
  hush(key);
  const close = make("button", { type: "button", class: "jb-quiet", "aria-label": "Dismiss" }, "×");
  const button = act && make("button", { type: "button", class: "jb-link" }, action);
  const line = make("div", { class: "notice", "data-key": key }, make("span", { class: "grow" }, text), button, close);
  let timer = 0;
  const wait = () => {
    if (!stays) timer = setTimeout(() => line.remove(), act ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
  };
  close.addEventListener("click", () => line.remove());
  button?.addEventListener("click", () => {
    line.remove();
    act();
  });
  for (const pause of ["pointerenter", "focusin"]) line.addEventListener(pause, () => clearTimeout(timer));
  for (const resume of ["pointerleave", "focusout"]) line.addEventListener(resume, wait);
  place().append(line);
  while (own().length > MOST) own()[0].remove();
  wait();
}

function hush(key) {
  for (const old of own()) if (old.dataset.key === key) old.remove();
}

if (typeof document !== "undefined") {
  on("notice", say);
  on("storage-full", () =>
    say({ key: "storage", stays: true, text: "Not saved on this device: the browser's storage is full. Your text stays in this tab and is saved on the server." }),
  );
  on("storage-freed", () => hush("storage"));
  on("storage-closed", () =>
    say({ key: "storage", stays: true, text: "This browser keeps no data for this site. Your text is safe only while this tab is open, and on the server." }),
  );
}

define("notices", { hush, say });
