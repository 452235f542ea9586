// Everything shown arrives here. After a break the server is asked for what was missed.

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 8000;

export class Stream {
  #epoch = "";
  #version = 0;
  #pause = FIRST_PAUSE;
  #socket = null;
  #timer = null;

  constructor({ onUpdate, onState }) {
    this.onUpdate = onUpdate;
    this.onState = onState;
    addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#retryNow();
    });
  }

  connect() {
    const query = new URLSearchParams({ epoch: this.#epoch, version: this.#version });
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.#socket = new WebSocket(`${scheme}://${location.host}/stream?${query}`);
    this.#socket.onmessage = (event) => {
      const update = JSON.parse(event.data);
      this.#epoch = update.epoch;
      this.#version = update.version;
      this.#pause = FIRST_PAUSE;
      this.onState("online");
      this.onUpdate(update);
    };
    this.#socket.onclose = () => {
      this.#socket = null;
      this.onState("reconnecting");
      this.#timer = setTimeout(() => this.connect(), this.#pause);
      this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    };
  }

  #retryNow() {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#pause = FIRST_PAUSE;
    this.connect();
  }
}
