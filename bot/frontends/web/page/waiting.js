// How long a result may still take, learned from those before: a clock beside what is being made.

const KEPT = "pace"; // in localStorage: wish -> seconds that it took, the latest counting most
const LATEST = 0.5;
const MOST = 60; // wishes remembered

function paces() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function learn(wish, seconds) {
  const known = paces();
  const before = known[wish] ?? seconds;
  delete known[wish]; // the newest stand last
  known[wish] = Math.round(10 * (LATEST * seconds + (1 - LATEST) * before)) / 10;
  const kept = Object.entries(known).slice(-MOST);
  localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(kept)));
}

export class Clock {
  #wish = "";
  #since = 0;
  #timer = null;

  constructor(words) {
    this.words = words;
    this.element = document.createElement("span");
    this.element.className = "clock";
    this.element.hidden = true;
  }

  /** Begin to count for a placeholder's words, unless it does; `warm`: whether anything was made yet. */
  begin(words, warm) {
    this.warm = warm;
    const wish = words.replace(/[\d.]+%?/g, "").trim();
    if (this.#timer !== null) return this.#tell();
    this.#wish = wish;
    this.#since = performance.now();
    this.#timer = setInterval(() => this.#tell(), 500);
    this.element.hidden = false;
    this.#tell();
  }

  /** Count no more; remember how long it took if it was `made`. */
  end(made) {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.element.hidden = true;
    if (made && this.warm) learn(this.#wish, (performance.now() - this.#since) / 1000);
  }

  #tell() {
    const passed = (performance.now() - this.#since) / 1000;
    const left = Math.ceil((paces()[this.#wish] ?? 0) - passed);
    const [key, seconds] = left > 0 ? ["seconds_left", left] : ["seconds_passed", Math.floor(passed)];
    const counted = this.words[key].replace("{seconds}", seconds);
    this.element.textContent = this.warm ? counted : `${this.words.warming_up} ${counted}`;
  }
}
