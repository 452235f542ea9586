"""The conversation, pure: ``step(state, event) -> (state, actions)``.

Every event is answered: with words, with a sticker, or with a job whose end will answer.
"""

from dataclasses import replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation import grouping, liking, lineup, packing, permitting, tray
from bot.core.conversation.actions import Run, Say
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    JobEnded,
    OtherSent,
    PhotoAnswered,
    PhotoKept,
    PhotoRefused,
    PoseKept,
    Told,
    TrayChanged,
)
from bot.core.conversation.explaining import explain
from bot.core.conversation.library import Library
from bot.core.conversation.making import Step, run
from bot.core.conversation.pack_edits import Asked
from bot.core.conversation.pressed import pressed
from bot.core.conversation.results import ended, keep_pose
from bot.core.conversation.state import REMEMBERED, State, Unfinished
from bot.core.conversation.typed import EXAMPLE, meant, personal, typed
from bot.core.language.grammar import Caption, Grammar
from bot.core.language.meanings import BareCommand, Command, CommandWithWords, Courtesy, Request
from bot.core.language.spelling import legible
from bot.errors import CommandError
from storage.contract.kinds import EMOJI

NOTHING_TO_WEAR = Library()
FromPerson = PhotoKept | PhotoAnswered | Told
StepEvent = FromPerson | JobEnded


def step(
    state: State, event: StepEvent, grammar: Grammar, library: Library = NOTHING_TO_WEAR
) -> Step:
    """Return what is to be remembered and done after an event.

    ``library``: what avatars can wear.
    """
    if isinstance(event, TrayChanged):
        return tray.changed(state, event)
    naming, asked = state.naming, state.editing.asked
    if not isinstance(event, JobEnded):
        state = replace(state, naming=None, editing=replace(state.editing, asked=None))
    match event:
        case CommandGiven(text=text) if asked is not None and "/" not in legible(text)[:1]:
            if asked is Asked.GROUP_TITLE:
                return grouping.titled(state, event)
            return packing.answered(state, asked, text, event.origin.key)
        case CommandGiven(text=text) if naming is not None and "/" not in legible(text)[:1]:
            return lineup.named(state, naming, text)
        case PhotoKept():
            return _photo_came(state, event, grammar)
        case PhotoAnswered():
            return _answered(state, event, grammar)
        case PhotoRefused(failure=failure):
            return state, (Say(f"failure.{failure.value}"),)
        case OtherSent():
            return state, (Say("say.not_for_me", {"example": EXAMPLE}),)
        case CommandGiven():
            return typed(state, event, grammar, library)
        case ChoiceMade():
            return pressed(state, event, grammar, library)
        case PoseKept():
            return keep_pose(state, event)
        case JobEnded():
            return ended(state, event, library)


def started(state: State, run: Run, job: UUID) -> State:
    """Remember a job that a ``Run`` has become."""
    begun = Unfinished(job, run.photo, run.face, run.request, run.replaces, run.undoable)
    if run.of_pack and state.pack is not None:
        state = replace(state, pack=replace(state.pack, job=job))
    return replace(state, unfinished=(*state.unfinished, begun)[-4 * REMEMBERED :])


def _photo_came(state: State, event: PhotoKept, grammar: Grammar) -> Step:
    """Work on a photo, or ask whoever it shows where others are."""
    asked = permitting.asks(state, event)
    if asked is not None:
        return asked
    state, actions = _photo(state, event, grammar)
    if event.origin.private or not event.caption.mine or event.agreed is not None:
        return state, actions
    return state, (do.NoteOwn(event.photo, permitting.WORDING, event.digest), *actions)


def _answered(state: State, event: PhotoAnswered, grammar: Grammar) -> Step:
    """Work on a photo that waited, or let it go."""
    state, asked = permitting.waiting_for(state, event)
    if not event.agreed or asked is None:
        key = "say.choice_gone" if event.agreed else "say.photo_declined"
        return state, (Say(key, replaces=event.message),)
    caption = grammar.caption(asked.caption)
    kept = PhotoKept(event.origin, asked.photo, caption, asked.selfie, agreed=True)
    state, actions = _photo(state, kept, grammar)
    return state, (Say("say.photo_allowed", replaces=event.message), *actions)


def _photo(state: State, event: PhotoKept, grammar: Grammar) -> Step:
    caption = event.caption
    if _is_backdrop(state, caption):
        return liking.take_backdrop(state, event.photo)
    wish = caption.to_paint if caption.text else state.painting
    if wish is not None:
        return _paint(state, event, wish)
    state = replace(
        state,
        photo=event.photo,
        face=None,
        private=event.origin.private,
        question=None,
        forgetting=False,
        painting=None,
        backdrop_asked=False,
        fresh=True,
    )
    if caption.error is not None and caption.commanded:
        return state, (explain(caption.error, grammar),)
    if caption.line is not None:
        meaning = caption.line.meaning
        told = personal(state, meaning, private=event.origin.private)
        if told is not None:
            return told
        shown = grouping.said(state, grammar.vocabulary, meaning, event.origin)
        if shown is not None:  # a selfie for the group
            state, made = run(state, (Request(EMOJI.name),))
            return state, (*shown[1], *made)
        if meaning != BareCommand(Command.START) and not isinstance(meaning, Courtesy):
            try:
                return meant(state, caption.line, grammar)
            except CommandError as error:  # what is behind a command is read by what it is for
                return state, (explain(error, grammar),)
    usual = (Request(EMOJI.name),) if state.awaited else state.preferred
    preferred = tuple(liking.as_liked(state, one) for one in usual)
    wanted = (state.waiting,) if state.waiting is not None else preferred
    return run(replace(state, waiting=None), wanted)


def _is_backdrop(state: State, caption: Caption) -> bool:
    """Tell whether a photo is to lie behind stickers."""
    if caption.line is None:
        return state.backdrop_asked and not caption.commanded
    match caption.line.meaning:
        case BareCommand(Command.BACKDROP) | CommandWithWords(Command.BACKDROP):
            return True
    return False


def _paint(state: State, event: PhotoKept, wish: Request) -> Step:
    """Paint the selfie like the picture that came, or wait for a selfie."""
    request = replace(wish, second_photo=event.photo)
    state = replace(state, painting=None)
    if event.selfie is not None:
        state = replace(state, photo=event.selfie, face=None, question=None, fresh=True)
    return run(state, (request,))
