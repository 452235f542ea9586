"""A person's avatars: shown side by side, taken, named and deleted."""

import unicodedata
from dataclasses import replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Action, Choice, Run, Say
from bot.core.conversation.events import JobEnded
from bot.core.conversation.making import Step, remember, run
from bot.core.conversation.sheets import COLUMNS, KEPT
from bot.core.conversation.state import Sheet, State
from bot.core.language.meanings import Request, SettingName
from bot.core.language.vocabulary import Vocabulary, closest, nearest, squeeze
from storage.contract.avatars import LONGEST_NAME, Avatar
from storage.contract.kinds import LINEUP, Setting

PER_PAGE = 9


def show(state: State, page: int = 1, message: str | None = None) -> Step:
    """Have all avatars drawn side by side, nine at once; without any, make one."""
    if not state.avatars:
        return run(state, (Request("emoji"),))
    pages = -(-len(state.avatars) // PER_PAGE)
    page = min(max(1, page), pages)
    these = state.avatars[(page - 1) * PER_PAGE : page * PER_PAGE]
    picture = {
        "avatars": [one.spec.to_json() for one in these],
        "ids": [one.id.hex for one in these],
        "pages": pages,
    }
    request = Request(LINEUP.name, (Setting("kept", page=page),))
    return state, (Run(request, avatar=picture, replaces=message),)


def shown(state: State, event: JobEnded, request: Request, picture: bytes) -> Step:
    """Show avatars with a button for each."""
    drawn = event.avatar or {}
    ids, pages = drawn.get("ids"), drawn.get("pages")
    names = tuple(str(one) for one in ids) if isinstance(ids, list) else ()
    pages = pages if isinstance(pages, int) else 1
    known = {one.id.hex: one for one in state.avatars}
    takes = [
        Choice(
            "button.look",
            f"take:{event.job_id.hex}:{number}",
            {"number": number, "name": called(known[name]) if name in known else "–"},
        )
        for number, name in enumerate(names, 1)
    ]
    rows = [tuple(takes[at : at + COLUMNS]) for at in range(0, len(takes), COLUMNS)]
    last = [Choice("button.name", "avatar:name")]
    page = request.settings[0].page if request.settings else 1
    if pages > 1:
        last.append(Choice("button.next_page", f"page:{event.job_id.hex}:{page % pages + 1}"))
    rows.append(tuple(last))
    sheet = Sheet(event.job_id, None, None, request, names, pages)
    others = tuple(one for one in state.sheets if one.job != sheet.job)
    state = replace(state, sheets=(*others, sheet)[-KEPT:], sheet_newest=True)
    values = {"count": len(state.avatars), "example": "/avatar name Lisa"}
    return state, (Say("say.avatars", values, tuple(rows), picture=picture, sheet=request),)


def take(state: State, name: str) -> Step:
    """Make an avatar the current one, by the hex of its id, and show it."""
    avatar = next((one for one in state.avatars if one.id.hex == name), None)
    if avatar is None:
        return state, (Say("say.avatar_gone"),)
    return _taken(state, avatar)


def _taken(state: State, avatar: Avatar) -> Step:
    request = Request("emoji", (Setting(avatar.spec.style),))
    state = remember(replace(state, fresh=False, forgetting=False), (request,))
    return state, (do.ChooseAvatar(avatar.id), Run(request, avatar=avatar.spec.to_json()))


def said(state: State, vocabulary: Vocabulary, words: str) -> Step:
    """Answer ``/avatar``: nothing more, ``name Lisa``, ``delete Lisa``, ``Lisa`` or a number."""
    if not state.avatars or (not words and state.fresh and state.photo is not None):
        return run(state, (Request("emoji"),))
    if not words:
        return _taken(state, state.avatars[0])
    name = _behind(vocabulary.naming, words)
    if name is not None:
        return named(state, state.avatars[0].id, name) if name else ask_name(state)
    name = _behind(vocabulary.deleting, words)
    if name is not None:
        found, near = _find(state, name)
        return (state, (near,)) if found is None else _deleted(state, found)
    found, near = _find(state, words)
    return (state, (near,)) if found is None else _taken(state, found)


def ask_name(state: State) -> Step:
    """Ask what the current avatar shall be called."""
    if not state.avatars:
        return state, (Say("say.avatar_gone"),)
    return replace(state, naming=state.avatars[0].id), (Say("say.which_name"),)


def named(state: State, avatar: UUID, typed: str) -> Step:
    """Give an avatar a name; the same name twice is not given."""
    name = clean(typed)
    state = replace(state, naming=None)
    if not name:
        return state, (Say("say.which_name"),)
    same = (one for one in state.avatars if one.name.casefold() == name.casefold())
    if any(one.id != avatar for one in same):
        return state, (Say("say.name_taken", {"name": name}),)
    values = {"name": name, "example": f"/avatar {name}"}
    return state, (do.NameAvatar(avatar, name), Say("say.named", values))


def _deleted(state: State, avatar: Avatar) -> Step:
    wardrobe = state.wardrobe
    if wardrobe is not None and wardrobe.avatar == avatar.id:
        state = replace(state, wardrobe=None)
    gone: tuple[Action, ...] = (do.DeleteAvatar(avatar.id),)
    return state, (*gone, Say("say.avatar_deleted", {"name": called(avatar)}))


def called(avatar: Avatar) -> object:
    """Return what an avatar is called: by its name, or by its style."""
    return avatar.name or SettingName("emoji", avatar.spec.style)


def clean(typed: str, longest: int = LONGEST_NAME) -> str:
    """Return a name as it is kept: one line of visible signs, not too long."""
    visible = "".join(
        sign if not unicodedata.category(sign).startswith(("C", "Z")) else " " for sign in typed
    )
    return " ".join(visible.split()).strip(" \"'“”‘’《》「」")[:longest].strip()


def _behind(verbs: frozenset[str], words: str) -> str | None:
    """Return what follows one of these verbs, None where the words begin otherwise."""
    first, _, rest = words.partition(" ")
    if squeeze(first) in verbs:
        return rest.strip()
    for verb in verbs:
        if not verb.isascii() and words.startswith(verb):
            return words.removeprefix(verb).strip()
    return None


def _find(state: State, words: str) -> tuple[Avatar | None, Say]:
    """Return the avatar of a name or number, misspelt perhaps, or what to say instead."""
    if words.isdecimal() and 1 <= int(words) <= len(state.avatars):
        return state.avatars[int(words) - 1], Say("say.avatar_gone")
    names = {squeeze(one.name): one.id.hex for one in state.avatars if one.name}
    found = nearest(squeeze(words), names)
    for one in state.avatars:
        if one.id.hex == found:
            return one, Say("say.avatar_gone")
    ids = closest(squeeze(words), names) or list(names.values())
    hints = tuple(f"/avatar {one.name}" for one in state.avatars if one.id.hex in ids)
    if not hints:
        return None, Say("say.no_names", {"example": "/avatar name Lisa"})
    return None, Say("say.no_such_avatar", {"typed": clean(words), "hints": hints})
