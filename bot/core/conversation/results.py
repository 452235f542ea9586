"""How jobs end, and what the buttons under their results do."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation import lineup, packs, sheets, sliders, varying, wardrobe
from bot.core.conversation.actions import Action, Choice, Rows, Run, Say, ShowResult
from bot.core.conversation.events import JobEnded, PoseKept
from bot.core.conversation.library import Library
from bot.core.conversation.making import Step, ask_face, remember, run, runs_of, supersede
from bot.core.conversation.state import (
    REMEMBERED,
    FaceQuestion,
    Shown,
    State,
    SuppressedFailure,
    Unfinished,
    has_strength,
    strengthened,
    suited,
    without,
)
from bot.core.language.meanings import Request, SettingName
from bot.core.language.writing import usual
from storage.contract.avatars import AvatarSpec, several_in
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import (
    ANIMATE,
    EDIT,
    EMOJI,
    EXPRESSION,
    KINDS,
    LINEUP,
    MOOD,
    PREVIEW,
    TUNING,
    Kind,
    Setting,
)  # fmt: skip

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
        Failure.TOO_BRIGHT,
        Failure.TURNED_AWAY,
        Failure.PHOTO_EXPIRED,
    }
)
"""What another job of the same photo would end with as well."""


def press(state: State, value: str, result: Shown, place: str | None = None) -> Step:
    """Do what a button under a result says.

    Args:
        state: before it.
        value: begins with its verb.
        result: what the button hangs under.
        place: the message that shows it, where a changed result takes that one's place.
    """
    verb = value.partition(":")[0]
    request = result.request
    match verb:
        case "again" if result.photo is None and result.form is not None:
            return _instead(state, result, Run(request, avatar=result.form), place)
        case "again" if place is not None and result.photo is not None:
            return _instead(state, result, Run(request, result.photo, result.face), place)
        case "again" if request.searches:  # the current photo is the one that was found
            return state, (Run(request, result.photo, result.face),)
        case "again":
            return run(state, (request,))
        case "more" | "less":
            if not has_strength(request):
                return state, (Say("say.no_strength", {"request": request}),)
            changed = strengthened(request, 1 if verb == "more" else -1)
            if changed is None:
                key = "say.strongest" if verb == "more" else "say.weakest"
                return state, (Say(key, {"request": request}),)
            state = remember(state, (changed,))
            return _instead(state, result, Run(changed, result.photo, result.face), place)
        case "other" if _others(result):
            return _in_other_style(state, result)
        case "beside" if KINDS[request.kind].beside:
            request = _toggled(request)
            state = remember(state, (request,))
            return state, (Run(request, result.photo, result.face, avatar=result.form),)
        case "adopt":
            return state, (do.AdoptResult(result.job),)
        case "animate" if (moving := _moving(request)) is not None:
            return remember(state, (moving,)), (Run(moving, result.photo, result.face),)
        case "keep" | "unkeep":
            return _keep(state, result, place, kept=verb == "keep")
        case "other" | "beside" | "animate":
            return state, (Say("say.choice_gone"),)
        case _:
            return undo(state) if place is None else _undo_at(state, result, place)


def keep_pose(state: State, event: PoseKept) -> Step:
    """Make a sticker of what a camera made of a photo live."""
    result = next((one for one in state.shown if one.job == event.job), None)
    if result is None or result.photo is None or not event.settings:
        return state, (Say("say.choice_gone"),)
    request = Request(EXPRESSION.name, event.settings)
    return remember(state, (request,)), (Run(request, result.photo, result.face),)


def _instead(state: State, result: Shown, changed: Run, place: str | None) -> Step:
    """Queue a changed result, which takes the place of the one it was made from, if it has one."""
    if place is None:
        return state, (changed,)
    state, superseded = supersede(_placed(state, result, place), place)
    return state, (*superseded, replace(changed, replaces=place, undoable=True))


def _placed(state: State, result: Shown, place: str) -> State:
    """Remember which message shows a result."""
    standing = tuple(
        replace(one, replaces=place) if one.job == result.job else one for one in state.shown
    )
    return replace(state, shown=standing)


def _undo_at(state: State, result: Shown, place: str) -> Step:
    """Show what stood in a message before."""
    state, superseded = supersede(_placed(state, result, place), place)
    here = [one for one in state.shown if one.replaces == place]
    at = next((number for number, one in enumerate(here) if one.job == result.job), 0)
    if superseded:
        return state, (*superseded, _show_again(here[at], place))
    if not at:
        return state, (Say("say.nothing_to_undo"),)
    gone = {one.job for one in here[at:]}
    state = replace(state, shown=tuple(one for one in state.shown if one.job not in gone))
    before = here[at - 1]
    return remember(state, (before.request,)), (_show_again(before, place),)


def _keep(state: State, result: Shown, place: str | None, *, kept: bool) -> Step:
    """Make a result a favourite, or take that back."""
    changed = replace(result, kept=kept)
    shown = tuple(changed if one.job == result.job else one for one in state.shown)
    state = replace(state, shown=shown)
    change = do.KeepFavourite(result.job) if kept else do.DropFavourite(result.job)
    if place is not None:
        return state, (change, _show_again(changed, place))
    key = "say.kept" if kept else "say.unkept"
    return state, (change, Say(key, {"request": result.request}))


def _show_again(result: Shown, place: str | None = None) -> ShowResult:
    choices = _result_choices(result.job, result.request, len(result.together), kept=result.kept)
    return ShowResult(result.job, result.request, choices, photo=result.photo, replaces=place)


def _in_other_style(state: State, result: Shown) -> Step:
    """Make the same in the next style; an avatar is matched to the photo in every style anew."""
    request = replace(_other(result.request, len(result.together)), caption=result.request.caption)
    if request.kind == EMOJI.name and result.photo is None:
        return run(state, (request,))
    drawn = result.form if request.kind != EMOJI.name else None
    return remember(state, (request,)), (Run(request, result.photo, result.face, avatar=drawn),)


def _other(request: Request, together: int) -> Request:
    """Return the next style of a kind of which one is chosen, one for as many avatars."""
    kind = KINDS[request.kind]
    styles = _styles(kind, together)
    chosen = [setting for setting in request.settings if setting.name in kind.chosen]
    setting = chosen[0] if chosen else kind.default[0]
    at = styles.index(setting.name) if setting.name in styles else -1
    following = usual(kind, styles[(at + 1) % len(styles)])
    if kind.amount_of(setting.name) and kind.amount_of(following.name):
        following = replace(following, amount=setting.amount)
    beside = (setting for setting in request.settings if setting.name in kind.beside)
    other = Request(kind.name, (following, *beside))
    return without(other, {*kind.groups} - {*suited(other)})


def _others(result: Shown) -> bool:
    kind = KINDS[result.request.kind]
    return bool(kind.default and _styles(kind, len(result.together)))


def _styles(kind: Kind, together: int) -> list[str]:
    """What of a kind one photo, or so many avatars, are enough for."""
    styles = list(kind.offered)
    if kind.gathers:
        styles = [name for name in styles if _suits(kind.gathers[name], together or 1)]
    return styles


def _suits(span: tuple[int, int], count: int) -> bool:
    return span[0] <= count <= span[1]


def _toggled(request: Request) -> Request:
    """Return a wish with what may stand beside it first of all, or without if it stands there."""
    toggled = KINDS[request.kind].beside[0]
    left = tuple(one for one in request.settings if one.name != toggled)
    if left != request.settings:
        return replace(request, settings=left)
    return replace(request, settings=(*left, Setting(toggled)))


def _moving(request: Request) -> Request | None:
    """Return the film of what a still shows; None where there is none."""
    moving = tuple(one for one in request.settings if one.name in ANIMATE.settings)
    if request.kind != ANIMATE.words or not moving:
        return None
    return Request(ANIMATE.name, moving, caption=request.caption)


def _result_choices(job: UUID, request: Request, together: int, *, kept: bool = False) -> Rows:
    kind = KINDS[request.kind]
    first = [Choice("button.again", f"again:{job.hex}")]
    if has_strength(request):
        first.append(Choice("button.stronger", f"more:{job.hex}"))
        first.append(Choice("button.weaker", f"less:{job.hex}"))
    toggles = kind.pack or kind.settings if kind.beside and not kind.several else ()
    if any(one.name in toggles for one in request.settings):
        there = any(one.name == kind.beside[0] for one in request.settings)
        key = "button.without" if there else "button.beside"
        name = SettingName(kind.name, kind.beside[0])
        first.append(Choice(key, f"beside:{job.hex}", {"name": name}))
    if kind.composed:
        first.append(Choice("button.change", f"change:{job.hex}"))
    first += varying.buttons(job.hex, request)
    if kind.unaided and request.caption is None:
        first.append(Choice("button.adopt", f"adopt:{job.hex}"))
    if kind is EDIT:
        first.append(Choice("button.sliders", f"tune:{job.hex}"))
    second = [
        Choice("button.undo", f"undo:{job.hex}"),
        Choice("button.unfavourite", f"unkeep:{job.hex}")
        if kept
        else Choice("button.favourite", f"keep:{job.hex}"),
    ]
    if not kind.sheet:
        second.append(Choice("pack_button.add", f"packs:add:{job.hex}"))
    if _moving(request) is not None:
        second.append(Choice("button.animate", f"animate:{job.hex}"))
    if len(_styles(kind, together)) > 1 and not kind.several:
        other = _other(request, together)
        values = {"name": Request(kind.name, other.settings)}
        if other.settings != request.settings:
            second.append(Choice("button.other", f"other:{job.hex}", values))
    if kind is EMOJI:
        count = {"count": len(MOOD.pack)}
        second.append(Choice("pack_button.moods", f"packs:moods:{job.hex}", count))
    return tuple(first), tuple(second)


def _show(
    job: UUID, request: Request, picture: bytes, together: int, photo: UUID | None
) -> ShowResult:
    return ShowResult(job, request, _result_choices(job, request, together), picture, photo)


def undo(state: State) -> Step:
    """Show the result before the newest again."""
    if len(state.shown) < 2:
        return state, (Say("say.nothing_to_undo"),)
    previous = state.shown[-2]
    state = replace(state, shown=state.shown[:-1])
    if previous.photo is not None:
        state = replace(state, photo=previous.photo, face=previous.face)
    return remember(state, (previous.request,)), (_show_again(previous),)


def ended(state: State, event: JobEnded, library: Library) -> Step:
    """Answer a job's end; the same end told twice changes nothing more."""
    ours = next((one for one in state.unfinished if one.job == event.job_id), None)
    left = tuple(one for one in state.unfinished if one.job != event.job_id)
    state = replace(state, unfinished=left)
    request = Request.of_job(event.kind, event.settings, event.second_photo_id)
    photo = event.photo_id or (ours.photo if ours is not None else None)
    match event.outcome:
        case Done(picture=picture) if event.kind == PREVIEW.name:
            return wardrobe.shown(state, library, event, ours, picture)
        case Done(picture=picture) if event.kind == TUNING.name:
            return sliders.shown(state, event, ours, picture)
        case Done(picture=picture) if event.kind == LINEUP.name:
            return lineup.shown(state, event, request, picture)
        case Done(picture=picture, facts=facts):
            state, drawn, kept = _drawn(state, event, facts)
            if KINDS[event.kind].sheet:
                state, sheet = sheets.show(state, event, request, picture, facts, drawn)
                return state, (*sheet, *kept, *_licensed(facts))
            kept = (*kept, *_licensed(facts))
            state, told = _found(state, facts)
            kept = (*kept, *told)
            packed = packs.go_on(state, event.job_id, request)
            if packed is not None:
                state, following = packed
                return state, (*following, *kept)
            together = several_in(event.avatar or {})
            sticker = _show(event.job_id, request, picture, len(together), photo)
            shown: tuple[Action, ...] = (sticker, *kept)
            if not (photo or drawn or together or KINDS[event.kind].unaided):
                return state, shown
            replaces = ours.replaces if ours is not None else None
            result = Shown(
                event.job_id, photo, event.face, request, replaces, drawn, together, seed_in(event)
            )
            return _remember_result(state, result, ours), shown
        case Failed(failure=failure, detail=detail, picture=picture):
            if failure is Failure.TOO_MANY_FACES and photo is not None:
                faces = detail.get("faces")
                count = faces if isinstance(faces, int) else 2
                question = FaceQuestion(photo, count, (request,), event.job_id)
                return _many_faces(state, question, picture)
            if detail.get("picture"):  # not the selfie's fault: another picture will do
                state = replace(state, painting=replace(request, second_photo=None))
                return state, (Say(f"failure.{failure.value}"),)
            if failure is Failure.NO_LETTERS:
                return state, (_no_letters(request, detail),)
            return _failed(state, event.job_id, failure, request, photo)


def _licensed(facts: Mapping[str, object]) -> tuple[Say, ...]:
    """Tell whose model painted, where that is not ours."""
    licence = facts.get("licence")
    return (Say("say.licence", {"licence": licence}),) if isinstance(licence, str) else ()


def _found(state: State, facts: Mapping[str, object]) -> tuple[State, tuple[Say, ...]]:
    """Go on with the photo that a search found."""
    match facts.get("found"):
        case {"photo": str(photo), "face": face}:
            number = face if isinstance(face, int) else None
            return replace(state, photo=UUID(photo), face=number), (Say("say.photo_found"),)
    return state, ()


def _drawn(
    state: State, event: JobEnded, facts: Mapping[str, object]
) -> tuple[State, AvatarSpec | None, tuple[Action, ...]]:
    """Return which avatar a job drew, and what keeps one that was composed of a photo."""
    if event.avatar is not None and (several_in(event.avatar) or seed_in(event) is not None):
        return state, None, ()
    if event.avatar is not None:
        return state, AvatarSpec.from_json(event.avatar), ()
    if "style" not in facts:
        return state, None, ()
    spec, ranked = AvatarSpec.from_json(facts), facts.get("ranked")
    if event.photo_id == state.photo:
        state = replace(state, fresh=False)
    fits = ranked if isinstance(ranked, dict) else {}
    return state, spec, (do.KeepAvatar(event.job_id, spec, fits),)


def seed_in(event: JobEnded) -> int | None:
    """Return the chance that a job took instead of its own, if it did."""
    seed = (event.avatar or {}).get("seed")
    return seed if isinstance(seed, int) else None


def _remember_result(state: State, result: Shown, ours: Unfinished | None) -> State:
    state = replace(state, sheet_newest=False)
    if state.wardrobe is not None:
        state = replace(state, wardrobe=replace(state.wardrobe, newest=False))
    if state.sliders is not None:
        state = replace(state, sliders=replace(state.sliders, newest=False))
    shown = tuple(one for one in state.shown if one.job != result.job)
    undoable = ours is not None and ours.undoable
    if not undoable and shown and shown[-1].replaces == result.replaces is not None:
        shown = shown[:-1]
    return replace(state, shown=(*shown, result)[-REMEMBERED:])


def _many_faces(state: State, found: FaceQuestion, picture: bytes | None) -> Step:
    asked = state.question
    if asked is not None and asked.photo == found.photo and asked.job != found.job:
        requests = tuple(dict.fromkeys((*asked.requests, *found.requests)))
        return replace(state, question=replace(asked, requests=requests)), (do.DropPlaceholder(),)
    if found.photo == state.photo:
        runs = runs_of(state, found.photo, found.requests)
        if all(one.face is not None for one in runs):
            return state, (do.DropPlaceholder(), *runs)
    return replace(state, question=found), (ask_face(state, found, picture),)


def _no_letters(request: Request, detail: Mapping[str, object]) -> Say:
    """Name the letters that no font has; the job tells of their places alone."""
    places, text = detail.get("missing"), request.caption.text if request.caption else ""
    found = [text[at] for at in places if at < len(text)] if isinstance(places, list) else []
    if not found:
        return Say(f"failure.{Failure.NO_LETTERS.value}")
    return Say("say.no_letters", {"letters": " ".join(dict.fromkeys(found))})


def _failed(
    state: State, job: UUID, failure: Failure, request: Request, photo: UUID | None
) -> Step:
    suppressed = state.suppressed
    if suppressed is not None and job in suppressed.jobs and failure.value == suppressed.failure:
        left = tuple(one for one in suppressed.jobs if one != job)
        return replace(state, suppressed=replace(suppressed, jobs=left)), (do.DropPlaceholder(),)
    again: Rows = ()
    if failure is Failure.GAVE_UP:
        again = ((Choice("button.again", f"redo:{request.kind}"),),)
    if failure in _OF_THE_PHOTO:
        alike = tuple(one.job for one in state.unfinished if photo and one.photo == photo)
        state = replace(state, suppressed=SuppressedFailure(failure.value, alike))
        if photo is not None and photo == state.photo:
            wanted = None if alike else request
            if request in state.preferred:
                wanted = None
            state = replace(state, photo=None, face=None, waiting=wanted)
    said = Say(f"failure.{failure.value}", {"request": request}, choices=again)
    return state, (said,)
