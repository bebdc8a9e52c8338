import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory, field, shared, workspaceIn } from "../../../assets/parts/shelf_rules.js";
import { viewOf } from "../../../assets/parts/shelf_view.js";

const NAMES = {
  states: { page: "p", session: "s", stream: "t", older: "o", who: "w", tab: "b" },
  kept: { page: ["workspace_id", "messages"], session: ["current_session"], stream: ["text"], older: [] },
  fresh: { page: { is_drawer_open: false }, session: { session_error: "" }, stream: {}, older: { messages: [] } },
};
const inBrowser = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [field(name), value]));

/** A store as the page's own, and what a server would send to it. */
function server(user = "ada") {
  const listeners = new Set();
  const state = {
    p: inBrowser({ workspace_id: "", messages: [], is_drawer_open: false }),
    s: inBrowser({ current_session: { id: "" }, session_error: "", groups: [] }),
    t: inBrowser({ text: "" }),
    o: inBrowser({ messages: [] }),
    w: inBrowser({ user_id: user }),
    b: inBrowser({ standing: "" }),
  };
  const put = (name, values) => {
    state[name] = { ...state[name], ...inBrowser(values) };
    for (const listener of [...listeners]) listener();
  };
  const listed = (...ids) => put("s", { groups: [{ rows: ids.map((id) => ({ id })) }] });
  const opens = (id, ...texts) => {
    put("s", { current_session: { id } });
    put("p", { workspace_id: id, messages: texts.map((text) => ({ id: `${id} ${text}`, text })) });
  };
  const store = {
    dispatchers: {},
    getSnapshot: (name) => state[name],
    subscribe: (_, listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  listed("a", "b", "c");
  return { store, put, opens, listed };
}

/** A page on which these workspaces were visited, the last of them open. */
function visited(...ids) {
  const from = server();
  const view = viewOf(from.store, NAMES, new Memory(12));
  view.subscribe("p", () => {});
  for (const id of ids) {
    view.go(`/w/${id}`);
    from.opens(id, `first in ${id}`);
  }
  return { ...from, view };
}

const texts = (view) => view.getSnapshot("p")[field("messages")].map((each) => each.text);

test("a workspace of before is shown before the server has answered, and then what the server says", () => {
  const { view, opens } = visited("a", "b");
  view.go("/w/a");
  assert.deepEqual(texts(view), ["first in a"]);
  assert.equal(view.getSnapshot("s")[field("current_session")].id, "a");
  opens("a", "first in a", "came meanwhile");
  assert.deepEqual(texts(view), ["first in a", "came meanwhile"]);
});

test("one that was never open waits for the server, and the one before stays until then", () => {
  const { view, opens } = visited("a", "b");
  view.go("/w/c");
  assert.deepEqual(texts(view), ["first in b"]);
  opens("c", "first in c");
  assert.deepEqual(texts(view), ["first in c"]);
});

test("a switch during a switch ends at the last click, and nothing else is shown meanwhile", () => {
  const { view, opens } = visited("a", "b", "c");
  view.go("/w/a");
  view.go("/w/b");
  opens("a", "first in a");
  assert.deepEqual(texts(view), ["first in b"]);
  opens("b", "first in b");
  assert.deepEqual(texts(view), ["first in b"]);
});

test("what happens in the one before is not shown in the next", () => {
  const { view, put } = visited("a", "b");
  view.go("/w/a");
  put("t", { text: "an answer that is being written in b" });
  put("p", { messages: [{ id: "x", text: "new in b" }] });
  assert.equal(view.getSnapshot("t")[field("text")], "");
  assert.deepEqual(texts(view), ["first in a"]);
});

test("when the server says that it is gone, that is shown", () => {
  const { view, put } = visited("a", "b");
  view.go("/w/a");
  put("p", { workspace_id: "", messages: [] });
  put("s", { session_error: "gone" });
  assert.deepEqual(texts(view), []);
  assert.equal(view.getSnapshot("s")[field("session_error")], "gone");
});

test("what is in the list no more is not shown before the server has answered", () => {
  const { view, listed } = visited("a", "b");
  listed("b");
  view.go("/w/a");
  assert.deepEqual(texts(view), ["first in b"]);
});

for (const [what, name, values] of [
  ["somebody else is signed in", "w", { user_id: "bo" }],
  ["nobody is signed in", "w", { user_id: "" }],
  ["the login is over", "b", { standing: "signed_out" }],
]) {
  test(`nothing is remembered when ${what}`, () => {
    const { view, put } = visited("a", "b");
    put(name, values);
    put(name, name === "w" ? { user_id: "ada" } : { standing: "" });
    view.go("/w/a");
    assert.deepEqual(texts(view), ["first in b"]);
    assert.deepEqual(view.drawn().map((each) => each.id), ["b"]);
  });
}

test("what the server says again is the same object, so that nothing is drawn anew", () => {
  const { view, opens } = visited("a", "b");
  view.go("/w/a");
  const before = view.getSnapshot("p")[field("messages")];
  opens("a", "first in a");
  assert.equal(view.getSnapshot("p")[field("messages")], before);
});

test("the rows of a workspace that is not shown read what is remembered of it", () => {
  const { view } = visited("a", "b");
  const kept = view.drawn().find((each) => each.id === "a");
  assert.deepEqual(texts(kept.store), ["first in a"]);
  assert.deepEqual(view.drawn().map((each) => each.id), ["a", "b"]);
});

test("only the last ones are kept", () => {
  const memory = new Memory(2);
  memory.belongTo("ada");
  for (const id of ["a", "b", "a", "c"]) memory.keep(id, { id });
  assert.deepEqual([memory.get("a")?.id, memory.get("b"), memory.get("c")?.id], ["a", null, "c"]);
});

for (const [path, id] of [
  ["/w/a1", "a1"],
  ["/w/a1/", "a1"],
  ["/w/", ""],
  ["/history", ""],
  ["/w/a/b", ""],
]) {
  test(`${path} is the address of ${id || "no workspace"}`, () => assert.equal(workspaceIn(path), id));
}

test("of a value that changed in one part the other parts stay the same objects", () => {
  const before = { rows: [{ id: 1, files: [] }, { id: 2, files: [] }], open: true };
  const after = shared(before, { rows: [{ id: 1, files: [] }, { id: 2, files: ["x"] }], open: true });
  assert.equal(after.rows[0], before.rows[0]);
  assert.deepEqual(after.rows[1], { id: 2, files: ["x"] });
  assert.equal(shared(before, structuredClone(before)), before);
  assert.deepEqual(shared({ a: 1, b: 2 }, { a: 1 }), { a: 1 });
});
