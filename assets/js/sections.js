// Marks the section of a long page that is being read in the list of its sections.

import { place, watch } from "./core.js";

let watched = null;
let links = [];
/** The section somebody asked for, which may be too near the end to reach the top. */
let asked = "";

function mark() {
  const top = watched.getBoundingClientRect().top;
  const sections = links.map((link) => document.getElementById(link.dataset.section)).filter(Boolean);
  const isAtEnd = watched.scrollHeight - watched.scrollTop - watched.clientHeight < 4;
  const reached = isAtEnd && watched.scrollTop > 0 ? sections.at(-1) : (sections.findLast((section) => section.getBoundingClientRect().top - top < 96) ?? sections[0]);
  for (const link of links) {
    const isOn = link.dataset.section === (asked || reached?.id);
    link.classList.toggle("on", isOn);
    if (isOn) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** The address keeps the section, but the page is not loaded for it. */
function clicked(event) {
  const link = event.target.closest?.("a[data-section]");
  const section = link && document.getElementById(link.dataset.section);
  if (!section || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState(history.state, "", `#${section.id}`);
  asked = section.id;
  section.scrollIntoView();
  section.querySelector("input:not(.sr), button, a")?.focus({ preventScroll: true });
  mark();
}

function look() {
  const found = place() ? [...document.querySelectorAll("[data-section]")] : [];
  const box = found.length ? document.querySelector("#main .scroll") : null;
  if (box === watched && found[0] === links[0]) return;
  watched?.removeEventListener("scroll", mark);
  watched = box;
  links = found;
  if (!watched) return;
  watched.addEventListener("scroll", mark, { passive: true });
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
  mark();
}

if (typeof document !== "undefined") {
  document.addEventListener("click", clicked);
  for (const kind of ["wheel", "touchmove", "keydown"]) document.addEventListener(kind, () => (asked = ""), { capture: true, passive: true });
  watch(look);
}
