// What to try next, one press away: a few settings of every kind, once there is a sticker.

const EACH = { expression: 6, cartoon: 3, emoji: 2 };

export class Ideas {
  constructor(vocabulary, onPick) {
    this.element = document.querySelector("#ideas");
    this.element.append(
      ...vocabulary.commands.flatMap(({ name, settings }) =>
        (settings ?? []).slice(0, EACH[name] ?? 0).map((setting) => {
          const chip = document.createElement("button");
          chip.type = "button";
          chip.className = "chip";
          chip.textContent = setting.called;
          chip.addEventListener("click", () => onPick(`/${name} ${setting.name}`));
          return chip;
        }),
      ),
    );
  }

  show(shown) {
    this.element.hidden = !shown;
  }
}
