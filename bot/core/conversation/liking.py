"""The menu of what a person likes, and what that does to their wishes.

A wish that says itself how it is to be goes before what is liked.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Choice, PaintName, Rows, Say, TasteName
from bot.core.conversation.making import Step
from bot.core.conversation.state import State
from bot.core.conversation.taste import NOTHING_SAID, OWN, PICTURE, Taste
from bot.core.language.colour_names import NAMED
from bot.core.language.meanings import LanguageName, Request
from storage.contract.finishing import USUAL, WHITE, WIDTHS
from storage.contract.kinds import (
    ANIMATE,
    CARTOON,
    EXPRESSION,
    KINDS,
    MOOD,
    MOVING_MOODS,
    Setting,
)

T = TypeVar("T")

FORCES = {0.6: "gentle", 1.0: "usual", 1.3: "strong"}
"""How strong things are beside what is usual, and what that is called."""

_COLOURS = ("black", "pink", "yellow", "teal", "blue", "violet")
OUTLINES = (WHITE, *(NAMED[name] for name in _COLOURS))
GROUNDS = ("", WHITE, *(NAMED[name] for name in ("light-blue", *_COLOURS[1:])), OWN)
_WIDTHS = dict(zip(WIDTHS, ("none", "fine", "usual", "wide"), strict=True))


def menu(state: State, replaces: str | None = None) -> Step:
    """Show what is liked, a button for each thing."""
    return state, (Say("say.preferences", _shown(state), _rows(state), replaces=replaces),)


def press(state: State, what: str, message: str | None) -> Step | None:
    """Go on to the next of what can be liked, in the place of the menu; None for what is none."""
    liked = state.liked
    match what:
        case "force":
            return _like(state, message, force=_next(tuple(FORCES), liked.force or 1.0))
        case "outline":
            return _like(state, message, outline=_next(OUTLINES, liked.outline or WHITE))
        case "width":
            now = USUAL.width if liked.width is None else liked.width
            return _like(state, message, width=_next(WIDTHS, now))
        case "ground":
            grounds = GROUNDS if liked.backdrop is None else (*GROUNDS, PICTURE)
            return _like(state, message, ground=_next(grounds, liked.ground or ""))
        case "picture":
            return ask_backdrop(state, message)
        case "bare":
            return bare(state, message)
        case "unpicture":
            state, actions = keep(state, ground="", backdrop=None)
            return state, (*actions, Say("say.backdrop_removed", replaces=message))
        case "moving":
            return _like(state, message, moving=not liked.moving)
        case "scope":
            return menu(replace(state, scoped=not state.scoped), message)
        case "reset":
            state, actions = _keep(state, NOTHING_SAID)
            state, shown = menu(state, message)
            return state, (*actions, *shown)
        case _:
            return None


def ask_backdrop(state: State, message: str | None = None) -> Step:
    """Ask for the picture that is to lie behind stickers."""
    state = replace(state, backdrop_asked=True)
    return state, (Say("say.send_backdrop", replaces=message),)


def take_backdrop(state: State, photo: UUID) -> Step:
    """Lay a picture behind all stickers from now on, everywhere or in this chat."""
    state = replace(state, backdrop_asked=False)
    state, actions = keep(state, ground=PICTURE, backdrop=photo)
    buttons = (
        Choice("button.bare_ground", "like:bare"),
        Choice("button.remove_backdrop", "like:unpicture"),
    )
    return state, (*actions, Say("say.backdrop_taken", choices=(buttons,)))


def bare(state: State, message: str | None = None) -> Step:
    """Lay nothing behind stickers; a picture of one's own is kept for another time."""
    state, actions = keep(replace(state, backdrop_asked=False), ground="")
    known = state.liked.backdrop is not None
    return state, (*actions, Say("say.bare_kept" if known else "say.bare", replaces=message))


def keep(state: State, **said: object) -> Step:
    """Keep what is liked from now on, everywhere or in this chat as the menu stands."""
    here = state.here if state.scoped else state.taste
    return _keep(state, replace(here, **said))  # type: ignore[arg-type]


def as_liked(state: State, request: Request, usual: Collection[str] = ()) -> Request:
    """Return a wish as its person likes such things.

    Args:
        state: theirs.
        request: the wish.
        usual: the settings of it whose strength it does not say.
    """
    kind, liked = KINDS[request.kind], state.liked
    settings = list(request.settings)
    for at, setting in enumerate(settings):
        span = kind.amount_of(setting.name)
        if setting.name in usual and span is not None and not setting.kept:
            amount = setting.amount * (liked.force or 1.0)
            amount = round(max(span.low, min(span.high, amount)), 2)
            settings[at] = replace(setting, amount=amount)
    names = {setting.name for setting in settings}
    if liked.moving and kind is MOOD and names and names.isdisjoint((*MOVING_MOODS, "moving")):
        settings.append(Setting("moving"))
    if liked.ground == OWN and kind is CARTOON and names and "scene" not in names:
        settings.append(Setting("scene"))
    request = replace(request, settings=tuple(settings))
    if liked.moving and kind is EXPRESSION and names and names <= set(ANIMATE.settings):
        return replace(request, kind=ANIMATE.name)
    return request


def _like(state: State, message: str | None, **said: object) -> Step:
    state, actions = keep(state, **said)
    state, shown = menu(state, message)
    return state, (*actions, *shown)


def _keep(state: State, taste: Taste) -> Step:
    state = replace(state, here=taste) if state.scoped else replace(state, taste=taste)
    return state, (do.KeepTaste(taste, here=state.scoped),)


def _shown(state: State) -> dict[str, object]:
    return {
        "requests": state.preferred,
        "where": TasteName("here" if state.scoped else "everywhere"),
        "example": "/style cutout monet",
    }


def _rows(state: State) -> Rows:
    liked = state.liked
    force = TasteName(FORCES.get(liked.force or 1.0, "usual"))
    width = TasteName(_WIDTHS.get(USUAL.width if liked.width is None else liked.width, "usual"))
    outline = PaintName(liked.outline or WHITE)
    ground: object = TasteName("none")
    if liked.ground in (OWN, PICTURE):
        ground = TasteName(liked.ground)
    elif liked.ground:
        ground = PaintName(liked.ground)
    moving = TasteName("moving" if liked.moving else "still")
    where = TasteName("here" if state.scoped else "everywhere")
    last = [Choice("button.like_scope", "like:scope", {"name": where})]
    if state.scoped and state.here != NOTHING_SAID:
        last.append(Choice("button.like_reset", "like:reset"))
    return (
        (
            Choice("button.like_style", "like:style"),
            Choice("button.like_force", "like:force", {"name": force}),
        ),
        (
            Choice("button.like_outline", "like:outline", {"name": outline}),
            Choice("button.like_width", "like:width", {"name": width}),
        ),
        (
            Choice("button.like_ground", "like:ground", {"name": ground}),
            Choice("button.like_picture", "like:picture"),
        ),
        (
            Choice("button.like_moving", "like:moving", {"name": moving}),
            Choice("button.like_language", "like:language", {"name": LanguageName(state.locale)}),
            *last,
        ),
    )


def _next(values: Sequence[T], now: T) -> T:
    """Return what comes after a value, round and round; after an unknown one the first."""
    return values[(values.index(now) + 1) % len(values)] if now in values else values[0]
