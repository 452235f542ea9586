"""Writes meanings as the lines that mean them; ``Grammar.parse`` reads them back."""

from bot.core.language.meanings import (
    Adjust,
    BareCommand,
    ChangeLanguage,
    Command,
    CommandWithWords,
    Courtesy,
    Make,
    Meaning,
    Prefer,
    Request,
)
from bot.core.language.shortcuts import shortcut_to
from bot.core.language.tokens import KEEP, OFF
from storage.contract.kinds import KINDS, Kind, Setting


def strength(amount: float) -> str:
    """Write an amount the short way: 0.8, -1, 0.35."""
    return f"{round(amount, 2):g}"


def write(meaning: Meaning) -> str:
    """Return the canonical line; ``Grammar.parse`` understands it as the same meaning."""
    match meaning:
        case Make(request, without):
            shortcut = "" if without else _write_shortcut(request)
            return shortcut or "/" + write_request(request) + _write_without(request, without)
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
        case Courtesy(name):
            return name


def number_behind(kind: Kind, setting: Setting) -> str:
    """Return what stands behind a setting's name: its strength or its page; empty for neither."""
    if kind.pages:
        return str(setting.page)
    return "" if kind.amount_of(setting.name) is None else strength(setting.amount)


def write_request(request: Request) -> str:
    """Return ``expression smile 0.8 wink 0.3``."""
    words = [request.kind]
    for setting in request.settings:
        if setting.kept and not setting.amount:
            continue
        words.append(setting.words or setting.name.replace(":", " "))
        words.append(number_behind(KINDS[request.kind], setting))
    kept = [one.name.replace(":", " ") for one in request.settings if one.kept]
    words += [KEEP, *kept] if kept else []
    return " ".join(filter(None, words))


def _write_shortcut(request: Request) -> str:
    if len(request.settings) != 1:
        return ""
    (setting,) = request.settings
    name = shortcut_to(request.kind, setting.name)
    if name is None:
        return ""
    kind = KINDS[request.kind]
    said = setting == usual(kind, setting.name)
    return f"/{name}" if said else f"/{name} {number_behind(kind, setting)}"


def _write_without(request: Request, without: tuple[str, ...]) -> str:
    if without and not request.settings and set(without) == set(KINDS[request.kind].groups):
        return f" {OFF}"
    return "".join(f" {group}:{OFF}" for group in without)


def example(kind: Kind) -> Request:
    """Return the wish that shows how a kind is asked for."""
    return Request(kind.name, kind.default or kind.example)


def usual(kind: Kind, name: str) -> Setting:
    """Return a setting as it is meant when no strength is said."""
    amount = kind.amount_of(name)
    return Setting(name, amount.default if amount is not None else 1.0)


def line_of(kind: Kind, name: str) -> str:
    """Return the line that asks for one setting of a kind."""
    return write(Make(Request(kind.name, (usual(kind, name),))))


def example_line(kind: Kind) -> str:
    """Return the line that shows how a kind is asked for."""
    return write(Make(example(kind)))
