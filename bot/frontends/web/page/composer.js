// The line at the bottom: a combobox with suggestions, and what was sent before on the up key.

import { complete } from "./completion.js";

const REMEMBERED = 50;

export class Composer {
  #suggestions = [];
  #options = [];
  #active = -1;
  #sent = [];
  #back = 0;

  constructor(vocabulary, onSend) {
    this.vocabulary = vocabulary;
    this.onSend = onSend;
    this.input = document.querySelector("#line");
    this.box = document.querySelector("#suggestions-box");
    this.list = document.querySelector("#suggestions");
    const form = document.querySelector("#composer");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("input", () => this.#suggest());
    this.input.addEventListener("focus", () => this.#suggest());
    this.input.addEventListener("blur", () => this.#close());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // keeps the focus in the line
      const option = event.target.closest("[role=option]");
      if (option) this.#take(Number(option.dataset.index));
    });
  }

  /** Put a line there for the person to go on with. */
  propose(line) {
    this.input.value = line;
    this.input.focus();
    this.#suggest();
  }

  /** Give the line away, as a photo's caption perhaps. */
  takeLine() {
    const line = this.input.value.trim();
    this.input.value = "";
    this.#close();
    return line;
  }

  /** Return a line that could not be sent, unless another stands there by now. */
  giveBack(line) {
    this.input.value ||= line;
  }

  #submit() {
    const line = this.takeLine();
    if (!line) return;
    this.#sent = [line, ...this.#sent.filter((other) => other !== line)].slice(0, REMEMBERED);
    this.#back = 0;
    this.onSend(line);
  }

  #onKey(event) {
    const open = this.#suggestions.length > 0;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      event.preventDefault();
      if (open) this.#activate(this.#active + step);
      else this.#recall(-step);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.#close();
    } else if ((event.key === "Enter" || event.key === "Tab") && open && this.#active >= 0) {
      event.preventDefault();
      this.#take(this.#active);
    }
  }

  #recall(step) {
    this.#back = Math.max(0, Math.min(this.#sent.length, this.#back + step));
    this.input.value = this.#back ? this.#sent[this.#back - 1] : "";
  }

  #suggest() {
    this.#suggestions = complete(this.input.value, this.vocabulary);
    this.#active = -1;
    let above = "";
    this.#options = [];
    this.list.replaceChildren(
      ...this.#suggestions.flatMap(({ label, hint, heading = "" }, index) => {
        const option = document.createElement("li");
        option.id = `suggestion-${index}`;
        option.role = "option";
        option.dataset.index = index;
        option.ariaSelected = "false";
        const name = document.createElement("b");
        name.textContent = label;
        option.append(name, " ", hint);
        this.#options.push(option);
        if (heading === above) return [option];
        above = heading;
        const title = document.createElement("li");
        title.className = "heading";
        title.role = "presentation";
        title.textContent = heading;
        return [title, option];
      }),
    );
    this.#show();
  }

  #activate(index) {
    const count = this.#suggestions.length;
    this.#active = (index + count + (this.#active < 0 && index < -1 ? 1 : 0)) % count;
    this.#show();
    this.#options[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  #take(index) {
    this.input.value = this.#suggestions[index].line;
    this.#suggest();
  }

  #close() {
    this.#suggestions = [];
    this.#options = [];
    this.#active = -1;
    this.#show();
  }

  #show() {
    const open = this.#suggestions.length > 0;
    this.box.hidden = !open;
    this.input.ariaExpanded = String(open);
    this.#options.forEach((option, index) => {
      option.ariaSelected = String(index === this.#active);
    });
    if (this.#active >= 0) this.input.setAttribute("aria-activedescendant", `suggestion-${this.#active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }
}
