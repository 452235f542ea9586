// Photos on their way: kept in the browser until the server has them, whatever happens to the page.

import { newKey, Refused } from "./requests.js";

const NAME = "selfmoji";
const STORE = "outbox";
const LATER = [401, 408, 429]; // answers that ask to come again
const AGAIN = 3000; // ms until what did not come through is tried once more

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Outbox {
  #database = null;
  #waiting = [];
  #sending = false;
  #timer = null;

  /** `send`: hands a photo to the server; `ready`: whether one may go now; `refused`: is told of one
   * that the server does not take; `changed`: is told when `count` may have. */
  constructor({ send, ready, refused, changed }) {
    Object.assign(this, { send, ready, refused, changed });
    addEventListener("online", () => this.flush());
    this.#load();
  }

  /** Photos that the server does not have yet. */
  get count() {
    return this.#waiting.length;
  }

  /** Take a photo to be sent after those before it. */
  async put(photo, caption) {
    const one = { key: newKey(), caption, photo };
    try {
      one.number = await answered((await this.#store("readwrite")).add({ ...one }));
    } catch {
      // no storage, or a private window: it is sent all the same
    }
    this.#waiting.push(one);
    this.changed();
    this.flush();
  }

  /** Send what may go now. */
  async flush() {
    if (this.#sending || !this.#waiting.length || !this.ready()) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    const one = this.#waiting[0];
    try {
      await this.send(one);
      await this.#drop(one);
    } catch (problem) {
      if (problem instanceof Refused && problem.status < 500 && !LATER.includes(problem.status)) {
        this.refused(problem);
        await this.#drop(one);
      } else {
        if (problem.status === 401) location.reload(); // a new cookie; the photo waits here
        this.#timer = setTimeout(() => this.flush(), AGAIN);
      }
    }
    this.#sending = false;
    this.changed();
    if (this.#timer === null || this.#waiting[0] !== one) this.flush();
  }

  async #load() {
    try {
      const kept = await answered((await this.#store("readonly")).getAll());
      this.#waiting = [...kept, ...this.#waiting.filter(({ number }) => !kept.some((one) => one.number === number))];
    } catch {
      return; // nothing can be kept here
    }
    this.changed();
    this.flush();
  }

  async #drop(one) {
    this.#waiting = this.#waiting.filter((other) => other !== one);
    if (one.number !== undefined) await answered((await this.#store("readwrite")).delete(one.number)).catch(() => {});
  }

  async #store(mode) {
    this.#database ??= await opened();
    return this.#database.transaction(STORE, mode).objectStore(STORE);
  }
}
