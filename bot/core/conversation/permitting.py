"""Nobody without their own tap: photos that come where others are wait for whoever they show.

The sender says "this is me", by words or the button, or the one who is shown presses it. Where an
other member's photo is meant, that member is asked. In private the sender answers for a photo.
"""

from dataclasses import replace

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Choice, Say
from bot.core.conversation.events import PhotoAnswered, PhotoKept
from bot.core.conversation.making import Step
from bot.core.conversation.state import Asked, State
from storage.contract.kinds import CARTOON

WORDING = "photo-1"
"""The version of the words that are agreed to; ``consent`` in the texts."""

MOST_ASKED = 10
"""Photos that wait at once; the oldest gives way."""


def asks(state: State, event: PhotoKept) -> Step | None:
    """Return the question about a photo; None where it can be worked on."""
    if event.origin.private or event.agreed or event.caption.mine or _is_painted_from(state, event):
        return None
    if event.agreed is False:
        return state, (Say("say.photo_declined_before"),)
    shown = event.shown
    waiting = Asked(event.photo, event.caption.text, event.selfie)
    state = replace(state, asked=(*state.asked, waiting)[-MOST_ASKED:])
    key = "say.whose_photo" if shown is None else "say.photo_of"
    answers = (
        Choice("button.thats_me", f"shown:yes:{event.photo.hex}"),
        Choice("button.rather_not", f"shown:no:{event.photo.hex}"),
    )
    asked = None if shown is None else shown.external_id
    name = "" if shown is None else shown.name
    said = Say(key, {"name": name}, choices=(answers,))
    return state, (do.AskShown(event.photo, asked, WORDING, event.digest), said)


def waiting_for(state: State, event: PhotoAnswered) -> tuple[State, Asked | None]:
    """Take the photo that an answer is about out of those that wait."""
    found = next((one for one in state.asked if one.photo == event.photo), None)
    left = tuple(one for one in state.asked if one.photo != event.photo)
    return replace(state, asked=left), found


def _is_painted_from(state: State, event: PhotoKept) -> bool:
    """Tell whether a photo is but the picture in whose manner somebody is painted."""
    wish = event.caption.to_paint if event.caption.text else state.painting
    return wish is not None and wish.kind == CARTOON.name and event.selfie is None
