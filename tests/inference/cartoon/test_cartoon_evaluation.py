"""Measuring drawn portraits."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as Pillow

from inference.__main__ import evaluate
from inference.cartoon.evaluation import baselines, protocol
from inference.cartoon.evaluation.depicting import ENGINES
from inference.cartoon.evaluation.sex import SexJudge
from inference.cartoon.portrait import sitter
from inference.face.report import Portrait
from inference.latent.generator import Linear
from inference.latent.model import load
from inference.latent.training import attributes
from inference.pictures import images
from inference.pictures.compositing import flattened
from inference.pictures.images import to_lab
from tests.inference.making import networks

PEOPLE = ("P001", "P005", "P009")


def test_drawings_are_measured_by_look(portrait_of: Callable[[str], Portrait]) -> None:
    """Each look gets its rows; drawn features are found where they were drawn."""
    label = {"male": "0", "hair_colour": "black", "skin": "4"}
    engines = {name: ENGINES[name] for name in ("ink", "anime")}
    trials = [protocol.tried(name, portrait_of(name), label, engines, networks) for name in PEOPLE]
    found = {(row.subject, row.metric): row for row in protocol.rows(trials, ("ink", "anime"))}
    assert found["ink", "found"].value == 1
    assert found["ink", "landmark_error"].value < 0.15
    assert found["ink", "tones"].value < 60
    assert found["ink", "edge_width"].value < 2.5
    assert found["ink", "edge_width"].unit == "px"
    assert found["photo", "hair_colour_accuracy"].n == 3
    assert found["ink, skin 4", "landmark_error"].n == 3
    assert found["ink", "skin_accuracy"].unit == "share"
    assert found["ink", "eye_colour_accuracy"].value >= 2 / 3
    assert ("photo", "identify_top1") not in found
    assert found["anime", "landmark_error"].value > found["ink", "landmark_error"].value


@pytest.mark.parametrize("blur", [1.5, 3.0])
def test_soft_edges_are_wide(blur: float) -> None:
    """Over a blurred step lightness rises within the blur's own width: 2.5 deviations of it."""
    step = np.full((512, 512, 4), 255, np.uint8)
    step[:, :256, :3] = 90
    step[:, 256:, :3] = 190
    assert protocol.edge_width(step) == pytest.approx(1.3, abs=0.8)
    soft = cv2.GaussianBlur(step, (0, 0), blur)
    assert protocol.edge_width(soft) == pytest.approx(2.5 * blur, rel=0.25)
    assert protocol.edge_width(np.full((512, 512, 4), 255, np.uint8)) == 0


def test_people_are_told_apart_by_descriptors() -> None:
    """A drawing counts as recognised where its own photo is the nearest."""
    axes = np.eye(3)
    trials = [protocol.Seen(str(k), descriptors={"photo": axes[k]}) for k in range(3)]
    for k, trial in enumerate(trials):
        trial.descriptors["ink"] = axes[(k + (k == 2)) % 3]  # the third looks like the first
    assert protocol.identified(trials, "ink") == {"0": 1.0, "1": 1.0, "2": 0.0}
    trials[0].numbers["ink"] = {"found": 0.0}
    del trials[0].descriptors["ink"]  # whom nobody drew
    assert protocol.identified(trials, "ink")["0"] == 0.0


def test_grounds_do_not_change_a_drawing(portrait_of: Callable[[str], Portrait]) -> None:
    """The same person before three grounds is drawn in nearly the same colours."""
    leak = protocol.background_leak(portrait_of("P005"), networks)
    assert leak is not None
    assert leak < 0.25


def test_sex_is_read_by_a_second_judge(
    portrait_of: Callable[[str], Portrait], tmp_path: Path
) -> None:
    """Fitted on random people of the latent, it tells a bearded man from a woman."""
    generator, axes = Linear(load()), load().axes
    latents = generator.sample(160, seed=0)
    textures, shapes = generator.decode(latents)
    names = [feature.name for feature in attributes.learned()]
    features = latents @ axes.directions[[axes.names.index(name) for name in names]].T
    training = np.arange(len(latents)) < 100
    np.savez(
        tmp_path / "judging.npz",
        rgba=textures, shapes=shapes, features=(features > 0).astype(float), training=training,
    )  # fmt: skip
    judging = SexJudge(tmp_path)
    assert [judging.read(portrait_of(name)) for name in ("P005", "P009")] == ["1", "0"]
    trial = protocol.tried(
        "P005", portrait_of("P005"), {"male": "1"}, {"ink": ENGINES["ink"]}, networks, judging
    )
    assert trial.numbers["photo"]["sex_flip_second"] == 0.0
    assert trial.numbers["ink"]["sex_flip_second"] in (0.0, 1.0)


def test_another_tools_results_are_scored_where_the_photo_has_the_person(
    portrait_of: Callable[[str], Portrait], selfie_of: Callable[[str], bytes], tmp_path: Path
) -> None:
    """Framed as the photo or otherwise, opaque or cut out, they lie as our drawings do."""
    photos = {name: selfie_of(name) for name in PEOPLE}
    whole, cut, strange = PEOPLE
    for name, photo in photos.items():
        picture = Pillow.fromarray(images.decode(photo))
        width, height = picture.size
        if name == cut:  # without what is below the middle
            alpha = np.full((height, width), 255, np.uint8)
            alpha[height // 2 :] = 0
            picture.putalpha(Pillow.fromarray(alpha))
        if name == strange:  # a strip of wall beside it
            wider = Pillow.new("RGB", (width * 5 // 4, height), (200, 200, 190))
            wider.paste(picture, (width // 4, 0))
            picture = wider
        picture.resize((picture.width * 2 // 3, picture.height * 2 // 3)).save(
            tmp_path / f"{name}.png"
        )
    other = baselines.engine(tmp_path, photos)
    for name in PEOPLE:
        person = portrait_of(name).once(sitter.sit)
        depicted = other(name, portrait_of(name), networks)
        assert depicted is not None
        assert np.abs(depicted.landmarks - person.landmarks).max() == 0
        drawn = depicted.rgba[..., 3] > 128
        mask = cv2.resize(person.person, (512, 512)) > 0.5
        if name == cut:
            assert 0.2 < drawn[mask].mean() < 0.9
        else:
            assert (mask & drawn).sum() / (mask | drawn).sum() > 0.95
        lab = cv2.resize(person.lab, (512, 512))
        apart = np.linalg.norm(to_lab(flattened(depicted.rgba, (0, 0, 0))) - lab, axis=2)
        assert np.median(apart[mask & drawn]) < 6
    trial = protocol.tried(whole, portrait_of(whole), {"male": "1"}, {"other": other}, networks)
    assert trial.numbers["other"]["found"] == 1
    assert trial.numbers["other"]["landmark_error"] < 0.05
    assert trial.numbers["other"]["tones"] > 30


def test_whom_another_tool_did_not_draw_is_not_found(
    portrait_of: Callable[[str], Portrait], selfie_of: Callable[[str], bytes], tmp_path: Path
) -> None:
    """No picture, or none with a face in it, counts; a folder that fits nobody is refused."""
    first, second, _ = PEOPLE
    photos = {name: selfie_of(name) for name in (first, second)}
    with pytest.raises(click.ClickException, match="called as a photo"):
        baselines.engine(tmp_path, photos)
    Pillow.new("RGB", (300, 40), (90, 90, 90)).save(tmp_path / f"{first}.png")
    other = baselines.engine(tmp_path, photos)
    trials = [
        protocol.tried(name, portrait_of(name), {}, {"other": other}, networks) for name in photos
    ]
    assert [trial.numbers["other"] for trial in trials] == [{"found": 0.0}] * 2


def test_the_command_takes_folders_of_other_tools(
    selfie_of: Callable[[str], bytes], tmp_path: Path
) -> None:
    """Their rows stand beside the photo's; a folder that is none is refused in words."""
    faces, made = tmp_path / "faces", tmp_path / "made"
    faces.mkdir()
    made.mkdir()
    for number, name in enumerate(PEOPLE):
        for folder in (faces, made):
            (folder / f"{number}.jpg").write_bytes(selfie_of(name))
    asked = ["cartoon", "--faces", str(faces), "--json"]
    told = CliRunner().invoke(evaluate, [*asked, "--baseline", f"theirs={made}"])
    found = {
        (row["subject"], row["metric"]): row["value"] for row in json.loads(told.stdout)["rows"]
    }
    assert found["theirs", "found"] == 1
    assert found["theirs", "landmark_error"] < 0.05
    assert not [subject for subject, _ in found if subject == "ink"]
    refused = CliRunner().invoke(evaluate, [*asked, "--baseline", f"theirs={made / 'not'}"])
    assert refused.exit_code == 2
    assert "NAME=FOLDER" in refused.output
    taken = CliRunner().invoke(evaluate, [*asked, "--baseline", f"ink={made}"])
    assert taken.exit_code == 2
    assert "ink is what one of ours is called" in taken.output
