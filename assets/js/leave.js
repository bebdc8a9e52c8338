// A guest who signs out comes back to nothing: no password leads to what they made. So they are asked first.

import { byId, make } from "./core.js";

/** Whether whoever wants to sign out may: a guest says so once more. */
export function mayLeave() {
  return byId("workspace")?.dataset.guest === "true" ? asked() : Promise.resolve(true);
}

function asked() {
  return new Promise((answer) => {
    const stay = make("button", { type: "button", class: "jb-primary" }, "Stay");
    const leave = make("button", { type: "button", class: "btn wide danger" }, "Leave it behind");
    const dialog = make(
      "dialog",
      { id: "leave", class: "jb-dialog jb-form", role: "alertdialog", "aria-labelledby": "leave-title", "aria-describedby": "leave-note" },
      make("h2", { id: "leave-title" }, "Leave what you made?"),
      make("p", { id: "leave-note" }, "Without an account nothing leads back to it. Create one, and all of it stays yours."),
      make("a", { href: "/register", class: "jb-link" }, "Create an account"),
      stay,
      leave,
    );
    const say = (isLeaving) => {
      dialog.remove();
      answer(isLeaving);
    };
    stay.addEventListener("click", () => say(false));
    leave.addEventListener("click", () => say(true));
    dialog.addEventListener("cancel", () => say(false));
    document.body.append(dialog);
    dialog.showModal();
    stay.focus();
  });
}
