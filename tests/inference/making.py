"""Families and networks as tests use them, without a worker."""

from typing import TypeVar

import numpy as np

from inference.emoji.match import match
from inference.emoji.traits import Traits
from inference.face import analysis
from inference.face.report import Lab, Portrait
from inference.family import Family, Image, Picture, Subject
from inference.models.calls import Call, Calls, Tensors, run
from inference.models.runtime import open_networks
from inference.pictures.images import from_lab, to_lab
from inference.settings import InferenceSettings
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import Setting

Result = TypeVar("Result")

networks = open_networks(InferenceSettings())
"""The real ones, loaded once for all tests of a process."""


def answered(calls: Calls[Result]) -> Result:
    """Answer calls to their end."""
    return run(calls, networks)


def called(calls: Calls[Result]) -> list[tuple[Call, Tensors]]:
    """Answer calls to their end; return each with its answer."""
    found: list[tuple[Call, Tensors]] = []

    def answer(call: Call) -> Tensors:
        found.append((call, networks(call)))
        return found[-1][1]

    run(calls, answer)
    return found


def make(
    family: Family, subject: Subject, *settings: Setting, picture: Image | None = None
) -> Picture:
    """Have a family make its picture."""
    return answered(family.make(subject, settings, picture))


def best_match(traits: Traits, style: str) -> AvatarSpec:
    """Compose the avatar that the emoji family would."""
    spec, _ = match(traits, style)
    return spec


def with_hair(portrait: Portrait, tone: Lab) -> Portrait:
    """Study somebody's picture anew with their hair in another tone, its light and strands kept."""
    lab, share = to_lab(portrait.image), portrait.hair_mask[..., None] / np.float32(255)
    lightness = lab[..., 0] - np.median(lab[..., 0][portrait.hair_mask > 200]) + tone[0]
    colour = np.clip(lightness / tone[0], 0.4, 1.5)
    grown = np.dstack([lightness, tone[1] * colour, tone[2] * colour])
    photo = from_lab(np.asarray(lab + share * (grown - lab), np.float32))
    return answered(analysis.portrait(photo))
