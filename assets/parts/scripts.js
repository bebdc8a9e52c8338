// The scripts of assets/js as a part of the page's own bundle: in one file whose name changes with what is in it, so that
// a browser keeps it, and not in thirty that are asked for again with every page.

import { useEffect } from "react";
import { start } from "../js/main.js";

/** Draws nothing. The page is the server's picture of it until it is alive; before that nothing may be changed in it. */
export function PageScripts() {
  useEffect(() => start(), []);
  return null;
}
