"""Answers typed lines: commands, wishes, and numbers that pick."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from bot.core.conversation import actions as do
from bot.core.conversation import (
    captioning,
    grouping,
    liking,
    lineup,
    linking,
    pack_actions,
    packing,
    packing_view,
    sliders,
    wardrobe,
)
from bot.core.conversation.actions import Choice, Say
from bot.core.conversation.events import CommandGiven
from bot.core.conversation.explaining import explain
from bot.core.conversation.library import Library
from bot.core.conversation.looks import worn
from bot.core.conversation.making import MOST_FACES, Step, adjust, run
from bot.core.conversation.picking import everyone, face, from_sheet
from bot.core.conversation.preferring import prefer, style
from bot.core.conversation.results import press, undo
from bot.core.conversation.state import State, resolved, without
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import (
    Adjust,
    BareCommand,
    ChangeLanguage,
    Command,
    CommandWithWords,
    Courtesy,
    LanguageName,
    Line,
    Make,
    Meaning,
    Note,
    Prefer,
    Request,
)
from bot.core.language.spelling import legible
from bot.core.language.tokens import picked
from bot.core.language.vocabulary import squeeze
from bot.core.language.writing import example, write
from bot.errors import CommandError
from storage.contract.kinds import KINDS, LINEUP, PREVIEW, TUNING, Kind

EXAMPLE = "/expression smile 0.8"


def typed(state: State, event: CommandGiven, grammar: Grammar, library: Library) -> Step:
    """Answer a typed line."""
    text = event.text.strip()
    number = picked(text)
    if state.question is not None and number is not None:
        return face(state, number, state.question.photo, None)
    if state.question is not None and state.private and grammar.means_everyone(text):
        faces = min(state.question.faces, MOST_FACES)
        return everyone(state, faces, state.question.photo, None)
    if state.sheet_newest and state.sheets and number is not None and number < 10:
        return from_sheet(state, "take", state.sheets[-1], number, None)
    try:
        line = grammar.parse(text)
        told = personal(state, line.meaning, private=event.origin.private)
        told = told or grouping.said(state, grammar.vocabulary, line.meaning, event.origin)
        if told is not None:
            return told
        if line.meaning == BareCommand(Command.START) and event.origin.group is not None:
            return grouping.hello(state)
        if isinstance(line.meaning, CommandWithWords) or line.meaning == BareCommand(Command.WEAR):
            return _with_words(state, line, event, grammar, library)
        if line.meaning in (BareCommand(Command.WARDROBE), Make(Request(PREVIEW.name))):
            return wardrobe.opened(state, library)
    except CommandError as error:
        return state, (explain(error, grammar),)
    return meant(state, line, grammar, event.replaces)


def personal(state: State, meaning: Meaning, *, private: bool) -> Step | None:
    """Answer what is answered otherwise where others read along; None for all else."""
    if meaning == BareCommand(Command.PRIVACY):
        return state, (do.TellPrivacy(private),)
    if meaning == BareCommand(Command.EXPORT):
        return state, (do.Export() if private else Say("say.export_privately"),)
    return linking.said(state, meaning, private=private)


def _with_words(
    state: State, line: Line, event: CommandGiven, grammar: Grammar, library: Library
) -> Step:
    """Do what the words behind a command mean to this person; raises CommandError."""
    match line.meaning:
        case CommandWithWords(Command.WEAR, normal=typed):
            if _about_the_photo(state, event):
                with suppress(CommandError):
                    return meant(state, grammar.parse(typed), grammar, event.replaces)
            chance = random.Random(event.origin.key)  # noqa: S311 -- decides on hats
            words = grammar.vocabulary
            return wardrobe.say(state, library, words, typed, event.replaces, chance)
        case CommandWithWords(Command.SLIDERS, normal=typed):
            chance = random.Random(event.origin.key)  # noqa: S311 -- decides on noses
            return sliders.say(state, grammar, typed, event.replaces, chance)
        case CommandWithWords(Command.CAPTION, words=words):
            return captioning.said(state, grammar.vocabulary, words)
        case CommandWithWords(Command.BACKDROP, normal=typed):
            nothing = squeeze(typed) in grammar.vocabulary.nothing
            return liking.bare(state) if nothing else liking.ask_backdrop(state)
        case CommandWithWords(Command.AVATAR, words=words):
            return lineup.said(state, grammar.vocabulary, words)
        case CommandWithWords(Command.FAVOURITES, words=words):
            return state, (do.ShowFavourites(words),)
        case CommandWithWords(Command.PACK, words=words):
            return packing.said(state, grammar.vocabulary, words, event.origin.key)
        case _:
            return wardrobe.opened(state, library)


def _about_the_photo(state: State, event: CommandGiven) -> bool:
    """Tell whether "wear a hat" is about the photo in hand rather than an avatar.

    A command is about the avatar, and so is a sentence while its wardrobe stands open or where the
    newest result shows it.
    """
    if "/" in legible(event.text) or state.photo is None or event.replaces is not None:
        return False
    dressing = state.wardrobe is not None and state.wardrobe.newest
    return not dressing and bool(state.shown) and state.shown[-1].avatar is None


def meant(state: State, line: Line, grammar: Grammar, replaces: str | None = None) -> Step:
    """Do what a line means; ``replaces``: a message that its result takes the place of."""
    match line.meaning:
        case Make(Request(kind=LINEUP.name, settings=settings)):
            return lineup.show(state, settings[0].page if settings else 1)
        case Make(Request(kind=TUNING.name)) | BareCommand(Command.SLIDERS):
            return sliders.opened(state, line.notes)
        case CommandWithWords(Command.SLIDERS, normal=typed):  # beside a photo
            chance = random.Random(typed)  # noqa: S311 -- decides on noses
            return sliders.say(state, grammar, typed, replaces, chance)
        case Make(request) as wish:
            if wish.without and not KINDS[request.kind].worn:
                request = without(resolved(state, request), wish.without)
            elif KINDS[request.kind].worn and replaces is None:
                request = replace(worn(state, wish), caption=request.caption)
                if not request.settings and not wish.without:
                    return state, (_which_look(KINDS[request.kind], line.notes),)
            request = liking.as_liked(state, request, wish.usual)
            return run(state, (request,), line.notes, replaces)
        case Courtesy(name):
            return _COURTESIES[name](state)
        case Adjust(amount):
            return adjust(state, amount, replaces)
        case Prefer(requests):
            return prefer(state, requests, line.notes)
        case ChangeLanguage(locale):
            return speak(state, locale, line.notes)
        case BareCommand(Command.LANGUAGE):
            return language(state, grammar)
        case CommandWithWords(Command.CAPTION, words=words):  # beside a photo
            return captioning.said(state, grammar.vocabulary, words, new_photo=True)
        case BareCommand(Command.CAPTION):
            return captioning.said(state, grammar.vocabulary, "")
        case BareCommand(Command.PACK) | CommandWithWords(Command.PACK):
            return packing.said(state, grammar.vocabulary, "", "")
        case BareCommand(Command.AVATAR):
            return lineup.said(state, grammar.vocabulary, "")
        case CommandWithWords() | BareCommand(Command.WEAR | Command.WARDROBE):
            # beside a photo: wear what it gives
            return run(state, (Request("emoji"),), line.notes)
        case BareCommand(command):
            return _COMMANDS[command](state)


def _which_look(kind: Kind, notes: tuple[Note, ...]) -> Say:
    values = {"names": kind, "example": write(Make(example(kind)))}
    return Say("say.which_look", values, choices=_TRY_ON, notes=notes)


_TRY_ON = (
    (Choice("button.try_hairs", "try:hair"), Choice("button.try_beards", "try:beard")),
    (Choice("button.try_glasses", "try:glasses"), Choice("button.try_hats", "try:hat")),
)


def _start(state: State) -> Step:
    said = Say("say.welcome", {"example": EXAMPLE})
    return state, (said, pack_actions.PublishRefused())


def _packs(state: State) -> Step:
    return state, (packing_view.listed(state.packs),)


def _help(state: State) -> Step:
    return state, (Say("say.help"),)


def _export(state: State) -> Step:
    return state, (do.Export(),)


def _cancel(state: State) -> Step:
    jobs = tuple(one.job for one in state.unfinished)
    stay = tuple(one.job for one in state.unfinished if one.replaces is not None)
    asking = (state.waiting, state.question, state.painting, state.backdrop_asked)
    idle = not any(asking) and not state.forgetting
    state = replace(
        state,
        unfinished=(),
        waiting=None,
        question=None,
        painting=None,
        forgetting=False,
        backdrop_asked=False,
        pack=None,
    )
    if jobs:
        return state, (do.Cancel(jobs, stay), Say("say.cancelled", {"count": len(jobs)}))
    return state, (Say("say.nothing_to_cancel" if idle else "say.waiting_cancelled"),)


def _forget(state: State) -> Step:
    choices = (
        (Choice("button.yes_forget", "forget:yes"), Choice("button.no_forget", "forget:no")),
    )
    return replace(state, forgetting=True), (Say("say.forget_question", choices=choices),)


def language(state: State, grammar: Grammar, replaces: str | None = None) -> Step:
    """Ask which language to speak."""
    locales = dict.fromkeys(grammar.vocabulary.languages.values())
    choices = tuple(
        Choice("button.language", f"language:{locale}", {"name": LanguageName(locale)})
        for locale in locales
    )
    return state, (Say("say.language_question", choices=(choices,), replaces=replaces),)


def speak(state: State, locale: str, notes: tuple[Note, ...] = ()) -> Step:
    """Speak another language from now on."""
    state = replace(state, locale=locale)
    kept: tuple[do.Action, ...] = (do.KeepLanguage(locale),)
    if state.scoped:
        state, kept = liking.keep(state, locale=locale)
    return state, (*kept, Say("say.language_set", notes=notes))


def _latest(value: str) -> Callable[[State], Step]:
    """Press a button under the newest result by a typed word."""

    def pressed(state: State) -> Step:
        if not state.shown:
            return state, (Say("say.nothing_made"),)
        return press(state, value, state.shown[-1])

    return pressed


def _favourites(state: State) -> Step:
    return state, (do.ShowFavourites(),)


def _kind_word(key: str) -> Callable[[State], Step]:
    def said(state: State) -> Step:
        return state, (Say(key),)

    return said


_COURTESIES: dict[str, Callable[[State], Step]] = {
    "thanks": _kind_word("say.you_are_welcome"),
    "praise": _kind_word("say.glad"),
    "goodbye": _kind_word("say.goodbye"),
    "wellbeing": _start,
}

_COMMANDS: dict[Command, Callable[[State], Step]] = {
    Command.START: _start,
    Command.PREFERENCES: liking.menu,
    Command.BACKDROP: liking.ask_backdrop,
    Command.HELP: _help,
    Command.STYLE: style,
    Command.UNDO: undo,
    Command.CANCEL: _cancel,
    Command.AGAIN: _latest("again"),
    Command.STRONGER: _latest("more"),
    Command.WEAKER: _latest("less"),
    Command.FAVOURITE: _latest("keep"),
    Command.FAVOURITES: _favourites,
    Command.AVATARS: lineup.show,
    Command.PACKS: _packs,
    Command.FORGET: _forget,
    Command.EXPORT: _export,
}
