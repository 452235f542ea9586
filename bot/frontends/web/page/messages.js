// The chat as it stands. Messages are patched in place, so that focus, scrolling and a dragged
// slider survive every change. Neighbouring stickers share a shelf: a row of tiles, and below it
// the buttons of the one that is picked.

import { Board } from "./board.js";
import { make, place } from "./elements.js";
import { icon, labelled } from "./icons.js";
import { Offers } from "./offers.js";
import { rememberedPhoto } from "./photos.js";
import { Sliders } from "./sliders.js";
import { Clock } from "./waiting.js";

export class Log {
  #messages = new Map(); // id -> {data, view}
  #shelves = new Map(); // id of its first message -> Shelf

  constructor(element, vocabulary, actions) {
    this.element = element;
    this.vocabulary = vocabulary;
    this.actions = actions;
    this.warm = false; // whether the server has made anything since it started
  }

  get size() {
    return this.#messages.size;
  }

  get busy() {
    return this.unfinished > 0;
  }

  /** How many results are still to come. */
  get unfinished() {
    return [...this.#messages.values()].filter(({ view }) => view.busy).length;
  }

  /** Whether more stands here than words of ours. */
  get begun() {
    return [...this.#messages.values()].some(
      ({ data }) => data.author === "person" || data.sticker || data.busy || data.picture || data.buttons.length,
    );
  }

  get hasSticker() {
    return [...this.#messages.values()].some(({ data }) => data.sticker);
  }

  clear() {
    this.#messages.clear();
    this.#shelves.clear();
    this.element.replaceChildren();
  }

  /** Take changed messages over; return those that are new or newly finished. */
  update(changed) {
    const fresh = [];
    for (const data of changed) {
      const known = this.#messages.get(data.id);
      if (data.gone) {
        this.#messages.delete(data.id);
        continue;
      }
      if (!data.busy && data.author === "bot" && (!known || known.data.busy)) fresh.push(data);
      this.#put(data, known);
    }
    // an answer in words ends what a pressed button began
    if (fresh.some(({ sticker, picture }) => !sticker && !picture)) this.settle();
    this.#arrange();
    return fresh;
  }

  /** Show at once that a message is about to change. */
  pend(id) {
    this.#messages.get(id)?.view.pend?.(this.warm);
  }

  /** Wait no longer for changes that were asked for. */
  settle() {
    for (const { view } of this.#messages.values()) view.settle?.();
  }

  #put(data, known) {
    const kind = kindOf(data);
    const view = known?.view instanceof kind ? known.view : new kind(this.vocabulary, this.actions, data.id);
    view.show(data, this.warm);
    this.#messages.set(data.id, { data, view });
  }

  #arrange() {
    const items = [];
    const shelves = new Map();
    let shelf = null;
    let about = null;
    for (const [id, { view, data }] of this.#messages) {
      if (!(view instanceof Tile)) {
        shelf = null;
        items.push(view.element);
        continue;
      }
      if (!shelf || data.about !== about) {
        about = data.about;
        shelf = this.#shelves.get(id) ?? new Shelf(this.vocabulary);
        shelf.begin();
        shelves.set(id, shelf);
        items.push(shelf.element);
      }
      shelf.tiles.push(view);
    }
    for (const each of shelves.values()) each.arrange();
    this.#shelves = shelves;
    place(this.element, items);
  }
}

function kindOf({ author, sticker, busy, sliders }) {
  if (author === "bot" && (sticker || busy)) return Tile;
  return sliders.length ? Board : Bubble;
}

/** Words of either side, or the person's photo. */
class Bubble {
  constructor({ sentences, commands }, actions) {
    this.words = sentences;
    this.commands = commands;
    this.actions = actions;
    this.element = make("li", "message");
    this.photo = make("div", "photo");
    this.text = make("p", "text");
    this.picture = make("img", "picture");
    this.looks = new Looks(actions);
    this.frame = make("div", "frame");
    this.frame.append(this.picture, this.looks.element);
    this.offers = new Offers((command, message) => actions.pick(command, message));
    this.buttons = new Buttons(actions);
    this.downloads = make("div", "downloads");
    this.bubble = make("div", "bubble");
    this.bubble.append(
      this.photo,
      this.frame,
      this.text,
      this.downloads,
      this.offers.element,
      this.buttons.element,
    );
    this.element.append(this.bubble);
  }

  show(data) {
    this.element.classList.toggle("mine", data.author === "person");
    const mine = data.author === "person";
    this.#showPhoto(data);
    this.frame.hidden = !data.picture || mine;
    this.element.classList.toggle("sheet", data.sheet);
    this.looks.show(data);
    // known before the picture is here, so that the chat can scroll to its end
    this.picture.style.aspectRatio = data.sheet ? `3 / ${this.looks.rows}` : "";
    if (data.picture && !mine) {
      this.picture.src = `${data.picture}.webp`;
      this.picture.alt = data.text;
    }
    this.text.hidden = !data.text;
    if (this.text.dataset.text !== data.text) {
      this.text.dataset.text = data.text;
      this.text.replaceChildren(...linked(data.text, this.commands, this.actions.propose));
    }
    this.element.classList.toggle("wardrobe", data.offers.length > 0);
    this.offers.show(data);
    this.buttons.show(data);
    this.downloads.hidden = !data.document;
    if (data.document) this.downloads.replaceChildren(download(data.document, data.name, data.form, this.words));
  }

  #showPhoto(data) {
    const sent = data.author === "person" && data.name === "photo";
    this.photo.hidden = !sent;
    const better = this.photo.classList.contains("sign") && data.picture;
    if (!sent || (this.photo.childElementCount && !better)) return;
    const address = rememberedPhoto(data.key) ?? (data.picture && `${data.picture}.webp`);
    if (!address) {
      this.#showSign();
      return;
    }
    const image = make("img");
    image.addEventListener("error", () => this.#showSign()); // HEIC, in most browsers
    image.src = address;
    image.alt = this.words.photo_sent;
    this.photo.classList.remove("sign");
    this.photo.replaceChildren(image);
    this.bubble.classList.toggle("bare", !data.text);
  }

  #showSign() {
    this.bubble.classList.remove("bare");
    this.photo.classList.add("sign");
    this.photo.replaceChildren(icon("photo"), make("span", "", this.words.photo_sent));
  }
}

/** A sticker, or the place where one is about to appear. */
class Tile {
  #pending = false;
  #data = null;

  constructor({ sentences }, actions, id) {
    this.words = sentences;
    this.actions = actions;
    this.id = id;
    this.busy = false;
    this.face = make("button", "tile");
    this.face.type = "button";
    this.ground = make("span", "ground");
    this.image = make("img", "sticker");
    this.image.hidden = true;
    this.ground.append(this.image);
    this.caption = make("span", "caption");
    this.clock = new Clock(sentences);
    this.face.append(this.ground, this.caption, this.clock.element);

    this.panel = make("div", "panel");
    this.panel.id = `panel-${id}`;
    this.face.setAttribute("aria-controls", this.panel.id);
    this.sliders = new Sliders((command) => actions.slide(command, id));
    this.buttons = new Buttons(actions);
    this.drive = make("button", "chip drive");
    this.drive.type = "button";
    this.drive.append(icon("camera"), sentences.drive);
    this.drive.addEventListener("click", () => actions.drive(this.#data.drives));
    this.downloads = make("div", "downloads");
    this.downloads.hidden = true;
    this.cancel = make("button", "chip cancel");
    this.cancel.type = "button";
    this.cancel.append(icon("close"), sentences.cancel);
    this.cancel.addEventListener("click", () => actions.pick("/cancel", id));
    this.drive.hidden = true;
    this.panel.append(
      this.sliders.element,
      this.buttons.element,
      this.drive,
      this.downloads,
      this.cancel,
    );
    this.adjustable = false;
  }

  get finished() {
    return !this.image.hidden;
  }

  show(data, warm) {
    this.caption.textContent = data.text;
    this.caption.ariaHidden = String(!data.busy); // the sticker's alternative text says the same
    this.#data = data;
    if (data.busy) {
      this.#work(true, warm);
      return; // what was there before stays, and its sliders with it
    }
    this.#pending = false;
    this.adjustable = data.sliders.length > 0;
    this.image.alt = data.text;
    this.#swap(`${data.sticker}.webp`, warm);
    this.sliders.show(data.sliders);
    this.sliders.settled();
    this.buttons.show(data);
    this.drive.hidden = !data.drives;
    this.#offer(data);
  }

  /** A change was asked for: show it at once, and stop if no answer comes. */
  pend(warm) {
    this.#pending = true;
    this.#work(true, warm);
  }

  /** The change that was asked for does not come. */
  settle() {
    if (!this.#pending) return;
    this.#pending = false;
    this.#work(false);
  }

  #work(busy, warm = true) {
    this.busy = busy;
    this.face.classList.toggle("busy", busy);
    this.face.ariaBusy = String(busy);
    this.cancel.hidden = !busy;
    if (busy) this.clock.begin(this.#data.text, warm);
    this.actions.changed?.();
  }

  /** Show a picture once it is decoded; what moves is made when it is asked for, and takes a while. */
  async #swap(source, warm) {
    if (this.wanted === source) return this.#work(false);
    this.wanted = source;
    this.#work(true, warm);
    const next = new Image();
    next.src = source;
    try {
      await next.decode(); // no blank moment between two results
    } catch {
      // Gone already: a newer one is on its way.
    }
    if (this.wanted !== source) return;
    this.image.src = source;
    this.image.hidden = false;
    this.clock.end(!this.#pending);
    if (!this.#pending) this.#work(false);
  }

  #offer({ sticker, name, drawn, moving }) {
    const still = drawn ? ["png", "webp", "svg"] : ["png", "webp"];
    const formats = moving ? ["webp", "mp4"] : still;
    this.downloads.hidden = false;
    this.downloads.replaceChildren(
      ...formats.map((format) => download(sticker, name, format, this.words)),
      ...(moving ? [] : [copy(sticker, this.words)]).filter(Boolean),
      ...[share(sticker, name, moving ? "mp4" : "png", this.words)].filter(Boolean),
    );
  }
}

/** A link that saves a file in one of its formats. */
function download(address, name, format, words) {
  const link = make("a", "chip");
  link.href = `${address}.${format}`;
  link.download = `${name || "selfmoji"}.${format}`;
  link.ariaLabel = words[`download_${format}`];
  link.append(icon("download"), format.toUpperCase());
  return link;
}

/** A button that puts a sticker on the clipboard, where the browser can. */
function copy(address, words) {
  if (!navigator.clipboard?.write || !window.ClipboardItem) return null;
  const button = make("button", "chip");
  button.type = "button";
  button.append(icon("copy"), words.copy);
  button.addEventListener("click", async () => {
    const picture = fetch(`${address}.png`).then((answer) => answer.blob());
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    button.lastChild.textContent = words.copied;
    setTimeout(() => (button.lastChild.textContent = words.copy), 2000);
  });
  return button;
}

/** A button that hands a sticker to other programs, where the system can. */
function share(address, name, format, words) {
  if (!navigator.canShare) return null;
  const button = make("button", "chip");
  button.type = "button";
  button.append(icon("share"), words.share);
  button.addEventListener("click", async () => {
    const picture = await (await fetch(`${address}.${format}`)).blob();
    const files = [new File([picture], `${name || "selfmoji"}.${format}`, { type: picture.type })];
    if (navigator.canShare({ files })) await navigator.share({ files }).catch(() => {});
  });
  return button;
}

/** A row of stickers of one photo, one of them picked. */
class Shelf {
  constructor({ sentences }) {
    this.element = make("li", "shelf");
    this.row = make("div", "tiles");
    this.panels = make("div", "panels");
    this.all = make("a", "chip all");
    this.all.download = "selfmoji.zip";
    this.all.append(icon("download"), sentences.download_all);
    this.element.append(this.row, this.panels, this.all);
    this.tiles = [];
    this.before = [];
    this.picked = null;
    this.row.addEventListener("click", (event) => {
      const tile = this.tiles.find(({ face }) => face.contains(event.target));
      if (tile) this.#pick(tile);
    });
  }

  begin() {
    this.before = this.tiles;
    this.tiles = [];
  }

  arrange() {
    const added = this.tiles.filter((tile) => !this.before.includes(tile));
    if (this.before.some(({ finished }) => finished) && added.length) this.picked = added.at(-1);
    if (!this.tiles.includes(this.picked)) this.picked = this.tiles[0];
    const single = this.tiles.length === 1;
    this.element.classList.toggle("single", single);
    this.element.classList.toggle("studio", single && this.tiles[0].adjustable);
    place(this.row, this.tiles.map(({ face }) => face));
    place(this.panels, this.tiles.map(({ panel }) => panel));
    const tokens = this.tiles.filter(({ wanted }) => wanted).map(({ wanted }) => wanted.slice(10, -5));
    this.all.hidden = tokens.length < 2;
    this.all.href = `/stickers.zip?tokens=${tokens.join(",")}`;
    this.#pick(this.picked);
  }

  #pick(picked) {
    this.picked = picked;
    for (const tile of this.tiles) {
      tile.face.ariaExpanded = String(tile === picked);
      tile.panel.hidden = tile !== picked;
    }
  }
}

/** Places to tap on a sheet's picture, one over each look; the buttons below say their names. */
class Looks {
  constructor(actions) {
    this.element = make("div", "looks");
    this.element.addEventListener("click", (event) => {
      const look = event.target.closest("button");
      if (look) actions.choose(look.dataset.value, this.message);
    });
  }

  show({ id, sheet, buttons }) {
    this.message = id;
    this.element.hidden = !sheet;
    const rows = sheet ? buttons.filter((row) => row[0].value.startsWith("take:")) : [];
    this.rows = rows.length;
    this.element.replaceChildren(
      ...rows.flat().map(({ label, value }) => {
        const look = make("button", "look");
        look.type = "button";
        look.tabIndex = -1; // its button below is reached by keyboard
        look.ariaHidden = "true";
        look.title = label;
        look.dataset.value = value;
        return look;
      }),
    );
  }
}

class Buttons {
  constructor(actions) {
    this.actions = actions;
    this.element = make("div", "buttons");
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) actions.choose(button.dataset.value, this.message);
    });
  }

  show({ id, buttons }) {
    this.message = id;
    const state = JSON.stringify(buttons);
    if (state === this.state) return;
    this.state = state;
    this.element.hidden = buttons.length === 0;
    const before = new Map([...this.element.children].map((button) => [button.dataset.key, button]));
    const seen = new Map();
    const wanted = buttons.flat().map(({ label, value }) => {
      const verb = value.split(":", value.startsWith("wear:") ? 2 : 1).join(":").replace("unkeep", "keep");
      const count = (seen.get(verb) ?? 0) + 1;
      seen.set(verb, count);
      const key = `${verb} ${count}`;
      // a button that says the same stays, and the keyboard's focus with it
      const button = before.get(key) ?? make("button", "chip");
      button.type = "button";
      button.dataset.key = key;
      button.dataset.value = value;
      if (verb === "keep") button.ariaPressed = String(value.startsWith("unkeep"));
      return labelled(button, label);
    });
    place(this.element, wanted);
  }
}

/** Text with its commands as buttons that put them into the line. */
export function linked(text, commands, propose) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(/(?<![\w/.])\/([a-z]+)( [\w-]+)?( -?\d[\d.]*\d)?/g)) {
    const [whole, name, setting] = match;
    const command = commands.find((entry) => entry.name === name);
    if (!command) continue;
    const known = setting && command.settings?.some((entry) => entry.name === setting.trim());
    const line = known ? whole : `/${name}`;
    const button = make("button", "command", line);
    button.type = "button";
    button.addEventListener("click", () => propose(line));
    parts.push(text.slice(end, match.index), button);
    end = match.index + line.length;
  }
  return [...parts, text.slice(end)];
}
