// The forms that carry passwords. They are posted by this script to the REST routes, because only an HTTP answer can set
// the HttpOnly cookie, and so that no password ever becomes an event or a variable of the page.
//
// Contract with the page: <form data-auth-form="login|register|setup|reset|reset-request|password|prove|reauth|delete-account" method="post">
// with plain named inputs, an element [data-error] for what went wrong and, where the form stays, [data-done].
// A button [data-show-password] shows and hides the password of its field; [data-sign-out] signs out.

import { byId, define, make, on, safePath, tell, watch } from "./core.js";
import { ask, end } from "./http.js";
import { forget, onOtherTab, tab, write } from "./store.js";

const ROUTES = {
  login: ["POST", "/api/auth/login", ["email", "password", "remember"]],
  reauth: ["POST", "/api/auth/login", ["email", "password", "remember"]],
  register: ["POST", "/api/auth/register", ["email", "password", "name", "invite"]],
  setup: ["POST", "/api/auth/setup", ["token", "email", "password", "name"]],
  reset: ["POST", "/api/auth/reset", ["token", "password"]],
  "reset-request": ["POST", "/api/auth/reset-request", ["email"]],
  password: ["PUT", "/api/auth/password", ["old_password", "new_password"]],
  prove: ["POST", "/api/auth/reauth", ["password"]],
  "delete-account": ["DELETE", "/api/auth/account", ["password"]],
};
const STAYS = new Set(["reset-request", "password", "prove"]);

function linkedValues(address) {
  const linked = new URLSearchParams(address.hash.replace(/^#/, ""));
  for (const [name, value] of new URLSearchParams(address.search)) if (!linked.has(name)) linked.set(name, value);
  return linked;
}

/** The fields a route takes, from the form and, for the ones in a link, from the address. */
export function fieldsOf(kind, values, address) {
  const linked = linkedValues(address);
  const sent = {};
  for (const name of ROUTES[kind][2]) {
    const value = values[name] || (name === "token" || name === "invite" ? linked.get(name) : "");
    if (name === "remember") sent[name] = Boolean(values[name]);
    else if (value) sent[name] = value;
  }
  return sent;
}

/** Where to go after signing in: the page that asked, when it is one of ours and not a page for signing in. */
export function nextPage(address) {
  const wanted = safePath(new URLSearchParams(address.search).get("next"));
  return /^\/(login|register|setup|reset)\b/.test(wanted) ? "/" : wanted;
}

function say(form, text, kind = "error") {
  const line = form.querySelector(`[data-${kind}]`);
  if (!line) return;
  line.textContent = text;
  line.hidden = !text;
  if (text && kind === "error") line.setAttribute("role", "alert");
}

function setBusy(form, isBusy) {
  form.setAttribute("aria-busy", String(isBusy));
  for (const control of form.querySelectorAll("button, input[type=submit]")) control.disabled = isBusy;
}

async function submit(form) {
  const kind = form.dataset.authForm;
  if (!ROUTES[kind] || form.getAttribute("aria-busy") === "true") return;
  const values = Object.fromEntries(new FormData(form));
  if (values.repeat !== undefined && values.repeat !== (values.password ?? values.new_password)) {
    say(form, "The two passwords are not the same.");
    return;
  }
  const [method, path] = ROUTES[kind];
  setBusy(form, true);
  say(form, "");
  try {
    const answer = await ask(method, path, fieldsOf(kind, values, location), { quiet: true, within: 20000 });
    arrived(form, kind, answer);
  } catch (problem) {
    say(form, sentence(problem));
    setBusy(form, false);
    form.querySelector("input[type=password]")?.focus();
  }
}

function sentence(problem) {
  if (problem.kind === "offline") return "The server cannot be reached. Nothing was lost; try again in a moment.";
  const wait = problem.retryAfter ? ` Try again in ${problem.retryAfter} s.` : "";
  const first = problem.body?.errors?.[0]?.msg;
  return (problem.detail || "That did not work.") + (first ? ` ${first}` : "") + wait;
}

function arrived(form, kind, answer) {
  if (answer?.user?.id) write("who", answer.user.id);
  if (STAYS.has(kind)) {
    setBusy(form, false);
    form.reset();
    say(form, form.querySelector("[data-done]")?.dataset.done || "Done.", "done");
    // The cookie is new and the open socket still has the old one, which is good for a minute only.
    if (kind === "password" || kind === "prove") setTimeout(() => reload("password"), 1500);
    return;
  }
  if (kind === "reauth") {
    signedInAgain(answer);
    return;
  }
  location.replace(kind === "reset" || kind === "delete-account" ? "/login" : nextPage(location));
}

/** A link brings its token or invitation along; the person need not copy it. */
function fillFromAddress() {
  for (const form of document.querySelectorAll("form[data-auth-form]")) {
    for (const name of ["token", "invite"]) {
      const input = form.elements[name];
      if (input && !input.value) input.value = linkedValues(location).get(name) ?? "";
    }
  }
}

// ---- The login ended while the page is open ----

const PAUSE_MS = 800;
let dialog = null;
let lastKey = -PAUSE_MS;
let askTimer = 0;

/** Ask for the password over the page; what is typed stays where it is. */
export function askAgain(reason = "") {
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
  signed_out: "You signed out in another tab.",
  evicted: "You were signed out because you signed in elsewhere.",
  expired: "You were signed out after a while without activity.",
};

function signedInAgain(answer) {
  const before = owner.user;
  const now = answer?.user?.id;
  tell("save-now");
  // Somebody else starts on their own page; the journal keeps the first one's text for its owner alone.
  if (before && now && before !== now) location.replace("/");
  else reload("signed-in");
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
  location.reload();
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

// ---- Signing out ----

let isLeaving = false;

async function signOut(how) {
  if (isLeaving) return;
  isLeaving = true;
  tell("save-now");
  const { user } = owner;
  try {
    await ask("POST", `/api/auth/logout${how === "forget" ? "?forget=1" : ""}`, undefined, { quiet: true });
  } catch (problem) {
    if (problem.kind !== "signed_out") {
      isLeaving = false;
      tell("notice", { text: "You are still signed in: the server cannot be reached." });
      return;
    }
  }
  if (how === "forget") forget(user);
  location.replace("/login");
}

function togglePassword(button) {
  const field = button.closest("[data-field], label, form");
  const input = document.getElementById(button.dataset.showPassword) ?? field?.querySelector("input[name*=password]");
  if (!input) return;
  const isShown = input.type === "text";
  input.type = isShown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!isShown));
}

function listen() {
  document.addEventListener(
    "submit",
    (event) => {
      if (!event.target.matches?.("form[data-auth-form]")) return;
      event.preventDefault();
      event.stopPropagation();
      submit(event.target);
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      const toggle = event.target.closest?.("[data-show-password]");
      if (toggle) togglePassword(toggle);
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
  onOtherTab((key, who) => {
    if (key !== "who" || !owner.user || who === owner.user) return;
    end();
    reload("standing");
  });
  on("signed-out", ({ reason } = {}) => owner.user && askAgain(reason));
  watch(lookAtStanding);
  watch(fillFromAddress);
}

define("login", { askAgain, fieldsOf, nextPage, reload });
if (typeof document !== "undefined") listen();
