// The tray: a pack's title, its stickers in their order, what each stands for, and its files.

import { make, place } from "./elements.js";
import { icon } from "./icons.js";

const FORMS = ["webp", "png", "whatsapp", "signal"];
const EMOJI = ["😀", "😂", "😍", "😎", "😉", "😢", "😡", "😮", "🥳", "👍", "❤️", "🔥"];

const find = (id) => document.querySelector(`#${id}`);

export class Tray {
  #pack = null;
  #slots = new Map(); // id -> Slot
  #edited = null; // id of the sticker whose emoji are seen
  #limits = {};
  #naming = false; // a pack was just begun

  /** `change(change, told)`: has it made; `say(sentence)`; `changed()`: awaits what is under way. */
  constructor(words, actions) {
    this.words = words;
    this.actions = actions;
    this.list = find("slots");
    this.room = this.list.parentElement;
    this.room.dataset.scrolls = "";
    this.title = find("tray-title");
    this.packs = find("tray-packs");
    this.editor = new Editor(find("slot-editor"), words, {
      describe: (sticker, emoji) => this.#change({ verb: "describe", sticker, words: emoji }),
      move: (sticker, by) => this.#moveBy(sticker, by),
      drop: (sticker) => this.#drop(sticker),
      close: () => this.#edit(null),
    });
    this.title.addEventListener("change", () => this.#rename());
    this.title.addEventListener("keydown", (event) => event.key === "Enter" && this.title.blur());
    this.packs.addEventListener("change", () => {
      this.#edited = null;
      actions.change({ verb: "open", pack: this.packs.value });
    });
    find("tray-new").addEventListener("click", () => {
      this.#naming = true;
      actions.change({ verb: "begin", words: words.tray_new_title });
    });
    find("tray-undo").addEventListener("click", () => actions.change({ verb: "undo" }));
    find("tray-delete").addEventListener("click", () => this.#askToDelete());
    this.files = new Files(find("tray-files"), words, actions);
    this.list.addEventListener("click", ({ target }) => {
      const slot = target.closest("[data-sticker]");
      if (slot) this.#edit(slot.dataset.sticker === this.#edited ? null : slot.dataset.sticker);
    });
    this.list.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Which results are in the pack: job -> sticker. */
  get jobs() {
    return new Map(this.#stickers.map(({ job, id }) => [job, id]));
  }

  get #stickers() {
    return this.#pack?.stickers ?? [];
  }

  show({ packs, open, undo, limits }) {
    const before = this.#pack?.id;
    this.#limits = limits;
    this.#pack = packs.find(({ id }) => id === open) ?? packs[0] ?? null;
    const pack = this.#pack;
    this.packs.replaceChildren(
      ...packs.map(({ id, title, stickers }) =>
        new Option(this.words.tray_pack.replace("{title}", title).replace("{count}", stickers.length), id),
      ),
    );
    this.packs.value = pack?.id ?? "";
    this.packs.parentElement.hidden = packs.length < 2;
    this.title.maxLength = limits.title ?? 48;
    this.title.disabled = !pack;
    if (document.activeElement !== this.title || before !== pack?.id) this.title.value = pack?.title ?? "";
    this.title.placeholder = this.words.tray_title;
    find("tray-undo").disabled = !undo;
    find("tray-delete").disabled = !pack;
    if (before !== pack?.id) find("tray-question").hidden = true;
    this.#arrange();
    this.files.show(pack, limits);
    if (this.#naming && pack && before !== pack.id) {
      this.#naming = false;
      this.title.focus();
      this.title.select();
    }
  }

  /** Put a result into the pack, or take it out. */
  toggle(kept) {
    const inside = this.#stickers.find(({ job }) => job === kept.id);
    if (inside) this.#drop(inside.id);
    else this.#add(kept);
  }

  // --- dragging ----------------------------------------------------------------------------------

  wanted(target) {
    const slot = target.closest("[data-sticker]");
    return slot ? { picture: slot.querySelector("img"), sticker: slot.dataset.sticker } : null;
  }

  /** Show where what is dragged would be let go. */
  over(dragged, x, y) {
    const inside = this.#inside(x, y);
    const moved = dragged.sticker && this.#slots.get(dragged.sticker)?.element;
    dragged.gap ??= moved ?? make("li", "gap");
    dragged.gap.classList.toggle("lifted", inside || !moved);
    dragged.gap.classList.toggle("leaving", Boolean(moved) && !inside);
    this.room.classList.toggle("welcome-in", inside);
    if (!inside) {
      if (!moved) dragged.gap.remove();
      return;
    }
    find("tray-empty").hidden = true;
    const others = [...this.list.children].filter((element) => element !== dragged.gap);
    const next = others.find((element) => before(element.getBoundingClientRect(), x, y)) ?? null;
    if (dragged.gap.nextElementSibling !== next || !dragged.gap.isConnected) {
      this.list.insertBefore(dragged.gap, next);
    }
  }

  dropped(dragged, x, y) {
    this.room.classList.remove("welcome-in");
    const inside = this.#inside(x, y);
    const position = dragged.gap ? [...this.list.children].indexOf(dragged.gap) : -1;
    dragged.gap?.classList.remove("lifted", "leaving");
    if (dragged.kept) {
      dragged.gap?.remove();
      const there = this.#stickers.find(({ job }) => job === dragged.kept.id);
      if (inside && there) this.#move(there.id, position);
      else if (inside) this.#add(dragged.kept, position);
      else this.#arrange();
    } else if (!inside) {
      this.#drop(dragged.sticker);
    } else {
      this.#move(dragged.sticker, position);
    }
  }

  #inside(x, y) {
    const { left, right, top, bottom } = this.room.getBoundingClientRect();
    return x >= left && x <= right && y >= top && y <= bottom;
  }

  // --- changes -----------------------------------------------------------------------------------

  #change(change, told) {
    return this.actions.change({ pack: this.#pack.id, ...change }, told);
  }

  #add({ id, text }, position = null) {
    const title = this.#pack?.title ?? this.words.tray_new_title;
    const change = { verb: "add", job: id };
    if (this.#pack) change.pack = this.#pack.id;
    if (position !== null) change.position = String(position);
    this.actions.change(change, this.words.tray_added.replace("{name}", text).replace("{title}", title));
  }

  #drop(sticker) {
    const at = this.#stickers.findIndex(({ id }) => id === sticker);
    if (at < 0) return;
    const { text } = this.#stickers[at];
    const focused = this.list.contains(document.activeElement) || this.editor.focused;
    this.#pack.stickers.splice(at, 1);
    if (this.#edited === sticker) this.#edited = null;
    this.#arrange();
    if (focused) (this.#slots.get(this.#stickers[Math.min(at, this.#stickers.length - 1)]?.id)?.face ?? this.title).focus();
    this.#change({ verb: "drop", sticker }, this.words.tray_dropped.replace("{name}", text));
  }

  #moveBy(sticker, by) {
    this.#move(sticker, this.#stickers.findIndex(({ id }) => id === sticker) + by);
  }

  #move(sticker, wanted) {
    const stickers = this.#stickers;
    const at = stickers.findIndex(({ id }) => id === sticker);
    const position = Math.max(0, Math.min(stickers.length - 1, wanted));
    const focused = document.activeElement;
    if (at >= 0 && position !== at) {
      const [moved] = stickers.splice(at, 1);
      stickers.splice(position, 0, moved);
      const told = { name: moved.text, number: position + 1, count: stickers.length };
      this.#change({ verb: "move", sticker, position: String(position) }, filled(this.words.tray_moved, told));
    }
    this.#arrange();
    focused?.focus(); // an element that is put elsewhere loses it
    focused?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }

  #rename() {
    const title = this.title.value.trim();
    if (!title) this.title.value = this.#pack.title;
    else if (title !== this.#pack.title) this.#change({ verb: "rename", words: title });
  }

  #askToDelete() {
    const question = find("tray-question");
    const { title, stickers, id } = this.#pack;
    const yes = chip(this.words.tray_delete_yes, "bin");
    const no = chip(this.words.tray_delete_no, "close");
    const words = make("p", "", filled(this.words.tray_delete_question, { title, count: stickers.length }));
    words.id = "tray-question-words";
    question.setAttribute("aria-labelledby", words.id);
    const close = () => {
      question.hidden = true;
      find("tray-delete").focus();
    };
    yes.addEventListener("click", () => {
      question.hidden = true;
      this.title.focus();
      this.actions.change({ verb: "delete", pack: id });
    });
    no.addEventListener("click", close);
    question.replaceChildren(words, yes, no);
    question.hidden = false;
    no.focus();
  }

  #onKey(event) {
    const sticker = event.target.closest("[data-sticker]")?.dataset.sticker;
    if (!sticker || event.altKey || event.ctrlKey || event.metaKey) return;
    const columns = getComputedStyle(this.list).gridTemplateColumns.split(" ").length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      this.#moveBy(sticker, steps[event.key]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#drop(sticker);
    }
  }

  // --- showing -----------------------------------------------------------------------------------

  #arrange() {
    const stickers = this.#stickers;
    const count = stickers.length;
    place(
      this.list,
      stickers.map((one, at) => {
        const slot = this.#slots.get(one.id) ?? new Slot();
        this.#slots.set(one.id, slot);
        const label = { number: at + 1, count, name: one.text, emoji: one.emoji.join(" ") };
        slot.show(this.#pack.id, one, filled(this.words.tray_slot, label), one.id === this.#edited);
        return slot.element;
      }),
    );
    find("tray-empty").hidden = count > 0;
    find("tray-hint").hidden = count === 0;
    const at = stickers.findIndex(({ id }) => id === this.#edited);
    this.editor.show(stickers[at] ?? null, at, count, this.#limits.emoji);
  }

  #edit(sticker) {
    const before = this.#edited;
    this.#edited = sticker;
    this.#arrange();
    if (sticker) this.editor.focus();
    else this.#slots.get(before)?.face.focus();
  }
}

/** One sticker of the pack. */
class Slot {
  constructor() {
    this.element = make("li", "slot");
    this.face = make("button", "slot-face");
    this.face.type = "button";
    this.face.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight Delete");
    this.picture = make("img");
    Object.assign(this.picture, { alt: "", draggable: false, width: 96, height: 96 });
    this.emoji = make("span", "slot-emoji");
    this.emoji.ariaHidden = "true";
    this.face.append(this.picture, this.emoji);
    this.element.append(this.face);
  }

  show(pack, { id, emoji, version, moving }, label, edited) {
    this.face.dataset.sticker = id;
    const source = `/gallery/stickers/${pack}/${id}.webp?v=${version}&still`;
    if (this.picture.getAttribute("src") !== source) this.picture.src = source;
    this.emoji.textContent = emoji[0];
    this.element.classList.toggle("films", moving);
    this.face.ariaLabel = label;
    this.face.title = label;
    this.face.ariaExpanded = String(edited);
    this.face.setAttribute("aria-controls", "slot-editor");
  }
}

/** What a sticker stands for, and what can be done with it without dragging. */
class Editor {
  #sticker = null;

  constructor(element, words, actions) {
    this.element = element;
    this.words = words;
    this.line = make("input", "emoji-line");
    Object.assign(this.line, { type: "text", autocomplete: "off", enterKeyHint: "done", maxLength: 200 });
    this.line.addEventListener("change", () => this.#describe(this.line.value));
    this.line.addEventListener("keydown", (event) => event.key === "Enter" && this.line.blur());
    this.choices = make("div", "emoji-choices");
    this.choices.append(
      ...EMOJI.map((emoji) => {
        const button = make("button", "tool", emoji);
        button.type = "button";
        button.addEventListener("click", () => this.#toggle(emoji));
        return button;
      }),
    );
    this.earlier = chip(words.tray_earlier, "left");
    this.later = chip(words.tray_later, "right");
    const drop = chip(words.tray_drop, "bin");
    const done = make("button", "tool");
    Object.assign(done, { type: "button", ariaLabel: words.tray_done, title: words.tray_done });
    done.append(icon("check"));
    this.earlier.addEventListener("click", () => actions.move(this.#sticker.id, -1));
    this.later.addEventListener("click", () => actions.move(this.#sticker.id, 1));
    drop.addEventListener("click", () => actions.drop(this.#sticker.id));
    done.addEventListener("click", () => actions.close());
    this.describe = actions.describe;
    const first = make("div", "emoji-row");
    first.append(this.line, done);
    const last = make("div", "buttons");
    last.append(this.earlier, this.later, drop);
    element.append(first, this.choices, last);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // the dialog stays
      actions.close();
    });
  }

  get focused() {
    return this.element.contains(document.activeElement);
  }

  focus() {
    this.line.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  show(sticker, at, count, most) {
    this.#sticker = sticker;
    this.most = most;
    this.element.hidden = !sticker;
    if (!sticker) return;
    const label = this.words.tray_emoji.replace("{number}", at + 1);
    this.element.ariaLabel = label;
    this.line.ariaLabel = label;
    if (document.activeElement !== this.line) this.line.value = sticker.emoji.join(" ");
    for (const button of this.choices.children) button.ariaPressed = String(sticker.emoji.includes(button.textContent));
    this.earlier.disabled = at === 0;
    this.later.disabled = at === count - 1;
  }

  #toggle(emoji) {
    const had = this.#sticker.emoji;
    const now = had.includes(emoji) ? had.filter((one) => one !== emoji) : [...had, emoji].slice(-this.most);
    if (now.length) this.#describe(now.join(" "));
  }

  #describe(emoji) {
    const same = emoji.trim() === this.#sticker.emoji.join(" ");
    if (emoji.trim() && !same) this.describe(this.#sticker.id, emoji);
    else this.line.value = this.#sticker.emoji.join(" ");
  }
}

/** The pack as files. */
class Files {
  #pack = null;

  constructor(element, words, { say, changed }) {
    this.words = words;
    this.say = say;
    this.changed = changed;
    this.buttons = FORMS.map((form) => {
      const button = chip(words[`tray_${form}`], "download");
      button.ariaLabel = words[`tray_${form}_about`];
      button.title = words[`tray_${form}_about`];
      button.addEventListener("click", () => this.#save(form, button));
      return button;
    });
    const sign = make("span", "files-sign"); // where there is no room for one on each
    sign.append(icon("download"));
    element.append(sign, ...this.buttons);
  }

  show(pack, limits) {
    this.#pack = pack;
    this.limits = limits;
    for (const button of this.buttons) button.disabled = !pack?.stickers.length || button.ariaBusy === "true";
  }

  async #save(form, button) {
    button.ariaBusy = "true";
    button.disabled = true;
    await this.changed();
    const { id, title } = this.#pack;
    const fewest = this.limits.whatsapp;
    this.say(this.words.tray_packing);
    try {
      const answer = await fetch(`/gallery/packs/${id}.zip?form=${form}`);
      if (answer.status === 204) {
        this.say(filled(this.words.tray_too_few, { fewest }));
      } else if (answer.ok) {
        const name = decodeURIComponent(answer.headers.get("content-disposition").split("''")[1]);
        save(await answer.blob(), name);
        const count = Number(answer.headers.get("x-left-out"));
        this.say(filled(count ? this.words.tray_left_out : this.words.tray_packed, { title, count, fewest }));
      } else {
        const told = { 413: this.words.tray_too_large, 429: this.words.too_much };
        this.say(told[answer.status] ?? this.words.failed);
      }
    } catch {
      this.say(this.words.unreachable);
    }
    button.ariaBusy = "false";
    this.show(this.#pack, this.limits);
  }
}

function save(blob, name) {
  const link = make("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function chip(words, sign) {
  const button = make("button", "chip");
  button.type = "button";
  button.append(icon(sign), words);
  return button;
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (field, name) => values[name] ?? field);
}

/** Whether a point comes before a box, read as lines of writing. */
function before(box, x, y) {
  return y < box.top || (y <= box.bottom && x < box.left + box.width / 2);
}
