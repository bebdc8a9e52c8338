// The forms that carry passwords. They are posted by this script to the REST routes, because only an HTTP answer can set
// the HttpOnly cookie, and so that no password ever becomes an event or a variable of the page.
//
// Contract with the page: <form data-auth-form="login|register|setup|reset|reset-request|password|prove|reauth|invite|reset-link|key|delete-account" method="post">
// with plain named inputs, an element [data-error] for what went wrong and, where the form stays, [data-done]
// and, for a secret that is shown once, an input [data-once].
// A button [data-show-password] shows and hides the password of its field.

import { define, press, safePath, watch } from "./core.js";
import { askNothing, askWhichEnds } from "./give_way.js";
import { enter, wayBack } from "./enter.js";
import { ask } from "./http.js";
import { leaveNothing, signedInAgain } from "./reauth.js";
import { write } from "./store.js";

const ROUTES = {
  login: ["POST", "/api/auth/login", ["email", "password", "remember", "instead_of"]],
  reauth: ["POST", "/api/auth/login", ["email", "password", "remember", "instead_of"]],
  register: ["POST", "/api/auth/register", ["email", "password", "name", "invite", "remember"]],
  setup: ["POST", "/api/auth/setup", ["token", "email", "password", "name", "remember"]],
  reset: ["POST", "/api/auth/reset", ["token", "password"]],
  "reset-request": ["POST", "/api/auth/reset-request", ["email"]],
  password: ["PUT", "/api/auth/password", ["old_password", "new_password"]],
  prove: ["POST", "/api/auth/reauth", ["password"]],
  guest: ["POST", "/api/auth/guest", []],
  invite: ["POST", "/api/admin/invites", ["email"]],
  "reset-link": ["POST", "/api/admin/reset-links", ["user_id"]],
  key: ["POST", "/api/keys", ["name", "scope", "days", "password"]],
  "delete-account": ["DELETE", "/api/auth/account", ["password"]],
};
/** Long enough for what was said over the old socket to be answered there. */
const ANSWERED_MS = 1500;
const STAYS = new Set(["reset-request", "password", "prove", "invite", "reset-link", "key"]);

/** What a one-time link brought along; `linked.js` took it out of the address. */
function linkedValues() {
  return history.state?.linked ?? {};
}

/** The fields a route takes, from the form and, for its secret, from the link that led here. */
export function fieldsOf(kind, values, linked) {
  const sent = {};
  for (const name of ROUTES[kind][2]) {
    const value = values[name] || (name === "token" || name === "invite" ? linked[name] : "");
    if (name === "remember") sent[name] = Boolean(values[name]);
    else if (value) sent[name] = value;
  }
  return sent;
}

/** What a form says, as its route takes it where that is more than text. */
export function shaped(kind, sent) {
  if (kind !== "key") return sent;
  const { scope, days, ...rest } = sent;
  return { ...rest, scopes: [scope], days: Number(days) || null };
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
    const answer = await ask(method, path, shaped(kind, fieldsOf(kind, values, linkedValues())), { quiet: true, within: 20000 });
    arrived(form, kind, answer);
  } catch (problem) {
    say(form, sentence(problem));
    setBusy(form, false);
    if (problem.code === "too_many_sessions" && problem.body?.devices?.length) askWhichEnds(form, problem.body.devices);
    else {
      askNothing(form);
      form.querySelector("input[type=password]")?.focus();
    }
  }
}

function sentence(problem) {
  if (problem.kind === "offline") return "The server cannot be reached. Nothing was lost; try again in a moment.";
  const wait = problem.retryAfter ? ` Try again in ${problem.retryAfter} s.` : "";
  const first = problem.body?.errors?.[0]?.msg;
  return (problem.detail || "That did not work.") + (first ? ` ${first}` : "") + wait;
}

function arrived(form, kind, answer) {
  if (answer?.user?.id) {
    write("who", answer.user.id);
    // The other tabs have the new cookie from now on, and sockets that were opened with the old one.
    write("signed-in", { user: answer.user.id, at: Date.now() });
  }
  if (STAYS.has(kind)) {
    setBusy(form, false);
    form.reset();
    say(form, form.querySelector("[data-done]")?.dataset.done || "Done.", "done");
    showOnce(form, answer?.address ?? answer?.key);
    // What the password was asked for goes on without being asked for once more.
    if (kind === "prove") press("proved");
    // The cookie is new and the open socket still has the old one, which is good for a minute only.
    if (kind === "password" || kind === "prove") setTimeout(() => window.jambot.socket?.drop(), ANSWERED_MS);
    return;
  }
  if (kind === "reauth") {
    signedInAgain(answer);
    return;
  }
  if (kind === "delete-account") leaveNothing();
  else if (kind === "reset") location.replace("/login");
  else enter(wayBack(nextPage(location), answer?.workspace_id));
}

/** A secret that the server says once: it stands in the page until it is left, and in no variable of it. */
function showOnce(form, secret) {
  const shown = form.querySelector("[data-once]");
  if (!shown || !secret) return;
  shown.value = secret;
  shown.hidden = false;
  shown.focus();
  shown.select();
}

/** A link brings its token or invitation along; the person need not copy it. */
function fillFromAddress() {
  for (const form of document.querySelectorAll("form[data-auth-form]")) {
    for (const name of ["token", "invite"]) {
      const input = form.elements[name];
      if (input && !input.value) input.value = linkedValues()[name] ?? "";
    }
  }
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
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest?.("[data-show-password]");
    if (toggle) togglePassword(toggle);
  });
  watch(fillFromAddress);
}

define("login", { fieldsOf, nextPage });
if (typeof document !== "undefined") listen();
