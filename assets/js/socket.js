// Lets the other scripts see whether the page's socket still breathes. A plain script, to be loaded before the page's
// own bundle: it notes when the socket to /_event was opened, heard and closed, and can declare a silent one dead.
(() => {
  const Native = window.WebSocket;
  const state = { socket: null, heardAt: 0, opened: 0, closedAt: 0, ping, drop, end };

  /** Ask the server for a sign of life over the socket itself. */
  function ping() {
    if (state.socket?.readyState !== Native.OPEN) return false;
    state.socket.send('42/_event,["ping"]');
    return true;
  }

  /** Give up a socket whose other end does not answer: closing it properly would wait for the very answer. */
  function drop() {
    const socket = state.socket;
    if (!socket) return;
    state.socket = null;
    state.closedAt = performance.now();
    const { onclose } = socket;
    socket.onclose = socket.onmessage = socket.onerror = null;
    socket.close();
    onclose?.call(socket, new CloseEvent("close", { code: 1006, reason: "silent" }));
  }

  /** Part from the server as if it had said so: a new socket is made only when the page has something to say. */
  function end() {
    state.socket?.onmessage?.(new MessageEvent("message", { data: "41/_event," }));
  }

  window.WebSocket = class extends Native {
    constructor(address, protocols) {
      super(address, protocols);
      if (!String(address).includes("/_event")) return;
      state.socket = this;
      this.addEventListener("open", () => {
        state.heardAt = performance.now();
        state.opened += 1;
      });
      this.addEventListener("message", () => {
        state.heardAt = performance.now();
      });
      this.addEventListener("close", () => {
        if (state.socket !== this) return;
        state.socket = null;
        state.closedAt = performance.now();
      });
    }
  };
  window.jambot = Object.assign(window.jambot ?? {}, { socket: state });
})();
