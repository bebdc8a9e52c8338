// One way to ask the server: JSON in and out, problems as values, and a word to everybody when the login is over.

import { tell } from "./core.js";

/** What went wrong. `kind`: "offline" (no answer), "signed_out", "busy" (try again later), "refused" (never as it is). */
export class Problem extends Error {
  constructor(kind, { status = 0, code = "", detail = "", retryAfter = 0, body = null } = {}) {
    super(detail || code || kind);
    Object.assign(this, { kind, status, code, detail, retryAfter, body });
  }
}

const ANSWER_WITHIN_MS = 8000;
let isEnded = false;

/**
 * This page's login is over. Until it is loaded again nothing more is sent for it: the browser's cookie may be
 * somebody else's by then, and one person's words must not go out under another's name.
 */
export function end() {
  isEnded = true;
}

/** Ask, and return the answer's JSON (null when it has none). Throws a `Problem`. */
export async function ask(method, path, body, { keepalive = false, headers = {}, within = ANSWER_WITHIN_MS, quiet = false } = {}) {
  if (isEnded && !path.startsWith("/api/auth/")) throw new Problem("signed_out");
  let answer;
  try {
    answer = await fetch(path, {
      method,
      keepalive,
      credentials: "same-origin",
      redirect: "error",
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: keepalive ? undefined : AbortSignal.timeout(within),
    });
  } catch (error) {
    tell("unreachable");
    throw new Problem("offline", { detail: String(error?.message ?? error) });
  }
  const data = await json(answer);
  if (answer.ok) {
    tell("reached");
    return data;
  }
  const problem = new Problem(kindOf(answer.status, data?.code), {
    status: answer.status,
    code: data?.code ?? "",
    detail: data?.detail ?? data?.title ?? "",
    retryAfter: Number(answer.headers.get("Retry-After") ?? 0) || 0,
    body: data,
  });
  if (problem.kind === "signed_out" && !quiet) {
    end();
    tell("signed-out", { reason: problem.code });
  }
  throw problem;
}

function kindOf(status, code) {
  if (status === 401) return "signed_out";
  if (status === 429 || status === 408 || status >= 500 || code === "in_progress") return "busy";
  return "refused";
}

async function json(answer) {
  try {
    return (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** How long to wait before try number `attempt` (from 0), in ms: 1, 2, 4, 8, 15, 30 s, a little apart for each tab. */
export function backoff(attempt, random = Math.random) {
  const seconds = [1, 2, 4, 8, 15, 30][Math.min(attempt, 5)];
  return Math.round(seconds * 1000 * (0.8 + 0.4 * random()));
}
