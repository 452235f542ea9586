// Strengths to drag. While one moves, commands are sent one at a time, always the newest; the
// result replaces the picture beside them. Rows are built once and stay where they are, so that a
// drag, the keyboard's focus and the order survive every result.

const DEBOUNCE = 90;
const LIVE_DEBOUNCE = 15;
const APART = 125; // ms between two drafts at least: the server takes eight a second
const LONGEST_WAIT = 2500;

export class Sliders {
  #moved = new Map(); // row whose strength has yet to be sent -> whether it has come to rest
  #rows = new Map(); // key -> row
  #flying = false;
  #held = null; // the row under the pointer
  #timer = null;
  #patience = null;
  #sent = -APART;

  /** `send` is given a command. `live`: drafts are asked for until a slider comes to rest.
   * `lockWords`: what a lock's button is called, where sliders have locks. */
  constructor(send, { live = false, lockWords = null } = {}) {
    this.send = send;
    this.live = live;
    this.lockWords = lockWords;
    this.element = document.createElement("div");
    this.element.className = "sliders";
    this.element.hidden = true;
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => (this.#held = null));
    }
  }

  /** Show these sliders; what is being moved stays where the hand is. */
  show(sliders) {
    this.element.hidden = sliders.length === 0;
    const wanted = sliders.map((slider) => this.#row(slider));
    if (this.busy) return; // the newest result will tell
    for (const [key, row] of this.#rows) {
      if (wanted.includes(row)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    for (const row of wanted) {
      this.#put(row, row.slider.value);
      this.#showLock(row);
    }
  }

  /** The newest command's result has come. */
  settled() {
    this.#flying = false;
    this.element.ariaBusy = "false";
    clearTimeout(this.#patience);
    if (this.#moved.size) this.#schedule();
  }

  get busy() {
    return this.#flying || this.#moved.size > 0 || this.#held !== null;
  }

  #row(slider) {
    const key = slider.lock || slider.label;
    const known = this.#rows.get(key);
    if (known) {
      known.slider = slider;
      return known;
    }
    const row = this.#build(slider);
    this.#rows.set(key, row);
    this.#place(row);
    return row;
  }

  #place({ element, slider }) {
    if (!slider.group) {
      this.element.append(element);
      return;
    }
    let group = [...this.element.children].find(({ dataset }) => dataset.group === slider.group);
    if (!group) {
      group = document.createElement("fieldset");
      group.dataset.group = slider.group;
      const legend = document.createElement("legend");
      legend.textContent = slider.group;
      group.append(legend);
      this.element.append(group);
    }
    group.append(element);
  }

  #build(slider) {
    const element = document.createElement("div");
    element.className = "slider";
    const label = document.createElement("label");
    const name = document.createElement("span");
    name.textContent = slider.opposite ? `${slider.opposite} – ${slider.label}` : slider.label;
    const output = document.createElement("output");
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: slider.low, max: slider.high, step: 0.01 });
    label.append(name, input, output);
    element.append(label);
    const row = { element, input, output, slider, lock: null };
    input.addEventListener("pointerdown", () => (this.#held = row));
    input.addEventListener("input", () => this.#move(row, !this.live));
    input.addEventListener("change", () => this.live && this.#move(row, true));
    if (slider.lock) {
      row.lock = document.createElement("button");
      row.lock.type = "button";
      row.lock.className = "lock";
      row.lock.addEventListener("click", () => this.#toggle(row));
      element.append(row.lock);
    }
    this.#put(row, slider.value);
    this.#showLock(row);
    return row;
  }

  #move(row, rests) {
    this.#put(row, row.input.valueAsNumber);
    this.#moved.set(row, rests);
    this.#schedule();
  }

  #toggle(row) {
    row.slider = { ...row.slider, locked: !row.slider.locked };
    this.#showLock(row); // at once; the picture follows
    this.send(row.slider.lock).catch(() => {});
  }

  #showLock({ slider, input, lock, element }) {
    if (!lock) return;
    lock.ariaPressed = String(slider.locked);
    lock.ariaLabel = this.lockWords.replace("{name}", slider.label);
    lock.title = lock.ariaLabel;
    input.disabled = slider.locked;
    element.classList.toggle("locked", slider.locked);
  }

  #put({ input, output }, value) {
    input.value = value;
    output.textContent = Number(value).toFixed(2);
    const place = (x) => `${(100 * (x - input.min)) / (input.max - input.min)}%`;
    const zero = Math.max(0, Number(input.min)); // the bar grows from nothing, either way
    input.style.setProperty("--from", place(Math.min(zero, value)));
    input.style.setProperty("--to", place(Math.max(zero, value)));
  }

  #schedule() {
    clearTimeout(this.#timer);
    this.element.ariaBusy = "true";
    const since = performance.now() - this.#sent;
    const pause = this.live ? Math.max(LIVE_DEBOUNCE, APART - since) : DEBOUNCE;
    if (!this.#flying) this.#timer = setTimeout(() => this.#fly(), pause);
  }

  #fly() {
    const [row, rests] = [...this.#moved][0];
    this.#moved.delete(row);
    this.#flying = true;
    this.#sent = performance.now();
    this.#patience = setTimeout(() => this.settled(), LONGEST_WAIT);
    const line = `${row.slider.command} ${row.input.valueAsNumber.toFixed(2)}`;
    this.send(rests ? line : `${line} draft`).catch(() => this.settled());
  }
}
