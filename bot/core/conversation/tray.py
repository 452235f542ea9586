"""Packs changed where they are in sight: the same changes as by buttons, and nothing said."""

from dataclasses import replace
from uuid import UUID, uuid5

from bot.core.conversation import actions as do
from bot.core.conversation import pack_actions, packing
from bot.core.conversation.actions import Action, Say
from bot.core.conversation.events import TrayChanged, TrayVerb
from bot.core.conversation.making import Step
from bot.core.conversation.pack_edits import Asked
from bot.core.conversation.state import Shown, State
from bot.core.language.meanings import Request


def changed(state: State, event: TrayChanged) -> Step:
    """Do it; what cannot be done is said in a sentence.

    ``state``: with the pack open that is meant.
    """
    if event.pack is not None and event.pack not in [one.id for one in state.packs]:
        return state, (Say("pack.gone"),)
    state, actions = _do(state, event)
    editing = replace(state.editing, asked=None, sticker=None)
    quiet = (_quiet(one) for one in actions if not isinstance(one, pack_actions.ShowPack))
    return replace(state, editing=editing), tuple(quiet)


def _do(state: State, event: TrayChanged) -> Step:
    key, words = event.origin.key, event.words.strip()
    match event:
        case TrayChanged(verb=TrayVerb.BEGIN):
            return packing.begin(state, words, key)
        case TrayChanged(verb=TrayVerb.UNDO):
            return packing.undo(state)
        case TrayChanged(verb=TrayVerb.ADD | TrayVerb.KEEP, request=None):
            return state, (Say("say.result_gone"),)
        case TrayChanged(verb=TrayVerb.KEEP | TrayVerb.UNKEEP, job=UUID() as job):
            return _keep(state, job, kept=event.verb is TrayVerb.KEEP)
        case TrayChanged(verb=TrayVerb.ADD, job=UUID() as job, request=Request() as request):
            return _add(state, event, Shown(job, None, None, request))
        case TrayChanged(verb=TrayVerb.OPEN, pack=UUID()):
            return state, ()
        case TrayChanged(verb=TrayVerb.RENAME, pack=UUID()):
            return packing.answered(state, Asked.TITLE, words, key)
        case TrayChanged(verb=TrayVerb.DELETE, pack=UUID() as pack):
            state, actions = packing.press(state, f"gone:{pack.hex}", None)
            return state, tuple(one for one in actions if not isinstance(one, Say))
        case TrayChanged(verb=TrayVerb.MOVE, sticker=UUID() as sticker):
            return packing.press(state, f"move:{sticker.hex}:{event.position or 0}", None)
        case TrayChanged(verb=TrayVerb.DROP, sticker=UUID() as sticker):
            return packing.press(state, f"drop:{sticker.hex}", None)
        case TrayChanged(verb=TrayVerb.DESCRIBE, sticker=UUID() as sticker):
            state = replace(state, editing=state.editing.asking(Asked.EMOJI, sticker))
            return packing.answered(state, Asked.EMOJI, words, key)
    return state, (Say("pack.gone"),)


def _add(state: State, event: TrayChanged, result: Shown) -> Step:
    """Put a result into the pack, once, at its place."""
    stickers = state.pack_open.stickers if state.pack_open is not None else ()
    if event.pack is not None and uuid5(event.pack, result.job.hex) in [one.id for one in stickers]:
        return state, ()
    state = replace(state, editing=replace(state.editing, replacing=None))
    state, actions = packing.add(state, result, event.origin.key)
    if event.position is None or event.position >= len(stickers):
        return state, actions
    placed: list[Action] = []
    for action in actions:
        placed.append(action)
        if isinstance(action, pack_actions.AddToPack):
            placed.append(pack_actions.MoveInPack(action.sticker, event.position))
    return state, tuple(placed)


def _keep(state: State, job: UUID, *, kept: bool) -> Step:
    shown = tuple(replace(one, kept=kept) if one.job == job else one for one in state.shown)
    change = do.KeepFavourite(job) if kept else do.DropFavourite(job)
    return replace(state, shown=shown), (change,)


def _quiet(action: Action) -> Action:
    if isinstance(action, pack_actions.AddToPack):
        return replace(action, quiet=True)
    return action
