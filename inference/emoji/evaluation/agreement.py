"""Whether avatars show what annotators saw."""

from collections.abc import Mapping, Sequence

from inference.avatars import palette, synthetic
from storage.contract.avatars import AvatarSpec

ATTRIBUTES = (
    "hair_colour", "hair_length", "texture", "bangs", "receding", "facial_hair", "glasses",
    "headwear", "brows", "smile",
)  # fmt: skip
ANNOTATORS: Mapping[str, float] = {
    "hair_colour": 0.927, "hair_length": 0.899, "texture": 0.869, "bangs": 0.947,
    "receding": 0.959, "facial_hair": 0.956, "glasses": 0.998, "headwear": 1.0, "brows": 0.778,
    "smile": 0.920, "skin": 0.780,
}  # fmt: skip
"""How often two annotators agreed, on 437 faces labelled twice."""

Hits = list[float | None]
"""1 or 0 for every person, None where nothing can be said."""


def agreements(
    specs: Sequence[Sequence[AvatarSpec]], labels: Sequence[Mapping[str, str]]
) -> dict[str, Hits]:
    """Whose avatar shows what the annotator saw, by metric.

    Args:
        specs: everybody's avatars by rank.
        labels: by attribute, for each person.
    """
    scores: dict[str, Hits] = {}
    for attribute in ATTRIBUTES:
        if all(attribute not in seen for seen in labels):
            continue
        by_rank = [
            [_hit(attribute, seen, spec) for spec, seen in zip(ranked, labels, strict=True)]
            for ranked in specs
        ]
        scores[f"agreement_{attribute}"] = by_rank[0]
        scores[f"agreement_top3_{attribute}"] = [
            None if hits[0] is None else max(hit for hit in hits if hit is not None)
            for hits in zip(*by_rank, strict=True)
        ]
    return scores


def _hit(attribute: str, seen: Mapping[str, str], spec: AvatarSpec) -> float | None:
    shown = synthetic.tags_of(spec)
    if attribute not in seen or attribute not in shown:
        return None
    return float(_same(attribute, seen[attribute], shown[attribute], spec))


def _same(attribute: str, seen: str, shown: tuple[str, ...], spec: AvatarSpec) -> bool:
    if attribute == "hair_colour" and seen == "dyed":  # any paint that no hair grows in
        paint = spec.colours.get("hair", spec.colours.get("fur"))
        return all(paint not in shades for shades in palette.HAIR.values())
    return seen in shown
