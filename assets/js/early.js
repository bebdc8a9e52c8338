// What a person does before the page is alive. A plain script, to be loaded before the page's own bundle: the page is
// drawn long before every script listens, and on a slow machine or line somebody presses, types and sends meanwhile.
// Presses and sends are held back and done as soon as there is somebody to do them; choosing a file needs nobody.
(() => {
  const LOOK_EVERY_MS = 50;
  // A page that never wakes up behaves as if this script was not there.
  const LATEST_MS = 20000;
  const SENT = "form#composer-form, form[data-auth-form]";
  const PRESSED = "[data-insert], [data-copy], [data-sign-out], [data-show-password], [data-action=help], #save-pill, #try-now";
  const CHOOSES = "[data-action=attach]";

  const held = [];
  const early = { hasTyped: false, enter: null, scriptsListen };
  let areScriptsReady = false;
  /** The buttons the page came with, once it is all there. What scripts add later is alive from its beginning. */
  let arrived = null;

  /** React marks each element it has taken over. */
  const isDrawn = (element) =>
    (arrived && !arrived.has(element)) || Object.keys(element).some((name) => name.startsWith("__reactProps$"));
  const isLate = () => performance.now() > LATEST_MS;

  function hold(event, act, isDue) {
    event.preventDefault();
    event.stopImmediatePropagation();
    held.push({ act, isDue });
    if (held.length === 1) setTimeout(look, LOOK_EVERY_MS);
  }

  /** Do what is due, in the order it was asked for. */
  function look() {
    while (held.length && (held[0].isDue() || isLate())) held.shift().act();
    if (held.length) setTimeout(look, LOOK_EVERY_MS);
  }

  function scriptsListen() {
    areScriptsReady = true;
    removeEventListener("keydown", keyed, true);
    look();
  }

  /** The element, or the one that was drawn in its place. */
  function present(element) {
    return element.isConnected || !element.id ? element : document.getElementById(element.id);
  }

  function press(element) {
    const button = present(element);
    // A menu opens at the first touch already.
    button?.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, cancelable: true, button: 0 }));
    button?.click();
  }

  function clicked(event) {
    if (!event.isTrusted || isLate()) return;
    const button = event.target.closest?.("button, [data-sign-out]");
    if (!button || button.type === "submit" || button.matches(CHOOSES)) return;
    const isOurs = button.closest(PRESSED);
    if (isOurs ? areScriptsReady : isDrawn(button)) return;
    hold(event, () => press(button), () => (isOurs ? areScriptsReady : isDrawn(present(button) ?? button)));
  }

  function sent(event) {
    if (areScriptsReady || isLate() || !event.target.matches(SENT)) return;
    const form = event.target;
    hold(event, () => present(form)?.requestSubmit(), () => areScriptsReady);
  }

  /** Which key sends is not known yet: the break it makes stays, and whoever knows sends what ends with it. */
  function keyed(event) {
    if (event.target.id !== "composer" || event.isComposing) return;
    const isEnter = event.key === "Enter" && !event.altKey && !event.ctrlKey && !event.metaKey;
    early.enter = isEnter ? { withShift: event.shiftKey } : null;
  }

  function typed(event) {
    if (event.isTrusted && event.target.id === "composer") early.hasTyped = true;
  }

  document.addEventListener("DOMContentLoaded", () => (arrived = new WeakSet(document.querySelectorAll("button"))));
  addEventListener("click", clicked, true);
  addEventListener("submit", sent, true);
  addEventListener("keydown", keyed, true);
  addEventListener("input", typed, true);
  // A browser opens the choice of files only soon after a press, so this one cannot wait.
  addEventListener("click", (event) => event.target.closest?.(CHOOSES) && document.getElementById("file-input")?.click());

  window.jambot = Object.assign(window.jambot ?? {}, { early });
})();
