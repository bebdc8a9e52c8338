// Asks once more what was asked before: opens the workspace where the files are, with the words in its composer.

import { on, parts } from "./core.js";

let wanted = null;

function clicked(event) {
  const link = event.target.closest?.("[data-say]");
  if (link) wanted = { workspace: new URL(link.href, location.href).pathname.split("/").at(-1), text: link.dataset.say };
}

function opened(live) {
  if (!wanted || !live.workspace) return;
  if (live.workspace === wanted.workspace) parts.journal.insert(wanted.text);
  wanted = null;
}

if (typeof document !== "undefined") {
  document.addEventListener("click", clicked, true);
  on("opened", opened);
}
