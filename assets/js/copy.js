// Copies code and messages. [data-copy] names a message by its id; an empty one means the nearest code or message.
// [data-copy-address] copies where one is, whose view stands in the address; [data-copy-once] the secret before it, which
// is longer than its field.

import { tell } from "./core.js";

function copy(button) {
  const wanted = button.dataset.copy;
  const row = wanted ? document.querySelector(`[data-message-id="${CSS.escape(wanted)}"]`) : button.closest("[data-message-id]");
  const code = wanted ? null : (button.closest("[data-code], pre, figure")?.querySelector("code") ?? null);
  const source = code ?? row?.querySelector("[data-message-text], .bubble, .prose") ?? row;
  copyText(source?.dataset.text ?? source?.innerText ?? "");
}

async function copyText(text, done = "Copied.") {
  if (!text) return;
  const isCopied = await put(text);
  tell("notice", { key: "copy", text: isCopied ? done : "Copying is blocked by this browser." });
}

async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return putOldWay(text);
  }
}

/** Without https a page has no clipboard of its own; a selected text area still has. */
function putOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
}

if (typeof document !== "undefined") {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (button) copy(button);
    if (event.target.closest?.("[data-copy-address]")) copyText(location.href, "Address copied.");
    const once = event.target.closest?.("[data-copy-once]");
    if (once) copyText(once.previousElementSibling?.value ?? "");
  });
}
