"""What people would like to change about a result: asked for by group, one setting at a time."""

from dataclasses import replace

from bot.core.conversation.actions import Choice, Run, Say, ShowDrawing
from bot.core.conversation.making import Step, remember
from bot.core.conversation.state import Shown, State, is_drawing, suited
from bot.core.language.meanings import GroupName, Request, SettingName
from storage.contract.kinds import KINDS, Setting, group_of, place_of

DRAWING = "drawing:"
"""How the value of the button begins that gives a drawing as a file."""

_IN_A_ROW, _MANY = 3, 12


def buttons(result: str, request: Request) -> tuple[Choice, ...]:
    """Return the buttons that ask what to change and for the file, where a result is a drawing.

    Args:
        result: hex of its job.
        request: what it shows.
    """
    vary = (Choice("button.vary", f"vary:{result}"),) if suited(request) else ()
    file = (Choice("button.drawing", f"{DRAWING}{result}"),) if is_drawing(request) else ()
    return vary + file


def drawing(state: State, result: Shown) -> Step:
    """Give the drawing as a file."""
    if not is_drawing(result.request):
        return state, (Say("say.choice_gone"),)
    return state, (ShowDrawing(result.job, result.request),)


def press(state: State, value: str, result: Shown, message: str | None) -> Step:
    """Ask which group, then which of its settings, then make it.

    Args:
        state: before it.
        value: ``vary:job``, ``vary:job:``, ``vary:job:hair`` or ``vary:job:hair:blue``; the second
            goes back to the groups.
        result: the job's.
        message: where the button hangs.
    """
    _, _, name = value.split(":", 2) if value.count(":") > 1 else (*value.split(":"), None)
    kind, groups = KINDS[result.request.kind], suited(result.request)
    if not groups:
        return state, (Say("say.choice_gone"),)
    if not name:
        # the first question stands below the result, which stays
        replaces = None if name is None else message
        if len(groups) == 1:
            return state, (_which_setting(result, groups[0], replaces),)
        return state, (_which_group(result, replaces),)
    if name in groups:
        return state, (_which_setting(result, name, message),)
    if group_of(name) not in groups or name not in (*kind.settings, f"{group_of(name)}:"):
        return state, (Say("say.choice_gone"),)
    request = _varied(result.request, name)
    state = remember(state, (request,))
    return state, (Run(request, result.photo, result.face),)


def _varied(request: Request, name: str) -> Request:
    """Return a wish with a setting in the place of its group's, or with none for ``hair:``."""
    group = group_of(name)
    left = tuple(one for one in request.settings if group_of(one.name) != group)
    said = () if name.endswith(":") else (Setting(name),)
    order = {place_of(one): at for at, one in enumerate(KINDS[request.kind].settings)}
    settings = sorted((*left, *said), key=lambda one: order[place_of(one.name)])
    return replace(request, settings=tuple(settings))


def _which_group(result: Shown, replaces: str | None) -> Say:
    kind = KINDS[result.request.kind]
    choices = [
        Choice(
            "button.off", f"vary:{result.job.hex}:{group}", {"name": GroupName(kind.name, group)}
        )
        for group in suited(result.request)
    ]
    return Say("say.which_group", choices=_rows(choices), replaces=replaces)


def _which_setting(result: Shown, group: str, replaces: str | None) -> Say:
    kind = KINDS[result.request.kind]
    worn = {setting.name for setting in result.request.settings}
    choices = [
        Choice(
            "button.on" if name in worn else "button.off",
            f"vary:{result.job.hex}:{name}",
            {"name": SettingName(kind.name, name)},
        )
        for name in kind.settings
        if group_of(name) == group
    ]
    several = len(suited(result.request)) > 1
    last = [Choice("button.groups", f"vary:{result.job.hex}:")] if several else []
    if any(group_of(name) == group for name in worn):
        last.append(Choice("button.as_it_was", f"vary:{result.job.hex}:{group}:"))
    values = {"name": GroupName(kind.name, group)}
    return Say("say.which_of_group", values, (*_rows(choices), *_rows(last)), replaces=replaces)


def _rows(choices: list[Choice]) -> tuple[tuple[Choice, ...], ...]:
    wide = _IN_A_ROW if len(choices) <= _MANY else 5  # Discord has five rows of five
    return tuple(tuple(choices[at : at + wide]) for at in range(0, len(choices), wide))
