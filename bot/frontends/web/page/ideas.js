// What to try next, one press away, once there is a sticker: sheets of looks, painting, and a few
// settings of every kind.

const EACH = { expression: 5, cartoon: 3, emoji: 2 };
const SHORTCUTS = ["animate", "wardrobe", "hairs", "beards", "glasses", "hats", "paint"];

function some(kind, { commands }) {
  const command = commands.find(({ name }) => name === kind);
  return (command?.settings ?? []).slice(0, EACH[kind]).map((setting) => [kind, setting]);
}

function idea(words, onPick) {
  const chip = document.createElement("button");
  chip.type = "button";
  chip.className = "chip";
  chip.textContent = words;
  chip.addEventListener("click", onPick);
  return chip;
}

export class Ideas {
  constructor(vocabulary, onPick) {
    this.element = document.querySelector("#ideas");
    const settings = Object.keys(EACH).flatMap((kind) => some(kind, vocabulary));
    const shortcuts = vocabulary.commands.filter(({ name }) => SHORTCUTS.includes(name));
    this.element.append(
      ...shortcuts.map(({ name, called }) => idea(called, () => onPick(`/${name}`))),
      ...settings.map(([kind, { name, called }]) => idea(called, () => onPick(`/${kind} ${name}`))),
    );
  }

  show(shown) {
    this.element.hidden = !shown;
  }
}
