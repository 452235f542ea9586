"""The emoji family: a person as an avatar composed of drawn parts."""

from inference.emoji.compose import render
from inference.emoji.library import STYLES
from inference.emoji.match import match
from inference.emoji.spec import AvatarSpec
from inference.emoji.traits import observe
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.sticker import SIDE, die_cut
from storage.kinds import EMOJI, Setting


class Emoji:
    """Implements ``inference.family.Family``; the setting is the style's name."""

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
        return Prepared(context=match(observe(portrait), names[0]))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- the protocol's
        """Draw the avatar as a sticker; its facts are the spec, for keeping and changing."""
        spec = prepared.context
        assert isinstance(spec, AvatarSpec)  # noqa: S101 -- our own prepare made it
        return Picture((die_cut(render(spec, SIDE)),), facts=spec.to_json())
