"""Answers pressed buttons, each by the value that it carries: ``verb:…``."""

import random
from dataclasses import replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation import (
    grouping,
    liking,
    lineup,
    packing,
    packs,
    sliders,
    varying,
    wardrobe,
)
from bot.core.conversation.actions import Say
from bot.core.conversation.events import ChoiceMade, CommandGiven
from bot.core.conversation.explaining import LINE
from bot.core.conversation.library import Library
from bot.core.conversation.making import Step, run
from bot.core.conversation.picking import everyone, face, from_sheet
from bot.core.conversation.preferring import style, toggle
from bot.core.conversation.results import press
from bot.core.conversation.state import State
from bot.core.conversation.typed import language, meant, speak, typed
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import (
    ChangeLanguage,
    Line,
    Make,
    Prefer,
    Request,
)
from bot.errors import CommandError
from storage.contract.kinds import KINDS, Setting


def pressed(state: State, event: ChoiceMade, grammar: Grammar, library: Library) -> Step:
    """Do what a button says; one whose time is over says so."""
    verb, _, rest = event.value.partition(":")
    if verb == "forget":
        return _forget_chosen(state, rest, event.message)
    if verb == "style" or verb == "language":
        return _setting_chosen(state, verb, rest, event.message, grammar)
    if verb == "like":
        return _liked(state, rest, event.message, grammar)
    if verb == "face":
        number, _, photo = rest.partition(":")
        chosen = _uuid(photo)
        if chosen is not None and number.isdecimal():
            return face(state, int(number), chosen, event.message)
    if verb == "everyone":
        count, _, photo = rest.partition(":")
        chosen = _uuid(photo)
        if chosen is not None and count.isdecimal():
            return everyone(state, int(count), chosen, event.message)
    if verb == LINE:
        return typed(state, CommandGiven(event.origin, rest), grammar, library)
    if verb == "redo" and rest in KINDS:
        return meant(state, Line(Make(Request(rest))), grammar)
    if verb == "wear":
        chance = random.Random(event.origin.key)  # noqa: S311 -- decides on hats
        return wardrobe.press(state, library, rest, event.message, chance)
    if verb == "slide":
        chance = random.Random(event.origin.key)  # noqa: S311 -- decides on noses
        return sliders.press(state, rest, event.message, chance)
    if event.value == "avatar:name":
        return lineup.ask_name(state)
    if verb in ("take", "page"):
        shown, _, number = rest.partition(":")
        for sheet in state.sheets:
            if sheet.job == _uuid(shown) and number.isdecimal():
                return from_sheet(state, verb, sheet, int(number), event.message)
    if verb == "pack":
        for sheet in state.sheets:
            if sheet.job == _uuid(rest):
                kind = KINDS[KINDS[sheet.request.kind].shows]
                key = event.origin.key
                return packs.begin(state, kind, key, sheet.photo, sheet.face, sheet.avatar)
    if verb == "group":
        return grouping.press(state, rest, event)
    if verb == "packs" and not rest.startswith(("add:", "moods:")):
        return packing.press(state, rest, event.message)
    if verb == "packs":
        into, _, job_hex = rest.partition(":")
        take = packing.add if into == "add" else packing.moods
        for one in state.shown:
            if one.job.hex == job_hex:
                return take(state, one, event.origin.key)
    if verb == "try" and rest in KINDS["try-on"].settings:
        return run(state, (Request("try-on", (Setting(rest),)),))
    if verb in _BUTTONS:
        job = _uuid(rest.partition(":")[0])
        for one in state.shown:
            if one.job == job and verb == "change":
                return wardrobe.opened_for(state, library, one)
            if one.job == job and verb == "vary":
                return varying.press(state, event.value, one, event.message)
            if one.job == job and verb == "drawing":
                return varying.drawing(state, one)
            if one.job == job and verb == "tune":
                return sliders.opened_for(state, one)
            if one.job == job:
                return press(state, event.value, one, event.place)
        if verb == "unkeep" and job is not None:  # of a favourite that was shown again
            return state, (do.DropFavourite(job), Say("say.unkept_one", replaces=event.place))
    return state, (Say("say.choice_gone"),)


def _forget_chosen(state: State, answer: str, message: str | None) -> Step:
    if not state.forgetting:
        return state, (Say("say.choice_gone"),)
    state = replace(state, forgetting=False)
    if answer != "yes":
        return state, (Say("say.not_forgotten", replaces=message),)
    jobs = tuple(one.job for one in state.unfinished)
    given_up = (do.Cancel(jobs),) if jobs else ()
    said = Say("say.forgotten", replaces=message)
    return State(locale=state.locale), (*given_up, do.Erase(), said)


def _liked(state: State, what: str, message: str | None, grammar: Grammar) -> Step:
    if what == "style":
        return style(state, message)
    if what == "language":
        return language(state, grammar, message)
    return liking.press(state, what, message) or (state, (Say("say.choice_gone"),))


def _setting_chosen(
    state: State, verb: str, rest: str, message: str | None, grammar: Grammar
) -> Step:
    try:
        meaning = grammar.parse(f"/{verb} {rest}").meaning
    except CommandError:
        return state, (Say("say.choice_gone"),)
    match meaning:
        case ChangeLanguage(locale):
            return speak(state, locale)
        case Prefer((request,)):
            return toggle(state, request, message)
        case _:
            return state, (Say("say.choice_gone"),)


_BUTTONS = frozenset(
    {
        "again", "more", "less", "other", "keep", "unkeep", "undo", "change", "beside", "vary",
        "drawing", "tune", "adopt", "animate",
    }
)  # fmt: skip


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
