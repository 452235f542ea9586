"""The emoji family: a person as an avatar composed of drawn parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from inference.avatars import spec_json, styles
from inference.avatars.compose import render
from inference.avatars.styles import STYLES
from inference.emoji.match import dressed, ranked
from inference.emoji.traits import observe
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.pictures.die_cut import SIDE, die_cut
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import EMOJI, Setting


@dataclass(frozen=True, slots=True)
class Composed:
    """An avatar to be drawn.

    ranked: slot -> variants, the one that fits the person best first; empty where nobody was
    looked at.
    """

    spec: AvatarSpec
    ranked: Mapping[str, list[str]]

    @classmethod
    def of_person(cls, portrait: Portrait, style: str) -> Self:
        """Choose parts and colours; raises KeyError for an unknown style."""
        traits = observe(portrait)
        best = {name: ranked(slot, traits) for name, slot in styles.load(style).slots.items()}
        chosen = {name: variants[0] for name, variants in best.items()}
        return cls(dressed(style, chosen, traits), best)

    @classmethod
    def of_kept(cls, avatar: Mapping[str, object]) -> Self:
        """Take an avatar as it was kept; raises UnknownAvatar (``spec_json.read``)."""
        return cls(spec_json.read(avatar), {})

    def facts(self) -> dict[str, object]:
        """What there is to keep and to change: the spec, and ``ranked`` among it."""
        return {**self.spec.to_json(), "ranked": dict(self.ranked)}


class Emoji:
    """Implements ``inference.family.Composing``; the setting is the style's name."""

    kind = EMOJI.name
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Prepared:
        """Choose parts and colours.

        Raises:
            UnknownSetting: the style is unknown, or more than one was asked for.
        """
        names = [setting.name for setting in settings or EMOJI.default]
        if len(names) != 1 or names[0] not in STYLES:
            raise UnknownSetting(f"no avatar style {', '.join(names)!r}; known: {STYLES}")
        return Prepared(Composed.of_person(portrait, names[0]))

    def prepare_avatar(
        self,
        avatar: Mapping[str, object],
        settings: tuple[Setting, ...],  # noqa: ARG002 -- an avatar has its style
    ) -> Prepared:
        """Take an avatar as it was kept.

        Raises:
            UnknownAvatar: see ``spec_json.read``.
        """
        return Prepared(Composed.of_kept(avatar))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- the protocol's
        """Draw the avatar as a sticker; its facts are for keeping and changing."""
        composed = prepared.context
        assert isinstance(composed, Composed)  # noqa: S101 -- our own prepare made it
        return Picture((die_cut(render(composed.spec, SIDE)),), facts=composed.facts())
