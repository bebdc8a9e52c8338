// When the login behind an open page ends: the question for the password over the page, the reload for somebody whose
// standing changed, and signing out. [data-sign-out] signs out; "forget" also forgets this device.

import { byId, define, make, on, parts, tell, watch } from "./core.js";
import { forgetEnds } from "./ended.js";
import { ask, end } from "./http.js";
import { mayLeave } from "./leave.js";
import { forget, onOtherTab, tab } from "./store.js";

const PAUSE_MS = 800;
const SAVE_WITHIN_MS = 2000;
let dialog = null;
let lastKey = -PAUSE_MS;
let askTimer = 0;
let isLeaving = false;

/** Ask for the password over the page; what is typed stays where it is. */
export function askAgain(reason = "") {
  if (isLeaving) return;
  end();
  if (dialog?.isConnected) {
    if (!dialog.open) dialog.showModal();
    return;
  }
  // Nobody's next words shall land in a password field: the question waits for a pause in the typing.
  const pause = lastKey + PAUSE_MS - performance.now();
  if (pause > 0) {
    clearTimeout(askTimer);
    askTimer = setTimeout(() => askAgain(reason), pause + 10);
    return;
  }
  tell("save-now");
  const known = owner.email;
  const email = make("input", { type: "email", name: "email", autocomplete: "username", required: true, value: known, id: "reauth-email" });
  const password = make("input", { type: "password", name: "password", autocomplete: "current-password", required: true, id: "reauth-password" });
  const form = make(
    "form",
    { "data-auth-form": "reauth", method: "post", class: "jb-form" },
    make("h2", { id: "reauth-title" }, "Sign in again"),
    make("p", {}, `${REASONS[reason] ?? "Your sign-in has ended."} Your text is safe on this device and stays on the page.`),
    make("label", { for: "reauth-email" }, "E-mail"),
    email,
    make("label", { for: "reauth-password" }, "Password"),
    password,
    make("p", { "data-error": true, hidden: true, class: "jb-error" }),
    make("button", { type: "submit", class: "jb-primary" }, "Sign in"),
    make("a", { href: `/login?next=${encodeURIComponent(location.pathname)}`, class: "jb-link" }, "Go to the sign-in page"),
  );
  dialog = make("dialog", { id: "reauth", class: "jb-dialog", "aria-labelledby": "reauth-title" }, form);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  (known ? password : email).focus();
}

const REASONS = {
  revoked: "You were signed out on this device.",
  signed_out: "You signed out in another tab or on another device.",
  evicted: "You were signed out because you signed in elsewhere.",
  expired: "You were signed out after a while without activity.",
};

export function signedInAgain(answer) {
  const before = owner.user;
  const now = answer?.user?.id;
  tell("save-now");
  // Somebody else starts on their own page; the journal keeps the first one's text for its owner alone.
  if (before && now && before !== now) location.replace("/");
  else reload("signed-in");
}

/** The same person gave the password in another tab: nobody is asked here too, and the socket gets the new cookie. */
function signedInElsewhere() {
  if (dialog?.open) reload("signed-in");
  else window.jambot.socket?.drop();
}

const RELOAD_AFTER_MS = 5000;

/** Load the page again with the present cookie; not in a loop when that does not help. */
export function reload(why) {
  const last = Number(tab.get("reloaded") ?? 0);
  if (why !== "signed-in" && Date.now() - last < RELOAD_AFTER_MS) {
    setTimeout(() => reload(why), RELOAD_AFTER_MS);
    return;
  }
  tab.set("reloaded", String(Date.now()));
  tell("save-now");
  if (why !== "standing") return location.reload();
  // A role that changed comes with a new cookie, and the socket of the page to come must have it.
  ask("POST", "/api/auth/renew", undefined, { quiet: true }).catch(() => {}).finally(() => location.reload());
}

let seen = "";
/** Whose page this is. The guard empties the page before it says that the login is over. */
const owner = { user: "", email: "" };

/** What the guard says about this tab: see the states of the page. */
function lookAtStanding() {
  const { userId, userEmail } = byId("workspace")?.dataset ?? {};
  if (userId) owner.user = userId;
  if (userEmail) owner.email = userEmail;
  const element = document.querySelector("[data-standing]");
  const standing = element?.dataset.standing ?? "";
  if (standing === seen) return;
  seen = standing;
  if (standing === "signed_out") askAgain(element.dataset.reason ?? "");
  else if (standing === "reload") reload("standing");
  else if (standing === "unavailable") tell("unreachable");
  else if (standing === "too_fast") tell("notice", { text: "That was too fast. Wait a moment and try again." });
  else if (dialog?.open) dialog.close();
}

async function signOut(how) {
  if (isLeaving) return;
  isLeaving = true;
  if (!(await mayLeave())) {
    isLeaving = false;
    return;
  }
  const { user } = owner;
  // What is typed goes first, as long as this login may still save it; it is in this browser in any case.
  await Promise.race([parts.journal?.saveNow(), new Promise((enough) => setTimeout(enough, SAVE_WITHIN_MS))]);
  try {
    await ask("POST", `/api/auth/logout${how === "forget" ? "?forget=1" : ""}`, undefined, { quiet: true });
  } catch (problem) {
    if (problem.kind !== "signed_out") {
      isLeaving = false;
      tell("notice", { text: "You are still signed in: the server cannot be reached." });
      return;
    }
  }
  leave(how === "forget" && user);
}

/** The account is gone, and with it what this browser kept of it. */
export const leaveNothing = () => leave(owner.user);

function leave(user) {
  forgetEnds();
  if (user) forget(user);
  location.replace("/login");
}

function listen() {
  document.addEventListener(
    "click",
    (event) => {
      const leave = event.target.closest?.("[data-sign-out]");
      if (!leave) return;
      event.preventDefault();
      event.stopPropagation();
      signOut(leave.dataset.signOut);
    },
    true,
  );
  document.addEventListener("keydown", () => (lastKey = performance.now()), true);
  // A page from the back-forward cache may belong to whoever was signed in before.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  // Tabs share one cookie: when another one signs somebody else in, this one is no longer its first owner's.
  onOtherTab((key, value) => {
    if (key === "signed-in" && owner.user && value?.user === owner.user) signedInElsewhere();
    if (key !== "who" || !owner.user || value === owner.user) return;
    end();
    reload("standing");
  });
  on("signed-out", ({ reason } = {}) => owner.user && askAgain(reason));
  watch(lookAtStanding);
}

define("reauth", { askAgain, reload, signOut });
if (typeof document !== "undefined") listen();
