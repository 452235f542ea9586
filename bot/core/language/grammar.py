"""One grammar for what people type, the same on every platform.

    line     = ["/"] word ["@" bot] {item}
    item     = name [[":" | "="] amount]
    amount   = ["+" | "-"] number ["%"]

``/expression smile 0.8 wink 0.3``, ``smile=80%``, ``/cartoon@SelfmojiBot van gogh``,
``表情微笑80%`` and a plain ``80%`` are lines. A command may stand anywhere, ``Hi! /cutout``, and
sentences are lines without one, ``could you make me smile?``. Where settings come in groups, the
group may stand beside a name, ``/edit hair afro``, and ``none`` takes off: ``/edit no glasses``.
Names come from ``KINDS``, what else people call them from a ``Vocabulary``; a near miss is taken
for what is meant when nothing else is near.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.core.language.gathering import MAX_SETTINGS, Gathered, gather, own_colours, read_as
from bot.core.language.grouping import uncoloured
from bot.core.language.meanings import (
    Adjust,
    BareCommand,
    ChangeLanguage,
    Command,
    CommandWithWords,
    Courtesy,
    Line,
    Make,
    Note,
    Prefer,
    Request,
)
from bot.core.language.sentences import command_at, courtesy
from bot.core.language.shortcuts import SHORTCUTS, Shortcut
from bot.core.language.spelling import legible
from bot.core.language.suggesting import (
    EXAMPLE,
    bare_number,
    half_understood,
    no_minors,
    not_preferred,
    not_understood,
    unknown_command,
    unknown_language,
)
from bot.core.language.tokens import (
    ADDRESSED,
    KIND_OF,
    LETTERS,
    NUMBER,
    Group,
    Name,
    Nothing,
    Number,
    Start,
    Token,
    Unknown,
    cut,
    normalise,
    number_of,
)
from bot.core.language.vocabulary import Vocabulary, nearest, squeeze
from bot.core.language.writing import example_line
from bot.errors import CommandError
from storage.contract import captions
from storage.contract.kinds import KINDS, MOST_SAID, Kind, Setting, length_of

MAX_LENGTH = 400
ADULT = 18
"""Years from which on an age may be asked for."""

LEAST_SHARE = 10
"""Whole numbers from here to 100 are shares though no percent sign follows."""

_AGED = re.compile(
    r"(?<![\d.])(\d+) ?-?(?:years?|yrs?)[ -]?old\b|(?<![\d.])(\d+) ?(?:岁|y/?o\b)"
    r"|\b(?:aged?|i was) (\d+)(?![\d.%])"
)

_SHEETS = {one.group: one for one in SHORTCUTS.values() if one.group}
_COMMANDS = frozenset(command.value for command in Command)
_STICKERS = tuple(kind for kind in KINDS.values() if not (kind.sheet or kind.unaided))
_WITH_WORDS = frozenset(
    {
        Command.WEAR.value, Command.AVATAR.value, Command.LINK.value, Command.SLIDERS.value,
        Command.CAPTION.value, Command.BACKDROP.value,
        Command.PACK.value, Command.FAVOURITES.value,
    }
)  # fmt: skip
_ARGUED = frozenset({Command.STYLE.value, Command.LANGUAGE.value}) | _WITH_WORDS


@dataclass(frozen=True, slots=True)
class Caption:
    """The words that came with a photo; ``line`` if they were understood, else ``error``.

    ``commanded``: a command stands in them. ``mine``: whether they say that the photo shows who
    sends it.
    """

    text: str = ""
    line: Line | None = None
    error: CommandError | None = None
    commanded: bool = False
    mine: bool = False

    @property
    def to_paint(self) -> Request | None:
        """What it asks for if its photo is a picture to paint from."""
        if self.line is None or not isinstance(self.line.meaning, Make):
            return None
        request = self.line.meaning.request
        return request if request.lacks_second_photo else None


@dataclass
class Grammar:
    """Reads lines with one vocabulary."""

    vocabulary: Vocabulary

    def parse(self, text: str) -> Line:
        """Understand a line.

        Raises:
            CommandError: it cannot be understood; nothing else is raised.
        """
        if len(text) > MAX_LENGTH:
            raise CommandError("command_error.too_long", example=EXAMPLE)
        first, _, second = text.strip().partition("\n")
        caption = captions.clean(second)
        if caption:
            line = self._line(first)
            match line.meaning:
                case Make(request) as wish if KINDS[request.kind].captioned:
                    return replace(line, meaning=_captioned(wish, caption))
        return self._line(text)

    def means_everyone(self, text: str) -> bool:
        """Tell whether a line says that every face of a photo is meant."""
        return squeeze(normalise(text)) in self.vocabulary.everyone

    def _line(self, text: str) -> Line:
        line = normalise(text)
        line = line[command_at(self.vocabulary, line) or 0 :]
        slash = line.startswith("/")
        rest = line.lstrip("/ ")
        amount = NUMBER.fullmatch(rest)
        if amount is not None and not slash:
            if "%" not in rest and 1 < float(amount[2]) < LEAST_SHARE:
                raise bare_number(number_of(amount))
            return Line(Adjust(_share(number_of(amount))))
        polite = None if slash else courtesy(self.vocabulary, line)
        if polite is not None:
            return Line(Courtesy(polite))
        if not slash:
            rest = self.vocabulary.talk.rephrased(rest)
        name, rest, guessed = self._command(rest, slash=slash)
        if name not in _COMMANDS:
            self._refuse_minors(rest)
        if name is None:
            return self._bare(rest)
        if name in _WITH_WORDS:
            read = self._with_words(Command(name), ADDRESSED.sub("", rest, count=1), text)
            return self._noted(read, guessed=guessed)
        if name in KINDS and KINDS[name].spoken:
            return self._spoken(KINDS[name], ADDRESSED.sub("", rest, count=1), text)
        read = self._behind(name, ADDRESSED.sub("", rest, count=1) if rest[:1] == "@" else rest)
        return self._noted(read, guessed=guessed)

    def caption(self, text: str) -> Caption:
        """Understand a caption, if it is a line."""
        text, said = self.vocabulary.mine_pattern.subn(" ", text)
        text, mine = text.strip(), said > 0
        if not text:
            return Caption(mine=mine)
        commanded = command_at(self.vocabulary, normalise(text)) is not None
        try:
            return Caption(text, self.parse(text), commanded=commanded, mine=mine)
        except CommandError as error:
            return Caption(text, error=error, commanded=commanded, mine=mine)

    def _with_words(self, command: Command, rest: str, text: str) -> Line:
        """Leave what follows to those who know what the person has; a style is a wish."""
        if command in (Command.CAPTION, Command.PACK):  # where also signs and shades count
            words = _raw_end(text, rest).strip().removeprefix(":").strip()
            return Line(CommandWithWords(command, words, words) if words else BareCommand(command))
        normal = rest.strip(" :=,.!?、。")
        named = command in (Command.AVATAR, Command.FAVOURITES)
        if not normal or (named and self._says_nothing(normal)):
            return Line(BareCommand(command))
        if command is Command.AVATAR and self.vocabulary.patterns["emoji"].fullmatch(normal):
            return self._request(KINDS["emoji"], normal).line()
        return Line(CommandWithWords(command, _as_typed(text, normal), normal))

    def _spoken(self, kind: Kind, rest: str, text: str) -> Line:
        """Take what follows as the person's own words."""
        normal = rest.strip(" :=")
        words = " ".join(_as_typed(text, normal).split())
        if not words:
            raise CommandError("command_error.nothing_to_say", example=example_line(kind))
        if length_of(words) > MOST_SAID:
            limits = {"most": MOST_SAID, "characters": MOST_SAID // 3}
            example = example_line(kind)
            raise CommandError("command_error.too_much_to_say", **limits, example=example)
        return Line(Make(Request(kind.name, (Setting(kind.spoken[0], words=words),))))

    def _refuse_minors(self, line: str) -> None:
        """Raise CommandError for a wish to look younger than adults do."""
        line = self.vocabulary.in_strengths(line)
        years = (int(next(filter(None, found.groups()))) for found in _AGED.finditer(line))
        if self.vocabulary.minor_pattern.search(line) or any(one < ADULT for one in years):
            raise no_minors()

    def _noted(self, line: Line, *, guessed: bool) -> Line:
        if not guessed or any(note.key == "note.read_as" for note in line.notes):
            return line
        return Line(line.meaning, (read_as(line.meaning), *line.notes))

    def _behind(self, name: str, rest: str) -> Line:
        """Read what follows a command."""
        if name in KINDS:
            return self._request(KINDS[name], rest).line()
        if name in SHORTCUTS:
            return self._shortcut(SHORTCUTS[name], rest).line()
        command = Command(name)
        argument = rest.strip(" :=,.!?、。")
        if command is Command.STYLE and argument:
            return self._prefer(argument)
        if command is Command.LANGUAGE and argument:
            return self._speak(argument)
        return Line(BareCommand(command))

    def _command(self, line: str, *, slash: bool) -> tuple[str | None, str, bool]:
        """Split the command off a line: (its name or None, the rest, whether it was guessed)."""
        words = self.vocabulary.commands
        found = self.vocabulary.command_pattern.match(line)
        if found is not None:
            name, rest = words[squeeze(found.group())], line[found.end() :]
            if slash or name in KINDS or not rest.strip(" .!?。") or name in _ARGUED:
                return name, rest, False
            if name in (*SHORTCUTS, Command.START) and self._says_nothing(rest):
                return name, rest, False
        if not slash:
            first = LETTERS.match(line)
            if first is None or self._is_setting(line):
                return None, line, False
            near = nearest(squeeze(first.group()), words)
            if near is not None and (near in KINDS or first.end() == len(line)):
                return near, line[first.end() :], True
            return None, line, False
        typed = re.match(r"[^\s@,:=]*", line)
        word = typed.group() if typed is not None else ""
        if self._is_setting(line):
            return None, line, False
        near = nearest(squeeze(word), words)
        if near is not None:
            return near, line[len(word) :], True
        raise unknown_command(self.vocabulary, word)

    def _says_nothing(self, line: str) -> bool:
        """Tell whether a line has numbers and words without meaning only."""
        return all(
            isinstance(token, Number) for token in cut(self.vocabulary, line, (), starts=False)
        )

    def _is_setting(self, line: str) -> bool:
        return any(self.vocabulary.patterns_alone[kind.name].match(line) for kind in _STICKERS)

    def _bare(self, line: str) -> Line:
        """Read a line without a command: one wish told by the names of its settings."""
        tokens = list(cut(self.vocabulary, line, _STICKERS, starts=True))
        kinds = [token.kind for token in tokens if isinstance(token, Name | Start | Group)]
        unknown = [token for token in tokens if isinstance(token, Unknown)]
        if not kinds:
            near = self._nearest_setting(unknown)
            if near is None:
                raise not_understood(self.vocabulary, line, unknown)
            kinds = [near]
        try:
            return self._first_understood(kinds, line).line()
        except CommandError as error:
            sheet = self._sheet_of(tokens)
            if sheet is not None:
                return sheet
            read = None
            if unknown:
                with suppress(CommandError):
                    known = [one for one in tokens if not isinstance(one, Unknown)]
                    read = gather(self.vocabulary, KINDS[kinds[0]], known).meaning
            raise half_understood(self.vocabulary, error, unknown, read) from None

    def _sheet_of(self, tokens: list[Token]) -> Line | None:
        """Return the sheet that shows a group, where a sentence names that group and no more."""
        groups = {token.groups[0] for token in tokens if isinstance(token, Group)}
        sheet = _SHEETS.get(groups.pop()) if len(groups) == 1 else None
        if sheet is None:
            return None
        kept, colours = uncoloured(tokens)
        if not all(isinstance(token, Group) for token in kept):
            return None
        request = Request(sheet.kind, (Setting(sheet.setting),))
        return Line(Make(request), tuple(map(own_colours, colours)))

    def _first_understood(self, kinds: list[str], line: str) -> Gathered:
        """Read a wish of the first of these kinds that knows all its words.

        Raises:
            CommandError: none does; what the first says.
        """
        first, *others = dict.fromkeys(kinds)
        try:
            return self._request(KINDS[first], line)
        except CommandError:
            for kind in others:
                with suppress(CommandError):
                    read = self._request(KINDS[kind], line)
                    if not read.guessed:
                        return read
            raise

    def _nearest_setting(self, unknown: list[Unknown]) -> str | None:
        for token in unknown[:1]:
            for kind in _STICKERS:
                words = self.vocabulary.alone[kind.name]
                if nearest(squeeze(token.typed), words) is not None:
                    return kind.name
        return None

    def _prefer(self, argument: str) -> Line:
        """Read several wishes, one after the other."""
        groups: list[tuple[Kind, list[Token]]] = []
        for token in cut(self.vocabulary, argument, _STICKERS, starts=True):
            match token:
                case Name(kind=kind, name=name) if name in KINDS[kind].two_photos:
                    raise not_preferred(token.typed)
                case Start(kind=kind) if _unasked(KINDS[kind]):
                    raise not_preferred(token.typed)
                case Start(kind=kind):
                    groups.append((KINDS[kind], []))
                case Name(kind=kind) | Group(kind=kind):
                    same = groups and groups[-1][0].name == kind
                    held = same and any(
                        isinstance(one, Name) and one.name not in KINDS[kind].beside
                        for one in groups[-1][1]
                    )
                    more = isinstance(token, Name) and token.name not in KINDS[kind].beside
                    if not same or (more and held and not KINDS[kind].several):
                        groups.append((KINDS[kind], []))
                    groups[-1][1].append(token)
                case Number(typed=typed) | Unknown(typed=typed) | Nothing(typed=typed):
                    if not groups:
                        raise unknown_command(self.vocabulary, typed)
                    groups[-1][1].append(token)
        requests: list[Request] = []
        notes: tuple[Note, ...] = ()
        guessed = False
        for wanted, tokens in groups:
            read = gather(self.vocabulary, wanted, tokens)
            guessed = guessed or read.guessed
            notes += read.notes
            if read.request not in requests:
                requests.append(read.request)
        if not requests:
            return Line(BareCommand(Command.STYLE))
        if len(requests) > MAX_SETTINGS:
            raise CommandError(
                "command_error.too_many_settings", count=MAX_SETTINGS, example=EXAMPLE
            )
        meaning = Prefer(tuple(requests))
        return Line(meaning, ((read_as(meaning),) if guessed else ()) + notes)

    def _speak(self, argument: str) -> Line:
        words = self.vocabulary.languages
        wanted = squeeze(argument)
        if wanted in words:
            return Line(ChangeLanguage(words[wanted]))
        near = nearest(wanted, words)
        if near is None:
            raise unknown_language(self.vocabulary, argument)
        return Line(ChangeLanguage(near), (read_as(ChangeLanguage(near)),))

    def _shortcut(self, shortcut: Shortcut, rest: str) -> Gathered:
        """Read what follows a shortcut: an amount, or what it shows."""
        if self._says_nothing(rest):
            kind = KINDS[shortcut.kind]
            numbers = cut(self.vocabulary, rest, (), starts=False)
            return gather(self.vocabulary, kind, [Name("", kind.name, shortcut.setting), *numbers])
        return self._request(KINDS[shortcut.shows], f"{shortcut.group} {rest}")

    def _request(self, kind: Kind, rest: str) -> Gathered:
        rest = self.vocabulary.talk.rephrased(rest, kind.name)
        if kind.scales:
            rest = self.vocabulary.in_strengths(rest)
        tokens = [
            token
            for token in cut(self.vocabulary, rest, (kind,), starts=False)
            if not (isinstance(token, Unknown) and self._names(token.typed, kind))
        ]
        return gather(self.vocabulary, kind, tokens)

    def _names(self, typed: str, kind: Kind) -> bool:
        """Tell whether a word is just the kind's own name said again."""
        name = self.vocabulary.commands.get(squeeze(typed), "")
        return KIND_OF.get(name, name) == kind.name


def _captioned(wish: Make, caption: str) -> Make:
    """Put a second line as text on what the first one asks for."""
    if len(caption) > captions.MOST:
        limits = {"most": captions.MOST, "there": len(caption)}
        raise CommandError("say.caption_too_long", **limits)
    return replace(wish, request=replace(wish.request, caption=captions.Caption(caption)))


def _unasked(kind: Kind) -> bool:
    """Tell whether a selfie alone cannot give this."""
    return kind.sheet or kind.unaided or bool(kind.spoken or kind.gathers)


def _raw_end(text: str, normal: str) -> str:
    """Return what of a typed line follows its command, with all its signs."""
    typed = unicodedata.normalize("NFC", text).strip()
    for at in range(len(typed) + 1):
        if normalise(typed[at:]) == normal.strip():
            return typed[at:]
    return normal


def _as_typed(text: str, normal: str) -> str:
    """Return the end of a typed line that was normalised to this, as it was typed if it can be."""
    whole = legible(text).strip()
    ends = range(len(whole), max(0, len(whole) - 8), -1)  # signs at the end may be left out
    for end in ends:
        typed = whole[max(0, end - len(normal)) : end]
        if normalise(typed) == normal:
            return typed
    return normal


def _share(number: Number) -> float:
    """Return a number as a share of 1; 80 and 80% are both 0.8."""
    whole = number.value.is_integer() and LEAST_SHARE <= abs(number.value) <= 100
    value = number.value / 100 if number.percent or whole else number.value
    return round(max(-1.0, min(1.0, value)), 2)
