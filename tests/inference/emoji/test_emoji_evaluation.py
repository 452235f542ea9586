from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.avatars import styles, synthetic
from inference.emoji import crops
from inference.emoji.embedders import (
    ATTRIBUTES,
    CODE,
    CrossDomain,
    ResNet50,
    compared,
    nearest,
    part_codes,
    probabilities,
)
from inference.emoji.evaluation import protocol, resemblance
from inference.emoji.traits import observe
from inference.errors import WeightsMissing
from inference.face.alignment import align
from inference.face.report import Portrait
from tests.inference.making import answered, best_match, networks

PEOPLE = ("P001", "P005", "P008")


@pytest.mark.slow
def test_every_metric_is_reported(selfie_of: Callable[[str], bytes], tmp_path: Path) -> None:
    """What is served beats chance on labelled photos, and keeps its parts in a film."""
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "id,male,hair_colour,hair_length,facial_hair,glasses,bad\n"
        "P001,0,black,short,none,none,0\nP005,1,black,short,beard,none,0\n"
        "P008,1,brown,long,none,none,0\nP002,0,black,medium,none,none,1\n"
    )
    photos = ((name, selfie_of(name)) for name in (*PEOPLE, "P002"))
    people = protocol.labelled(photos, labels, networks)
    assert len(people) == 3
    rows = protocol.evaluate(
        people, protocol.subjects("avataaars", []), CrossDomain(networks), networks
    )
    found = {(row.subject, row.metric): row.value for row in rows}
    assert found["default", "agreement_facial_hair"] == 1.0
    assert found["default", "agreement_glasses"] == 1.0
    assert found["default", "agreement_share_glasses"] == pytest.approx(1 / 0.998)
    assert found["default", "flips_per_second"] < found["random", "flips_per_second"]
    assert found["default", "identify_top1"] > found["random", "identify_top1"]
    assert found["default", "identify_top1_independent"] >= 2 / 3
    assert found["default", "agreement_top3_hair_length"] >= 2 / 3
    assert "choice_entropy" in {metric for _, metric in found}
    sizes = {row.subject: row.n for row in rows if row.metric == "agreement_glasses"}
    assert sizes == {"default": 3, "default, male 0": 1, "default, male 1": 2, "random": 3}


@pytest.mark.parametrize("wrong", [{"facialHair": "beardMedium"}, {"top": "none"}], ids=str)
def test_both_judges_see_wrong_parts(
    portrait_of: Callable[[str], Portrait], wrong: dict[str, str]
) -> None:
    """An avatar suits a bare-faced, long-haired person less with a beard or without hair."""
    portrait = portrait_of("P008")
    own = best_match(answered(observe(portrait)), "avataaars")
    for likeness in (
        resemblance.by_codes([own, own.changed(wrong)], [portrait], CrossDomain(networks)),
        resemblance.by_measures([own, own.changed(wrong)], [portrait]),
    ):
        assert likeness[0, 0] > likeness[1, 0]


def test_a_drawing_that_suits_two_people_is_recognised_as_nobody() -> None:
    """Only who suits a drawing better than everybody else counts as found."""
    likeness = np.array([[3, 1, 2], [5, 5, 1], [4, 1, 2]], np.float32)
    assert protocol.identified(likeness) == [1.0, 0.0, 0.0]


def test_codes_are_of_unit_length_and_prefer_likeness(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """A bearded face is nearer to drawn beards than a bare one is."""
    encoder = CrossDomain(networks)
    faces = {name: crops.of_face(align(portrait_of(name))) for name in PEOPLE}
    codes = {name: encoder.embed(face[None])[0] for name, face in faces.items()}
    for code in codes.values():
        np.testing.assert_allclose(np.linalg.norm(code, axis=1), 1, atol=1e-3)
    beard = part_codes(encoder, "avataaars")["facialHair"]["beardMedium"]
    jaw = crops.KINDS.index("jaw")
    assert codes["P005"][jaw] @ beard > max(codes["P001"][jaw] @ beard, codes["P008"][jaw] @ beard)


def test_the_encoder_speaks_in_probabilities(portrait_of: Callable[[str], Portrait]) -> None:
    """Its words are distributions over the values that it was taught."""
    seen = answered(probabilities(crops.of_face(align(portrait_of("P005")))))
    assert set(seen) == {name for kind in ATTRIBUTES for name in kind}
    for values in seen.values():
        assert sum(values.values()) == pytest.approx(1, abs=1e-5)
    assert max(seen["facial_hair"], key=lambda v: seen["facial_hair"][v]) == "beard"


def test_the_nearest_part_can_be_asked_for(portrait_of: Callable[[str], Portrait]) -> None:
    """Every compared slot is ranked whole."""
    ranks = nearest(CrossDomain(networks), align(portrait_of("P005")), "big-ears")
    slots = styles.load("big-ears").slots
    assert all(sorted(order) == sorted(slots[slot].variants) for slot, order in ranks.items())


def test_resnet_without_weights_says_what_it_needs(tmp_path: Path) -> None:
    """An embedder whose weights nobody supplied is an error that tells what to supply."""
    for path in (None, tmp_path / "none.onnx"):
        with pytest.raises(WeightsMissing, match="ONNX file of ImageNet weights"):
            ResNet50(path)


def test_drawings_know_what_they_show(portrait_of: Callable[[str], Portrait]) -> None:
    """An avatar's tags are those of its parts, a hat hides the hair."""
    spec = best_match(answered(observe(portrait_of("P005"))), "avataaars")
    assert synthetic.tags_of(spec)["facial_hair"] == ("beard",)
    hatted = synthetic.tags_of(spec.changed({"top": "beanie"}))
    assert hatted["headwear"] == ("hat",)
    assert "hair_length" not in hatted


def test_heads_are_compared_by_their_shape() -> None:
    """What the encoder knows of the shape of faces counts for heads, where it is seen."""
    counted = compared(CrossDomain(networks), "big-ears", "head")
    assert counted is not None
    assert counted.sum() == CODE


@pytest.mark.slow
def test_cats_are_measured_too(selfie_of: Callable[[str], bytes], tmp_path: Path) -> None:
    """A style that isn't compared by codes has agreement, steadiness and variety, and no judge."""
    labels = tmp_path / "labels.csv"
    labels.write_text("id,hair_colour,bad\nP001,black,0\nP008,dyed,0\n")
    photos = ((name, selfie_of(name)) for name in ("P001", "P008"))
    rows = protocol.measure(photos, networks, labels, "cat")
    assert {row.subject for row in rows} == {"default", "random"}
    metrics = {row.metric for row in rows}
    assert {"agreement_hair_colour", "flips_per_second", "choice_entropy"} <= metrics
    assert not any("identify" in metric for metric in metrics)
