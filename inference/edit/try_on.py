"""The try-on family: sheets of nine looks on the person's own face, numbered to choose from."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.edit.serving import refuse_scarved
from inference.face import topology
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.family import Image, Picture, Subject, photographed
from inference.layers import pieces
from inference.layers.baring import Bare
from inference.layers.head_map import with_room
from inference.layers.outfit import dress
from inference.models.calls import without_calls
from inference.pictures import sheet
from inference.pictures.compositing import warp
from storage.contract.kinds import EDIT, TRY_ON, Setting

_FACE = 138.0  # px: height of the face in a cell
_ABOVE, _BELOW, _BESIDE = 0.78, 0.6, 1.22  # what a cell shows about the face, in face heights


class TryOn:
    """Implements ``inference.family.Family`` by layers, which need no network."""

    kind = TRY_ON.name

    @without_calls
    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Picture:
        """Dress the person in each look of one shelf's page.

        settings: the shelf and its page, the last if there are fewer.
        """
        chosen = sheet.asked(TRY_ON, settings)
        portrait = photographed(subject)
        refuse_scarved(portrait, chosen.name)
        page = sheet.page(looks(chosen.name), chosen.page)
        drawn = tried_on(portrait, page.names)
        return Picture((sheet.numbered(drawn),), facts=page.facts())


def tried_on(portrait: Portrait, names: tuple[str, ...]) -> list[NDArray[np.uint8]]:
    """Return one (H, W, 4) picture of the person in each look, all framed alike."""
    portrait = _small(portrait)
    bare = Bare.of(portrait)
    pictures = []
    for name in names:
        look = {name.partition(":")[0]: Setting(name)}
        pictures.append(_framed(dress(portrait, look, bare)))
    return pictures


@cache
def looks(shelf: str) -> tuple[str, ...]:
    """Every look of a shelf, so ordered that each page is varied.

    Each next look is the one most unlike all before it (farthest-first traversal) by its tags;
    among equals the order of ``storage.contract.kinds.EDIT`` decides.
    """
    names = [name for name in EDIT.settings if name.startswith(f"{shelf}:")]
    tags = {name: _tags(shelf, name.partition(":")[2]) for name in names}
    ordered, left = names[:1], names[1:]
    nearest = {name: _jaccard(tags[name], tags[ordered[0]]) for name in left}
    while left:
        following = min(left, key=lambda name: nearest[name])
        left.remove(following)
        ordered.append(following)
        for name in left:
            nearest[name] = 0.7 * nearest[name] + _jaccard(tags[name], tags[following])
    return tuple(ordered)


def _tags(shelf: str, name: str) -> frozenset[str]:
    """What is known of a piece: its tags where it has any, for others the words of their name."""
    if shelf in ("hair", "beard", "hat") and name in pieces.index(shelf):
        return frozenset(pieces.load(shelf, name).tags)
    return frozenset(name.split("-"))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard index."""
    return len(one & other) / max(1, len(one | other))


def _small(portrait: Portrait) -> Portrait:
    """The portrait at a cell's size with room for hair, its colours free of the background."""
    unit = topology.face_height(portrait.report.landmarks)
    alone = replace(portrait, image=portrait.foreground)
    portrait = resized(alone, max(1, round(len(portrait.alpha) * _FACE / unit)))
    room = round(0.3 * topology.face_height(portrait.report.landmarks))
    return with_room(portrait, 2 * room, room)


def _framed(portrait: Portrait) -> NDArray[np.uint8]:
    """What a cell shows: (H, W, 4), padded with emptiness where the portrait ends."""
    landmarks = portrait.report.landmarks
    unit = topology.face_height(landmarks)
    middle = landmarks[[topology.FOREHEAD_MIDDLE, topology.CHIN], 0].mean()
    top = landmarks[topology.FOREHEAD_MIDDLE, 1] - _ABOVE * unit
    bottom = landmarks[topology.CHIN, 1] + _BELOW * unit
    bottom = min(bottom, float(np.flatnonzero((portrait.alpha > 128).any(axis=1))[-1] + 1))
    size = round(2 * _BESIDE * unit), max(1, round(bottom - top))
    shift = np.array([[1, 0, _BESIDE * unit - middle], [0, 1, -top]])
    rgba = np.dstack([portrait.image, portrait.alpha])
    return warp(rgba, np.rint(shift), size, cv2.INTER_NEAREST)
