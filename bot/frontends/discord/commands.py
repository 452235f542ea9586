"""Slash commands and context menus, generated from the vocabulary.

Every kind of ``KINDS`` becomes a command with the options that it takes, every
conversation command one without; names and descriptions come from the texts in each language.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Command, CommandTree, ContextMenu, locale_str

from bot.core.conversation.events import CommandGiven, Event
from bot.core.language.meanings import Command as Word
from bot.core.language.shortcuts import SHORTCUTS
from bot.core.language.texts import Texts
from bot.frontends.discord import reading
from bot.frontends.discord.completing import (
    Offering,
    PacksOf,
    favourites,
    spoken,
    suggestions,
    suggestions_of_packs,
    suggestions_within,
)
from storage.contract.kinds import KINDS, Kind, group_of

Respond = Callable[[discord.Interaction, Callable[[], Awaitable[Sequence[Event]]], bool], Any]
"""``respond(interaction, what it means, whether only the person shall see the answer)``"""

PRIVATE = frozenset(
    {
        Word.START, Word.HELP, Word.STYLE, Word.LANGUAGE, Word.PRIVACY, Word.FORGET, Word.LINK,
        Word.EXPORT, Word.UNLINK, Word.PREFERENCES, Word.BACKDROP,
    }
)  # fmt: skip
"""Commands about the person rather than a picture: their answers are nobody else's business."""


MESSAGE_MENUS = {"make_sticker": "", "cartoon_me": "/cartoon", "change_expression": "/expressions"}
"""Menus on messages, by the key of their name: the line that each puts below the pictures."""


class Translator(app_commands.Translator):
    """Words commands in the languages of our texts."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in a language of Discord's, None where we do not speak it."""
        del context
        language = spoken(self._texts, locale)
        key = string.extras.get("key")
        if key is None or language == self._texts.locales[0]:
            return None
        return self._texts.get(language, key)


def add_commands(
    tree: CommandTree[Any], texts: Texts, respond: Respond, offer: Offering, packs_of: PacksOf
) -> None:
    """Put all commands and menus into the tree."""
    for kind in KINDS.values():
        if kind.two_photos and not set(kind.settings) - {*kind.two_photos, *kind.crowd}:
            tree.add_command(_picture_command(f"kind.{kind.name}", kind, texts, respond))
        elif not kind.sheet:
            make = _grouped_command if kind.groups else _kind_command
            tree.add_command(make(kind, texts, respond))
    for name, shortcut in SHORTCUTS.items():
        kind = KINDS[shortcut.kind]
        if kind.sheet:
            tree.add_command(_sheet_command(name, kind, texts, respond))
        else:
            tree.add_command(_picture_command(f"shortcut.{name}", kind, texts, respond))
    for word in Word:
        if word is Word.BACKDROP:
            tree.add_command(_backdrop_command(texts, respond))
            continue
        command = _word_command(word, texts, respond, offer)
        if word is Word.PACK:
            command.autocomplete("what")(_completing_packs(texts, packs_of))
        tree.add_command(command)
    for key, line in MESSAGE_MENUS.items():
        tree.add_command(_message_menu(key, line, texts, respond))
    tree.add_command(_avatar_menu(texts, respond))


def _kind_command(kind: Kind, texts: Texts, respond: Respond) -> Command[Any, Any, Any]:
    async def make(
        asked: discord.Interaction,
        what: str | None = None,
        strength: float | None = None,
        photo: discord.Attachment | None = None,
    ) -> None:
        amount = "" if strength is None else f"{strength:g}"
        line = " ".join(part for part in (f"/{kind.name}", what, amount) if part)
        await respond(asked, lambda: _photo_or_words(asked, photo, line), False)

    async def plain(asked: discord.Interaction, photo: discord.Attachment | None = None) -> None:
        await make(asked, photo=photo)

    async def chosen(
        asked: discord.Interaction,
        what: str | None = None,
        photo: discord.Attachment | None = None,
    ) -> None:
        await make(asked, what, photo=photo)

    callback: Callable[..., Any] = make if kind.amount else chosen if kind.settings else plain
    options = ["photo"]
    if kind.settings:
        options.append("what")
    if kind.amount is not None:
        options.append("strength")
        bounded = app_commands.Range[float, kind.amount.low, kind.amount.high]
        callback.__annotations__["strength"] = bounded | None
    command = _command(f"kind.{kind.name}", kind.name, options, texts, callback)
    if kind.settings and not kind.spoken:

        async def complete(asked: discord.Interaction, typed: str) -> list[Choice[str]]:
            return suggestions(kind, texts, spoken(texts, asked.locale), typed)

        command.autocomplete("what")(complete)
    return command


def _grouped_command(kind: Kind, texts: Texts, respond: Respond) -> Command[Any, Any, Any]:
    """Return the command of a kind whose settings come in groups: an option for each group.

    What stands in no group is chosen by ``what``.
    """

    async def make(
        asked: discord.Interaction,
        what: str | None = None,
        strength: float | None = None,
        photo: discord.Attachment | None = None,
        **chosen: str | None,
    ) -> None:
        line = _grouped_line(kind, what, chosen, strength)
        await respond(asked, lambda: _photo_or_words(asked, photo, line), False)

    ungrouped = any(not group_of(setting) for setting in kind.settings)
    options: dict[str, Any] = {"what": str | None} if ungrouped else {}
    options |= dict.fromkeys(kind.groups, str | None)
    spans = [amount for amount in (kind.amount, *kind.amounts.values()) if amount is not None]
    if spans:
        low = min(amount.low for amount in spans)
        high = max(amount.high for amount in spans)
        options["strength"] = app_commands.Range[float, low, high] | None
    options["photo"] = discord.Attachment | None
    asked, *_ = inspect.signature(make).parameters.values()
    optional = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in options.items()
    ]
    make.__signature__ = inspect.Signature([asked, *optional])  # type: ignore[attr-defined]
    keys = {group: f"group.{kind.name}.{group}.name" for group in kind.groups}
    command = _command(f"kind.{kind.name}", kind.name, list(options), texts, make, keys)
    for group in ("", *kind.groups) if ungrouped else kind.groups:
        command.autocomplete(group or "what")(_completing(kind, group, texts))
    return command


def _sheet_command(name: str, kind: Kind, texts: Texts, respond: Respond) -> Command[Any, Any, Any]:
    """Return the command of a sheet of looks."""

    async def make(
        asked: discord.Interaction,
        page: int | None = None,
        photo: discord.Attachment | None = None,
    ) -> None:
        line = f"/{name} {page or ''}".strip()
        await respond(asked, lambda: _photo_or_words(asked, photo, line), False)

    make.__annotations__["page"] = app_commands.Range[int, 1, kind.pages] | None
    return _command(f"shortcut.{name}", name, ["page", "photo"], texts, make)


def _picture_command(
    key: str, kind: Kind, texts: Texts, respond: Respond
) -> Command[Any, Any, Any]:
    """Return the command of a wish that takes a second picture, by the key of its words."""
    name = key.partition(".")[2]

    async def make(
        asked: discord.Interaction,
        picture: discord.Attachment | None = None,
        photo: discord.Attachment | None = None,
        strength: float | None = None,
    ) -> None:
        line = f"/{name}" if strength is None else f"/{name} {strength:g}"

        async def read() -> Sequence[Event]:
            if picture is None:
                return await _photo_or_words(asked, photo, line)
            return await reading.photos(reading.origin_of(asked), [picture], line, photo)

        await respond(asked, read, False)

    async def make_of_all(
        asked: discord.Interaction,
        picture: discord.Attachment | None = None,
        photo: discord.Attachment | None = None,
        strength: float | None = None,
        everyone: bool = False,
    ) -> None:
        if not everyone:
            await make(asked, picture, photo, strength)
            return
        line = f"/{name} {kind.crowd[0]}"
        await respond(asked, lambda: _photo_or_words(asked, photo or picture, line), False)

    callback, options = make, ["picture", "photo", "strength"]
    if kind.crowd:
        callback, options = make_of_all, [*options, "everyone"]
    if kind.amount is not None:
        bounded = app_commands.Range[float, kind.amount.low, kind.amount.high]
        callback.__annotations__["strength"] = bounded | None
    return _command(key, name, options, texts, callback)


def _completing(
    kind: Kind, group: str, texts: Texts
) -> Callable[[discord.Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]:
    async def complete(asked: discord.Interaction, typed: str) -> list[Choice[str]]:
        return suggestions_within(kind, group, texts, spoken(texts, asked.locale), typed)

    return complete


def _completing_packs(
    texts: Texts, packs_of: PacksOf
) -> Callable[[discord.Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]:
    async def complete(asked: discord.Interaction, typed: str) -> list[Choice[str]]:
        found = await packs_of(reading.origin_of(asked))
        return suggestions_of_packs(found, texts, spoken(texts, asked.locale), typed)

    return complete


def _grouped_line(
    kind: Kind, what: str | None, chosen: Mapping[str, str | None], strength: float | None
) -> str:
    """Return the line of chosen settings; the strength belongs to the last that takes one."""
    parts = {"": what} if what else {}
    parts |= {group: f"{group} {value}" for group, value in chosen.items() if value}
    graded = [group for group in parts if group in kind.amounts or (kind.amount and not group)]
    if graded and strength is not None:
        parts[graded[-1]] += f" {strength:g}"
    return " ".join([f"/{kind.name}", *parts.values()])


def _backdrop_command(texts: Texts, respond: Respond) -> Command[Any, Any, Any]:
    async def lay(asked: discord.Interaction, photo: discord.Attachment | None = None) -> None:
        line = f"/{Word.BACKDROP}"
        await respond(asked, lambda: _photo_or_words(asked, photo, line), True)

    name = str(Word.BACKDROP)
    return _command(f"command.{name}", name, ["photo"], texts, lay)


def _word_command(
    word: Word, texts: Texts, respond: Respond, offer: Offering
) -> Command[Any, Any, Any]:
    private = word in PRIVATE

    async def say(asked: discord.Interaction, what: str | None = None) -> None:
        line = f"/{word} {what or ''}".strip()
        await respond(asked, lambda: _words(asked, line, private=private), private)

    async def plain(asked: discord.Interaction) -> None:
        await say(asked)

    takes_more = word in (
        Word.STYLE, Word.LANGUAGE, Word.LINK, Word.WEAR, Word.AVATAR, Word.SLIDERS,
        Word.CAPTION, Word.PACK, Word.FAVOURITES,
    )  # fmt: skip
    options = ["what"] if takes_more else []
    callback: Callable[..., Any] = say if takes_more else plain
    command = _command(f"command.{word}", str(word), options, texts, callback)
    if word is Word.LANGUAGE:

        async def complete(_asked: discord.Interaction, _typed: str) -> list[Choice[str]]:
            return [Choice(name=texts.language(locale), value=locale) for locale in texts.locales]

        command.autocomplete("what")(complete)
    if word is Word.FAVOURITES:

        async def kept(asked: discord.Interaction, typed: str) -> list[Choice[str]]:
            found = await offer(reading.origin_of(asked).who, typed)
            return favourites(found.stickers, texts, spoken(texts, asked.locale))

        command.autocomplete("what")(kept)
    return command


def _command(
    key: str,
    name: str,
    options: Sequence[str],
    texts: Texts,
    callback: Callable[..., Any],
    names: Mapping[str, str] | None = None,
) -> Command[Any, Any, Any]:
    """Word a command and its options in all languages; ``names``: keys of other options' names."""
    names = names or {}
    named = {option: _text(texts, names.get(option, f"discord.{option}")) for option in options}
    about = dict.fromkeys(names, "discord.what_about")
    if key.startswith("command."):
        about["what"] = f"{key}.about"
    described = {
        option: _text(texts, about.get(option, f"discord.{option}_about")) for option in options
    }
    if options:
        callback = app_commands.rename(**named)(app_commands.describe(**described)(callback))
    return Command(
        name=locale_str(name, key=f"{key}.name"),
        description=_text(texts, f"{key}.about"),
        callback=callback,
    )


def _message_menu(key: str, line: str, texts: Texts, respond: Respond) -> ContextMenu:
    """Return a menu that works on a message's pictures as ``line`` says."""

    async def make(asked: discord.Interaction, message: discord.Message) -> None:
        async def photos() -> Sequence[Event]:
            shown = None
            if message.attachments:  # else they are of a forwarded message, by whom is not told
                shown = reading.member(message.author, asked.user)
            found = await reading.photos(
                reading.origin_of(asked), reading.attachments_of(message), line, shown=shown
            )
            return found or [reading.no_picture(reading.origin_of(asked))]

        await respond(asked, photos, False)

    return ContextMenu(name=_text(texts, f"discord.{key}"), callback=make)


def _avatar_menu(texts: Texts, respond: Respond) -> ContextMenu:
    async def make(asked: discord.Interaction, user: discord.User) -> None:
        async def photo() -> Sequence[Event]:
            return [await reading.avatar(reading.origin_of(asked), user, asked.user)]

        await respond(asked, photo, False)

    return ContextMenu(name=_text(texts, "discord.make_sticker"), callback=make)


async def _photo_or_words(
    asked: discord.Interaction, photo: discord.Attachment | None, line: str
) -> Sequence[Event]:
    if photo is None:
        return await _words(asked, line)
    return await reading.photos(reading.origin_of(asked), [photo], line)


async def _words(
    asked: discord.Interaction, line: str, *, private: bool = False
) -> Sequence[Event]:
    origin = reading.origin_of(asked)
    return [CommandGiven(replace(origin, private=private or origin.private), line)]


def _text(texts: Texts, key: str) -> locale_str:
    return locale_str(texts.get(texts.locales[0], key), key=key)
