"""Ways to compare a piece of a photo with a drawn part: crops to codes, compared by cosine.

``crossdomain`` is ours, trained so that photo and drawing meet. ``autoencoder`` and ``resnet50``
are what the idea's inventors used: a convolutional autoencoder with an 8-d code, and an ImageNet
ResNet50 without its last layer, whose weights an operator has to supply.
"""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.avatars import styles
from inference.emoji import crops
from inference.errors import WeightsMissing
from inference.face.alignment import Aligned
from inference.models.calls import Call, Calls
from inference.models.networks import Networks
from storage.contract.avatars import NONE, AvatarSpec

CODE = 8
"""Numbers per attribute in the cross-domain encoder's codes."""

Codes = NDArray[np.float32]
"""(N, kinds, D): one code of unit length for each kind of crop (``crops.KINDS``)."""

KIND_OF_SLOT: Mapping[str, str] = {
    "top": "head", "hair": "head", "frontHair": "head", "headwear": "head",
    "eyes": "eyes", "eyebrows": "eyes", "accessories": "eyes", "glasses": "eyes",
    "mouth": "jaw", "facialHair": "jaw", "head": "jaw",
}  # fmt: skip
"""In which crop a slot's part shows; other slots are not compared."""


class Embedder(Protocol):
    """side: the crops' side in pixels."""

    name: str
    side: int

    def __hash__(self) -> int: ...

    def embed(self, pictures: NDArray[np.uint8]) -> Codes:
        """Encode crops.

        Args:
            pictures: (N, kinds, side, side, 3) RGB uint8.

        Returns:
            (N, kinds, D) float32 of unit length.
        """
        ...

    def focus(self, attributes: Collection[str]) -> NDArray[np.bool_] | None:
        """Tell which numbers of the codes speak of some attributes.

        Args:
            attributes: by name.

        Returns:
            (kinds, D) bool, or None: all do.
        """
        ...


class CrossDomain:
    """Ours; see ``network.CrossDomain``. A crop's code is its attributes' codes, side by side.

    networks: what runs it.
    """

    name = "crossdomain"
    side = crops.SIDE

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    def embed(self, pictures: NDArray[np.uint8]) -> Codes:
        """See ``Embedder``; where kinds have fewer attributes the code ends in zeros."""
        outputs = self._networks(Call("emoji_crossdomain", {"crops": _planes(pictures)}))
        return self._side_by_side(outputs["codes"])

    def focus(self, attributes: Collection[str]) -> NDArray[np.bool_] | None:
        """See ``Embedder``; None where the encoder knows none of the attributes."""
        most = max(len(kind) for kind in ATTRIBUTES)
        chosen = [[name in attributes for name in kind] for kind in ATTRIBUTES]
        padded = np.array([row + [False] * (most - len(row)) for row in chosen])
        return np.repeat(padded, CODE, axis=1) if padded.any() else None

    @staticmethod
    def _side_by_side(codes: NDArray[np.generic]) -> Codes:
        most = max(len(kind) for kind in ATTRIBUTES)
        found = np.zeros((len(codes), len(ATTRIBUTES), most * codes.shape[2]), np.float32)
        start = 0
        for index, kind in enumerate(ATTRIBUTES):
            flat = codes[:, start : start + len(kind)].reshape(len(codes), -1)
            found[:, index, : flat.shape[1]] = flat
            start += len(kind)
        return unit(found)


ATTRIBUTES: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {
        "hair_length": ("bald", "buzz", "hidden", "long", "medium", "short"),
        "texture": ("coily", "curly", "none", "straight", "wavy"),
        "bangs": ("0", "1"),
        "receding": ("0", "1"),
        "headwear": ("hat", "none", "scarf"),
        "hair_colour": (
            "black", "blond", "brown", "dyed", "gray", "hidden", "none", "red", "white",
        ),
    },
    {
        "glasses": ("clear", "none", "sun"),
        "brows": ("bushy", "medium", "thin"),
        "makeup": ("0", "1"),
    },
    {
        "facial_hair": ("beard", "goatee", "mustache", "none", "stubble"),
        "smile": ("0", "1", "2", "3"),
        "shape": ("heart", "long", "oval", "round", "square"),
    },
)  # fmt: skip
"""What the cross-domain encoder reads off head, eyes and jaw: attribute -> values, in the order
of its codes and scores."""


def probabilities(pictures: NDArray[np.uint8]) -> Calls[dict[str, dict[str, float]]]:
    """Classify a face by the cross-domain encoder.

    Returns attribute -> value -> probability, of ``ATTRIBUTES``.

    Args:
        pictures: (kinds, side, side, 3) RGB uint8, crops of one face.

    Returns:
        Attribute -> value -> probability.
    """
    outputs = yield Call("emoji_crossdomain", {"crops": _planes(pictures[None])})
    scores = outputs["scores"][0]
    found, start = {}, 0
    for kind in ATTRIBUTES:
        for name, values in kind.items():
            part = scores[start : start + len(values)]
            start += len(values)
            raised = np.exp(part - part.max())
            found[name] = dict(zip(values, (raised / raised.sum()).tolist(), strict=True))
    return found


class Autoencoder:
    """The inventors' convolutional autoencoder; see ``autoencoder_network``.

    networks: what runs it.
    """

    name = "autoencoder"
    side = 288

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    def embed(self, pictures: NDArray[np.uint8]) -> Codes:
        """See ``Embedder``."""
        n, kinds = pictures.shape[:2]
        flat = _planes(pictures).reshape(n * kinds, 3, self.side, self.side)
        calls = (Call("emoji_autoencoder", {"crops": part[None]}) for part in flat)
        codes = [self._networks(call)["codes"][0] for call in calls]
        return unit(np.stack(codes).reshape(n, kinds, -1))

    def focus(self, attributes: Collection[str]) -> None:
        """See ``Embedder``."""


class ResNet50:
    """ResNet50 up to its pooled features (He et al., CVPR 2016), from a file.

    path: an ONNX file; its first input is (N, 3, 224, 224), normalised as for ImageNet, its first
    output (N, 2048) or (N, 2048, 1, 1).

    Raises:
        WeightsMissing: there is no such file; says what is needed.
    """

    name = "resnet50"
    side = 224

    def __init__(self, path: Path | None) -> None:
        if path is None or not path.is_file():
            raise WeightsMissing(
                "the embedder resnet50 needs an ONNX file of ImageNet weights without the last "
                f"layer, input (N, 3, 224, 224), output (N, 2048); {path or 'no file'} is none"
            )
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def embed(self, pictures: NDArray[np.uint8]) -> Codes:
        """See ``Embedder``."""
        n, kinds = pictures.shape[:2]
        mean = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
        spread = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]
        flat = (_planes(pictures).reshape(n * kinds, 3, self.side, self.side) - mean) / spread
        codes = [self._session.run(None, {self._input: one[None]})[0].ravel() for one in flat]
        return unit(np.stack(codes).reshape(n, kinds, -1))

    def focus(self, attributes: Collection[str]) -> None:
        """See ``Embedder``."""


def by_name(name: str, networks: Networks, resnet50: Path | None = None) -> Embedder:
    """Return the embedder "crossdomain", "autoencoder" or "resnet50".

    Args:
        name: of the embedder.
        networks: what runs it.
        resnet50: the ONNX file that the embedder of that name needs.

    Raises:
        KeyError: there is no such embedder.
        WeightsError: its file is missing or damaged.
    """
    match name:
        case "crossdomain":
            return CrossDomain(networks)
        case "autoencoder":
            return Autoencoder(networks)
        case "resnet50":
            return ResNet50(resnet50)
    raise KeyError(name)


@cache
def part_codes(embedder: Embedder, style: str) -> Mapping[str, Mapping[str, NDArray[np.float32]]]:
    """Encode every part that may be matched.

    Args:
        embedder: whose codes.
        style: by name.

    Returns:
        Slot -> variant -> (D,) float32.
    """
    return {
        slot: {variant: part_code(embedder, style, slot, variant) for variant in data.variants}
        for slot, data in styles.load(style).slots.items()
        if slot in KIND_OF_SLOT
    }


def part_code(embedder: Embedder, style: str, slot: str, variant: str) -> NDArray[np.float32]:
    """Encode a drawn part, averaged over a few colourings; "none" has a code too.

    Args:
        embedder: whose code.
        style: by name.
        slot: by name.
        variant: by name.

    Returns:
        (D,) float32 of unit length.
    """
    kind = crops.KINDS.index(KIND_OF_SLOT[slot])
    drawn = [crops.of_avatar(spec.changed({slot: variant}), embedder.side) for spec in plain(style)]
    return unit(embedder.embed(np.stack(drawn))[:, kind].mean(axis=0))


def nearest(embedder: Embedder, face: Aligned, style: str) -> dict[str, list[str]]:
    """Rank parts by how near their codes are to a face's.

    Args:
        embedder: whose codes.
        face: in the common crop.
        style: by name.

    Returns:
        Slot -> its variants, the nearest first.
    """
    codes = embedder.embed(crops.of_face(face, embedder.side)[None])[0]
    ranked = {}
    for slot, variants in part_codes(embedder, style).items():
        kind = crops.KINDS.index(KIND_OF_SLOT[slot])
        counted = compared(embedder, style, slot)
        seen = np.ones(codes.shape[1], np.bool_) if counted is None else counted
        code = unit(codes[kind] * seen)
        near = {name: float(unit(one * seen) @ code) for name, one in variants.items()}
        ranked[slot] = sorted(near, key=near.__getitem__, reverse=True)
    return ranked


def compared(embedder: Embedder, style: str, slot: str) -> NDArray[np.bool_] | None:
    """Tell which numbers of codes count when the parts of a slot are compared.

    Args:
        embedder: whose codes.
        style: by name.
        slot: by name.

    Returns:
        (D,) bool, or None: all do.
    """
    variants = styles.load(style).slots[slot].variants
    spoken = {tag for part in variants.values() for tag in part.tags} | set(_SHOWN.get(slot, ()))
    mask = embedder.focus(spoken)
    if mask is None:
        return None
    counted: NDArray[np.bool_] = mask[crops.KINDS.index(KIND_OF_SLOT[slot])]
    return counted if counted.any() else None


_SHOWN: Mapping[str, tuple[str, ...]] = {"mouth": ("smile",)}
"""What slots show besides their tags."""


def plain(style: str) -> tuple[AvatarSpec, ...]:
    """Avatars without anything special, in three colourings, to show a part on."""
    slots = styles.load(style).slots
    parts = {
        name: next(v for v in (*_PLAIN.get(name, ()), *slot.variants) if v in slot.variants)
        for name, slot in slots.items()
    }
    return tuple(
        AvatarSpec(
            style,
            parts,
            {"skin": skin, "hair": hair, "facialHair": hair, "clothes": "#6b7c93",
             "hat": "#3d5a80", "headwear": "#3d5a80", "accessories": "#262e33",
             "glasses": "#262e33"},
        )
        for skin, hair in (("#f0c5a4", "#5a3b29"), ("#b97f55", "#2b2321"), ("#8e5b3c", "#1d1817"))
    )  # fmt: skip


_PLAIN: Mapping[str, tuple[str, ...]] = {
    "top": ("shortFlat",), "hair": ("short20",), "eyes": ("default", "variant05"),
    "eyebrows": ("defaultNatural",), "mouth": ("serious", "variant0701"),
    "facialHair": (NONE,), "accessories": (NONE,), "glasses": (NONE,), "headwear": (NONE,),
    "frontHair": (NONE,),
}  # fmt: skip


def _planes(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(..., H, W, 3) uint8 -> (..., 3, H, W) float32 0..1."""
    return np.moveaxis(pictures, -1, -3).astype(np.float32, order="C") / np.float32(255)


def unit(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make codes as long as 1.

    Args:
        codes: (..., D) float32.

    Returns:
        (..., D) float32; zeros stay zeros.
    """
    length = np.linalg.norm(codes, axis=-1, keepdims=True)
    return np.asarray(codes / np.maximum(length, 1e-6), np.float32)
