"""Picking by a number, typed or pressed: one of a photo's faces, or what a sheet shows."""

from dataclasses import replace
from uuid import UUID

from bot.core.conversation import lineup, sheets
from bot.core.conversation.actions import Say
from bot.core.conversation.making import MOST_FACES, Step, run
from bot.core.conversation.state import Crowd, Sheet, State
from storage.contract.kinds import LINEUP


def face(state: State, number: int, photo: UUID, message: str | None) -> Step:
    """Go on with one of a photo's faces, the largest is 1; ``message``: where it was asked for."""
    if state.question is None:
        if photo != state.photo or not 1 <= number <= MOST_FACES:
            return state, (Say("say.choice_gone"),)
        state = replace(state, face=number - 1)
        return run(state, (state.last[-1],) if state.last else state.preferred)
    if photo != state.question.photo:
        return state, (Say("say.choice_gone"),)
    if not 1 <= number <= state.question.faces:
        return state, (Say("say.face_out_of_range", {"count": state.question.faces}),)
    requests = state.question.requests
    state = replace(state, question=None, photo=photo, face=number - 1)
    said = (Say("say.face_chosen", {"number": number}, replaces=message),) if message else ()
    state, runs = run(state, requests)
    return state, (*said, *runs)


def everyone(state: State, faces: int, photo: UUID, message: str | None) -> Step:
    """Go on with every face of a photo; ``message``: where it was asked for."""
    asked = state.question
    there = photo == (state.photo if asked is None else asked.photo)
    if not (there and state.private and 1 <= faces <= MOST_FACES):
        return state, (Say("say.choice_gone"),)
    requests = (state.last[-1:] or state.preferred) if asked is None else asked.requests
    state = replace(state, question=None, photo=photo, face=None, crowd=Crowd(photo, faces))
    said = (Say("say.everyone_chosen", {"count": faces}, replaces=message),) if asked else ()
    state, runs = run(state, requests)
    return state, (*said, *runs)


def from_sheet(state: State, verb: str, sheet: Sheet, number: int, message: str | None) -> Step:
    """Take what a sheet shows under a number, or turn to the page of this number.

    Args:
        state: before it.
        verb: "take" or "page".
        sheet: one that can still be chosen from.
        number: from 1.
        message: where the sheet stands, so that another page may replace it.
    """
    if sheet.request.kind != LINEUP.name:
        if verb == "take":
            return sheets.take(state, sheet, number)
        return sheets.turn(state, sheet, number, message)
    if verb == "page":
        return lineup.show(state, number, message)
    if not 1 <= number <= len(sheet.names):
        return state, (Say("say.choice_gone"),)
    return lineup.take(state, sheet.names[number - 1])
