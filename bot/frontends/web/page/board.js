// All sliders of one's own face: the picture as they stand, what it was before under a wipe, the
// sliders in groups, presets, and a map of which slider moves which.

import { make } from "./elements.js";
import { Sliders } from "./sliders.js";

const KEPT_BUTTONS = ["undo", "reset", "random", "done"];

export class Board {
  #before = ""; // the picture without any change
  #wanted = "";

  constructor({ sentences }, actions, id) {
    this.words = sentences;
    this.actions = actions;
    this.id = id;
    this.element = make("li", "message board");
    this.picture = make("img", "picture");
    this.past = make("img", "picture past");
    this.past.alt = "";
    this.past.hidden = true;
    this.frame = make("div", "frame");
    this.frame.append(this.picture, this.past);
    this.wipe = make("input", "wipe");
    Object.assign(this.wipe, { type: "range", min: 0, max: 100, value: 0, hidden: true });
    this.wipe.ariaLabel = sentences.board_wipe;
    this.wipe.title = sentences.board_wipe;
    this.wipe.addEventListener("input", () => this.#wipe());
    this.buttons = make("div", "buttons");
    this.presets = make("div", "buttons presets");
    this.presets.setAttribute("role", "group");
    this.presets.ariaLabel = sentences.board_presets;
    this.sliders = new Sliders((command) => actions.slide(command, id), {
      live: true,
      lockWords: sentences.board_lock,
    });
    this.map = new MovesMap(sentences);
    const side = make("div", "side");
    side.append(this.frame, this.wipe, this.buttons, this.presets);
    const rest = make("div", "rest");
    rest.append(this.sliders.element, this.map.element);
    this.bubble = make("div", "bubble");
    this.bubble.append(side, rest);
    this.element.append(this.bubble);
    this.buttons.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) actions.choose(button.dataset.value, id);
    });
    this.presets.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) actions.pick(button.dataset.command, id);
    });
  }

  show(data) {
    const untouched = data.sliders.every(({ value }) => Number(value) === 0);
    const source = `${data.picture}.png`; // as it was made: encoding it anew takes longer than making it
    this.picture.alt = this.words.board_alt;
    if (untouched) this.#before = source;
    this.#swap(source, untouched);
    this.sliders.show(data.sliders);
    this.sliders.settled();
    this.map.names(data.sliders);
    this.#showButtons(data.buttons.flat());
    if (!this.presets.childElementCount) {
      this.presets.replaceChildren(
        ...data.offers.map(({ label, command }) => chip(label, { command })),
      );
    }
  }

  async #swap(source, untouched) {
    this.#wanted = source;
    const next = new Image();
    next.src = source;
    try {
      await next.decode(); // no blank moment between two results
    } catch {
      return; // gone already: a newer one is on its way
    }
    if (this.#wanted !== source) return;
    this.picture.src = source;
    if (untouched) this.past.src = source;
    this.wipe.hidden = !this.#before;
    this.past.hidden = !this.#before;
    this.#wipe();
  }

  #wipe() {
    this.frame.style.setProperty("--wipe", `${this.wipe.value}%`);
    this.wipe.style.setProperty("--to", `${this.wipe.value}%`);
  }

  #showButtons(buttons) {
    const state = JSON.stringify(buttons.map(({ value }) => value));
    if (state === this.state) return;
    this.state = state;
    const kept = KEPT_BUTTONS.map((verb) => [verb, buttons.find(({ value }) => value.startsWith(`slide:${verb}:`))]);
    this.buttons.replaceChildren(
      ...kept.filter(([, button]) => button).map(([verb, { value }]) => chip(this.words[`board_${verb}`], { value })),
    );
  }
}

/** A drawn table: how much of each slider's way is also another's. */
class MovesMap {
  #names = [];

  constructor(words) {
    this.element = make("details", "map");
    const summary = make("summary", "", words.board_map);
    this.table = make("div", "cells");
    this.table.setAttribute("role", "img");
    this.table.ariaLabel = words.board_map;
    this.told = make("p", "fine", words.board_map_hint);
    this.element.append(summary, this.told, this.table);
    this.element.addEventListener("toggle", () => this.element.open && this.#draw());
  }

  names(sliders) {
    this.#names = sliders.map(({ label, command }) => ({ label, key: command.split(" ").slice(1).join(":") }));
  }

  async #draw() {
    if (this.table.childElementCount) return;
    const { names, shares } = await (await fetch("/assets/moves.json")).json();
    const shown = this.#names.filter(({ key }) => names.includes(key));
    this.table.style.setProperty("--count", shown.length);
    const cells = shown.flatMap((row) =>
      shown.map((column) => {
        const share = shares[names.indexOf(row.key)][names.indexOf(column.key)];
        const cell = make("i");
        cell.title = `${row.label} → ${column.label}: ${Math.round(100 * share)}%`;
        cell.style.setProperty("--share", Math.abs(share));
        cell.className = share < 0 ? "less" : "more";
        return cell;
      }),
    );
    this.table.replaceChildren(...cells);
  }
}

function chip(label, data) {
  const button = make("button", "chip", label);
  button.type = "button";
  Object.assign(button.dataset, data);
  return button;
}
