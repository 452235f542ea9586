"""What is said to a line that cannot be understood, with what may be meant as buttons."""

from bot.core.conversation.actions import Choice, Rows, Say
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import Make
from bot.core.language.shortcuts import SHORTCUTS
from bot.errors import CommandError
from storage.contract.kinds import KINDS

LINE = "say"
"""The verb of buttons that carry a line."""

LONGEST = 64
"""Bytes that a button carries."""

_SHEETS = {
    "hairs": Choice("button.try_hairs", "try:hair"),
    "beards": Choice("button.try_beards", "try:beard"),
    "glasses": Choice("button.try_glasses", "try:glasses"),
    "hats": Choice("button.try_hats", "try:hat"),
}
"""Shortcuts whose button has a picture."""


def explain(error: CommandError, grammar: Grammar) -> Say:
    """Return the sentence for a line that cannot be understood, and buttons for its hints."""
    hints = error.values.get("hints", ())
    lines = [hint for hint in hints if isinstance(hint, str)] if isinstance(hints, tuple) else []
    buttons = [button for line in lines if (button := _button(line, grammar)) is not None]
    sheet = _sheet_of(error)
    if sheet is not None:
        buttons.append(sheet)
    rows: Rows = tuple((button,) for button in buttons)
    return Say(error.key, error.values, choices=rows)


def _button(line: str, grammar: Grammar) -> Choice | None:
    """Return the button for a line, called by what it means; None for one that it cannot carry."""
    value = f"{LINE}:{line}"
    if len(value.encode()) > LONGEST:
        return None
    if line.removeprefix("/") in _SHEETS:
        return _SHEETS[line.removeprefix("/")]
    try:
        meaning = grammar.parse(line).meaning
    except CommandError:
        return None
    if isinstance(meaning, Make) and not KINDS[meaning.request.kind].sheet:
        return Choice("button.wish", value, {"name": meaning.request})
    return Choice("button.line", value, {"line": line})


def _sheet_of(error: CommandError) -> Choice | None:
    """Return the button of the sheet that shows the group which the error asks about."""
    group = error.values.get("group")
    for name, shortcut in SHORTCUTS.items():
        if shortcut.group and shortcut.group == group:
            return _SHEETS[name]
    return None
