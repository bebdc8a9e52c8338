// Takes the secret of a one-time link out of the address. A plain script, to be loaded before the page's own bundle,
// which tells the server its whole address, the part behind the hash sign included. The secret stays in this entry of
// the browser's history, where a reload finds it again and no other page does.
(() => {
  const NAMES = ["token", "invite"];

  function take() {
    const given = new URLSearchParams(location.hash.slice(1));
    const linked = Object.fromEntries(NAMES.filter((name) => given.get(name)).map((name) => [name, given.get(name)]));
    if (!Object.keys(linked).length) return false;
    // The page's router starts the entry anew, and with nothing in it, when it has no key.
    history.replaceState({ key: "linked", ...history.state, linked }, "", location.pathname + location.search);
    return true;
  }

  take();
  // A link that is pasted over the address of an open page loads nothing by itself.
  addEventListener("hashchange", () => take() && location.reload());
})();
