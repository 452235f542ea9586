"""What is said to a line that cannot be understood: what is wrong, and what may be meant."""

from collections.abc import Sequence

from bot.core.language.meanings import LanguageName, Make, Prefer, Request, SettingName
from bot.core.language.nearby import NEARBY
from bot.core.language.tokens import Number, Unknown
from bot.core.language.vocabulary import Vocabulary, closest, squeeze
from bot.core.language.writing import example_line, line_of, write
from bot.errors import CommandError
from storage.contract.kinds import KINDS, Kind, Setting, group_of

MOST_NAMES = 12
"""How many settings of a kind or group a sentence lists."""

MOST_HINTS = 3

EXAMPLE = write(Make(Request("expression", (Setting("smile", 0.8),))))

_YOUNGER = write(Make(Request("edit", (Setting("age:younger", 0.5),))))


def unknown_command(vocabulary: Vocabulary, typed: str) -> CommandError:
    """Return the error for a word that is no command, with those that are near."""
    hints = tuple(f"/{hint}" for hint in closest(squeeze(typed), vocabulary.commands))
    if hints:
        return CommandError("command_error.unknown_command", typed=_short(typed), hints=hints)
    return CommandError("command_error.unknown_command_bare", typed=_short(typed))


def unknown_language(vocabulary: Vocabulary, typed: str) -> CommandError:
    """Return the error for a language that we do not speak, with those that we do."""
    names = tuple(LanguageName(locale) for locale in dict.fromkeys(vocabulary.languages.values()))
    return CommandError("command_error.unknown_language", typed=_short(typed), names=names)


def bare_number(number: Number) -> CommandError:
    """Return the error for a number that picks nothing and is no strength."""
    return CommandError("command_error.bare_number", typed=_short(number.typed), example="80%")


def not_understood(
    vocabulary: Vocabulary, line: str, unknown: Sequence[Unknown] = ()
) -> CommandError:
    """Return the error for a sentence without any word of ours, with what is near to it."""
    near = _near(vocabulary, line)
    if near is not None:
        return near
    if len(unknown) == 1:
        (token,) = unknown
        hints = [
            line_of(kind, name)
            for kind in KINDS.values()
            if not kind.sheet
            for name in closest(squeeze(token.typed), vocabulary.alone[kind.name])[:1]
        ]
        if hints:
            values = {"typed": _short(token.typed), "hints": tuple(hints[:MOST_HINTS])}
            return CommandError("command_error.unknown_command", **values)
    return CommandError("say.not_understood", example=EXAMPLE)


def half_understood(
    vocabulary: Vocabulary, error: CommandError, unknown: Sequence[Unknown], read: Make | None
) -> CommandError:
    """Return the error for a sentence of which some words are unknown.

    Args:
        vocabulary: what people may type.
        error: what is wrong with it.
        unknown: its words that no one knows.
        read: what it means without them, if that is a wish.
    """
    near = next(filter(None, (_near(vocabulary, one.typed) for one in unknown)), None)
    hints = error.values.get("hints", ()) if near is None else near.values["hints"]
    first = () if read is None else (write(read),)
    both = tuple(dict.fromkeys((*first, *(hints if isinstance(hints, tuple) else ()))))
    if not both or not unknown:
        return error
    values = {"typed": _short(unknown[0].typed), "hints": both[:MOST_HINTS]}
    return CommandError("command_error.half_understood", **values)


def _near(vocabulary: Vocabulary, line: str) -> CommandError | None:
    """Return the error for something that nobody makes, with what is nearest to it."""
    for found in vocabulary.near_pattern.finditer(line):
        if not line[: found.start()][-1:].isalpha() or not found.group().isascii():
            hints = NEARBY[vocabulary.talk.near[squeeze(found.group())]]
            return CommandError("command_error.unmakeable", typed=found.group(), hints=hints)
    return None


def unknown_setting(
    vocabulary: Vocabulary, kind: Kind, typed: str, groups: tuple[str, ...] = ()
) -> CommandError:
    """Return the error for a word that is no setting of a kind.

    Args:
        vocabulary: what people may type.
        kind: what was asked for.
        typed: the word.
        groups: those of the kind's groups in which it was looked for; none for all.
    """
    command = f"/{kind.name}"
    values: dict[str, object] = {"typed": _short(typed), "command": command}
    if not kind.settings:
        return CommandError("command_error.no_settings", **values, example=command)
    unmakeable = _near(vocabulary, typed)
    if unmakeable is not None:
        return unmakeable
    for other in KINDS.values():
        elsewhere = vocabulary.alone[other.name].get(squeeze(typed))
        if other is not kind and elsewhere is not None:
            hint = line_of(other, elsewhere)
            return CommandError("command_error.unknown_setting", **values, hints=(hint,))
    near = closest(squeeze(typed), vocabulary.settings_within(kind.name, groups))
    if near:
        hints = tuple(line_of(kind, name) for name in near)
        return CommandError("command_error.unknown_setting", **values, hints=hints)
    if groups:
        return which_setting(kind, groups[0], groups[0])
    return CommandError(
        "command_error.unknown_setting_bare", **values, names=kind, example=example_line(kind)
    )


def which_setting(kind: Kind, typed: str, group: str) -> CommandError:
    """Return the question which setting of a group is meant."""
    names = tuple(name for name in kind.settings if group_of(name) == group)
    return CommandError(
        "command_error.which_setting",
        typed=_short(typed),
        names=tuple(SettingName(kind.name, name) for name in names[:MOST_NAMES]),
        example=line_of(kind, names[0]),
        hints=tuple(line_of(kind, name) for name in names[:MOST_HINTS]),
        group=group,
    )


def stray_number(kind: Kind, number: Number) -> CommandError:
    """Return the error for a number that belongs to nothing."""
    typed = _short(number.typed)
    return CommandError("command_error.stray_number", typed=typed, example=example_line(kind))


def one_setting(kind: Kind) -> CommandError:
    """Return the error for several settings of a kind that takes one."""
    command = f"/{kind.name}"
    return CommandError("command_error.one_setting", command=command, example=example_line(kind))


def not_preferred(typed: str) -> CommandError:
    """Return the error for what cannot come of a selfie alone."""
    example = write(Prefer((Request("cutout"),)))
    return CommandError("command_error.not_preferred", typed=_short(typed), example=example)


def no_minors() -> CommandError:
    """Return the refusal to make anybody look like a child."""
    return CommandError("command_error.no_minors", example=_YOUNGER)


def _short(typed: str) -> str:
    return typed if len(typed) <= 30 else typed[:29] + "…"
