"""Sticker packs in the conversation: adding to them, editing them, taking changes back.

Ids follow from what happened (an update's key, a job), so that the same update handled twice
changes nothing more.
"""

from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid5

from emoji import emoji_list

from bot.core.conversation import emojis, packing_view, packs
from bot.core.conversation import pack_actions as do
from bot.core.conversation.actions import Action, Say
from bot.core.conversation.lineup import clean
from bot.core.conversation.making import Step
from bot.core.conversation.pack_edits import Asked, Change, Edit
from bot.core.conversation.state import Shown, State
from bot.core.language.vocabulary import Vocabulary, nearest, squeeze
from storage.contract.kinds import EMOJI, MOOD
from storage.contract.packs import LONGEST_TITLE, MOST_EMOJI, MOST_PACKS, Outline, PackKind, Sticker

EXAMPLE = "/pack new Us"


def add(state: State, result: Shown, key: str) -> Step:
    """Put a result into the open pack, or where one is to be replaced in its place.

    Without any pack one is begun. ``key``: what names the update.
    """
    request = result.request
    editing = state.editing
    there = {one.id for one in (state.pack_open.stickers if state.pack_open else ())}
    if editing.replacing is not None and editing.replacing in there and editing.pack is not None:
        old = uuid5(editing.replacing, f"{result.job.hex} {key}")
        edit = Edit(Change.REPLACED, editing.pack, editing.replacing, old=old)
        done: tuple[Action, ...] = (
            do.ReplaceInPack(editing.replacing, old, result.job, request),
            do.PublishPack(editing.pack),
            do.ShowPack(editing.pack, editing.page, undo=True, unless_published=True),
        )
        return replace(state, editing=editing.done(edit)), done
    begun: tuple[Action, ...] = ()
    pack = _current(state)
    if pack is None:
        if len(state.packs) >= MOST_PACKS:
            return state, (Say("pack.too_many", {"count": MOST_PACKS}),)
        pack = new_id(key)
        begun = (do.CreatePack(pack),)
    sticker = uuid5(pack, result.job.hex)
    edit = Edit(Change.ADDED, pack, sticker)
    known, words = emojis.of(request), emojis.keywords(request)
    added = do.AddToPack(pack, sticker, result.job, request, known, words)
    state = replace(state, editing=editing.opened(pack).done(edit))
    return state, (*begun, added, do.PublishPack(pack))


def moods(state: State, result: Shown, key: str) -> Step:
    """Have all moods of a result's avatar made, as a pack of their own."""
    if result.request.kind != EMOJI.name or result.avatar is None:
        return state, (Say("say.choice_gone"),)
    return packs.begin(state, MOOD, key, result.photo, result.face, result.avatar)


def new_id(key: str) -> UUID:
    """Return the id of a pack that is begun by an update."""
    return uuid5(NAMESPACE_URL, f"selfmoji pack {key}")


def press(state: State, rest: str, message: str | None) -> Step:
    """Do what a button under a pack says: ``verb``, ``verb:id`` or ``verb:id:place``."""
    verb, _, argument = rest.partition(":")
    named, _, place = argument.partition(":")
    match verb:
        case "list":
            return state, (packing_view.listed(state.packs, message),)
        case "new":
            return _ask(state, Asked.NEW_TITLE, Say("pack.which_title"))
        case "new-emoji":
            return _ask(state, Asked.NEW_EMOJI_TITLE, Say("pack.which_title"))
        case "undo":
            return undo(state, message)
        case "back" if state.editing.pack is not None:
            return _show(state, state.editing.page, message)
        case "page" if named.isdecimal() and state.editing.pack is not None:
            return _show(state, int(named), message)
    pack = next((one for one in state.packs if one.id.hex == named), None)
    if pack is not None:
        return _press_pack(state, verb, pack, message)
    stickers = state.pack_open.stickers if state.pack_open is not None else ()
    for at, one in enumerate(stickers):
        if one.id.hex == named:
            return _press_sticker(state, verb, one, at, place, message)
    return state, (Say("say.choice_gone"),)


def _press_pack(state: State, verb: str, pack: Outline, message: str | None) -> Step:
    state = replace(state, editing=state.editing.opened(pack.id))
    match verb:
        case "open":
            return _show(state, 1, message)
        case "rename":
            return _ask(state, Asked.TITLE, Say("pack.which_title"))
        case "delete":
            return state, (packing_view.delete_question(pack, message),)
        case "gone":
            return _delete(state, pack, message)
        case "zip" | "whatsapp" | "signal":
            return state, (do.GivePack(pack.id, verb),)
        case "stop":
            return state, (do.StopPublishing(pack.id, message),)
        case "again" | "publish":
            return state, (do.PublishPack(pack.id, asked=True),)
        case _:
            return state, (Say("say.choice_gone"),)


def _press_sticker(
    state: State, verb: str, one: Sticker, at: int, place: str, message: str | None
) -> Step:
    pack = state.editing.pack
    if pack is None:
        return state, (Say("say.choice_gone"),)
    look = do.ShowPack(pack, state.editing.page, one.id, message)
    match verb:
        case "pick":
            return state, (look,)
        case "move" if place.isdecimal():
            edit = Edit(Change.MOVED, pack, one.id, at)
            state = replace(state, editing=state.editing.done(edit))
            return state, (do.MoveInPack(one.id, int(place)), look)
        case "drop":
            return _drop(state, one, at, message)
        case "emoji":
            values = {"number": at + 1, "emoji": " ".join(one.emoji), "most": MOST_EMOJI}
            return _ask(state, Asked.EMOJI, Say("pack.which_emoji", values), one.id)
        case "swap":
            state = replace(state, editing=replace(state.editing, replacing=one.id))
            return state, (Say("pack.send_other", {"number": at + 1}),)
        case _:
            return state, (Say("say.choice_gone"),)


def _drop(state: State, one: Sticker, at: int, message: str | None) -> Step:
    pack = state.editing.pack
    if pack is None:
        return state, (Say("say.choice_gone"),)
    edit = Edit(Change.DROPPED, pack, one.id, at)
    state = replace(state, editing=state.editing.done(edit))
    return _show(state, state.editing.page, message, do.DropFromPack(one.id))


def _delete(state: State, pack: Outline, message: str | None) -> Step:
    state = replace(state, editing=state.editing.without(pack.id), pack_open=None)
    values = {"title": pack.title}
    return state, (do.DeletePack(pack.id), Say("pack.deleted", values, replaces=message))


def _ask(state: State, asked: Asked, question: Say, sticker: UUID | None = None) -> Step:
    return replace(state, editing=state.editing.asking(asked, sticker)), (question,)


def _show(state: State, page: int, message: str | None, *first: Action) -> Step:
    pack = state.editing.pack
    if pack is None:
        return state, (packing_view.listed(state.packs, message),)
    state = replace(state, editing=replace(state.editing, page=page))
    undoable = any(one.pack == pack for one in state.editing.history)
    return state, (*first, do.ShowPack(pack, page, None, message, undoable))


# --- taking back --------------------------------------------------------------------------------


def undo(state: State, message: str | None = None) -> Step:
    """Take the newest change of a pack back, and show the pack as it is then."""
    known = {one.id for one in state.packs}
    history = tuple(one for one in state.editing.history if one.pack in known)
    if not history:
        return state, (Say("pack.nothing_to_undo"),)
    edit = history[-1]
    editing = replace(state.editing, history=history).undone()
    page = editing.page if editing.pack == edit.pack else 1
    state = replace(state, editing=replace(editing, pack=edit.pack))
    return _show(state, page, message, _inverse(edit))


def _inverse(edit: Edit) -> Action:
    sticker = edit.sticker or edit.pack
    match edit.change:
        case Change.ADDED:
            return do.DropFromPack(sticker)
        case Change.DROPPED:
            return do.RestoreToPack(sticker, edit.position)
        case Change.MOVED:
            return do.MoveInPack(sticker, edit.position)
        case Change.REPLACED:
            return do.ExchangeInPack(sticker, edit.old or sticker)
        case Change.RENAMED:
            return do.RenamePack(edit.pack, edit.words[0])
        case Change.DESCRIBED:
            return do.DescribeInPack(sticker, edit.words)


# --- words --------------------------------------------------------------------------------------


def answered(state: State, asked: Asked, typed: str, key: str) -> Step:
    """Take a line as what was asked for."""
    sticker = state.editing.sticker
    match asked:
        case Asked.EMOJI if sticker is not None:
            return _describe(state, sticker, typed)
        case Asked.TITLE if state.editing.pack is not None:
            return _rename(state, state.editing.pack, typed)
        case _:
            emoji = asked is Asked.NEW_EMOJI_TITLE
            kind = PackKind.CUSTOM_EMOJI if emoji else PackKind.REGULAR
            return begin(state, typed, key, kind)


def begin(state: State, typed: str, key: str, kind: PackKind = PackKind.REGULAR) -> Step:
    """Begin an empty pack of this title."""
    title = clean(typed, LONGEST_TITLE)
    if not title:
        emoji = kind is PackKind.CUSTOM_EMOJI
        asked = Asked.NEW_EMOJI_TITLE if emoji else Asked.NEW_TITLE
        return _ask(state, asked, Say("pack.which_title"))
    if len(state.packs) >= MOST_PACKS:
        return state, (Say("pack.too_many", {"count": MOST_PACKS}),)
    pack = new_id(key)
    state = replace(state, editing=state.editing.opened(pack))
    return state, (do.CreatePack(pack, title, kind=kind), do.ShowPack(pack))


def _rename(state: State, pack: UUID, typed: str) -> Step:
    title = clean(typed, LONGEST_TITLE)
    before = next((one.title for one in state.packs if one.id == pack), None)
    if before is None:
        return state, (Say("pack.gone"),)
    if not title:
        return _ask(state, Asked.TITLE, Say("pack.which_title"))
    edit = Edit(Change.RENAMED, pack, words=(before,))
    state = replace(state, editing=state.editing.opened(pack).done(edit))
    return _show(state, 1, None, do.RenamePack(pack, title))


def _describe(state: State, sticker: UUID, typed: str) -> Step:
    found = tuple(dict.fromkeys(one["emoji"] for one in emoji_list(typed)))[:MOST_EMOJI]
    stickers = state.pack_open.stickers if state.pack_open is not None else ()
    at = next((number for number, one in enumerate(stickers) if one.id == sticker), None)
    if at is None or state.editing.pack is None:
        return state, (Say("pack.gone"),)
    before = stickers[at].emoji
    if not found:
        values = {"number": at + 1, "emoji": " ".join(before), "most": MOST_EMOJI}
        return _ask(state, Asked.EMOJI, Say("pack.which_emoji", values), sticker)
    edit = Edit(Change.DESCRIBED, state.editing.pack, sticker, words=before)
    state = replace(state, editing=state.editing.done(edit))
    return _show(state, state.editing.page, None, do.DescribeInPack(sticker, found))


def said(state: State, vocabulary: Vocabulary, words: str, key: str) -> Step:
    """Answer ``/pack`` and what may stand behind it.

    ``new Us``, ``rename Us``, ``delete``, ``undo``, ``zip``, ``whatsapp``, ``signal``,
    ``emoji 3 😀``, ``move 3 1``, ``drop 3``, ``first 3``, ``replace 3``; else the title or number
    of the pack to open.
    """
    first, _, rest = words.strip().partition(" ")
    verb = nearest(squeeze(first), vocabulary.packing) if first else None
    exact = vocabulary.packing.get(squeeze(first))
    if not words.strip():
        return _open_current(state)
    if (exact or verb) == "new":
        return begin(state, rest, key)
    if exact == "custom":
        return begin(state, rest, key, PackKind.CUSTOM_EMOJI)
    if exact is not None:
        return _said_of_open(state, exact, rest.strip())
    found = _find(state, words)
    if found is not None:
        return _show(replace(state, editing=state.editing.opened(found.id)), 1, None)
    if verb is not None:
        return _said_of_open(state, verb, rest.strip())
    return state, (
        Say("pack.no_such", {"typed": clean(words), "example": EXAMPLE}),
        packing_view.listed(state.packs),
    )


def _open_current(state: State) -> Step:
    pack = _current(state)
    if pack is None:
        return state, (packing_view.listed(state.packs),)
    return _show(replace(state, editing=state.editing.opened(pack)), 1, None)


def _said_of_open(state: State, verb: str, rest: str) -> Step:
    """Do what a verb says to the open pack, or to a sticker of it by its number."""
    pack = next((one for one in state.packs if one.id == _current(state)), None)
    if verb == "undo":
        return undo(state)
    if pack is None:
        return state, (packing_view.listed(state.packs),)
    if state.editing.pack != pack.id:  # its stickers are not at hand: show them first
        return _show(replace(state, editing=state.editing.opened(pack.id)), 1, None)
    match verb:
        case "rename":
            return _rename(state, pack.id, rest)
        case "delete":
            return state, (packing_view.delete_question(pack, None),)
        case "zip" | "whatsapp" | "signal":
            return state, (do.GivePack(pack.id, verb),)
    number, _, behind = rest.partition(" ")
    stickers = state.pack_open.stickers if state.pack_open is not None else ()
    if not number.isdecimal() or not 1 <= int(number) <= len(stickers):
        values = {"count": len(stickers), "example": f"/pack {verb} 1"}
        return state, (Say("pack.which_number", values),)
    at = int(number) - 1
    one = stickers[at]
    match verb:
        case "emoji":
            return _describe(state, one.id, behind)
        case "first":
            return _press_sticker(state, "move", one, at, "0", None)
        case "move" if behind.strip().isdecimal():
            to = max(0, min(len(stickers), int(behind)) - 1)
            return _press_sticker(state, "move", one, at, str(to), None)
        case "drop":
            return _drop(state, one, at, None)
        case "replace":
            return _press_sticker(state, "swap", one, at, "", None)
        case _:
            return state, (
                Say("pack.which_number", {"count": len(stickers), "example": "/pack move 3 1"}),
            )


def _current(state: State) -> UUID | None:
    """Return the pack that is meant where none is named: the open one, else the newest."""
    known = [one.id for one in state.packs]
    if state.editing.pack in known:
        return state.editing.pack
    return known[0] if known else None


def _find(state: State, words: str) -> Outline | None:
    """Return the pack of a title or number, misspelt perhaps."""
    if words.strip().isdecimal() and 1 <= int(words) <= len(state.packs):
        return state.packs[int(words) - 1]
    titles = {squeeze(one.title): one.id.hex for one in reversed(state.packs)}
    found = nearest(squeeze(words), titles)
    return next((one for one in state.packs if one.id.hex == found), None)
