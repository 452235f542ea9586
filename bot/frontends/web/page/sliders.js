// Strengths to drag. While one moves, commands are sent one at a time, always the newest; the
// result replaces the sticker above.

const DEBOUNCE = 90;
const LONGEST_WAIT = 2500;

export class Sliders {
  #moved = new Set(); // sliders whose strength has yet to be sent
  #flying = false;
  #timer = null;
  #patience = null;
  #inputs = [];
  #sliders = [];

  constructor(send) {
    this.send = send;
    this.element = document.createElement("div");
    this.element.className = "sliders";
    this.element.hidden = true;
  }

  /** Show these sliders; ones that stay keep their element, and so focus and drag. */
  show(sliders) {
    const same =
      sliders.length === this.#sliders.length &&
      sliders.every(({ label }, index) => label === this.#sliders[index].label);
    this.#sliders = sliders;
    this.element.hidden = sliders.length === 0;
    if (!same) {
      this.#inputs = sliders.map((slider, index) => this.#build(slider, index));
      this.element.replaceChildren(...this.#inputs.map((input) => input.closest("label")));
    } else if (!this.busy) {
      sliders.forEach(({ value }, index) => this.#put(this.#inputs[index], value));
    }
  }

  /** The newest command's result has come. */
  settled() {
    this.#flying = false;
    clearTimeout(this.#patience);
    if (this.#moved.size) this.#schedule();
  }

  get busy() {
    return this.#flying || this.#moved.size > 0;
  }

  #build({ label, low, high, value }, index) {
    const row = document.createElement("label");
    const name = document.createElement("span");
    name.textContent = label;
    const shown = document.createElement("output");
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: low, max: high, step: 0.01 });
    input.addEventListener("input", () => {
      this.#put(input, input.valueAsNumber);
      this.#moved.add(index);
      this.#schedule();
    });
    row.append(name, input, shown);
    this.#put(input, value);
    return input;
  }

  #put(input, value) {
    input.value = value;
    input.nextElementSibling.textContent = Number(value).toFixed(2);
    const place = (x) => `${(100 * (x - input.min)) / (input.max - input.min)}%`;
    const zero = Math.max(0, Number(input.min)); // the bar grows from nothing, either way
    input.style.setProperty("--from", place(Math.min(zero, value)));
    input.style.setProperty("--to", place(Math.max(zero, value)));
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (!this.#flying) this.#timer = setTimeout(() => this.#fly(), DEBOUNCE);
  }

  #fly() {
    const [index] = this.#moved;
    this.#moved.delete(index);
    this.#flying = true;
    this.#patience = setTimeout(() => this.settled(), LONGEST_WAIT);
    const value = this.#inputs[index].valueAsNumber.toFixed(2);
    this.send(`${this.#sliders[index].command} ${value}`).catch(() => this.settled());
  }
}
