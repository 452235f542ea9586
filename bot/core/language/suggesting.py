"""What is said to a line that cannot be understood: what is wrong, and what may be meant."""

from bot.core.language.meanings import LanguageName, Make, Prefer, Request, SettingName
from bot.core.language.tokens import Number
from bot.core.language.vocabulary import Vocabulary, closest, squeeze
from bot.core.language.writing import example_line, line_of, write
from bot.errors import CommandError
from storage.contract.kinds import KINDS, Kind, Setting, group_of

MOST_NAMES = 12
"""How many settings of a kind or group a sentence lists."""

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
