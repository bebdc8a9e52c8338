import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, added, declined, edited, kept, marked, ready, removed } from "../../../assets/js/queue.js";

const item = (id, workspace = "w", extra = {}) => ({ id, workspace, group: workspace ? "" : "start", content: id, ...extra });
const queue = (...items) => items.reduce((list, each) => added(list, each), []);
const ids = (items) => items.map((each) => each.id);
const problem = (kind, extra = {}) => ({ kind, code: "", detail: "", ...extra });

test("messages of a workspace leave one at a time, in order", () => {
  let list = queue(item("a"), item("b"), item("c"));
  const sent = [];
  while (list.length) {
    const [head, ...others] = ready(list);
    assert.deepEqual(others, []);
    sent.push(head.id);
    list = accepted(list, head.id, "w");
  }
  assert.deepEqual(sent, ["a", "b", "c"]);
});

test("a message on its way holds back the next", () => {
  assert.deepEqual(ready(marked(queue(item("a"), item("b")), "a", { state: "sending" })), []);
});

test("a refused message holds back the next until it is changed or removed", () => {
  const list = declined(queue(item("a"), item("b")), "a", problem("refused", { detail: "Too long." }));
  assert.deepEqual(ready(list), []);
  assert.equal(list[0].error, "Too long.");
  assert.deepEqual(ids(ready(edited(list, "a", "shorter"))), ["a"]);
  assert.deepEqual(ids(ready(removed(list, "a"))), ["b"]);
});

test("workspaces do not wait for each other", () => {
  assert.deepEqual(ids(ready(queue(item("a", "v"), item("b", "w"), item("c", "v")))), ["a", "b"]);
});

test("a workspace that is answering waits, the others go", () => {
  assert.deepEqual(ids(ready(queue(item("a", "v"), item("b", "w")), (workspace) => workspace === "v")), ["b"]);
});

test("what was typed on a start page follows its first message into the new workspace", () => {
  let list = queue(item("a", ""), item("b", ""), { ...item("c", ""), group: "other start page" });
  assert.deepEqual(ids(ready(list)), ["a", "c"]);
  list = accepted(list, "a", "made");
  assert.deepEqual(list.map((each) => [each.id, each.workspace]), [["b", "made"], ["c", ""]]);
});

for (const [kind, code, attempt] of [
  ["offline", "", 1],
  ["busy", "", 1],
  ["signed_out", "not_signed_in", 0],
  ["refused", "turn_in_progress", 0],
]) {
  test(`a message stays first and waiting after ${kind} ${code}`, () => {
    const list = declined(queue(item("a"), item("b")), "a", problem(kind, { code }));
    assert.deepEqual(ids(ready(list)), ["a"]);
    assert.equal(list[0].attempt, attempt);
  });
}

test("a message keeps its id through failures, a reload and sending again", () => {
  let list = marked(queue(item("a")), "a", { state: "sending" });
  list = kept(list);
  list = declined(list, "a", problem("offline"));
  assert.deepEqual(ids(ready(list)), ["a"]);
});

test("a message on its way is not edited", () => {
  const list = marked(queue(item("a")), "a", { state: "sending" });
  assert.equal(edited(list, "a", "other")[0].content, "a");
});

test("the rules change no list they were given", () => {
  const list = Object.freeze([Object.freeze({ ...item("a"), state: "waiting", attempt: 0 })]);
  added(list, item("b"));
  edited(list, "a", "x");
  declined(list, "a", problem("busy"));
  accepted(list, "a", "w");
  kept(list);
});
