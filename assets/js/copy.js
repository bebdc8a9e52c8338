// Copies code and messages. [data-copy] names a message by its id; an empty one means the nearest code or message.
// [data-copy-address] copies where one is, whose view stands in the address.

import { tell } from "./core.js";

async function copy(button) {
  const wanted = button.dataset.copy;
  const row = wanted ? document.querySelector(`[data-message-id="${CSS.escape(wanted)}"]`) : button.closest("[data-message-id]");
  const code = wanted ? null : (button.closest("[data-code], pre, figure")?.querySelector("code") ?? null);
  const source = code ?? row?.querySelector("[data-message-text], .bubble, .prose") ?? row;
  const text = source?.dataset.text ?? source?.innerText ?? "";
  if (!text) return;
  const isCopied = await put(text);
  tell("notice", { key: "copy", text: isCopied ? "Copied." : "Copying is blocked by this browser." });
}

async function copyAddress() {
  const isCopied = await put(location.href);
  tell("notice", { key: "copy", text: isCopied ? "Address copied." : "Copying is blocked by this browser." });
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
    if (event.target.closest?.("[data-copy-address]")) copyAddress();
  });
}
