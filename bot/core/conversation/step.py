"""The conversation, pure: ``step(state, event) -> (state, actions)``.

Every event is answered: with words, with a sticker, or with a job whose end will answer.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation import lineup, linking, packs, sheets, wardrobe
from bot.core.conversation.actions import Choice, Run, Say
from bot.core.conversation.events import ChoiceMade, CommandGiven, JobEnded, Origin, PhotoRefused
from bot.core.conversation.library import Library
from bot.core.conversation.looks import worn
from bot.core.conversation.making import MOST_FACES, Step, adjust, run
from bot.core.conversation.preferring import prefer, style, toggle
from bot.core.conversation.results import ended, press, undo
from bot.core.conversation.state import REMEMBERED, Sheet, State, Unfinished
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import (
    Adjust,
    BareCommand,
    ChangeLanguage,
    Command,
    CommandWithWords,
    LanguageName,
    Line,
    Make,
    Note,
    Prefer,
    Request,
)
from bot.core.language.writing import example, write
from bot.errors import CommandError
from storage.contract.kinds import KINDS, LINEUP, PREVIEW, Kind, Setting

EXAMPLE = "/expression smile 0.8"
NOTHING_TO_WEAR = Library()


@dataclass(frozen=True, slots=True)
class PhotoKept:
    """A photo, kept already, perhaps with a command as its caption.

    ``selfie``: the photo that this one answers.
    """

    origin: Origin
    photo: UUID
    caption: str = ""
    selfie: UUID | None = None


FromPerson = PhotoKept | PhotoRefused | CommandGiven | ChoiceMade
StepEvent = FromPerson | JobEnded


def step(
    state: State, event: StepEvent, grammar: Grammar, library: Library = NOTHING_TO_WEAR
) -> Step:
    """Return what is to be remembered and done after an event.

    ``library``: what avatars can wear.
    """
    naming = state.naming
    if not isinstance(event, JobEnded):
        state = replace(state, naming=None)
    match event:
        case CommandGiven(text=text) if naming is not None and not text.startswith(("/", "／")):
            return lineup.named(state, naming, text)
        case PhotoKept():
            return _photo(state, event, grammar)
        case PhotoRefused(failure=failure):
            return state, (Say(f"failure.{failure.value}"),)
        case CommandGiven():
            return _typed(state, event, grammar, library)
        case ChoiceMade():
            return _chosen(state, event, grammar, library)
        case JobEnded():
            return ended(state, event, library)


def started(state: State, run: Run, job: UUID) -> State:
    """Remember a job that a ``Run`` has become."""
    begun = Unfinished(job, run.photo, run.face, run.request, run.replaces)
    if run.of_pack and state.pack is not None:
        state = replace(state, pack=replace(state.pack, job=job))
    return replace(state, unfinished=(*state.unfinished, begun)[-4 * REMEMBERED :])


def _photo(state: State, event: PhotoKept, grammar: Grammar) -> Step:
    caption = event.caption.strip()
    wish = to_paint(caption, grammar) if caption else state.painting
    if wish is not None:
        return _paint(state, event, wish)
    state = replace(
        state,
        photo=event.photo,
        face=None,
        question=None,
        forgetting=False,
        painting=None,
        fresh=True,
    )
    if caption:
        try:
            line = grammar.parse(caption)
        except CommandError as error:
            if caption.startswith(("/", "／")):
                return state, (_explain(error),)
        else:
            linked = linking.said(state, line.meaning, private=event.origin.private)
            if linked is not None:
                return linked
            if line.meaning != BareCommand(Command.START):
                return _meant(state, line, grammar)
    wanted = (state.waiting,) if state.waiting is not None else state.preferred
    return run(replace(state, waiting=None), wanted)


def to_paint(caption: str, grammar: Grammar) -> Request | None:
    """Return what a caption asks for if its photo is a picture to paint from."""
    try:
        meaning = grammar.parse(caption).meaning
    except CommandError:
        return None
    if isinstance(meaning, Make) and meaning.request.lacks_second_photo:
        return meaning.request
    return None


def _paint(state: State, event: PhotoKept, wish: Request) -> Step:
    """Paint the selfie like the picture that came, or wait for a selfie."""
    request = replace(wish, second_photo=event.photo)
    state = replace(state, painting=None)
    if event.selfie is not None:
        state = replace(state, photo=event.selfie, face=None, question=None, fresh=True)
    return run(state, (request,))


def _typed(state: State, event: CommandGiven, grammar: Grammar, library: Library) -> Step:
    text = event.text.strip()
    if state.question is not None and text.isdecimal() and len(text) < 3:
        return _face(state, int(text), state.question.photo, None)
    if state.sheet_newest and state.sheets and text.isdecimal() and len(text) == 1:
        return _from_sheet(state, "take", state.sheets[-1], int(text), None)
    try:
        line = grammar.parse(text)
        linked = linking.said(state, line.meaning, private=event.origin.private)
        if linked is not None:
            return linked
        if isinstance(line.meaning, CommandWithWords) or line.meaning == BareCommand(Command.WEAR):
            return _with_words(state, line, event, grammar, library)
        if line.meaning in (BareCommand(Command.WARDROBE), Make(Request(PREVIEW.name))):
            return wardrobe.opened(state, library)
    except CommandError as error:
        return state, (_explain(error),)
    return _meant(state, line, grammar, event.replaces)


def _with_words(
    state: State, line: Line, event: CommandGiven, grammar: Grammar, library: Library
) -> Step:
    """Do what the words behind a command mean to this person; raises CommandError."""
    match line.meaning:
        case CommandWithWords(Command.WEAR, normal=typed):
            chance = random.Random(event.origin.key)  # noqa: S311 -- decides on hats
            words = grammar.vocabulary
            return wardrobe.say(state, library, words, typed, event.replaces, chance)
        case CommandWithWords(Command.AVATAR, words=words):
            return lineup.said(state, grammar.vocabulary, words)
        case _:
            return wardrobe.opened(state, library)


def _explain(error: CommandError) -> Say:
    return Say(error.key, error.values)


def _meant(state: State, line: Line, grammar: Grammar, replaces: str | None = None) -> Step:
    match line.meaning:
        case Make(Request(kind=LINEUP.name, settings=settings)):
            return lineup.show(state, settings[0].page if settings else 1)
        case Make(request) as wish:
            if KINDS[request.kind].groups and replaces is None:
                request = worn(state, wish)
                if not request.settings and not wish.without:
                    return state, (_which_look(KINDS[request.kind], line.notes),)
            return run(state, (request,), line.notes, replaces)
        case Adjust(amount):
            return adjust(state, amount, replaces)
        case Prefer(requests):
            return prefer(state, requests, line.notes)
        case ChangeLanguage(locale):
            return _speak(state, locale, line.notes)
        case BareCommand(Command.LANGUAGE):
            return _language(state, grammar)
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
    return state, (Say("say.welcome", {"example": EXAMPLE}),)


def _help(state: State) -> Step:
    return state, (Say("say.help"),)


def _privacy(state: State) -> Step:
    return state, (Say("say.privacy"),)


def _cancel(state: State) -> Step:
    jobs = tuple(one.job for one in state.unfinished)
    stay = tuple(one.job for one in state.unfinished if one.replaces is not None)
    asking = (state.waiting, state.question, state.painting)
    idle = not any(asking) and not state.forgetting
    state = replace(
        state,
        unfinished=(),
        waiting=None,
        question=None,
        painting=None,
        forgetting=False,
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


def _language(state: State, grammar: Grammar) -> Step:
    locales = dict.fromkeys(grammar.vocabulary.languages.values())
    choices = tuple(
        Choice("button.language", f"language:{locale}", {"name": LanguageName(locale)})
        for locale in locales
    )
    return state, (Say("say.language_question", choices=(choices,)),)


def _speak(state: State, locale: str, notes: tuple[Note, ...] = ()) -> Step:
    state = replace(state, locale=locale)
    return state, (do.KeepLanguage(locale), Say("say.language_set", notes=notes))


def _latest(value: str) -> Callable[[State], Step]:
    """Press a button under the newest result by a typed word."""

    def pressed(state: State) -> Step:
        if not state.shown:
            return state, (Say("say.nothing_made"),)
        return press(state, value, state.shown[-1])

    return pressed


def _favourites(state: State) -> Step:
    return state, (do.ShowFavourites(),)


def _chosen(state: State, event: ChoiceMade, grammar: Grammar, library: Library) -> Step:
    verb, _, rest = event.value.partition(":")
    if verb == "forget":
        return _forget_chosen(state, rest, event.message)
    if verb == "style" or verb == "language":
        return _setting_chosen(state, verb, rest, event.message, grammar)
    if verb == "face":
        number, _, photo = rest.partition(":")
        chosen = _uuid(photo)
        if chosen is not None and number.isdecimal():
            return _face(state, int(number), chosen, event.message)
    if verb == "redo" and rest in KINDS:
        return _meant(state, Line(Make(Request(rest))), grammar)
    if verb == "wear":
        chance = random.Random(event.origin.key)  # noqa: S311 -- decides on hats
        return wardrobe.press(state, library, rest, event.message, chance)
    if event.value == "avatar:name":
        return lineup.ask_name(state)
    if verb in ("take", "page"):
        shown, _, number = rest.partition(":")
        for sheet in state.sheets:
            if sheet.job == _uuid(shown) and number.isdecimal():
                return _from_sheet(state, verb, sheet, int(number), event.message)
    if verb == "pack":
        for sheet in state.sheets:
            if sheet.job == _uuid(rest):
                return packs.begin(state, sheet)
    if verb == "try" and rest in KINDS["try-on"].settings:
        return run(state, (Request("try-on", (Setting(rest),)),))
    if verb in _BUTTONS:
        job = _uuid(rest.partition(":")[0])
        for one in state.shown:
            if one.job == job and verb == "change":
                return wardrobe.opened_for(state, library, one)
            if one.job == job:
                return press(state, event.value, one)
    return state, (Say("say.choice_gone"),)


def _from_sheet(state: State, verb: str, sheet: Sheet, number: int, message: str | None) -> Step:
    if sheet.request.kind != LINEUP.name:
        if verb == "take":
            return sheets.take(state, sheet, number)
        return sheets.turn(state, sheet, number, message)
    if verb == "page":
        return lineup.show(state, number, message)
    if not 1 <= number <= len(sheet.names):
        return state, (Say("say.choice_gone"),)
    return lineup.take(state, sheet.names[number - 1])


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


def _setting_chosen(
    state: State, verb: str, rest: str, message: str | None, grammar: Grammar
) -> Step:
    try:
        meaning = grammar.parse(f"/{verb} {rest}").meaning
    except CommandError:
        return state, (Say("say.choice_gone"),)
    match meaning:
        case ChangeLanguage(locale):
            return _speak(state, locale)
        case Prefer((request,)):
            return toggle(state, request, message)
        case _:
            return state, (Say("say.choice_gone"),)


_BUTTONS = frozenset({"again", "more", "less", "other", "keep", "undo", "change", "beside"})


def _face(state: State, number: int, photo: UUID, message: str | None) -> Step:
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


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_COMMANDS: dict[Command, Callable[[State], Step]] = {
    Command.START: _start,
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
    Command.PRIVACY: _privacy,
    Command.FORGET: _forget,
}
