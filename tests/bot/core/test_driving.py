"""What a camera made of a photo live becomes a sticker."""

from uuid import uuid4

from bot.core.conversation.actions import Run, ShowResult
from bot.core.conversation.events import PoseKept, Who
from storage.contract.kinds import Setting
from tests.bot.at_work import App
from tests.bot.talk import ORIGIN, WORDING, Talk, runs, said

POSE = (Setting("AU12", 0.8), Setting("AU43-left", 0.6))


def test_a_kept_pose_is_an_expression_of_the_photo_it_was_made_of() -> None:
    """Also where another photo came since; it is stronger and weaker like any other."""
    talk = Talk()
    job = talk.result("/cutout")
    first = talk.state.photo
    talk.photo("/cutout")
    (run,) = talk.tell(PoseKept(ORIGIN, job, POSE))
    assert isinstance(run, Run)
    assert (run.request.kind, run.request.settings, run.photo) == ("expression", POSE, first)
    made = talk.jobs[0]
    talk.end(made)
    (weaker,) = runs(talk.press(f"less:{made.hex}"))
    assert weaker.settings == (Setting("AU12", 0.6), Setting("AU43-left", 0.4))


def test_a_pose_of_a_result_that_is_gone_is_not_kept() -> None:
    """And one of nothing neither."""
    talk = Talk()
    job = talk.result("/cutout")
    assert said(talk.tell(PoseKept(ORIGIN, uuid4(), POSE))) == ["say.choice_gone"]
    assert said(talk.tell(PoseKept(ORIGIN, job, ()))) == ["say.choice_gone"]


def test_only_results_that_show_the_own_face_can_be_driven() -> None:
    """A drawing and an avatar cannot, whose pixels are not the photo's."""
    drives = {}
    for line in ("/cutout", "/expression smile 0.8", "/animate smile", "/emoji", "/cartoon ink"):
        talk = Talk()
        talk.photo(line)
        job = talk.jobs[0]
        (shown,) = [one for one in talk.end(job) if isinstance(one, ShowResult)]
        drives[line] = WORDING.sticker(shown, b"png", "en").drives == job.hex
    assert [line for line, driven in drives.items() if not driven] == ["/emoji", "/cartoon ink"]


async def test_the_service_tells_whose_photo_a_result_is_of(app: App) -> None:
    """To its person alone."""
    await app.photo("/cutout")
    await app.all_done()
    (found,) = (await app.service.collections.of(Who("fake", "ann"), "room")).kept
    driven = await app.service.driven_by(Who("fake", "ann"), found.id)
    assert driven is not None
    assert driven[1] is None
    await app.say("/help", "ben")
    assert await app.service.driven_by(Who("fake", "ben"), found.id) is None
    assert await app.service.driven_by(Who("fake", "nobody"), found.id) is None
    assert await app.service.driven_by(Who("fake", "ann"), uuid4()) is None
