"""What Discord offers while an option is being typed."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

import discord
from discord.app_commands import Choice

from bot.core.collecting import Collection
from bot.core.conversation.events import Origin, Who
from bot.core.language.meanings import Request
from bot.core.language.texts import Texts
from bot.core.language.tokens import OFF
from bot.core.offering import Offer
from storage.contract.kinds import Kind, group_of
from storage.contract.packs import Pack
from storage.kept import Kept

Offering = Callable[[Who, str], Awaitable[Offer]]
"""``offer(who, typed)``: what they keep that the words lead to."""

PacksOf = Callable[[Origin], Awaitable[Collection]]
"""Returns what packs somebody has, and which of them is open in a chat."""

CHOICES = 25  # Discord's limit
LONGEST = 100  # letters of a choice
OF_STICKERS = ("emoji", "move", "first", "drop", "replace")
OF_PACKS = ("new", "rename", "undo", "zip", "whatsapp", "signal", "delete")


def suggestions(kind: Kind, texts: Texts, locale: str, typed: str) -> list[Choice[str]]:
    """Complete the last word of what is being typed with the settings of a kind."""
    before, _, last = typed.rpartition(" ")
    before = f"{before} " if before else ""
    wanted = last.casefold()
    found = []
    for setting in kind.settings:
        if setting in kind.brought:
            continue
        label = texts.setting(locale, kind.name, setting)
        if wanted in label.casefold() or wanted in setting.casefold():
            found.append(Choice(name=f"{before}{label}"[:100], value=f"{before}{setting}"[:100]))
    return found[:CHOICES]


def suggestions_within(
    kind: Kind, group: str, texts: Texts, locale: str, typed: str
) -> list[Choice[str]]:
    """Complete what is being typed with the settings of a group, and with none of them.

    The nameless group, of what stands in none, has always something chosen.
    """
    wanted = typed.strip().casefold()
    labels = {OFF: texts.nothing(locale)} if group else {}
    for setting in kind.settings:
        if group_of(setting) == group and setting not in kind.brought:
            labels[setting.rpartition(":")[2]] = texts.setting(locale, kind.name, setting)
    return [
        Choice(name=label, value=name)
        for name, label in labels.items()
        if wanted in label.casefold() or wanted in name
    ][:CHOICES]


def favourites(kept: Sequence[Kept], texts: Texts, locale: str) -> list[Choice[str]]:
    """Offer what is kept by what it shows, each wording once."""
    wishes = (Request.of_job(one.kind, one.settings) for one in kept if one.file is None)
    labels = dict.fromkeys(texts.describe(locale, wish)[:LONGEST] for wish in wishes)
    return [Choice(name=label, value=label) for label in labels][:CHOICES]


def suggestions_of_packs(
    found: Collection, texts: Texts, locale: str, typed: str
) -> list[Choice[str]]:
    """Complete what stands behind ``/pack``: titles, verbs, and behind a verb the open stickers."""
    wanted = typed.strip().casefold()
    choices = list(_stickers(found, texts, locale, typed)) or [
        *_titles(found.packs, texts, locale, wanted),
        *_verbs(found, texts, locale, wanted),
    ]
    return [Choice(name=name[:LONGEST], value=value[:LONGEST]) for name, value in choices][:CHOICES]


def _titles(
    packs: tuple[Pack, ...], texts: Texts, locale: str, wanted: str
) -> Iterator[tuple[str, str]]:
    for number, pack in enumerate(packs, 1):
        if wanted in pack.title.casefold():
            values = {"title": pack.title, "count": len(pack.stickers)}
            twice = sum(one.title.casefold() == pack.title.casefold() for one in packs) > 1
            label = texts.get(locale, "pack_button.open", **values)
            yield label, str(number) if twice else pack.title


def _verbs(found: Collection, texts: Texts, locale: str, wanted: str) -> Iterator[tuple[str, str]]:
    for verb in (*OF_PACKS, *OF_STICKERS) if found.packs else OF_PACKS[:1]:
        label = texts.get(locale, f"pack_word.{verb}.name")
        if wanted in label.casefold() or wanted in verb:
            yield f"{label} …" if verb in (*OF_STICKERS, "new", "rename") else label, f"{verb} "


def _stickers(
    found: Collection, texts: Texts, locale: str, typed: str
) -> Iterator[tuple[str, str]]:
    """Yield the stickers of the open pack behind a verb that means one."""
    first, space, rest = typed.lstrip().partition(" ")
    verbs = {texts.get(locale, f"pack_word.{verb}.name").casefold(): verb for verb in OF_STICKERS}
    verb = verbs.get(first.casefold(), first if first in OF_STICKERS else None)
    if not space or verb is None or not found.packs:
        return
    pack = next((one for one in found.packs if one.id == found.open), found.packs[0])
    for number, one in enumerate(pack.stickers, 1):
        label = f"{first} {number} · {one.emoji[0]} {found.called[one.id]}"
        if not rest.strip() or rest.strip().casefold() in label.casefold():
            yield label, f"{verb} {number}"


def spoken(texts: Texts, locale: discord.Locale) -> str:
    """Return our language for one of Discord's; traditional Chinese is none of ours."""
    if locale is discord.Locale.taiwan_chinese:
        return texts.locales[0]
    return texts.negotiate(str(locale))
