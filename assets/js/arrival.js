// The start page becomes the workspace that its first message made. The answer may come while the page is being drawn
// anew, as after an outage, and says only later where it stands: the way there is kept until then.

import { byId, parts, place, safePath, tell, watch } from "./core.js";

/** The workspace to go to, and the address from which. */
let made = null;

export function arrivedAt(workspace) {
  made = { workspace, from: location.pathname };
  goThere();
}

/** Go to the workspace, if the person is still on the start page. */
function goThere() {
  const here = place();
  if (made && location.pathname !== made.from) made = null;
  if (!made || !here) return;
  const { workspace } = made;
  made = null;
  if (here.workspace || !byId("composer")) return;
  parts.journal?.moveTo(workspace);
  tell("go", { path: safePath(`/w/${workspace}`), workspace });
}

watch(goThere);
