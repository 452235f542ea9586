"""How near what is made is to its domain, and who is found again across domains.

``kid_lite0`` (times 1000): of a network's drawings to the drawn portraits it learned from, on
features of a frozen ImageNet network (extra train). ``recall_at_1`` and ``recall_at_10``: how often
one's own photo is among so many nearest ones to a drawing of oneself, subject ``twin`` by the
network's embedding alone, ``album`` as one's own photos are looked through, the sticker studied
anew as if somebody had sent it. ``fur_error``: how far cats are from the colour of the person's
hair.
"""

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon import album, condition, tensors, twin
from inference.cartoon.evaluation.depicting import DRAWN, Engine
from inference.cartoon.portrait import palette, sitter
from inference.cartoon.portrait.options import AS_IT_IS
from inference.cartoon.training import cats
from inference.face.report import Portrait
from inference.measuring import people
from inference.measuring.statistics import Row, estimate
from inference.models.calls import Call, run
from inference.models.networks import Networks
from inference.pictures.compositing import flattened
from inference.pictures.die_cut import die_cut
from inference.pictures.images import to_lab

_GROUND = (twin.GROUND,) * 3
_PAPER = (255,) * 3
_SOLID = 200  # alpha
_PARTS, _BOUNDS = 200, (0.025, 0.975)
_FEWEST = 4  # pictures between which there is a distance


def found_again(portraits: Sequence[Portrait], networks: Networks) -> list[Row]:
    """Look for the photo of each drawing among all of them."""
    photos = [run(twin.embedded(one.once(sitter.sit)), networks) for one in portraits]
    drawn = [flattened(DRAWN("", one, networks).rgba, _GROUND) for one in portraits]
    own = _embedded(drawn, networks)
    rows = _recalls("twin", own, np.stack(photos))
    stickers = [die_cut(DRAWN("", one, networks).rgba, drawn=True) for one in portraits]
    seen = [
        people.studied(flattened(sticker, _PAPER), networks, people.largest) for sticker in stickers
    ]
    there = [index for index, one in enumerate(seen) if one is not None]
    again = [run(album.described(one), networks) for one in seen if one is not None]
    if not there:
        return rows
    kept = np.stack([run(album.described(one), networks) for one in portraits])
    return [*rows, *_recalls("album", np.stack(again), kept, there)]


def _embedded(pictures: Sequence[NDArray[np.uint8]], networks: Networks) -> NDArray[np.float32]:
    """Embed drawings (S, S, 3) as such, (N, E)."""
    found = []
    for picture in pictures:
        small = cv2.resize(picture, (twin.SIDE, twin.SIDE), interpolation=cv2.INTER_AREA)
        inputs = {
            "pictures": tensors.to_planes(np.asarray(small, np.uint8)),
            "sources": condition.domain("drawing"),
            "targets": condition.domain("drawing"),
            "conditions": np.zeros(condition.LENGTH, np.float32),
        }
        answer = networks(Call(twin.NAME, {name: one[None] for name, one in inputs.items()}))
        found.append(answer["embeddings"][0])
    return np.stack(found).astype(np.float32)


def _recalls(
    subject: str,
    asked: NDArray[np.float32],
    known: NDArray[np.float32],
    own: Sequence[int] | None = None,
) -> list[Row]:
    """How often one's own is the nearest, or of the ten nearest. own: of ``known``, by index."""
    places = np.arange(len(asked)) if own is None else np.asarray(own)
    away = np.linalg.norm(asked[:, None] - known[None], axis=2)
    nearer = (away < away[np.arange(len(asked)), places][:, None]).sum(axis=1)
    return [
        estimate(subject, f"recall_at_{most}", (nearer < most).astype(float).tolist(), "share")
        for most in (1, 10)
    ]


def distances(
    sitters: Sequence[tuple[str, Portrait]], engines: Mapping[str, Engine], networks: Networks
) -> list[Row]:
    """How far what each engine draws is from the drawn portraits of the same people.

    Cats are compared with cats in the same people's colours. The interval is that of random halves
    of the people.

    Args:
        sitters: names of photos, and their portraits.
        engines: by name; people whom one doesn't draw are left out of its number.
        networks: for those that ask some.
    """
    from inference.training.kid import kid_lite0, of_pictures

    def seen(
        draw: Callable[[str, Portrait], NDArray[np.uint8] | None],
    ) -> NDArray[np.float64] | None:
        made = [draw(name, one) for name, one in sitters]
        size = (twin.SIDE, twin.SIDE)
        small = [
            cv2.resize(flattened(rgba, _GROUND), size, interpolation=cv2.INTER_AREA)
            for rgba in made if rgba is not None
        ]  # fmt: skip
        return None if len(small) < _FEWEST else of_pictures(np.stack(small))

    def by(engine: Engine) -> Callable[[str, Portrait], NDArray[np.uint8] | None]:
        def draw(name: str, one: Portrait) -> NDArray[np.uint8] | None:
            depicted = engine(name, one, networks)
            return None if depicted is None else depicted.rgba

        return draw

    drawn, chance = seen(by(DRAWN)), np.random.default_rng(0)
    compared = {name: (drawn, seen(by(engine))) for name, engine in engines.items()}
    compared["twin-cat"] = (
        seen(lambda _, one: _own_cat(one)), seen(lambda _, one: _carried_cat(one, networks)),
    )  # fmt: skip
    rows = []
    for engine, (real, fake) in compared.items():
        if real is None or fake is None:
            continue
        parts = [(_half(real, chance), _half(fake, chance)) for _ in range(_PARTS)]
        low, high = np.quantile([kid_lite0(*part) for part in parts], _BOUNDS)
        value = kid_lite0(real, fake)
        rows.append(Row(engine, "kid_lite0", value, float(low), float(high), len(fake), "1/1000"))
    return rows


def _half(vectors: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.float64]:
    return vectors[chance.permutation(len(vectors))[: len(vectors) // 2]]


def fur(portraits: Sequence[Portrait], networks: Networks) -> Row:
    """How far the fur of cats is from the colour that it was to have, in Lab."""
    apart = [
        float(np.linalg.norm(_fur(_own_cat(one)) - _fur(_carried_cat(one, networks))))
        for one in portraits
    ]
    return estimate("twin-cat", "fur_error", apart, "Lab")


def _fur(rgba: NDArray[np.uint8]) -> NDArray[np.float32]:
    lab = to_lab(np.ascontiguousarray(rgba[..., :3]))
    return np.asarray(np.median(lab[rgba[..., 3] > _SOLID], axis=0), np.float32)


def _own_cat(portrait: Portrait) -> NDArray[np.uint8]:
    person = portrait.once(sitter.sit)
    return cats.cat(person, palette.grown(person.colours, AS_IT_IS))


def _carried_cat(portrait: Portrait, networks: Networks) -> NDArray[np.uint8]:
    return run(twin.draw(portrait.once(sitter.sit), domain="cat"), networks)
