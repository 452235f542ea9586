"""Random people who are sharp at once: a synthetic person's detail on a mix of others.

The mixed latent decides features and shape; hair, clothes and the finest detail are those of one
lender, whose light the others' features take on. Nobody who exists lends or is mixed in.
"""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference.latent import model
from inference.latent.morphable import PLANES
from inference.latent.shape_free import Points
from inference.models import weights

SIDE = 256
"""px of a person's picture."""

LABELS = ("male", "age", "skin", "glasses", "facial_hair", "smile", "headwear", "hair_colour")
"""What is known of everybody, in the words of the training data."""

_ALIKE = ("male", "glasses", "facial_hair", "smile")  # or a mix shows a shadow of both
_AWAY = 0.8  # of the way from the lender to the mix
_COLOUR = 0.7  # of the common change of colour that is taken back, for the neck stays
_SOFT, _TINT = 0.006, 0.03  # of the frame: what is finer of light and of colour is the lender's
_FLOOR, _MOST = 0.1, 0.8  # as for edits, gentler
_DRAWN, _LOOKED_AT = 12, 4  # people who are drawn; the first so many of the far enough are compared
_THROWN_OUT = (30,)  # a lender: a flower in his hair, green light on his face
_STRAIN = 97.0  # per cent of the pixels that tell how much a lender has to change

NEAREST = 0.45
"""How far from everybody a random person is, 1 as between two known ones; see ``distance``."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who doesn't exist.

    texture: (256, 256, 4) uint8 RGBA in the frame. shape: (478, 2), upright. latent: (K,).
    lender: number of whose hair and detail it is.
    """

    texture: NDArray[np.uint8]
    shape: Points
    latent: NDArray[np.float32]
    lender: int

    def picture(self) -> NDArray[np.uint8]:
        """(256, 256, 4) uint8 RGBA, cut out."""
        frame = model.load().frame
        return frame.shaped(self.texture, frame.cover(self.shape, SIDE))


@dataclass(frozen=True)
class People:
    """Lenders and those who are mixed in.

    pictures: one WEBP, RGBA in the frame, per lender. latents: (P, K), the lenders' first. labels:
    of ``LABELS`` -> P words.
    """

    pictures: tuple[bytes, ...]
    latents: NDArray[np.float32]
    labels: Mapping[str, tuple[str, ...]]

    def random(self, seed: int, wanted: Mapping[str, Collection[str]] | None = None) -> Person:
        """Make somebody up; the same seed makes the same person.

        Of a few who are drawn the one is taken whose lender has to change least, among those who
        are far enough from everybody.

        Args:
            seed: any number.
            wanted: label -> words that will do; as many as can be had together are.
        """
        chance = np.random.default_rng(seed)
        drawn = [self._drawn(chance, wanted or {}) for _ in range(_DRAWN)]
        away = [self.distance(latent) for _, latent in drawn]
        far = [at for at in range(_DRAWN) if away[at] >= NEAREST] or [int(np.argmax(away))]
        ratios = {at: self._ratio(*drawn[at]) for at in far[:_LOOKED_AT]}
        strains = {at: np.percentile(np.abs(one.mean(2)), _STRAIN) for at, one in ratios.items()}
        best = min(strains, key=lambda at: float(strains[at]))
        return self._person(*drawn[best], ratios[best])

    def _drawn(
        self, chance: np.random.Generator, wanted: Mapping[str, Collection[str]]
    ) -> tuple[int, NDArray[np.float32]]:
        lender = int(chance.choice(self._lenders(wanted)))
        others = self._alike(lender)
        chosen = chance.choice(others, min(2, len(others)), replace=False)
        share = chance.uniform(0.4, 0.6)
        mix = self.latents[chosen[0]] * share + self.latents[chosen[-1]] * (1 - share)
        own = self.latents[lender]
        return lender, own + np.float32(_AWAY) * (mix - own)

    def distance(self, latent: NDArray[np.float32]) -> float:
        """How far somebody is from the nearest known person, 1 as between two of those."""
        away = np.linalg.norm(self.latents - latent, axis=1)
        return float(away.min() / self._usual)

    @cached_property
    def _usual(self) -> float:
        """The median distance between two lenders."""
        lenders = self.latents[: len(self.pictures)]
        between = np.linalg.norm(lenders[:, None] - lenders[None], axis=2)
        return float(np.median(between[between > 0]))

    def _ratio(self, lender: int, latent: NDArray[np.float32]) -> NDArray[np.float32]:
        """How a lender's light and colours change, (S, S, 3), the logarithm of a factor."""
        shipped = model.load()
        faces, side = shipped.faces, shipped.frame.side
        count = len(faces.texture.deviation)
        pair = faces.texture.decode(np.stack([self.latents[lender], latent])[:, :count])
        planes = pair.reshape(2, PLANES, side, side)[:, :3].transpose(0, 2, 3, 1)
        before, after = np.log(np.clip(planes + 1 + _FLOOR, _FLOOR, 2 + _FLOOR))
        ratio = np.clip(after - before, -_MOST, _MOST)
        ratio = ratio - np.float32(_COLOUR) * np.median(ratio[shipped.window > 0.9], axis=0)
        light = ratio.mean(2, keepdims=True)
        tint = cv2.GaussianBlur(ratio - light, (0, 0), _TINT * side)
        soft = cv2.GaussianBlur(light, (0, 0), _SOFT * side)[..., None]
        return np.asarray((soft + tint) * shipped.window[..., None], np.float32)

    def _person(
        self, lender: int, latent: NDArray[np.float32], ratio: NDArray[np.float32]
    ) -> Person:
        faces = model.load().faces
        count = len(faces.texture.deviation)
        gain = cv2.exp(cv2.resize(ratio, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC))
        texture = _decode(self.pictures[lender])
        texture[..., :3] = np.clip(np.rint(texture[..., :3] * gain), 0, 255)
        shape = faces.shape.decode(latent[None, count:]).reshape(-1, 2)
        return Person(texture, shape, latent, lender)

    def _lenders(self, wanted: Mapping[str, Collection[str]]) -> NDArray[np.int64]:
        count = len(self.pictures)
        score = np.zeros(count)
        score[[lender for lender in _THROWN_OUT if lender < count]] = -count
        for label, words in wanted.items():
            score += np.isin(np.array(self.labels[label][:count]), list(words))
        return np.flatnonzero(score == score.max())

    def _alike(self, lender: int) -> NDArray[np.int64]:
        """Who can be mixed into a lender without ghosts, the nearest group that has two."""
        names = list(_ALIKE)
        words = {name: np.array(self.labels[name]) for name in (*names, "skin")}
        near = np.abs(words["skin"].astype(int) - int(words["skin"][lender])) <= 1
        near[lender] = False
        while True:
            same = near.copy()
            for name in names:
                same &= words[name] == words[name][lender]
            if same.sum() >= 2 or not names:
                return np.flatnonzero(same if same.any() else near)
            names.pop()


def mixed(first: Person, second: Person, share: float) -> Person:
    """Somebody between two. share: of the second, 0 to 1."""
    weight = np.float32(share)
    alpha = [np.asarray(one.texture[..., 3:] / 255, np.float32) for one in (first, second)]
    parts = [alpha[0] * (1 - weight), alpha[1] * weight]
    total = np.maximum(parts[0] + parts[1], 1e-3)
    colour = (first.texture[..., :3] * parts[0] + second.texture[..., :3] * parts[1]) / total
    texture = np.dstack([colour, (parts[0] + parts[1]) * 255])
    return Person(
        np.rint(texture).astype(np.uint8),
        first.shape + (second.shape - first.shape) * weight,
        first.latent + (second.latent - first.latent) * weight,
        first.lender if share < 0.5 else second.lender,
    )


@cache
def load() -> People:
    """The shipped people, read once."""
    return read(weights.shipped("latent_people"))


def write(people: People, path: Path) -> None:
    """Write people so that ``read`` gives nearly the same ones."""
    ends = np.cumsum([len(picture) for picture in people.pictures])
    scale = np.float32(np.abs(people.latents).max() / 127)
    np.savez_compressed(
        path,
        pictures=np.frombuffer(b"".join(people.pictures), np.uint8),
        ends=ends,
        latents=np.rint(people.latents / scale).astype(np.int8),
        scale=scale,
        labels=np.array([people.labels[name] for name in LABELS]),
    )


def read(path: Path) -> People:
    """Read people that ``write`` wrote."""
    with np.load(path, allow_pickle=False) as file:
        everything, ends = file["pictures"].tobytes(), file["ends"].tolist()
        starts = [0, *ends[:-1]]
        return People(
            tuple(everything[start:end] for start, end in zip(starts, ends, strict=True)),
            file["latents"].astype(np.float32) * file["scale"],
            dict(zip(LABELS, map(tuple, file["labels"].tolist()), strict=True)),
        )


def encode(texture: NDArray[np.uint8]) -> bytes:
    """(S, S, 4) uint8 RGBA to WEBP."""
    buffer = io.BytesIO()
    Pillow.fromarray(texture).save(buffer, "WEBP", quality=84, alpha_quality=80, method=6)
    return buffer.getvalue()


def _decode(data: bytes) -> NDArray[np.uint8]:
    with Pillow.open(io.BytesIO(data), formats=["WEBP"]) as opened:
        return np.array(opened.convert("RGBA"))
