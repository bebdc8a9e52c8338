import assert from "node:assert/strict";
import { test } from "node:test";
import { after, AMBER_AFTER_MS, blank, MOST_SAVES, RED_AFTER_MS, says, why } from "../../../assets/js/ledger.js";

const time = () => "12:04:31";
const run = (...steps) => steps.reduce((state, [what, detail, now]) => after(state, what, detail ?? {}, now ?? 0), blank());
const saved = ["saved", { what: "draft", revision: 4, at: "2026-01-05T12:04:31Z", size: 5 }];

test("nothing was typed: nothing is claimed", () => assert.equal(says(blank(), 0).text, ""));

test("it says saved only after the server said so", () => {
  assert.equal(says(run(["draft-changed"], ["saving"]), 100, time).text, "Saving…");
  assert.deepEqual(says(run(["draft-changed"], ["saving"], saved), 100, time), { text: "Saved · 12:04:31", tone: "ok" });
});

test("what was typed during a save is not yet saved", () => {
  const state = run(["draft-changed"], ["saving"], ["saved", { ...saved[1], isStillDirty: true }]);
  assert.equal(says(state, 100, time).text, "Saving…");
});

test("a saved message does not make a draft saved", () => {
  const state = run(["draft-changed"], ["saved", { what: "message", at: "x", size: 1 }]);
  assert.equal(says(state, 100, time).text, "Saving…");
});

test("it turns amber after 5 s and red after 60 s", () => {
  const state = run(["draft-changed", {}, 1000]);
  assert.equal(says(state, 1000 + AMBER_AFTER_MS - 1).tone, "busy");
  assert.equal(says(state, 1000 + AMBER_AFTER_MS).tone, "amber");
  assert.equal(says(state, 1000 + RED_AFTER_MS).tone, "red");
});

test("offline it counts what waits", () => {
  const state = run(["draft-changed"], ["waiting", { waiting: 2 }], ["connection", { isOnline: false }]);
  assert.equal(says(state, 100).text, "3 changes waiting — offline");
});

test("one change is one change", () => {
  assert.equal(says(run(["draft-changed"], ["connection", { isOnline: false }]), 100).text, "1 change waiting — offline");
});

for (const [problem, words] of [
  [{ status: 507, code: "storage_full", kind: "busy" }, "Not saved: storage full"],
  [{ status: 413, code: "too_large", kind: "refused" }, "Not saved: too long"],
  [{ status: 503, code: "unavailable", kind: "busy" }, "Not saved — retrying"],
]) {
  test(`a failed save says why: ${words}`, () => {
    assert.equal(says(run(["draft-changed"], ["save-failed", { why: why(problem) }]), 100).text, words);
  });
}

test("two versions are not saved until somebody chose", () => {
  assert.equal(says({ ...blank(), choice: true }, 0).text, "Not saved: choose a version");
});

test("the list keeps the last twenty saves, newest first", () => {
  const state = run(...Array.from({ length: 30 }, (_, number) => ["saved", { what: "draft", revision: number, at: "x", size: 1 }]));
  assert.equal(state.saves.length, MOST_SAVES);
  assert.equal(state.saves[0].revision, 29);
});
