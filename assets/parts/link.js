// A link of an answer. The formatter empties addresses that could run something; an empty one would lead to the page
// itself and load it anew, so what is left of such a link is its words. Others open beside the work, not over it.

import { createElement as h } from "react";

export function Link({ href, title, children }) {
  if (!href) return h("span", { title: title || undefined }, children);
  const isHere = href.startsWith("#");
  return h("a", { href, title, ...(isHere ? {} : { target: "_blank", rel: "noopener noreferrer nofollow" }) }, children);
}
