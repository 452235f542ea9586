"""How open sliders look: four at a time with buttons, all of them where a chat can show that."""

from bot.core.conversation import sliding
from bot.core.conversation.actions import Choice, PresetName, Rows, Say, Tuned, Wearable
from bot.core.conversation.sliding import PRESETS, SLIDERS, OpenSliders
from bot.core.language.meanings import SettingName
from bot.core.language.writing import strength
from storage.contract.kinds import EDIT, group_of

PER_PAGE = 4
PAGES = -(-len(SLIDERS) // PER_PAGE) + 1
"""The last page holds the presets."""


def look(sliders: OpenSliders, picture: bytes) -> Say:
    """Return open sliders as a message. picture: PNG of the face as they stand."""
    values = {"page": sliders.page + 1, "pages": PAGES, "example": "/sliders older 0.4 keep nose"}
    return Say(
        "say.sliders",
        values,
        choices=_choices(sliders),
        picture=picture,
        offers=tuple(
            Wearable(PresetName(name), f"/sliders {name}", worn=False) for name in PRESETS
        ),
        tuned=tuple(_tuned(sliders, slider) for slider in SLIDERS),
    )


def _tuned(sliders: OpenSliders, slider: str) -> Tuned:
    opposite = EDIT.opposite_of(slider)
    return Tuned(
        SettingName(EDIT.name, slider),
        SettingName(EDIT.name, opposite) if opposite else None,
        group_of(slider),
        sliding.amount_of(sliders.look, slider),
        locked=sliding.locked(sliders.look, slider),
    )


def _choices(sliders: OpenSliders) -> Rows:
    def button(key: str, verb: str, what: object = "", **values: object) -> Choice:
        return Choice(f"button.{key}", f"slide:{verb}:{what}:{sliders.photo.hex}", values)

    if sliders.page == PAGES - 1:
        presets = [button("preset", "preset", name, name=PresetName(name)) for name in PRESETS]
        rows = [tuple(presets[at : at + 2]) for at in range(0, len(presets), 2)]
    else:
        first = sliders.page * PER_PAGE
        rows = []
        for at, slider in enumerate(SLIDERS[first : first + PER_PAGE], first):
            amount = sliding.amount_of(sliders.look, slider)
            name = EDIT.opposite_of(slider) if amount < 0 else slider
            key = "slider_moved" if amount else "slider"
            values = {"name": SettingName(EDIT.name, name), "amount": strength(abs(amount))}
            locked = sliding.locked(sliders.look, slider)
            rows.append(
                (
                    button("slider_less", "less", at),
                    button(key, "zero", at, **values),
                    button("slider_more", "more", at),
                    button("slider_locked" if locked else "slider_free", "lock", at),
                )
            )
    last = [
        button("slider_random", "random"),
        button("slider_undo", "undo"),
        button("slider_reset", "reset"),
        button("slider_page", "page", (sliders.page + 1) % PAGES),
        button("slider_done", "done"),
    ]
    return (*rows, tuple(last))
