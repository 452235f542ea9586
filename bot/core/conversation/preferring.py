"""What a selfie alone gives: asking about it and changing it."""

from dataclasses import replace

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Choice, Say
from bot.core.conversation.liking import keep
from bot.core.conversation.making import Step
from bot.core.conversation.state import State
from bot.core.language.meanings import Note, Request
from bot.core.language.writing import example, write_request
from storage.contract.kinds import KINDS, Setting


def style(state: State, replaces: str | None = None, key: str = "say.style_now") -> Step:
    """Show what is preferred, with buttons to add and remove."""
    return state, (_style_question(state, key, replaces),)


def _style_question(state: State, key: str, replaces: str | None) -> Say:
    offered = _candidates(state)
    choices = tuple(
        Choice(
            "button.on" if request in state.preferred else "button.off",
            f"style:{write_request(request)}",
            {"name": request},
        )
        for request in offered
        if len(write_request(request).encode()) <= 56  # a button carries 64 bytes
    )
    rows = tuple(choices[at : at + 2] for at in range(0, len(choices), 2))
    values = {"requests": state.preferred, "example": "/style cutout monet"}
    return Say(key, values, choices=rows, replaces=replaces)


def _candidates(state: State) -> tuple[Request, ...]:
    """Return what the style question offers: what is preferred, and every single choice."""
    offered = list(state.preferred)
    for kind in KINDS.values():
        if kind.sheet or kind.unaided or kind.spoken or kind.gathers:
            continue
        if not kind.settings:
            offered.append(Request(kind.name))
        elif kind.several:
            offered.append(Request(kind.name, kind.default or kind.example))
        else:
            strength = kind.amount.default if kind.amount is not None else 1.0
            taken = {
                setting.name
                for request in state.preferred
                if request.kind == kind.name
                for setting in request.settings
            }
            offered += [
                Request(kind.name, (Setting(name, strength),))
                for name in kind.offered
                if name not in taken
            ]
    order = {kind: number for number, kind in enumerate(KINDS)}
    return tuple(sorted(dict.fromkeys(offered), key=lambda request: order[request.kind]))[:20]


def prefer(state: State, requests: tuple[Request, ...], notes: tuple[Note, ...] = ()) -> Step:
    """Set all that a selfie alone gives."""
    filled = tuple(
        request if request.settings else example(KINDS[request.kind]) for request in requests
    )
    state, kept = _kept(state, filled)
    return state, (*kept, Say("say.style_set", {"requests": filled}, notes=notes))


def toggle(state: State, request: Request, message: str | None) -> Step:
    """Add a wish to the preferred ones, or remove it; one has to stay."""
    if request not in state.preferred:
        wanted = (*state.preferred, request)
    else:
        wanted = tuple(one for one in state.preferred if one != request)
    if not wanted:
        return style(state, message, "say.style_last")
    state, kept = _kept(state, wanted)
    return state, (*kept, _style_question(state, "say.style_now", message))


def _kept(state: State, wanted: tuple[Request, ...]) -> Step:
    """Keep what a selfie alone gives, everywhere or in this chat as the menu stands."""
    state = replace(state, preferred=wanted)
    return keep(state, preferred=wanted) if state.scoped else (state, (do.KeepPreferred(wanted),))
