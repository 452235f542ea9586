// What else may be picked: a strip of pictures that scrolls sideways and a row of swatches. They
// stay while only the pick among them changes, and so do focus and scrolling.

export class Offers {
  #shown = "";
  #choices = [];

  /** `pick` is given an offer's command and the message it stands in. */
  constructor(pick) {
    this.element = document.createElement("div");
    this.element.className = "offers";
    this.strip = group("strip");
    this.swatches = group("swatches");
    this.element.append(this.strip, this.swatches);
    this.element.addEventListener("click", (event) => {
      const choice = event.target.closest("button");
      if (!choice) return;
      this.#mark(choice.parentElement, choice); // at once; the picture follows
      pick(choice.dataset.command, this.message);
    });
  }

  show({ id, offers }) {
    this.message = id;
    this.element.hidden = offers.length === 0;
    const shown = JSON.stringify(offers.map(({ command, picture }) => [command, picture]));
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#choices = offers.map(build);
      this.strip.replaceChildren(...this.#choices.filter((_, at) => offers[at].picture));
      this.swatches.replaceChildren(...this.#choices.filter((_, at) => offers[at].colour));
    }
    for (const row of [this.strip, this.swatches]) {
      row.hidden = row.childElementCount === 0;
      this.#mark(row, this.#choices.find((choice, at) => choice.parentElement === row && offers[at].worn));
    }
  }

  #mark(row, worn) {
    for (const choice of row.children) choice.ariaPressed = String(choice === worn);
    if (!worn) return;
    requestAnimationFrame(() => { // it may not stand on the page yet
      const place = worn.offsetLeft - (row.clientWidth - worn.clientWidth) / 2;
      row.scrollTo({ left: place, behavior: row.scrollLeft ? "smooth" : "instant" });
    });
  }
}

function group(name) {
  const element = document.createElement("div");
  element.className = name;
  element.setAttribute("role", "group");
  return element;
}

function build({ label, command, picture, colour }) {
  const choice = document.createElement("button");
  choice.type = "button";
  choice.title = label;
  choice.ariaLabel = label;
  choice.dataset.command = command;
  if (picture) {
    const image = document.createElement("img");
    Object.assign(image, { src: picture, alt: "", width: 64, height: 64, loading: "lazy" });
    choice.append(image);
  } else {
    choice.style.setProperty("--colour", colour);
  }
  return choice;
}
