"""Wishes become jobs of the current photo; or a question, where something is missing."""

from dataclasses import replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Action, Choice, Run, Say
from bot.core.conversation.state import FaceQuestion, State, has_strength, resolved
from bot.core.language.meanings import Note, Request
from storage.contract.avatars import Avatar, gathered
from storage.contract.kinds import CARTOON, EMOJI, EXPRESSION, KINDS, MIX, TUNING, Setting

MOST_FACES = 10

_MOST_TOGETHER = 12
"""Stickers that one wish may ask for where it is about every face of a photo."""

_SECOND = {
    CARTOON.name: "say.send_picture",
    EXPRESSION.name: "say.send_face",
    MIX.name: "say.send_other",
}
"""By kind, what asks for the second photo."""

Step = tuple[State, tuple[Action, ...]]
"""What is to be remembered and done after an event."""


def run(
    state: State,
    requests: tuple[Request, ...],
    notes: tuple[Note, ...] = (),
    replaces: str | None = None,
) -> Step:
    """Queue jobs of an avatar where there is one for a wish; else of the photo, or ask for one.

    What needs neither is queued as it is.
    """
    if KINDS[requests[0].kind].gathers:
        return _together(state, resolved(state, requests[0]), notes, replaces)
    unaided = tuple(one for one in requests if KINDS[one.kind].unaided)
    if unaided:
        state = replace(remember(state, unaided), waiting=None, forgetting=False)
        return state, tuple(Run(one, notes=notes, replaces=replaces) for one in unaided)
    drawn = {one: avatar for one in requests if (avatar := current(state, one)) is not None}
    if not drawn:
        return _of_photo(state, requests, notes, replaces)
    state, superseded = supersede(state, replaces)
    wanted = {one: _named(state, one, avatar) for one, avatar in drawn.items()}
    jobs = [
        Run(wanted[one], avatar=avatar.spec.to_json(), replaces=replaces)
        for one, avatar in drawn.items()
    ]
    jobs[0] = replace(jobs[0], notes=notes)
    state = replace(remember(state, tuple(wanted.values())), waiting=None, forgetting=False)
    left = tuple(one for one in requests if one not in drawn)
    if not left:
        return state, (*superseded, *jobs)
    state, others = _of_photo(state, left, (), None)
    return state, (*superseded, *jobs, *others)


def _together(
    state: State, request: Request, notes: tuple[Note, ...], replaces: str | None
) -> Step:
    """Queue a picture of the newest avatars; of one alone also a new photo will do."""
    name = request.settings[0].name
    fewest, most = KINDS[request.kind].gathers[name]
    specs = tuple(one.spec for one in state.avatars[:most])
    if most == 1 and state.photo is not None and (state.fresh or not specs):
        return _of_photo(state, (request,), notes, replaces)
    if len(specs) < fewest:
        values = {"request": request, "count": fewest, "there": len(specs), "example": "/emoji"}
        return state, (Say("say.more_avatars", values, notes=notes),)
    form = specs[0].to_json() if most == 1 else gathered(specs)
    state, superseded = supersede(state, replaces)
    state = replace(remember(state, (request,)), waiting=None, forgetting=False)
    return state, (*superseded, Run(request, avatar=form, replaces=replaces, notes=notes))


def current(state: State, request: Request) -> Avatar | None:
    """Return the avatar that a wish is about; None where it takes the photo.

    A new photo is matched anew, and so is any photo in hand where an avatar itself is wished for.
    """
    if not KINDS[request.kind].composed:
        return None
    if request.kind != EMOJI.name:
        return None if state.fresh and state.photo is not None else next(iter(state.avatars), None)
    if state.photo is not None:
        return None
    styles = {setting.name for setting in request.settings}
    return next((one for one in state.avatars if not styles or one.spec.style in styles), None)


def _named(state: State, request: Request, avatar: Avatar) -> Request:
    """Return what is wished for of an avatar with its settings filled."""
    if request.kind == EMOJI.name:
        return replace(request, settings=(Setting(avatar.spec.style),))
    return resolved(state, request)


def _of_photo(
    state: State, requests: tuple[Request, ...], notes: tuple[Note, ...], replaces: str | None
) -> Step:
    """Queue jobs of the current photo, or ask for one."""
    requests = tuple(_as_before(state, resolved(state, one), replaces) for one in requests)
    photo = state.photo
    if photo is None:
        wanted = requests[0]
        asked = Say("say.send_photo_for", {"request": wanted}, notes=notes)
        return replace(state, waiting=wanted, forgetting=False), (asked,)
    if not state.private and any(one.of_crowd for one in requests):
        return state, (Say("say.everyone_privately", notes=notes),)
    if not state.private and any(one.searches for one in requests):
        return state, (Say("say.photos_privately", notes=notes),)
    asks = any(not one.of_crowd for one in requests)
    if asks and state.question is not None and state.question.photo == state.photo:
        waiting = tuple(dict.fromkeys((*state.question.requests, *requests)))
        question = replace(state.question, requests=waiting)
        return replace(state, question=question), (ask_face(state, question, notes=notes),)
    lacking = [request for request in requests if request.lacks_second_photo]
    if lacking:
        state = replace(state, painting=lacking[-1], waiting=None, forgetting=False)
        requests = tuple(request for request in requests if request not in lacking)
        asked = Say(_SECOND[lacking[-1].kind], notes=notes)
        if not requests:
            return state, (asked,)
        state, actions = _of_photo(state, requests, (), replaces)
        return state, (asked, *actions)
    state, superseded = supersede(state, replaces)
    runs = runs_of(state, photo, requests)
    runs = (replace(runs[0], replaces=replaces, notes=notes), *runs[1:])
    state = replace(remember(state, requests), waiting=None, forgetting=False)
    return state, (*superseded, *runs)


def runs_of(state: State, photo: UUID, requests: tuple[Request, ...]) -> tuple[Run, ...]:
    """Return what makes wishes of a photo's chosen face, or of every face as far as they go.

    What is about everybody together is made once.
    """
    together = tuple(Run(one, photo) for one in requests if one.of_crowd)
    requests = tuple(one for one in requests if not one.of_crowd)
    faces = state.faces if all(_of_anybody(one) for one in requests) else (state.face,)
    most = max(1, _MOST_TOGETHER // len(faces))
    alone = (Run(request, photo, face) for face in faces for request in requests[:most])
    return (*together, *alone)


def _of_anybody(request: Request) -> bool:
    """Tell whether a wish can be made of every face at once; what is chosen from is of one."""
    return not KINDS[request.kind].sheet and request.kind != TUNING.name


def _as_before(state: State, request: Request, replaces: str | None) -> Request:
    """Let a wish that changes a result keep that result's second picture and caption."""
    if replaces is None:
        return request
    same = [one.request for one in reversed(state.shown) if one.request.kind == request.kind]
    if request.lacks_second_photo:
        pictures = (one.second_photo for one in same if one.second_photo is not None)
        request = replace(request, second_photo=next(pictures, None))
    if request.caption is None and same:
        request = replace(request, caption=same[0].caption)
    return request


def supersede(state: State, replaces: str | None) -> tuple[State, tuple[Action, ...]]:
    """Give up the job whose result a newer one is about to replace."""
    old = tuple(one for one in state.unfinished if replaces and one.replaces == replaces)
    if not old:
        return state, ()
    left = tuple(one for one in state.unfinished if one not in old)
    jobs = tuple(one.job for one in old)
    return replace(state, unfinished=left), (do.Cancel(jobs, stay=jobs),)


def remember(state: State, requests: tuple[Request, ...]) -> State:
    """Keep wishes as what their kinds mean from now on; a caption is for once."""
    requests = tuple(replace(request, caption=None) for request in requests)
    kinds = {request.kind for request in requests}
    kept = tuple(request for request in state.last if request.kind not in kinds)
    return replace(state, last=(*kept, *requests))


def adjust(state: State, amount: float, replaces: str | None) -> Step:
    """Make the newest result once more with this strength."""
    if not state.shown:
        return state, (Say("say.nothing_made"),)
    wanted = state.shown[-1].request
    if not has_strength(wanted):
        return state, (Say("say.no_strength", {"request": wanted}),)
    kind = KINDS[wanted.kind]
    settings = tuple(
        Setting(setting.name, round(max(span.low, min(span.high, amount)), 2))
        if not setting.kept and (span := kind.amount_of(setting.name))
        else setting
        for setting in wanted.settings
    )
    return run(state, (replace(wanted, settings=settings),), replaces=replaces)


def ask_face(
    state: State, question: FaceQuestion, picture: bytes | None = None, notes: tuple[Note, ...] = ()
) -> Say:
    """Ask which of a photo's faces is meant; all of them, where nobody else has a say in it."""
    numbers = range(1, min(question.faces, MOST_FACES) + 1)
    choices = tuple(
        Choice("button.face", f"face:{number}:{question.photo.hex}", {"number": number})
        for number in numbers
    )
    rows = tuple(choices[at : at + 5] for at in range(0, len(choices), 5))
    if state.private and all(_of_anybody(one) for one in question.requests):
        value = f"everyone:{len(choices)}:{question.photo.hex}"
        rows = (*rows, (Choice("button.everyone", value, {"count": len(choices)}),))
    values = {"count": question.faces}
    return Say("say.face_question", values, choices=rows, picture=picture, notes=notes)
