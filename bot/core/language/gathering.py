"""Makes a wish of the names and numbers of a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from bot.core.language.grouping import bind, uncoloured
from bot.core.language.meanings import GroupName, Line, Make, Meaning, Note, Request, SettingName
from bot.core.language.suggesting import one_setting, stray_number, unknown_setting, which_setting
from bot.core.language.tokens import Group, Keep, Name, Nothing, Number, Start, Token, Unknown
from bot.core.language.vocabulary import Vocabulary, nearest, squeeze
from bot.core.language.writing import example_line, strength, usual, write
from bot.errors import CommandError
from storage.contract.kinds import Amount, Kind, Setting, group_of

MAX_SETTINGS = 8
_RUN = 4  # unknown words looked at together


@dataclass(frozen=True, slots=True)
class Gathered:
    """A wish as it was read. ``guessed``: whether a word had to be guessed."""

    meaning: Make
    notes: tuple[Note, ...]
    guessed: bool

    @property
    def request(self) -> Request:
        """The wish itself, without what it takes off."""
        return self.meaning.request

    def line(self) -> Line:
        """Return it as a line, which tells what was guessed."""
        guess = (read_as(self.meaning),) if self.guessed else ()
        return Line(self.meaning, guess + self.notes)


def gather(vocabulary: Vocabulary, kind: Kind, tokens: Sequence[Token]) -> Gathered:
    """Bring names and numbers together into a wish.

    Raises:
        CommandError: a word is unknown, a number stands alone, or there are too many settings.
    """
    named: dict[str, Number | None] = {}
    without: list[str] = []
    waiting: Number | None = None
    last: str | None = None
    guessed = False
    tokens, kept = parted(kind, tokens)
    tokens, colours = uncoloured(tokens)
    tokens = joined(vocabulary, kind, tokens)
    for token in bind(vocabulary, tokens) if kind.groups else tokens:
        match token:
            case Number():
                if last is not None and named[last] is None:
                    named[last] = token
                elif waiting is None and last is None:
                    waiting = token
                else:
                    raise stray_number(kind, token)
            case Name(name=name):
                named[name] = None
                last = name
            case Unknown(typed=typed, groups=groups):
                last = _guess(vocabulary, kind, typed, groups)
                named[last] = None
                guessed = True
            case Nothing(groups=groups):
                without += groups or kind.groups
            case Group(typed=typed, groups=(group, *_)) if group in kind.groups:
                raise which_setting(kind, typed, group)
            case Group(typed=typed):  # another kind's
                raise unknown_setting(vocabulary, kind, typed)
            case Start() | Keep():
                pass
    if waiting is not None:
        first = next(iter(named), None)
        if first is not None and named[first] is not None:
            raise stray_number(kind, waiting)
        if first is not None:
            named[first] = waiting
        elif kind.default and kind.numbered:
            named[kind.default[0].name] = waiting
    if kind.groups:  # of two in one group the last counts
        named = dict({kind.place_of(name): (name, named[name]) for name in named}.values())
    if len(named.keys() - set(kind.beside)) > 1 and not kind.several:
        raise one_setting(kind)
    if len(named) > MAX_SETTINGS:
        raise CommandError(
            "command_error.too_many_settings", count=MAX_SETTINGS, example=example_line(kind)
        )
    notes = list(map(own_colours, colours))
    chosen = next((name for name in named if name not in kind.beside), "")
    if unfit := _unsuited(kind, chosen, named):
        named = {name: number for name, number in named.items() if group_of(name) not in unfit}
        left_out = tuple(GroupName(kind.name, one) for one in kind.groups if one in unfit)
        values = {"name": SettingName(kind.name, chosen), "groups": left_out}
        notes.append(Note("note.not_suited", values))
    if not kind.numbered and any((waiting, *named.values())):
        notes.append(Note("note.no_strength", {"kind": Request(kind.name)}))
    settings = tuple(_setting(kind, name, number, notes) for name, number in named.items())
    places = {kind.place_of(name): at for at, name in enumerate(named)}
    for place in kept:
        if place in places:
            changed = replace(settings[places[place]], kept=True)
            settings = tuple(changed if one.name == changed.name else one for one in settings)
        else:
            settings = (*settings, Setting(place, 0.0, kept=True))
    worn = {group_of(name) for name in named}
    off = tuple(group for group in kind.groups if group in without and group not in worn)
    usual = tuple(name for name, number in named.items() if number is None)
    return Gathered(Make(Request(kind.name, settings), off, usual), tuple(notes), guessed)


def own_colours(colour: Name) -> Note:
    """Return the note that a colour was left out before what has its own."""
    return Note("note.own_colours", {"colour": SettingName(colour.kind, colour.name)})


def joined(vocabulary: Vocabulary, kind: Kind, tokens: Sequence[Token]) -> list[Token]:
    """Return tokens with unknown words as one where they are near to a name together.

    "van gough" is nothing word by word, and "frnch bob" is no bob.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        run = list(takewhile(_is_word, tokens[at : at + _RUN]))
        most = len(run) if run and isinstance(run[0], Unknown) else 0
        for length in range(most, 1, -1):
            typed = " ".join(token.typed for token in run[:length])
            if nearest(squeeze(typed), vocabulary.settings[kind.name]) is not None:
                found.append(Unknown(typed))
                at += length
                break
        else:
            found.append(tokens[at])
            at += 1
    return found


def _is_word(token: Token) -> bool:
    return isinstance(token, Unknown | Name)


def _unsuited(kind: Kind, chosen: str, named: Iterable[str]) -> set[str]:
    """Return the groups of what is said that does not suit the chosen setting."""
    if not kind.suited or not chosen:
        return set()
    return {group_of(name) for name in named} - {"", *kind.suited.get(chosen, ())}


def parted(kind: Kind, tokens: Sequence[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """Part a line's tokens from the scales that it keeps as they are.

    What stands behind a word that keeps is kept, up to a name with a number. Things that are worn
    stay by themselves, so that keeping them says nothing.
    """
    left: list[Token] = []
    kept: dict[str, None] = {}
    keeping = False
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if isinstance(token, Keep):
            keeping = True
        elif keeping and isinstance(token, Name | Group) and not isinstance(following, Number):
            name = token.name if isinstance(token, Name) else ""
            groups = token.groups if isinstance(token, Group) else ()
            if isinstance(following, Name) and group_of(following.name) in groups:
                continue  # "nose wide nose" is one of the nose's
            kept.update(
                (scale[0], None)
                for scale in kind.scales
                if name in scale or (not name and group_of(scale[0]) in groups)
            )
        else:
            keeping = False
            left.append(token)
    return left, tuple(kept)


def _guess(vocabulary: Vocabulary, kind: Kind, typed: str, groups: tuple[str, ...]) -> str:
    """Return the setting that a misspelt word means; raises CommandError."""
    near = nearest(squeeze(typed), vocabulary.settings_within(kind.name, groups))
    if near is None:
        raise unknown_setting(vocabulary, kind, typed, groups)
    return near


def read_as(meaning: Meaning) -> Note:
    """Return the note that says what a misspelt line was taken for."""
    return Note("note.read_as", {"line": write(meaning)})


def _setting(kind: Kind, name: str, number: Number | None, notes: list[Note]) -> Setting:
    """Return a setting with the number that was said for it, its strength or its page."""
    span = kind.amount_of(name)
    if number is None:
        return usual(kind, name)
    if kind.pages:
        return _page(kind, name, number, notes)
    if span is None:
        if kind.numbered:
            notes.append(Note("note.no_strength", {"kind": SettingName(kind.name, name)}))
        return usual(kind, name)
    value = number.value
    if number.percent or (_beyond(span, value) and value.is_integer() and 10 <= abs(value) <= 100):
        value /= 100
    if _beyond(span, value):
        ends = {"low": strength(span.low), "high": strength(span.high)}
        notes.append(Note("note.clamped", {"name": SettingName(kind.name, name), **ends}))
        value = max(span.low, min(span.high, value))
    return Setting(name, round(value, 2) + 0.0)  # no negative zero


def _page(kind: Kind, name: str, number: Number, notes: list[Note]) -> Setting:
    """Return a sheet's page, the last one for a number beyond it."""
    page = round(number.value / 100 if number.percent else min(number.value, 1e6))
    if page > kind.pages:
        notes.append(Note("note.last_page"))
    return Setting(name, page=max(1, min(kind.pages, page)))


def _beyond(amount: Amount, value: float) -> bool:
    return not amount.low <= value <= amount.high
