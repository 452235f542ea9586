"""Sheets of looks: showing one, taking a look from it, turning its page."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.conversation import actions as do
from bot.core.conversation import packs
from bot.core.conversation.actions import Choice, Say
from bot.core.conversation.events import JobEnded
from bot.core.conversation.liking import as_liked
from bot.core.conversation.looks import worn
from bot.core.conversation.making import Step, remember, run
from bot.core.conversation.state import Sheet, State
from bot.core.language.meanings import Make, Request, SettingName
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import KINDS, Setting

KEPT = 5
"""How many sheets can still be chosen from."""

COLUMNS = 3


def show(
    state: State,
    event: JobEnded,
    request: Request,
    picture: bytes,
    facts: Mapping[str, object],
    avatar: AvatarSpec | None,
) -> Step:
    """Show a sheet with a button for each look; ``facts``: ``names``, ``page`` and ``pages``.

    ``avatar``: whose looks they are, where there is one.
    """
    found, page, pages = facts.get("names"), facts.get("page"), facts.get("pages")
    names = tuple(str(name) for name in found) if isinstance(found, list | tuple) else ()
    page = page if isinstance(page, int) else 1
    pages = pages if isinstance(pages, int) else 1
    looks = [
        Choice("button.look", f"take:{event.job_id.hex}:{number}", _called(number, request, name))
        for number, name in enumerate(names, 1)
    ]
    rows = [tuple(looks[at : at + COLUMNS]) for at in range(0, len(looks), COLUMNS)]
    more = packs.choices(event.job_id, request)
    if pages > 1:
        turn = Choice("button.next_page", f"page:{event.job_id.hex}:{page % pages + 1}")
        more = (*more, turn)
    if more:
        rows.append(more)
    if event.photo_id is not None or avatar is not None:
        sheet = Sheet(event.job_id, event.photo_id, event.face, request, names, pages, avatar)
        others = tuple(one for one in state.sheets if one.job != sheet.job)
        state = replace(state, sheets=(*others, sheet)[-KEPT:], sheet_newest=True)
    values = {"request": SettingName(request.kind, request.settings[0].name)} | {
        "page": page,
        "pages": pages,
    }
    said = Say("say.sheet", values, choices=tuple(rows), picture=picture, sheet=request)
    return state, (said,)


def take(state: State, sheet: Sheet, number: int) -> Step:
    """Have a look made of the photo that the sheet shows."""
    if not 1 <= number <= len(sheet.names):
        return state, (Say("say.choice_gone"),)
    name = sheet.names[number - 1]
    request = as_liked(state, _look(sheet.request, name), (name,))
    if sheet.avatar is not None:
        drawn = do.Run(request, sheet.photo, sheet.face, avatar=sheet.avatar.to_json())
        return remember(state, (request,)), (drawn,)
    state = replace(state, photo=sheet.photo, face=sheet.face, question=None)
    if KINDS[request.kind].worn:
        request = worn(state, Make(request))
    return run(state, (request,))


def turn(state: State, sheet: Sheet, page: int, message: str | None) -> Step:
    """Have another page made, in the place of this one."""
    (setting,) = sheet.request.settings
    request = replace(sheet.request, settings=(replace(setting, page=page),))
    drawn = None if sheet.avatar is None else sheet.avatar.to_json()
    return state, (do.Run(request, sheet.photo, sheet.face, message, avatar=drawn),)


def _look(sheet: Request, name: str) -> Request:
    """Return the wish that a look's name stands for on a sheet."""
    kind = KINDS[KINDS[sheet.kind].shows]
    if name not in kind.settings:
        raise LookupError(name)
    amount = kind.amount_of(name)
    return Request(kind.name, (Setting(name, amount.default if amount is not None else 1.0),))


def _called(number: int, sheet: Request, name: str) -> dict[str, object]:
    return {"number": number, "name": SettingName(_look(sheet, name).kind, name)}
