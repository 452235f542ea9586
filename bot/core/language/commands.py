"""One grammar for what people type, the same on every platform.

    line     = ["/"] word ["@" bot] {item}
    item     = name [[":" | "="] amount]
    amount   = ["+" | "-"] number ["%"]

``/expression smile 0.8 wink 0.3``, ``smile=80%``, ``/cartoon@SelfmojiBot van gogh``,
``表情微笑80%`` and a plain ``80%`` are lines. Where settings come in groups, the group may stand
beside a name, ``/edit hair afro``, and ``none`` takes off: ``/edit no glasses``. Names come from
``KINDS``, what else people call them from a ``Vocabulary``; a near miss is taken for
what is meant when nothing else is near.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from bot.core.language.grouping import bind
from bot.core.language.shortcuts import SHORTCUTS, Shortcut, shortcut_to
from bot.core.language.tokens import (
    ADDRESSED,
    KIND_OF,
    LETTERS,
    NUMBER,
    OFF,
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
from bot.core.language.vocabulary import Vocabulary, closest, nearest, squeeze
from bot.errors import CommandError
from storage.contract.kinds import KINDS, Amount, Kind, Setting, group_of

MAX_LENGTH = 400
MAX_SETTINGS = 8
MOST_NAMES = 16
"""How many settings of a kind or group a sentence lists."""


class Command(StrEnum):
    """What people can ask for beside the kinds of results."""

    START = "start"
    HELP = "help"
    STYLE = "style"
    UNDO = "undo"
    CANCEL = "cancel"
    AGAIN = "again"
    STRONGER = "stronger"
    WEAKER = "weaker"
    FAVOURITE = "favourite"
    FAVOURITES = "favourites"
    WARDROBE = "wardrobe"
    WEAR = "wear"
    AVATAR = "avatar"
    AVATARS = "avatars"
    LINK = "link"
    UNLINK = "unlink"
    LANGUAGE = "language"
    PRIVACY = "privacy"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for one result; empty settings mean the usual ones.

    ``second_photo``: for settings that take one; a line does not tell it.
    """

    kind: str
    settings: tuple[Setting, ...] = ()
    second_photo: UUID | None = None

    @property
    def lacks_second_photo(self) -> bool:
        """Whether a second photo has to be asked for."""
        taking = KINDS[self.kind].two_photos
        return self.second_photo is None and any(one.name in taking for one in self.settings)


@dataclass(frozen=True, slots=True)
class Make:
    """Make this of the current photo. ``without``: groups of settings to take off beside."""

    request: Request
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjust:
    """The last result with another strength."""

    amount: float


@dataclass(frozen=True, slots=True)
class Prefer:
    """What a selfie alone shall give."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Another language."""

    locale: str


@dataclass(frozen=True, slots=True)
class BareCommand:
    """A command without anything behind it."""

    command: Command


@dataclass(frozen=True, slots=True)
class CommandWithWords:
    """A command with words behind it that depend on what the person has.

    ``words``: as typed, ``normal``: in the form that vocabularies know.
    """

    command: Command
    words: str
    normal: str


Meaning = Make | Adjust | Prefer | ChangeLanguage | BareCommand | CommandWithWords


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell beside the answer, by key of its sentence."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A line understood, and what had to be assumed for it."""

    meaning: Meaning
    notes: tuple[Note, ...] = ()


def strength(amount: float) -> str:
    """Write an amount the short way: 0.8, -1, 0.35."""
    return f"{round(amount, 2):g}"


def write(meaning: Meaning) -> str:
    """Return the canonical line; ``Grammar.parse`` understands it as the same meaning."""
    match meaning:
        case Make(request, without):
            return _write_shortcut(request) or (
                "/" + write_request(request) + _write_without(request, without)
            )
        case Adjust(amount):
            return f"{round(amount * 100)}%"
        case Prefer(requests):
            return " ".join([f"/{Command.STYLE}", *(write_request(one) for one in requests)])
        case ChangeLanguage(locale):
            return f"/{Command.LANGUAGE} {locale}"
        case BareCommand(command):
            return f"/{command}"
        case CommandWithWords(command, words):
            return f"/{command} {words}"


def number_behind(kind: Kind, setting: Setting) -> str:
    """Return what stands behind a setting's name: its strength or its page; empty for neither."""
    if kind.pages:
        return str(setting.page)
    return "" if kind.amount_of(setting.name) is None else strength(setting.amount)


def write_request(request: Request) -> str:
    """Return ``expression smile 0.8 wink 0.3``."""
    words = [request.kind]
    for setting in request.settings:
        words.append(setting.name.replace(":", " "))
        words.append(number_behind(KINDS[request.kind], setting))
    return " ".join(filter(None, words))


def _write_shortcut(request: Request) -> str:
    if len(request.settings) != 1:
        return ""
    (setting,) = request.settings
    name = shortcut_to(request.kind, setting.name)
    if name is None:
        return ""
    kind = KINDS[request.kind]
    usual = setting == _default(kind, setting.name)
    return f"/{name}" if usual else f"/{name} {number_behind(kind, setting)}"


def _write_without(request: Request, without: tuple[str, ...]) -> str:
    if without and not request.settings and set(without) == set(KINDS[request.kind].groups):
        return f" {OFF}"
    return "".join(f" {group}:{OFF}" for group in without)


def example(kind: Kind) -> Request:
    """Return the wish that shows how a kind is asked for."""
    return Request(kind.name, kind.default or kind.example)


@dataclass
class Grammar:
    """Reads lines with one vocabulary."""

    vocabulary: Vocabulary

    def parse(self, text: str) -> Line:
        """Understand a line; raises ``CommandError`` and nothing else."""
        if len(text) > MAX_LENGTH:
            raise CommandError("command_error.too_long", example=_EXAMPLE)
        line = normalise(text)
        slash = line.startswith("/")
        rest = line.lstrip("/ ")
        amount = NUMBER.fullmatch(rest)
        if amount is not None and not slash:
            return Line(Adjust(_share(number_of(amount))))
        name, rest, guessed = self._command(rest, slash=slash)
        if name is None:
            return self._bare(rest)
        if name in _WITH_WORDS:
            read = self._with_words(Command(name), ADDRESSED.sub("", rest, count=1), text)
            return self._noted(read, guessed=guessed)
        read = self._behind(name, ADDRESSED.sub("", rest, count=1) if rest[:1] == "@" else rest)
        return self._noted(read, guessed=guessed)

    def _with_words(self, command: Command, rest: str, text: str) -> Line:
        """Leave what follows to those who know what the person has; a style is a wish."""
        normal = rest.strip(" :=,.!?、。")
        if not normal or (command is Command.AVATAR and self._says_nothing(normal)):
            return Line(BareCommand(command))
        if command is Command.AVATAR and self.vocabulary.patterns["emoji"].fullmatch(normal):
            return self._request(KINDS["emoji"], normal).line()
        typed = unicodedata.normalize("NFKC", text).strip(" :=,.!?、。")[-len(normal) :]
        words = typed if normalise(typed) == normal else normal
        return Line(CommandWithWords(command, words, normal))

    def _noted(self, line: Line, *, guessed: bool) -> Line:
        if not guessed or any(note.key == "note.read_as" for note in line.notes):
            return line
        return Line(line.meaning, (_read_as(line.meaning), *line.notes))

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
            if name in SHORTCUTS and self._says_nothing(rest):
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
        near = nearest(squeeze(word), words)
        if near is not None:
            return near, line[len(word) :], True
        if self._is_setting(line):
            return None, line, False
        hints = tuple(f"/{hint}" for hint in closest(squeeze(word), words))
        if hints:
            raise CommandError("command_error.unknown_command", typed=_short(word), hints=hints)
        raise CommandError("command_error.unknown_command_bare", typed=_short(word))

    def _says_nothing(self, line: str) -> bool:
        """Tell whether a line has numbers and words without meaning only."""
        return all(
            isinstance(token, Number) for token in cut(self.vocabulary, line, (), starts=False)
        )

    def _is_setting(self, line: str) -> bool:
        return any(self.vocabulary.patterns[kind.name].match(line) for kind in _STICKERS)

    def _bare(self, line: str) -> Line:
        """Read a line without a command: one wish told by the names of its settings."""
        tokens = list(cut(self.vocabulary, line, _STICKERS, starts=True))
        kinds = [token.kind for token in tokens if isinstance(token, Name | Start | Group)]
        unknown = [token for token in tokens if isinstance(token, Unknown)]
        if not kinds:
            near = self._nearest_setting(unknown)
            if near is None:
                raise CommandError("say.not_understood", example=_EXAMPLE)
            kinds = [near]
        return self._request(KINDS[kinds[0]], line).line()

    def _nearest_setting(self, unknown: list[Unknown]) -> str | None:
        for token in unknown[:1]:
            for kind in _STICKERS:
                words = self.vocabulary.settings[kind.name]
                if nearest(squeeze(token.typed), words) is not None:
                    return kind.name
        return None

    def _prefer(self, argument: str) -> Line:
        """Read several wishes, one after the other."""
        groups: list[tuple[Kind, list[Token]]] = []
        for token in cut(self.vocabulary, argument, _STICKERS, starts=True):
            match token:
                case Name(kind=kind, name=name) if name in KINDS[kind].two_photos:
                    raise _not_preferred(token.typed)
                case Start(kind=kind) if KINDS[kind].sheet:
                    raise _not_preferred(token.typed)
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
                        self._raise_unknown(typed)
                    groups[-1][1].append(token)
        requests: list[Request] = []
        notes: tuple[Note, ...] = ()
        guessed = False
        for wanted, tokens in groups:
            read = self._gather(wanted, tokens)
            guessed = guessed or read.guessed
            notes += read.notes
            if read.request not in requests:
                requests.append(read.request)
        if not requests:
            return Line(BareCommand(Command.STYLE))
        if len(requests) > MAX_SETTINGS:
            raise CommandError(
                "command_error.too_many_settings", count=MAX_SETTINGS, example=_EXAMPLE
            )
        meaning = Prefer(tuple(requests))
        return Line(meaning, ((_read_as(meaning),) if guessed else ()) + notes)

    def _raise_unknown(self, typed: str) -> None:
        words = {**self.vocabulary.commands}
        hints = tuple(f"/{hint}" for hint in closest(squeeze(typed), words))
        if hints:
            raise CommandError("command_error.unknown_command", typed=_short(typed), hints=hints)
        raise CommandError("command_error.unknown_command_bare", typed=_short(typed))

    def _speak(self, argument: str) -> Line:
        words = self.vocabulary.languages
        wanted = squeeze(argument)
        if wanted in words:
            return Line(ChangeLanguage(words[wanted]))
        near = nearest(wanted, words)
        if near is None:
            names = tuple(LanguageName(locale) for locale in dict.fromkeys(words.values()))
            raise CommandError(
                "command_error.unknown_language", typed=_short(argument), names=names
            )
        return Line(ChangeLanguage(near), (_read_as(ChangeLanguage(near)),))

    def _shortcut(self, shortcut: Shortcut, rest: str) -> "_Read":
        """Read what follows a shortcut: an amount, or what it shows."""
        if self._says_nothing(rest):
            kind = KINDS[shortcut.kind]
            numbers = cut(self.vocabulary, rest, (), starts=False)
            return self._gather(kind, [Name("", kind.name, shortcut.setting), *numbers])
        return self._request(KINDS[shortcut.shows], f"{shortcut.group} {rest}")

    def _request(self, kind: Kind, rest: str) -> "_Read":
        tokens = [
            token
            for token in cut(self.vocabulary, rest, (kind,), starts=False)
            if not (isinstance(token, Unknown) and self._names(token.typed, kind))
        ]
        return self._gather(kind, tokens)

    def _names(self, typed: str, kind: Kind) -> bool:
        """Tell whether a word is just the kind's own name said again."""
        name = self.vocabulary.commands.get(squeeze(typed), "")
        return KIND_OF.get(name, name) == kind.name

    def _gather(self, kind: Kind, tokens: Sequence[Token]) -> "_Read":
        """Bring names and numbers together into settings."""
        named: dict[str, Number | None] = {}
        without: list[str] = []
        waiting: Number | None = None
        last: str | None = None
        guessed = False
        for token in bind(self.vocabulary, tokens) if kind.groups else tokens:
            match token:
                case Number():
                    if last is not None and named[last] is None:
                        named[last] = token
                    elif waiting is None and last is None:
                        waiting = token
                    else:
                        raise self._stray(kind, token)
                case Name(name=name):
                    named[name] = None
                    last = name
                case Unknown(typed=typed, groups=groups):
                    last = self._guess(kind, typed, groups)
                    named[last] = None
                    guessed = True
                case Nothing(groups=groups):
                    without += groups or kind.groups
                case Group(typed=typed, groups=groups):
                    raise self._which(kind, typed, groups[0])
                case Start():
                    pass
        if waiting is not None:
            first = next(iter(named), None)
            if first is not None and named[first] is not None:
                raise self._stray(kind, waiting)
            if first is not None:
                named[first] = waiting
            elif kind.default and kind.numbered:
                named[kind.default[0].name] = waiting
        if kind.groups:  # of two in one group the last counts
            named = dict({group_of(name): (name, named[name]) for name in named}.values())
        if len(named.keys() - set(kind.beside)) > 1 and not kind.several:
            raise CommandError(
                "command_error.one_setting", command=f"/{kind.name}", example=_line(kind)
            )
        if len(named) > MAX_SETTINGS:
            raise CommandError(
                "command_error.too_many_settings", count=MAX_SETTINGS, example=_line(kind)
            )
        notes: list[Note] = []
        if not kind.numbered and any((waiting, *named.values())):
            notes.append(Note("note.no_strength", {"kind": Request(kind.name)}))
        settings = tuple(_setting(kind, name, number, notes) for name, number in named.items())
        worn = {group_of(name) for name in named}
        off = tuple(group for group in kind.groups if group in without and group not in worn)
        return _Read(Make(Request(kind.name, settings), off), tuple(notes), guessed)

    def _stray(self, kind: Kind, number: Number) -> CommandError:
        return CommandError(
            "command_error.stray_number", typed=_short(number.typed), example=_line(kind)
        )

    def _which(self, kind: Kind, typed: str, group: str) -> CommandError:
        """Return the question which setting of a group is meant."""
        names = tuple(name for name in kind.settings if group_of(name) == group)
        return CommandError(
            "command_error.which_setting",
            typed=_short(typed),
            names=tuple(Named(kind.name, name) for name in names[:MOST_NAMES]),
            example=write(Make(Request(kind.name, (_default(kind, names[0]),)))),
        )

    def _guess(self, kind: Kind, typed: str, groups: tuple[str, ...] = ()) -> str:
        words = self.vocabulary.settings[kind.name]
        if groups:
            told = (self.vocabulary.within[kind.name][group] for group in reversed(groups))
            words = {word: name for within in told for word, name in within.items()}
        near = nearest(squeeze(typed), words)
        if near is not None:
            return near
        command = f"/{kind.name}"
        values: dict[str, object] = {"typed": _short(typed), "command": command}
        if not kind.settings:
            raise CommandError("command_error.no_settings", **values, example=command)
        for other in KINDS.values():
            elsewhere = self.vocabulary.settings[other.name].get(squeeze(typed))
            if other is not kind and elsewhere is not None:
                hint = write(Make(Request(other.name, (_default(other, elsewhere),))))
                raise CommandError("command_error.unknown_setting", **values, hints=(hint,))
        hints = tuple(
            write(Make(Request(kind.name, (_default(kind, name),))))
            for name in closest(squeeze(typed), words)
        )
        if hints:
            raise CommandError("command_error.unknown_setting", **values, hints=hints)
        if groups:
            raise self._which(kind, groups[0], groups[0])
        raise CommandError(
            "command_error.unknown_setting_bare", **values, names=kind, example=_line(kind)
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """A wish as it was read. ``guessed``: whether a word had to be guessed."""

    meaning: Make
    notes: tuple[Note, ...]
    guessed: bool

    @property
    def request(self) -> Request:
        return self.meaning.request

    def line(self) -> Line:
        return Line(self.meaning, ((_read_as(self.meaning),) if self.guessed else ()) + self.notes)


_STICKERS = tuple(kind for kind in KINDS.values() if not kind.sheet)
_WITH_WORDS = frozenset({Command.WEAR.value, Command.AVATAR.value, Command.LINK.value})
_ARGUED = frozenset({Command.STYLE.value, Command.LANGUAGE.value}) | _WITH_WORDS
_EXAMPLE = write(Make(Request("expression", (Setting("smile", 0.8),))))


def _not_preferred(typed: str) -> CommandError:
    example = write(Prefer((Request("cutout"),)))
    return CommandError("command_error.not_preferred", typed=_short(typed), example=example)


def _read_as(meaning: Meaning) -> Note:
    return Note("note.read_as", {"line": write(meaning)})


def _line(kind: Kind) -> str:
    return write(Make(example(kind)))


def _default(kind: Kind, name: str) -> Setting:
    amount = kind.amount_of(name)
    return Setting(name, amount.default if amount is not None else 1.0)


def _short(typed: str) -> str:
    return typed if len(typed) <= 30 else typed[:29] + "…"


def _share(number: Number) -> float:
    """Return a number as a share of 1; 80 and 80% are both 0.8."""
    whole = number.value.is_integer() and 10 <= abs(number.value) <= 100
    value = number.value / 100 if number.percent or whole else number.value
    return round(max(-1.0, min(1.0, value)), 2)


def _setting(kind: Kind, name: str, number: Number | None, notes: list[Note]) -> Setting:
    """Return a setting with the number that was said for it, its strength or its page."""
    span = Amount(1, kind.pages, 1) if kind.pages else kind.amount_of(name)
    if number is None:
        return _default(kind, name)
    if span is None:
        if kind.numbered:
            notes.append(Note("note.no_strength", {"kind": Named(kind.name, name)}))
        return _default(kind, name)
    value = number.value
    if number.percent or (_beyond(span, value) and value.is_integer() and 10 <= abs(value) <= 100):
        value /= 100
    if _beyond(span, value):
        ends = {"low": strength(span.low), "high": strength(span.high)}
        notes.append(Note("note.clamped", {"name": Named(kind.name, name), **ends}))
        value = max(span.low, min(span.high, value))
    if kind.pages:
        return Setting(name, page=round(value))
    return Setting(name, round(value, 2) + 0.0)  # no negative zero


@dataclass(frozen=True, slots=True)
class LanguageName:
    """A language to be called by its own name."""

    locale: str


@dataclass(frozen=True, slots=True)
class Named:
    """A setting to be called by its name in the reader's language."""

    kind: str
    setting: str


def _beyond(amount: Amount, value: float) -> bool:
    return not amount.low <= value <= amount.high
