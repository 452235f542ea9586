"""The emoji family: a person as an avatar composed of drawn parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from inference.avatars.compose import render
from inference.avatars.styles import STYLES
from inference.emoji.match import match
from inference.emoji.traits import observe
from inference.errors import UnknownSetting
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import Calls
from inference.pictures.die_cut import SIDE, die_cut
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import EMOJI, Setting


@dataclass(frozen=True, slots=True)
class Composed:
    """An avatar to be drawn.

    ranked: slot -> variants, the one that shows the person best first; empty where nobody was
    looked at.
    """

    spec: AvatarSpec
    ranked: Mapping[str, list[str]]

    @classmethod
    def of(cls, subject: Subject, style: str) -> Calls[Self]:
        """Take an avatar as it was kept, or choose a person's parts and colours in a style.

        Raises:
            KeyError: there is no such style.
            UnsuitableSubject: neither one avatar nor a photo.
        """
        if isinstance(subject, AvatarSpec):
            return cls(subject, {})
        traits = yield from observe(photographed(subject))
        return cls(*match(traits, style))

    def facts(self) -> dict[str, object]:
        """What there is to keep and to change: the spec, and ``ranked`` among it."""
        return {**self.spec.to_json(), "ranked": dict(self.ranked)}


class Emoji:
    """Implements ``inference.family.Family``; the setting is the style's name."""

    kind = EMOJI.name

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Draw the avatar as a sticker; its facts are for keeping and changing.

        Raises:
            UnknownSetting: the style is unknown, or more than one was asked for.
        """
        names = [setting.name for setting in settings or EMOJI.default]
        if len(names) != 1 or names[0] not in STYLES:
            raise UnknownSetting(f"no avatar style {', '.join(names)!r}; known: {STYLES}")
        composed = yield from Composed.of(subject, names[0])
        return Picture((die_cut(render(composed.spec, SIDE)),), facts=composed.facts())
