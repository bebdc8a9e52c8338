import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, opening, reconcile } from "../../../assets/js/merge.js";

for (const [what, base, mine, theirs, expected] of [
  ["equal texts need nothing", "a", "b", "b", "same"],
  ["only mine changed", "a", "ab", "a", "mine"],
  ["only theirs changed", "a", "a", "ac", "theirs"],
  ["both changed", "a", "ab", "ac", "both"],
  ["theirs is my own earlier save", "", "hello world", "hello", "mine"],
  ["theirs was cleared while I typed on", "a", "ab", "", "both"],
  ["I cleared what nobody else touched", "a", "", "a", "mine"],
  ["I cleared what somebody else wrote on", "a", "", "ab", "both"],
]) {
  test(`reconcile: ${what}`, () => assert.equal(reconcile(base, mine, theirs), expected));
}

const entry = (text, base, baseText) => ({ text, base, baseText });
for (const [what, own, server, expected] of [
  ["no journal", null, { text: "s", revision: 3 }, "theirs"],
  ["the journal holds what the server has", entry("s", 3, "s"), { text: "s", revision: 3 }, "same"],
  ["unsaved typing over the present revision", entry("s+", 3, "s"), { text: "s", revision: 3 }, "mine"],
  ["unsaved clearing over the present revision", entry("", 3, "s"), { text: "s", revision: 3 }, "mine"],
  ["the server moved on and nothing was typed here", entry("s", 3, "s"), { text: "t", revision: 4 }, "theirs"],
  ["the server moved on and something was typed here", entry("s+", 3, "s"), { text: "t", revision: 4 }, "both"],
  ["the page was painted before my save reached it", entry("new", 4, "new"), { text: "old", revision: 3 }, "mine"],
  ["the answer to my save was lost", entry("hello world", 3, "h"), { text: "hello", revision: 4 }, "mine"],
]) {
  test(`opening: ${what}`, () => assert.equal(opening(own, server), expected));
}

test("joining keeps each text once", () => {
  assert.equal(joined("a", ""), "a");
  assert.equal(joined("", "b"), "b");
  assert.equal(joined("a", "b"), "a\n\nb");
});

test("whatever two people type, no text is dropped unasked", () => {
  const texts = ["", "a", "ab", "b", "ba"];
  for (const base of texts) {
    for (const mine of texts) {
      for (const theirs of texts) {
        const verdict = reconcile(base, mine, theirs);
        if (verdict === "mine") assert.ok(theirs === base || mine.startsWith(theirs));
        if (verdict === "theirs") assert.equal(mine, base);
        if (verdict === "same") assert.equal(mine, theirs);
      }
    }
  }
});
