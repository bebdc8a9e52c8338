// What is pasted into the composer: files become attachments, a very long text is offered as one, and what no server
// would take is refused before it freezes the page. The clipboard still holds what was refused.

import { define, on, parts, tell } from "./core.js";
import { download } from "./text_file.js";

export const LONG_BYTES = 100000;
export const LARGEST_BYTES = 5 * 1024 * 1024;

/** "paste", "offer" or "refuse" for a text of so many UTF-16 units; bytes are counted only when it could matter. */
export function verdict(text, bytesOf = (each) => new TextEncoder().encode(each).length) {
  if (text.length * 3 < LONG_BYTES) return "paste";
  if (text.length > LARGEST_BYTES) return "refuse";
  const bytes = bytesOf(text);
  return bytes > LARGEST_BYTES ? "refuse" : bytes > LONG_BYTES ? "offer" : "paste";
}

function asFile(text) {
  return new File([text], "pasted-text.txt", { type: "text/plain" });
}

function pasted(event) {
  if (event.target.id !== "composer") return;
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) {
    event.preventDefault();
    parts.upload?.take(files);
    return;
  }
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const which = verdict(text);
  if (which === "paste") return;
  event.preventDefault();
  if (which === "refuse") {
    tell("notice", { key: "paste", text: "This text is larger than 5 MB. Save it as a file and attach that." });
    return;
  }
  tell("notice", {
    key: "paste",
    stays: true,
    text: `This text is long (${Math.round(text.length / 1000)} k characters). A message can hold 100 k.`,
    action: "Attach as file",
    act: () => parts.upload?.take([asFile(text)]),
  });
}

function tooLong() {
  const text = parts.journal?.live()?.text ?? "";
  tell("notice", {
    key: "paste",
    stays: true,
    text: "This message is too long to be sent. Your text stays here.",
    action: parts.upload ? "Attach as file" : "Download it",
    act: () => (parts.upload ? parts.upload.take([asFile(text)]) : download("message.txt", text)),
  });
}

if (typeof document !== "undefined") {
  document.addEventListener("paste", pasted, true);
  on("too-long", tooLong);
}

define("paste", { verdict });
