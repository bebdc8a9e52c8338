// Fetches what the workspace needs while somebody writes their password: the next page is then only opened, not loaded.

import { watch } from "./core.js";

const ROUTE = "w/:workspace_id";
let isWarm = false;

function look() {
  const routes = window.__reactRouterManifest?.routes;
  if (isWarm || !routes || !document.querySelector("form[data-auth-form=login]")) return;
  isWarm = true;
  const next = Object.values(routes).find((route) => route.path === ROUTE);
  // Fetched and compiled, and run when the page is opened.
  for (const file of next ? [next.module, ...next.imports] : []) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", href: file });
    document.head.append(link);
  }
}

if (typeof document !== "undefined") watch(look);
