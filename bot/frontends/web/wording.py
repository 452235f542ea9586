"""The page in a person's language: its HTML, and the words that its script needs."""

import html
import re
from importlib import resources

from bot.core.language.shortcuts import SHORTCUTS
from bot.core.language.texts import Texts
from storage.contract.kinds import KINDS, Amount

_MENU = {
    "menu_avatar": {"wardrobe", "wear", "avatar", "avatars", "link", "unlink"},
    "menu_result": {"again", "stronger", "weaker", "undo", "favourite", "favourites", "sliders"},
}
FIELD = re.compile(r"\{\{(\w+)\}\}")


def page(texts: Texts, locale: str) -> str:
    """Return ``index.html`` with its ``{{fields}}`` filled from the ``web`` sentences.

    Raises:
        KeyError: a field has no sentence.
    """
    template = (resources.files("bot.frontends.web.page") / "index.html").read_text("utf-8")
    words = {**texts.section(locale, "web"), "language": locale}
    return FIELD.sub(lambda field: html.escape(words[field[1]]), template)


def vocabulary(texts: Texts, locale: str) -> dict[str, object]:
    """Return what the page's script needs to know of our words, JSON-able.

    ``commands``: each with ``name``, what it is ``called`` in this language, ``about``, the key of
    its ``heading`` among ``sentences``, and for kinds of results their ``settings``, each with the
    range of its ``amount`` where it has one and whether it may stand ``beside`` a chosen one, and
    the ``groups`` that these come in;
    ``sentences``: the page's own; ``languages``: code and name of each.
    """
    commands: list[dict[str, object]] = []
    for name, about in texts.menu(locale):
        kind = KINDS.get(name)
        section = "kind" if kind else "shortcut" if name in SHORTCUTS else "command"
        entry: dict[str, object] = {
            "name": name,
            "called": texts.get(locale, f"{section}.{name}.name"),
            "about": about,
            "heading": _heading(name),
        }
        if kind:
            entry["several"] = kind.several
            entry["settings"] = [
                {
                    "name": setting,
                    "called": texts.setting(locale, kind.name, setting),
                    "amount": _range(kind.amount_of(setting)),
                    "beside": setting in kind.beside,
                }
                for setting in kind.settings
                if setting not in (*kind.two_photos, *kind.spoken, *kind.brought)
            ]
            entry["groups"] = [
                {"name": group, "called": texts.group(locale, kind.name, group)}
                for group in kind.groups
            ]
        commands.append(entry)
    return {
        "language": locale,
        "languages": [{"code": code, "name": texts.language(code)} for code in texts.locales],
        "commands": commands,
        "sentences": texts.section(locale, "web"),
    }


def _heading(name: str) -> str:
    """Return the key of the sentence above a command in the page's menu."""
    if name in SHORTCUTS:
        return "menu_choose"
    if name in KINDS:
        return "menu_make"
    return next((key for key, names in _MENU.items() if name in names), "menu_chat")


def _range(amount: Amount | None) -> dict[str, float] | None:
    return None if amount is None else {"low": amount.low, "high": amount.high}
