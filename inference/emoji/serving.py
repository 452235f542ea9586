"""The emoji family: a person as an avatar composed of drawn parts."""

from collections.abc import Mapping
from dataclasses import dataclass

from inference.emoji import kept, library
from inference.emoji.compose import render
from inference.emoji.library import STYLES
from inference.emoji.match import dressed, ranked
from inference.emoji.spec import AvatarSpec
from inference.emoji.traits import observe
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.sticker import SIDE, die_cut
from storage.kinds import EMOJI, Setting


@dataclass(frozen=True, slots=True)
class _Work:
    """``ranked``: slot -> variants, best fit first; empty where nobody was looked at."""

    spec: AvatarSpec
    ranked: Mapping[str, list[str]]


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
        traits = observe(portrait)
        best = {name: ranked(slot, traits) for name, slot in library.load(names[0]).slots.items()}
        chosen = {name: variants[0] for name, variants in best.items()}
        return Prepared(_Work(dressed(names[0], chosen, traits), best))

    def prepare_avatar(
        self,
        avatar: Mapping[str, object],
        settings: tuple[Setting, ...],  # noqa: ARG002 -- an avatar has its style
    ) -> Prepared:
        """Take an avatar as it was kept.

        Raises:
            UnknownAvatar: see ``kept.read``.
        """
        return Prepared(_Work(kept.read(avatar), {}))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- the protocol's
        """Draw the avatar as a sticker; its facts are the spec, for keeping and changing.

        ``ranked`` among them: slot -> variants, the one that fits the person best first.
        """
        work = prepared.context
        assert isinstance(work, _Work)  # noqa: S101 -- our own prepare made it
        facts = {**work.spec.to_json(), "ranked": dict(work.ranked)}
        return Picture((die_cut(render(work.spec, SIDE)),), facts=facts)
