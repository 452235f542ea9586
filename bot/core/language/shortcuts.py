"""Commands that are whole wishes: ``/hairs`` is ``/try-on hair``, ``/paint`` paints from a picture.

With more behind it than a number, a shortcut stands for the kind that it shows: ``/glasses round``
is ``/edit glasses round``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One setting of a kind, with its amount behind it if need be.

    ``shows``: the kind that other words are read as, ``group``: where they belong in it.
    """

    kind: str
    setting: str
    shows: str
    group: str = ""


SHORTCUTS = {
    "paint": Shortcut("cartoon", "picture", "cartoon"),
    "mimic": Shortcut("expression", "mimic", "expression"),
    "expressions": Shortcut("expression-sheet", "expressions", "expression"),
    "styles": Shortcut("gallery", "styles", "cartoon"),
    "moods": Shortcut("mood-sheet", "moods", "mood"),
    "hairs": Shortcut("try-on", "hair", "edit", "hair"),
    "beards": Shortcut("try-on", "beard", "edit", "beard"),
    "glasses": Shortcut("try-on", "glasses", "edit", "glasses"),
    "hats": Shortcut("try-on", "hat", "edit", "hat"),
}


def shortcut_to(kind: str, setting: str) -> str | None:
    """Return the shortcut that stands for a setting, if one does."""
    for name, shortcut in SHORTCUTS.items():
        if (shortcut.kind, shortcut.setting) == (kind, setting):
            return name
    return None
