// The other rules that decide without a page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, inWords, isDue, warnBefore } from "../../../assets/js/activity.js";
import { newId, safePath } from "../../../assets/js/core.js";
import { backoff } from "../../../assets/js/http.js";
import { wayBack } from "../../../assets/js/enter.js";
import { longestUnused } from "../../../assets/js/give_way.js";
import { whatIsSafe, whyOver } from "../../../assets/js/ended.js";
import { fieldsOf, nextPage, shaped } from "../../../assets/js/login.js";
import { LARGEST_BYTES, LONG_BYTES, verdict } from "../../../assets/js/paste.js";
import { match, SHORTCUTS, strokeOf, worksWhileTyping, written } from "../../../assets/js/shortcuts.js";

for (const path of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "", null, "/\t/evil", "w/1", "/a\\b"]) {
  test(`nobody is sent to ${JSON.stringify(path)}`, () => assert.equal(safePath(path), "/"));
}
test("a page of ours may be returned to", () => assert.equal(safePath("/w/1?q=2#m"), "/w/1?q=2#m"));
test("signing in does not end on the sign-in page again", () => {
  assert.equal(nextPage({ search: "?next=/login" }), "/");
  assert.equal(nextPage({ search: "?next=%2Fw%2F1" }), "/w/1");
  assert.equal(nextPage({ search: "?next=//evil.example" }), "/");
});
test("signing in leads to where one was last, unless another page was asked for", () => {
  assert.equal(wayBack("/", "w1"), "/w/w1");
  assert.equal(wayBack("/history", "w1"), "/history");
  assert.equal(wayBack("/", null), "/");
});

test("a form sends its own fields and nothing else", () => {
  const values = { email: "a@example.org", password: "p", role: "admin", repeat: "p" };
  assert.deepEqual(fieldsOf("login", values, {}), { email: "a@example.org", password: "p", remember: false });
});
test("a token may come with a link and stays out of the form", () => {
  assert.deepEqual(fieldsOf("reset", { password: "p" }, { token: "t1", invite: "i" }), { token: "t1", password: "p" });
  assert.deepEqual(fieldsOf("register", { email: "e", password: "p", invite: "" }, { invite: "i" }), { email: "e", password: "p", invite: "i", remember: false });
  assert.deepEqual(fieldsOf("login", { email: "e", password: "p" }, { token: "t1" }), { email: "e", password: "p", remember: false });
});

test("an id is a UUID, also without a secure context", () => {
  const { randomUUID } = crypto;
  try {
    Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
    assert.match(newId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: randomUUID, configurable: true });
  }
});

test("waiting grows to half a minute and differs between tabs", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 9].map((attempt) => backoff(attempt, () => 0.5)), [1000, 2000, 4000, 8000, 15000, 30000, 30000]);
  assert.equal(backoff(0, () => 0), 800);
});

test("a person is asked before the idle end, not before the latest one, which nothing moves", () => {
  const login = { last_seen_at: "2026-01-05T09:00:00Z", idle_ends_at: "2026-01-05T09:15:00Z", ends_at: "2026-01-05T12:00:00Z" };
  const at = (clock) => ends(login, Date.parse(`2026-01-05T${clock}Z`));
  assert.deepEqual(at("09:00:00"), { idle: 900000, latest: 10800000, idleFor: 900000, warn: 300000 });
  for (const [clock, due] of [["09:09:59", false], ["09:10:00", true], ["09:14:59", true]]) assert.equal(isDue(at(clock), 0), due, clock);
  assert.equal(isDue(at("09:00:00"), 600000), true);
  const old = ends({ ...login, ends_at: login.idle_ends_at }, Date.parse("2026-01-05T09:14:00Z"));
  assert.equal(isDue(old, 0), false);
});
test("a short wait is warned of in its last third", () => {
  assert.equal(warnBefore(9000), 3000);
  assert.equal(warnBefore(900000), 300000);
  assert.equal(warnBefore(43200000), 300000);
});
test("what is left is said in words", () => {
  assert.deepEqual([300000, 290000, 61000, 59001, 1000, -5].map(inWords), ["5 minutes", "5 minutes", "1 minute", "1 minute", "1 second", "0 seconds"]);
});

test("a form for a key says its scope as a list and its days as a number", () => {
  assert.deepEqual(shaped("key", { name: "k", scope: "read", days: "90", password: "p" }), { name: "k", password: "p", scopes: ["read"], days: 90 });
  assert.equal(shaped("key", { scope: "read", days: "0" }).days, null);
  assert.deepEqual(shaped("login", { days: "1" }), { days: "1" });
});
test("a short paste is a paste, a long one is offered as a file, a huge one is refused", () => {
  assert.equal(verdict("x".repeat(10)), "paste");
  assert.equal(verdict("x".repeat(LONG_BYTES)), "paste");
  assert.equal(verdict("x".repeat(LONG_BYTES + 1)), "offer");
  assert.equal(verdict("ü".repeat(LONG_BYTES)), "offer");
  assert.equal(verdict("x".repeat(LARGEST_BYTES)), "offer");
  assert.equal(verdict("x".repeat(LARGEST_BYTES + 1)), "refuse");
});
test("a huge paste is refused without being counted", () => {
  verdict("x".repeat(LARGEST_BYTES + 1), () => assert.fail("counted"));
});

const key = (name, extra = {}) => strokeOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...extra });
test("key strokes have one name on every machine", () => {
  assert.equal(key("k", { ctrlKey: true }), "mod+k");
  assert.equal(key("k", { metaKey: true }), "mod+k");
  assert.equal(key("O", { ctrlKey: true, shiftKey: true }), "mod+shift+o");
  assert.equal(key("?", { shiftKey: true }), "?");
  assert.equal(key("#", { shiftKey: true }), "#");
  assert.equal(key("ArrowUp", { altKey: true }), "alt+arrowup");
  assert.equal(key("Escape", { shiftKey: true }), "shift+escape");
});
test("two strokes make one shortcut", () => {
  assert.deepEqual(match("g"), { first: "g" });
  assert.equal(match("h", "g").shortcut.go, "/");
  assert.equal(match("7", "g").keys, "g 7");
  assert.equal(match("z", "g"), null);
});
test("no two shortcuts share keys", () => {
  const all = SHORTCUTS.flatMap((each) => [...each.keys, ...(each.also ?? [])]);
  assert.equal(new Set(all).size, all.length);
});
test("no first stroke is a shortcut of its own", () => {
  const singles = new Set(SHORTCUTS.flatMap((each) => each.keys).filter((keys) => !keys.includes(" ")));
  for (const keys of SHORTCUTS.flatMap((each) => each.keys).filter((each) => each.includes(" "))) {
    assert.ok(!singles.has(keys.split(" ")[0]), keys);
  }
});
test("every shortcut with a modifier has a twin of plain keys", () => {
  for (const { keys } of SHORTCUTS) if (keys.some((each) => /^(mod|alt)/.test(each))) assert.ok(keys.some((each) => !/^(mod|alt)/.test(each)), keys.join());
});
test("no key that writes a character is a shortcut while somebody types", () => {
  for (const stroke of ["i", "j", "?", "#", "/", "shift+a", "enter", "backspace", "é"]) assert.ok(!worksWhileTyping(stroke), stroke);
  for (const stroke of ["mod+k", "alt+arrowup", "f2", "escape", "shift+escape"]) assert.ok(worksWhileTyping(stroke), stroke);
});
test("keys are written as people know them", () => {
  assert.equal(written("mod+shift+o"), "Ctrl + Shift + O");
  assert.equal(written("mod+k", true), "⌘ + K");
  assert.equal(written("g h"), "G then H");
});

test("whoever comes back hears when and why they were signed out, and what is safe", () => {
  const now = Date.parse("2026-01-05T12:00:00Z");
  const ends = { idleAt: now - 120000, latestAt: now + 9e9, idleFor: 12 * 3600000 };
  assert.match(whyOver(ends, now), /^Signed out after 12 h idle, at \d\d:\d\d$/);
  assert.match(whyOver({ ...ends, idleFor: 900000 }, now + 864e5), /^Signed out after 15 min idle, at .*\b5\b.*\d\d:\d\d$/);
  assert.match(whyOver({ ...ends, latestAt: ends.idleAt }, now), /^Signed out at \d\d:\d\d: a sign-in does not last longer$/);
  assert.equal(whyOver({ ...ends, idleAt: now + 1 }, now), "You were signed out.");
  assert.equal(whatIsSafe(0, 0), "");
  assert.equal(whatIsSafe(1, 0), "1 draft is safe on this device, and there once you sign in.");
  assert.equal(whatIsSafe(1, 2), "1 draft and 2 waiting messages are safe on this device, and there once you sign in.");
});
test("the device that was not used for longest is the first to give way", () => {
  const seen = (id, at) => ({ id, last_seen_at: `2026-01-05T${at}:00Z` });
  assert.equal(longestUnused([seen("a", "09:00"), seen("b", "08:00"), seen("c", "10:00")]), "b");
});
