"""Where a chat changes what stands there, a sticker's buttons change that very sticker."""

from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Action, Run, Say, ShowResult
from bot.core.conversation.events import ChoiceMade
from tests.bot.talk import ORIGIN, Talk, buttons, runs, said


class Page(Talk):
    """A talk on a page, whose messages change in place."""

    def click(self, verb: str, job: UUID, message: str = "tile") -> tuple[Action, ...]:
        return self.tell(ChoiceMade(ORIGIN, f"{verb}:{job.hex}", message, in_place=True))


def made(actions: tuple[Action, ...]) -> list[Run]:
    return [action for action in actions if isinstance(action, Run)]


def shown(actions: tuple[Action, ...]) -> list[ShowResult]:
    return [action for action in actions if isinstance(action, ShowResult)]


def test_stronger_weaker_and_again_take_the_stickers_place() -> None:
    """Each is made of the sticker's own photo, whatever photo came since."""
    page = Page()
    first = page.result("/expression smile 0.4")
    photo = page.state.photo
    page.photo("/cutout")
    for verb in ("more", "less", "again"):
        (run,) = made(page.click(verb, first))
        assert (run.replaces, run.photo) == ("tile", photo)
        page.end(page.jobs[0])


def test_undo_goes_back_step_by_step_in_place() -> None:
    """What stood in the tile before is shown in it again; then nothing is before."""
    page = Page()
    jobs = [page.result("/expression smile 0.4")]
    for _ in range(2):
        page.click("more", jobs[-1])
        jobs.append(page.jobs[0])
        page.end(jobs[-1])
    other = page.result("/cutout")
    for at in (2, 1):
        (back,) = shown(page.click("undo", jobs[at]))
        assert (back.job, back.replaces) == (jobs[at - 1], "tile")
    assert said(page.click("undo", jobs[0])) == ["say.nothing_to_undo"]
    assert said(page.click("undo", other, "another")) == ["say.nothing_to_undo"]


def test_undo_of_what_is_still_being_made_gives_it_up() -> None:
    """A change that has not come yet is cancelled, and the sticker stays as it is."""
    page = Page()
    job = page.result("/expression smile 0.4")
    page.click("more", job)
    cancelled, back = page.click("undo", job)
    assert isinstance(cancelled, do.Cancel)
    assert isinstance(back, ShowResult)
    assert back.job == job


def test_a_newer_change_gives_up_the_one_before() -> None:
    """Two quick presses make one result."""
    page = Page()
    job = page.result("/expression smile 0.4")
    page.click("more", job)
    cancelled, run = page.click("more", job)
    assert isinstance(cancelled, do.Cancel)
    assert isinstance(run, Run)


def test_a_favourite_is_a_toggle() -> None:
    """On a page the star changes in place; elsewhere a sentence says so."""
    page = Page()
    job = page.result("/cutout")
    keep, again = page.click("keep", job)
    assert keep == do.KeepFavourite(job)
    assert buttons((again,))["button.unfavourite"] == f"unkeep:{job.hex}"
    drop, again = page.click("unkeep", job)
    assert drop == do.DropFavourite(job)
    assert "button.favourite" in buttons((again,))
    talk = Talk()
    job = talk.result("/cutout")
    assert said(talk.press(f"keep:{job.hex}")) == ["say.kept"]
    assert said(talk.press(f"unkeep:{job.hex}")) == ["say.unkept"]


def test_a_favourite_of_long_ago_can_be_taken_back() -> None:
    """Also where the conversation no longer remembers it."""
    drop, told = Talk().press(f"unkeep:{UUID(int=5).hex}")
    assert drop == do.DropFavourite(UUID(int=5))
    assert isinstance(told, Say)


def test_elsewhere_results_follow() -> None:
    """Chats that only add show a changed sticker below."""
    talk = Talk()
    job = talk.result("/expression smile 0.4")
    (run,) = made(talk.press(f"more:{job.hex}", "m1"))
    assert run.replaces is None
    assert runs((run,))[0].settings[0].amount == 0.6
