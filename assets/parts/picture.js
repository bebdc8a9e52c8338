// A picture in an answer. One from elsewhere would tell its owner who reads, when and from where, so it is a link:
// nothing is asked of anybody before the reader asks for it.

import { createElement as h } from "react";
import { Link } from "./link.js";

export function Picture({ src, alt, title }) {
  if (/^(\/(?![/\\])|data:image\/)/.test(src ?? "")) return h("img", { src, alt: alt ?? "", title, loading: "lazy" });
  return h(Link, { href: src, title }, alt || src);
}
