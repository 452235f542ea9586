// What to try next, one press away: a few settings of every kind, once there is a sticker.

const EACH = { expression: 6, cartoon: 3, emoji: 2 };

function some(kind, { commands }) {
  const command = commands.find(({ name }) => name === kind);
  return (command?.settings ?? []).slice(0, EACH[kind]).map((setting) => [kind, setting]);
}

export class Ideas {
  constructor(vocabulary, onPick) {
    this.element = document.querySelector("#ideas");
    this.element.append(
      ...Object.keys(EACH)
        .flatMap((kind) => some(kind, vocabulary))
        .map(([kind, setting]) => {
          const chip = document.createElement("button");
          chip.type = "button";
          chip.className = "chip";
          chip.textContent = setting.called;
          chip.addEventListener("click", () => onPick(`/${kind} ${setting.name}`));
          return chip;
        }),
    );
  }

  show(shown) {
    this.element.hidden = !shown;
  }
}
