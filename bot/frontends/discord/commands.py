"""Slash commands and context menus, generated from the vocabulary.

Every kind of ``storage.kinds.KINDS`` becomes a command with the options that it takes, every
conversation command one without; names and descriptions come from the texts in each language.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Command, CommandTree, ContextMenu, locale_str

from bot.core.commands import Command as Word
from bot.core.events import CommandGiven, Event
from bot.core.texts import Texts
from bot.frontends.discord import reading
from storage.kinds import KINDS, Kind

Respond = Callable[[discord.Interaction, Callable[[], Awaitable[Sequence[Event]]], bool], Any]
"""``respond(interaction, what it means, whether only the person shall see the answer)``"""

CHOICES = 25  # Discord's limit for autocomplete
PRIVATE = frozenset({Word.START, Word.HELP, Word.STYLE, Word.LANGUAGE, Word.PRIVACY, Word.FORGET})
"""Commands about the person rather than a picture: their answers are nobody else's business."""


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
        spoken = _spoken(self._texts, locale)
        key = string.extras.get("key")
        if key is None or spoken == self._texts.locales[0]:
            return None
        return self._texts.get(spoken, key)


def add_commands(tree: CommandTree[Any], texts: Texts, respond: Respond) -> None:
    """Put all commands and menus into the tree."""
    for kind in KINDS.values():
        tree.add_command(_kind_command(kind, texts, respond))
    for word in Word:
        tree.add_command(_word_command(word, texts, respond))
    tree.add_command(_message_menu(texts, respond))
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
    if kind.settings:

        async def complete(asked: discord.Interaction, typed: str) -> list[Choice[str]]:
            return suggestions(kind, texts, _spoken(texts, asked.locale), typed)

        command.autocomplete("what")(complete)
    return command


def _word_command(word: Word, texts: Texts, respond: Respond) -> Command[Any, Any, Any]:
    private = word in PRIVATE

    async def say(asked: discord.Interaction, what: str | None = None) -> None:
        line = f"/{word} {what or ''}".strip()
        await respond(asked, lambda: _words(asked, line), private)

    async def plain(asked: discord.Interaction) -> None:
        await say(asked)

    takes_more = word in (Word.STYLE, Word.LANGUAGE)
    options = ["what"] if takes_more else []
    callback: Callable[..., Any] = say if takes_more else plain
    command = _command(f"command.{word}", str(word), options, texts, callback)
    if word is Word.LANGUAGE:

        async def complete(_asked: discord.Interaction, _typed: str) -> list[Choice[str]]:
            return [Choice(name=texts.language(locale), value=locale) for locale in texts.locales]

        command.autocomplete("what")(complete)
    return command


def _command(
    key: str, name: str, options: Sequence[str], texts: Texts, callback: Callable[..., Any]
) -> Command[Any, Any, Any]:
    """Word a command and its options in all languages."""
    named = {option: _text(texts, f"discord.{option}") for option in options}
    about = {"what": f"{key}.about"} if key.startswith("command.") else {}
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


def _message_menu(texts: Texts, respond: Respond) -> ContextMenu:
    async def make(asked: discord.Interaction, message: discord.Message) -> None:
        async def photos() -> Sequence[Event]:
            found = await reading.photos(reading.origin_of(asked), message.attachments, "")
            return found or [reading.no_picture(reading.origin_of(asked))]

        await respond(asked, photos, False)

    return ContextMenu(name=_text(texts, "discord.make_sticker"), callback=make)


def _avatar_menu(texts: Texts, respond: Respond) -> ContextMenu:
    async def make(asked: discord.Interaction, user: discord.User) -> None:
        async def photo() -> Sequence[Event]:
            return [await reading.avatar(reading.origin_of(asked), user)]

        await respond(asked, photo, False)

    return ContextMenu(name=_text(texts, "discord.make_sticker"), callback=make)


async def _photo_or_words(
    asked: discord.Interaction, photo: discord.Attachment | None, line: str
) -> Sequence[Event]:
    if photo is None:
        return await _words(asked, line)
    return await reading.photos(reading.origin_of(asked), [photo], line)


async def _words(asked: discord.Interaction, line: str) -> Sequence[Event]:
    return [CommandGiven(reading.origin_of(asked), line)]


def suggestions(kind: Kind, texts: Texts, locale: str, typed: str) -> list[Choice[str]]:
    """Complete the last word of what is being typed with the settings of a kind."""
    before, _, last = typed.rpartition(" ")
    before = f"{before} " if before else ""
    wanted = last.casefold()
    found = []
    for setting in kind.settings:
        label = texts.setting(locale, kind.name, setting)
        if wanted in label.casefold() or wanted in setting.casefold():
            found.append(Choice(name=f"{before}{label}"[:100], value=f"{before}{setting}"[:100]))
    return found[:CHOICES]


def _text(texts: Texts, key: str) -> locale_str:
    return locale_str(texts.get(texts.locales[0], key), key=key)


def _spoken(texts: Texts, locale: discord.Locale) -> str:
    """Return our language for one of Discord's; traditional Chinese is none of ours."""
    if locale is discord.Locale.taiwan_chinese:
        return texts.locales[0]
    return texts.negotiate(str(locale))
