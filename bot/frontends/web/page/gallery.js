// Everything that is kept, and beside it the tray that holds a pack. What is shown is what the
// server last told; a change is made there, and then everything is asked for anew.

import { letDrag } from "./dragging.js";
import { make, place } from "./elements.js";
import { icon, parted } from "./icons.js";
import { sendChange } from "./requests.js";
import { Tray } from "./tray.js";

const ADDRESS = "#gallery"; // so that it is open again after a reload
const TOLD = 6000; // ms that a sentence stands

const find = (id) => document.querySelector(`#${id}`);

export class Gallery {
  #told = { kept: [], packs: [], open: null, undo: false, limits: {} };
  #tiles = new Map(); // id -> Tile
  #starred = new Set(); // shown among the favourites, though perhaps none by now
  #favourites = false;
  #changes = Promise.resolve();
  #waiting = 0; // changes under way
  #timer = null;

  /** `attempt`: awaits a request and says what went wrong. */
  constructor({ sentences }, attempt) {
    this.words = sentences;
    this.attempt = attempt;
    this.dialog = find("gallery");
    this.list = find("kept");
    this.list.parentElement.dataset.scrolls = "";
    this.tray = new Tray(sentences, {
      change: (change, told) => this.change(change, told),
      say: (sentence) => this.say(sentence),
      changed: () => this.#changes,
    });
    find("gallery-open").addEventListener("click", () => this.open());
    find("gallery-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => {
      if (location.hash === ADDRESS) history.replaceState(null, "", location.pathname);
    });
    for (const [id, favourites] of [["gallery-all", false], ["gallery-favourites", true]]) {
      find(id).addEventListener("click", () => this.#filter(favourites));
    }
    this.list.addEventListener("click", ({ target }) => this.#pressed(target));
    letDrag(this.dialog, {
      wanted: (target) => this.#wanted(target),
      over: (dragged, x, y) => this.tray.over(dragged, x, y),
      dropped: (dragged, x, y) => this.tray.dropped(dragged, x, y),
      left: () => this.#show(),
    });
    document.addEventListener("visibilitychange", () => this.#look());
    if (location.hash === ADDRESS) this.open();
  }

  async open() {
    if (this.dialog.open) return;
    history.replaceState(null, "", ADDRESS);
    this.#starred.clear();
    this.dialog.showModal();
    await this.#look();
  }

  /** Take note of messages that came in the chat: they may tell of what is seen here. */
  heard(messages) {
    if (!this.dialog.open || !messages.length) return;
    const said = messages.filter(({ sticker, picture }) => !sticker && !picture).at(-1);
    if (said) this.say(parted(said.text).words);
    this.#look();
  }

  say(sentence) {
    const news = find("gallery-news");
    news.textContent = sentence;
    news.classList.remove("past");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => news.classList.add("past"), TOLD);
  }

  /** Have a change made after those before it; `told`: what is said once it is. */
  change(change, told = "") {
    this.#waiting += 1;
    this.#changes = this.#changes
      .then(() => this.attempt(sendChange(change)))
      .then(() => told && this.say(told))
      .catch(() => this.say(this.words.failed))
      .finally(() => (this.#waiting -= 1))
      .then(() => this.#look());
    return this.#changes;
  }

  async #look() {
    if (!this.dialog.open || this.#waiting || document.hidden) return;
    let answer;
    try {
      answer = await (await fetch("/gallery")).json();
    } catch {
      return; // it is looked again with the next news
    }
    if (this.#waiting) return; // something newer is on its way
    this.#told = answer;
    this.#show();
  }

  #show() {
    const { kept } = this.#told;
    this.tray.show(this.#told);
    for (const one of kept) if (one.favourite) this.#starred.add(one.id);
    const shown = this.#favourites ? kept.filter(({ id }) => this.#starred.has(id)) : kept;
    const inTray = this.tray.jobs;
    place(
      this.list,
      shown.map((one) => {
        const tile = this.#tiles.get(one.id) ?? new Tile(this.words, one);
        this.#tiles.set(one.id, tile);
        tile.show(one, inTray.get(one.id));
        return tile.element;
      }),
    );
    const none = find("kept-none");
    none.hidden = shown.length > 0;
    none.textContent = this.#favourites ? this.words.gallery_no_favourites : this.words.gallery_none;
  }

  #filter(favourites) {
    this.#favourites = favourites;
    this.#starred.clear();
    find("gallery-all").ariaPressed = String(!favourites);
    find("gallery-favourites").ariaPressed = String(favourites);
    this.#show();
  }

  #pressed(target) {
    const button = target.closest("button");
    const one = button && this.#of(button);
    if (!one) return;
    if (button.matches(".star")) {
      const kept = button.ariaPressed !== "true";
      one.favourite = kept;
      this.#show(); // at once; the server's word follows
      this.change({ verb: kept ? "keep" : "unkeep", job: one.id });
    } else {
      this.tray.toggle(one);
    }
  }

  #of(element) {
    const id = element.closest("[data-job]")?.dataset.job;
    return this.#told.kept.find((one) => one.id === id);
  }

  #wanted(target) {
    const slot = this.tray.wanted(target);
    if (slot) return slot;
    const picture = target.closest(".kept-picture")?.querySelector("img");
    const one = picture && this.#of(picture);
    return one ? { picture, kept: one } : null;
  }
}

/** One result: its picture, a star, and a button that puts it into the tray or takes it out. */
class Tile {
  constructor(words, { id, text, moving }) {
    this.element = make("li", "kept-tile");
    this.element.dataset.job = id;
    const ground = make("div", "kept-picture ground");
    const picture = make("img");
    const still = `/gallery/results/${id}.webp?still`;
    Object.assign(picture, { src: still, alt: text, loading: "lazy", draggable: false, width: 160, height: 160 });
    ground.append(picture);
    if (moving) {
      const sign = make("span", "moves");
      sign.title = words.gallery_moving;
      sign.append(icon("play"));
      ground.append(sign);
      plays(ground, picture, still, `/gallery/results/${id}.webp`);
    }
    this.star = make("button", "tool star");
    this.star.type = "button";
    this.star.ariaLabel = words.gallery_favourite.replace("{name}", text);
    this.add = make("button", "tool add");
    this.add.type = "button";
    this.add.ariaLabel = words.gallery_add.replace("{name}", text);
    const buttons = make("div", "kept-buttons");
    buttons.append(this.star, this.add);
    this.element.append(ground, make("p", "caption", text), buttons);
  }

  show({ favourite }, inTray) {
    this.#toggle(this.star, favourite, ["star", "star-full"]);
    this.#toggle(this.add, Boolean(inTray), ["plus", "check"]);
    this.element.classList.toggle("in-tray", Boolean(inTray));
  }

  #toggle(button, pressed, signs) {
    if (button.ariaPressed === String(pressed)) return;
    button.ariaPressed = String(pressed);
    button.replaceChildren(icon(signs[Number(pressed)]));
  }
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Let a picture move while the pointer is on it. */
export function plays(element, picture, still, moving) {
  element.addEventListener("pointerenter", () => {
    if (!calm.matches) picture.src = moving;
  });
  element.addEventListener("pointerleave", () => (picture.src = still));
}
