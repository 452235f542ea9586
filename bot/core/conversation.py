"""The conversation, pure: ``step(state, event) -> (state, actions)``.

Every event is answered: with words, with a sticker, or with a job whose end will answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from bot.core import actions as do
from bot.core.actions import Action, Choice, Rows, Run, Say, ShowResult
from bot.core.commands import (
    Adjust,
    Command,
    Grammar,
    Line,
    Make,
    Note,
    Plain,
    Prefer,
    Request,
    Speak,
    write_request,
)
from bot.core.events import ChoiceMade, CommandGiven, JobEnded, Origin, PhotoRefused
from bot.core.state import (
    REMEMBERED,
    Excused,
    FaceQuestion,
    Shown,
    State,
    Unfinished,
    resolved,
    strengthened,
)
from bot.errors import CommandError
from storage.jobs import Done, Failed, Failure
from storage.kinds import KINDS, Setting

MOST_FACES = 10
EXAMPLE = "/expression smile 0.8"

_OF_THE_PHOTO = frozenset(
    {
        Failure.NOT_AN_IMAGE,
        Failure.TOO_LARGE,
        Failure.BROKEN,
        Failure.NO_FACE,
        Failure.NOT_A_PHOTO,
        Failure.FACE_TOO_SMALL,
        Failure.TOO_BLURRY,
        Failure.TOO_DARK,
        Failure.TURNED_AWAY,
        Failure.PHOTO_EXPIRED,
    }
)
"""What another job of the same photo would end with as well."""


@dataclass(frozen=True, slots=True)
class PhotoKept:
    """A photo, kept already, perhaps with a command as its caption."""

    origin: Origin
    photo: UUID
    caption: str = ""


Told = PhotoKept | PhotoRefused | CommandGiven | ChoiceMade
Happening = Told | JobEnded
Step = tuple[State, tuple[Action, ...]]


def step(state: State, event: Happening, grammar: Grammar) -> Step:
    """Return what is to be remembered and done after an event."""
    match event:
        case PhotoKept():
            return _photo(state, event, grammar)
        case PhotoRefused(failure=failure):
            return state, (Say(f"failure.{failure.value}"),)
        case CommandGiven():
            return _typed(state, event, grammar)
        case ChoiceMade():
            return _chosen(state, event, grammar)
        case JobEnded():
            return _ended(state, event)


def started(state: State, run: Run, job: UUID) -> State:
    """Remember a job that a ``Run`` has become."""
    begun = Unfinished(job, run.photo, run.face, run.request, run.replaces)
    return replace(state, unfinished=(*state.unfinished, begun)[-4 * REMEMBERED :])


# --- photos -------------------------------------------------------------------------------------


def _photo(state: State, event: PhotoKept, grammar: Grammar) -> Step:
    state = replace(state, photo=event.photo, face=None, question=None, forgetting=False)
    caption = event.caption.strip()
    if caption:
        try:
            line = grammar.parse(caption)
        except CommandError as error:
            if caption.startswith(("/", "／")):
                return state, (_explain(error),)
        else:
            if not (isinstance(line.meaning, Plain) and line.meaning.command is Command.START):
                return _meant(state, line, grammar)
    wanted = (state.waiting,) if state.waiting is not None else state.preferred
    return _run(replace(state, waiting=None), wanted)


def _run(
    state: State,
    requests: tuple[Request, ...],
    notes: tuple[Note, ...] = (),
    replaces: str | None = None,
) -> Step:
    """Queue jobs of the current photo, or ask for one."""
    requests = tuple(resolved(state, request) for request in requests)
    if state.photo is None:
        wanted = requests[0]
        asked = Say("say.send_photo_for", {"request": wanted}, notes=notes)
        return replace(state, waiting=wanted, forgetting=False), (asked,)
    if state.question is not None and state.question.photo == state.photo:
        waiting = tuple(dict.fromkeys((*state.question.requests, *requests)))
        question = replace(state.question, requests=waiting)
        return replace(state, question=question), (_ask_face(question, notes=notes),)
    photo = state.photo
    state, superseded = _supersede(state, replaces)
    first, *others = requests
    runs = (
        Run(first, photo, state.face, replaces, notes),
        *(Run(request, photo, state.face) for request in others),
    )
    state = replace(_remember(state, requests), waiting=None, forgetting=False)
    return state, (*superseded, *runs)


def _supersede(state: State, replaces: str | None) -> tuple[State, tuple[Action, ...]]:
    """Give up the job whose result a newer one is about to replace."""
    old = tuple(one for one in state.unfinished if replaces and one.replaces == replaces)
    if not old:
        return state, ()
    left = tuple(one for one in state.unfinished if one not in old)
    return replace(state, unfinished=left), (do.Cancel(tuple(one.job for one in old)),)


def _remember(state: State, requests: tuple[Request, ...]) -> State:
    kinds = {request.kind for request in requests}
    kept = tuple(request for request in state.last if request.kind not in kinds)
    return replace(state, last=(*kept, *requests))


# --- lines --------------------------------------------------------------------------------------


def _typed(state: State, event: CommandGiven, grammar: Grammar) -> Step:
    text = event.text.strip()
    if state.question is not None and text.isdecimal() and len(text) < 3:
        return _face(state, int(text), state.question.photo, None)
    try:
        line = grammar.parse(text)
    except CommandError as error:
        return state, (_explain(error),)
    return _meant(state, line, grammar, event.replaces)


def _explain(error: CommandError) -> Say:
    return Say(error.key, error.values)


def _meant(state: State, line: Line, grammar: Grammar, replaces: str | None = None) -> Step:
    match line.meaning:
        case Make(request):
            return _run(state, (request,), line.notes, replaces)
        case Adjust(amount):
            return _adjust(state, amount, replaces)
        case Prefer(requests):
            return _prefer(state, requests, line.notes)
        case Speak(locale):
            return _speak(state, locale, line.notes)
        case Plain(Command.LANGUAGE):
            return _language(state, grammar)
        case Plain(command):
            return _COMMANDS[command](state)


def _adjust(state: State, amount: float, replaces: str | None) -> Step:
    if not state.shown:
        return state, (Say("say.nothing_made"),)
    wanted = state.shown[-1].request
    span = KINDS[wanted.kind].amount
    if span is None:
        return state, (Say("say.no_strength", {"request": wanted}),)
    amount = round(max(span.low, min(span.high, amount)), 2)
    settings = tuple(Setting(setting.name, amount) for setting in wanted.settings)
    return _run(state, (Request(wanted.kind, settings),), replaces=replaces)


def _start(state: State) -> Step:
    return state, (Say("say.welcome", {"example": EXAMPLE}),)


def _help(state: State) -> Step:
    return state, (Say("say.help"),)


def _privacy(state: State) -> Step:
    return state, (Say("say.privacy"),)


def _undo(state: State) -> Step:
    if len(state.shown) < 2:
        return state, (Say("say.nothing_to_undo"),)
    previous = state.shown[-2]
    state = replace(state, shown=state.shown[:-1], photo=previous.photo, face=previous.face)
    return _remember(state, (previous.request,)), (_show(previous.job, previous.request),)


def _cancel(state: State) -> Step:
    jobs = tuple(one.job for one in state.unfinished)
    idle = state.waiting is None and state.question is None and not state.forgetting
    state = replace(state, unfinished=(), waiting=None, question=None, forgetting=False)
    if jobs:
        return state, (do.Cancel(jobs), Say("say.cancelled", {"count": len(jobs)}))
    return state, (Say("say.nothing_to_cancel" if idle else "say.waiting_cancelled"),)


def _forget(state: State) -> Step:
    choices = (
        (Choice("button.yes_forget", "forget:yes"), Choice("button.no_forget", "forget:no")),
    )
    return replace(state, forgetting=True), (Say("say.forget_question", choices=choices),)


def _language(state: State, grammar: Grammar) -> Step:
    locales = dict.fromkeys(grammar.vocabulary.languages.values())
    choices = tuple(
        Choice("button.language", f"language:{locale}", {"name": Speak(locale)})
        for locale in locales
    )
    return state, (Say("say.language_question", choices=(choices,)),)


def _speak(state: State, locale: str, notes: tuple[Note, ...] = ()) -> Step:
    state = replace(state, locale=locale)
    return state, (do.Speak(locale), Say("say.language_set", notes=notes))


def _latest(value: str) -> Callable[[State], Step]:
    """Press a button under the newest result by a typed word."""

    def pressed(state: State) -> Step:
        if not state.shown:
            return state, (Say("say.nothing_made"),)
        return _press(state, value, state.shown[-1])

    return pressed


def _favourites(state: State) -> Step:
    return state, (do.ShowFavourites(),)


# --- preferences --------------------------------------------------------------------------------


def _style(state: State, replaces: str | None = None, key: str = "say.style_now") -> Step:
    return state, (_style_question(state, key, replaces),)


def _style_question(state: State, key: str, replaces: str | None) -> Say:
    offered = _offered(state)
    choices = tuple(
        Choice(
            "button.on" if request in state.preferred else "button.off",
            f"style:{write_request(request)}",
            {"name": request},
        )
        for request in offered
        if len(write_request(request).encode()) <= 56  # a button carries 64 bytes
    )
    rows = tuple(choices[at : at + 2] for at in range(0, len(choices), 2))
    values = {"requests": state.preferred, "example": "/style cutout monet"}
    return Say(key, values, choices=rows, replaces=replaces)


def _offered(state: State) -> tuple[Request, ...]:
    """Return what the style question offers: what is preferred, and every single choice."""
    offered = list(state.preferred)
    for kind in KINDS.values():
        if not kind.settings:
            offered.append(Request(kind.name))
        elif kind.several:
            offered.append(Request(kind.name, kind.default))
        else:
            strength = kind.amount.default if kind.amount is not None else 1.0
            taken = {
                setting.name
                for request in state.preferred
                if request.kind == kind.name
                for setting in request.settings
            }
            offered += [
                Request(kind.name, (Setting(name, strength),))
                for name in kind.settings
                if name not in taken
            ]
    order = {kind: number for number, kind in enumerate(KINDS)}
    return tuple(sorted(dict.fromkeys(offered), key=lambda request: order[request.kind]))[:20]


def _prefer(state: State, requests: tuple[Request, ...], notes: tuple[Note, ...] = ()) -> Step:
    filled = tuple(
        request if request.settings else Request(request.kind, KINDS[request.kind].default)
        for request in requests
    )
    state = replace(state, preferred=filled)
    said = Say("say.style_set", {"requests": filled}, notes=notes)
    return state, (do.Prefer(filled), said)


def _toggle(state: State, request: Request, message: str | None) -> Step:
    if request not in state.preferred:
        wanted = (*state.preferred, request)
    else:
        wanted = tuple(one for one in state.preferred if one != request)
    if not wanted:
        return _style(state, message, "say.style_last")
    state = replace(state, preferred=wanted)
    return state, (do.Prefer(wanted), _style_question(state, "say.style_now", message))


# --- buttons ------------------------------------------------------------------------------------


def _chosen(state: State, event: ChoiceMade, grammar: Grammar) -> Step:
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
        return _run(state, (Request(rest),))
    if verb in _BUTTONS:
        job = _uuid(rest.partition(":")[0])
        for one in state.shown:
            if one.job == job:
                return _press(state, event.value, one)
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


def _setting_chosen(
    state: State, verb: str, rest: str, message: str | None, grammar: Grammar
) -> Step:
    try:
        meaning = grammar.parse(f"/{verb} {rest}").meaning
    except CommandError:
        return state, (Say("say.choice_gone"),)
    match meaning:
        case Speak(locale):
            return _speak(state, locale)
        case Prefer((request,)):
            return _toggle(state, request, message)
        case _:
            return state, (Say("say.choice_gone"),)


def _press(state: State, value: str, result: Shown) -> Step:
    verb = value.partition(":")[0]
    request = result.request
    match verb:
        case "again":
            return _run(state, (request,))
        case "more" | "less":
            if KINDS[request.kind].amount is None:
                return state, (Say("say.no_strength", {"request": request}),)
            changed = strengthened(request, 1 if verb == "more" else -1)
            if changed is None:
                key = "say.strongest" if verb == "more" else "say.weakest"
                return state, (Say(key, {"request": request}),)
            state = _remember(state, (changed,))
            return state, (Run(changed, result.photo, result.face),)
        case "other":
            state = _remember(state, (_other(request),))
            return state, (Run(_other(request), result.photo, result.face),)
        case "keep":
            return state, (do.Favour(result.job), Say("say.kept", {"request": request}))
        case _:
            return _undo(state)


_BUTTONS = frozenset({"again", "more", "less", "other", "keep", "undo"})


def _other(request: Request) -> Request:
    """Return the next style of a kind of which one is chosen."""
    kind = KINDS[request.kind]
    setting = request.settings[0] if request.settings else kind.default[0]
    following = kind.settings[(kind.settings.index(setting.name) + 1) % len(kind.settings)]
    return Request(kind.name, (replace(setting, name=following),))


def _result_choices(job: UUID, request: Request) -> Rows:
    kind = KINDS[request.kind]
    first = [Choice("button.again", f"again:{job.hex}")]
    if kind.amount is not None:
        first.append(Choice("button.stronger", f"more:{job.hex}"))
        first.append(Choice("button.weaker", f"less:{job.hex}"))
    second = [
        Choice("button.undo", f"undo:{job.hex}"),
        Choice("button.favourite", f"keep:{job.hex}"),
    ]
    if len(kind.settings) > 1 and not kind.several:
        other = _other(request)
        values = {"name": Request(kind.name, other.settings)}
        second.append(Choice("button.other", f"other:{job.hex}", values))
    return tuple(first), tuple(second)


def _show(job: UUID, request: Request, picture: bytes | None = None) -> ShowResult:
    return ShowResult(job, request, _result_choices(job, request), picture)


# --- faces --------------------------------------------------------------------------------------


def _ask_face(
    question: FaceQuestion, picture: bytes | None = None, notes: tuple[Note, ...] = ()
) -> Say:
    numbers = range(1, min(question.faces, MOST_FACES) + 1)
    choices = tuple(
        Choice("button.face", f"face:{number}:{question.photo.hex}", {"number": number})
        for number in numbers
    )
    rows = tuple(choices[at : at + 5] for at in range(0, len(choices), 5))
    values = {"count": question.faces}
    return Say("say.face_question", values, choices=rows, picture=picture, notes=notes)


def _face(state: State, number: int, photo: UUID, message: str | None) -> Step:
    if state.question is None:
        if photo != state.photo or not 1 <= number <= MOST_FACES:
            return state, (Say("say.choice_gone"),)
        state = replace(state, face=number - 1)
        return _run(state, (state.last[-1],) if state.last else state.preferred)
    if photo != state.question.photo:
        return state, (Say("say.choice_gone"),)
    if not 1 <= number <= state.question.faces:
        return state, (Say("say.face_out_of_range", {"count": state.question.faces}),)
    requests = state.question.requests
    state = replace(state, question=None, photo=photo, face=number - 1)
    said = (Say("say.face_chosen", {"number": number}, replaces=message),) if message else ()
    state, runs = _run(state, requests)
    return state, (*said, *runs)


# --- ends ---------------------------------------------------------------------------------------


def _ended(state: State, event: JobEnded) -> Step:
    """Answer a job's end; the same end told twice changes nothing more."""
    ours = next((one for one in state.unfinished if one.job == event.job_id), None)
    left = tuple(one for one in state.unfinished if one.job != event.job_id)
    state = replace(state, unfinished=left)
    request = Request(event.kind, event.settings)
    photo = event.photo_id or (ours.photo if ours is not None else None)
    match event.outcome:
        case Done(picture=picture, facts=facts):
            shown: tuple[Action, ...] = (_show(event.job_id, request, picture),)
            style = facts.get("style")
            parts = facts.get("parts")
            if isinstance(parts, dict) and isinstance(style, str):
                shown += (do.KeepAvatar(style, parts),)
            if photo is None:
                return state, shown
            replaces = ours.replaces if ours is not None else None
            result = Shown(event.job_id, photo, event.face, request, replaces)
            return _remember_result(state, result), shown
        case Failed(failure=failure, detail=detail, picture=picture):
            if failure is Failure.TOO_MANY_FACES and photo is not None:
                faces = detail.get("faces")
                count = faces if isinstance(faces, int) else 2
                question = FaceQuestion(photo, count, (request,), event.job_id)
                return _many_faces(state, question, picture)
            return _failed(state, event.job_id, failure, request, photo)


def _remember_result(state: State, result: Shown) -> State:
    shown = tuple(one for one in state.shown if one.job != result.job)
    if result.replaces is not None and shown and shown[-1].replaces == result.replaces:
        shown = shown[:-1]
    return replace(state, shown=(*shown, result)[-REMEMBERED:])


def _many_faces(state: State, found: FaceQuestion, picture: bytes | None) -> Step:
    asked = state.question
    if asked is not None and asked.photo == found.photo and asked.job != found.job:
        requests = tuple(dict.fromkeys((*asked.requests, *found.requests)))
        return replace(state, question=replace(asked, requests=requests)), (do.Hush(),)
    if found.photo == state.photo and state.face is not None:
        runs = (Run(request, found.photo, state.face) for request in found.requests)
        return state, (do.Hush(), *runs)
    return replace(state, question=found), (_ask_face(found, picture),)


def _failed(
    state: State, job: UUID, failure: Failure, request: Request, photo: UUID | None
) -> Step:
    excused = state.excused
    if excused is not None and job in excused.jobs and failure.value == excused.failure:
        left = tuple(one for one in excused.jobs if one != job)
        return replace(state, excused=replace(excused, jobs=left)), (do.Hush(),)
    again: Rows = ()
    if failure is Failure.GAVE_UP:
        again = ((Choice("button.again", f"redo:{request.kind}"),),)
    if failure in _OF_THE_PHOTO:
        alike = tuple(one.job for one in state.unfinished if photo and one.photo == photo)
        state = replace(state, excused=Excused(failure.value, alike))
        if photo is not None and photo == state.photo:
            wanted = None if alike else request
            if request in state.preferred:
                wanted = None
            state = replace(state, photo=None, face=None, waiting=wanted)
    said = Say(f"failure.{failure.value}", {"request": request}, choices=again)
    return state, (said,)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_COMMANDS: dict[Command, Callable[[State], Step]] = {
    Command.START: _start,
    Command.HELP: _help,
    Command.STYLE: _style,
    Command.UNDO: _undo,
    Command.CANCEL: _cancel,
    Command.AGAIN: _latest("again"),
    Command.STRONGER: _latest("more"),
    Command.WEAKER: _latest("less"),
    Command.FAVOURITE: _latest("keep"),
    Command.FAVOURITES: _favourites,
    Command.PRIVACY: _privacy,
    Command.FORGET: _forget,
}
