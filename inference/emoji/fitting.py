"""What a wardrobe shows: the avatar in hand, alone or beside what it was; and all avatars at once.

Opaque pictures, for chats show photos on grounds of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.avatars import spec_json
from inference.avatars.compose import render
from inference.errors import UnknownAvatar, UnknownSetting
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.pictures import sheet
from inference.pictures.die_cut import SIDE, die_cut
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import LINEUP, PREVIEW, Setting

_GROUND = np.array((229, 240, 247), np.float32)  # sky


@dataclass(frozen=True, slots=True)
class _Mirror:
    """``before``: what stands on the left, if anything."""

    spec: AvatarSpec
    before: AvatarSpec | None


class _OfAvatars:
    """A family that takes no photo."""

    kind: str
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,  # noqa: ARG002 -- the protocol's, as the others
        settings: tuple[Setting, ...],  # noqa: ARG002
        picture: Image | None = None,  # noqa: ARG002
    ) -> Prepared:
        """Refuse; raises UnknownAvatar."""
        raise UnknownAvatar(f"{self.kind} needs an avatar")


class Fitting(_OfAvatars):
    """Implements ``inference.family.Composing``.

    The avatar's JSON is its spec's, with the setting "compare" also ``before``: another spec's.
    """

    kind = PREVIEW.name

    def prepare_avatar(
        self, avatar: Mapping[str, object], settings: tuple[Setting, ...]
    ) -> Prepared:
        """Take the avatar, and what it was if both are to be seen.

        Raises:
            UnknownAvatar: see ``spec_json.read``.
            UnknownSetting: not one of the kind's.
        """
        names = [setting.name for setting in settings]
        if len(names) != 1 or names[0] not in PREVIEW.settings:
            raise UnknownSetting(f"fitting:{','.join(names)}")
        before = None
        if names[0] == "compare":
            before = spec_json.read(_mapping(avatar.get("before")))
        return Prepared(_Mirror(spec_json.read(avatar), before))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- no network
        """Draw one or two: (512, 512 or 1024, 4) RGBA, opaque."""
        mirror = prepared.context
        assert isinstance(mirror, _Mirror)  # noqa: S101 -- our own prepare made it
        panes = [] if mirror.before is None else [_pane(mirror.before)]
        return Picture((np.hstack([*panes, _pane(mirror.spec)]),))


class Lineup(_OfAvatars):
    """Implements ``inference.family.Composing``.

    The avatar's JSON has up to nine specs' under ``avatars``.
    """

    kind = LINEUP.name

    def prepare_avatar(
        self,
        avatar: Mapping[str, object],
        settings: tuple[Setting, ...],  # noqa: ARG002 -- whoever asks has chosen the page
    ) -> Prepared:
        """Take the avatars.

        Raises:
            UnknownAvatar: there are none or too many, or see ``spec_json.read``.
        """
        specs = avatar.get("avatars")
        if not isinstance(specs, list) or not 0 < len(specs) <= sheet.PER_PAGE:
            raise UnknownAvatar("a page has one to nine avatars")
        return Prepared([spec_json.read(_mapping(spec)) for spec in specs])

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- no network
        """Draw all, numbered."""
        specs = prepared.context
        assert isinstance(specs, list)  # noqa: S101 -- our own prepare made it
        return Picture((sheet.numbered([render(spec, sheet.CELL) for spec in specs]),))


def _mapping(data: object) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise UnknownAvatar("an avatar is a mapping")
    return data


def _pane(spec: AvatarSpec) -> NDArray[np.uint8]:
    """The avatar as a sticker on an opaque ground: (512, 512, 4)."""
    drawn = die_cut(render(spec, SIDE))
    share = drawn[..., 3:].astype(np.float32) / 255
    colours = drawn[..., :3] * share + _GROUND * (1 - share)
    opaque = np.full(drawn.shape[:2], 255, np.uint8)
    return np.dstack([np.rint(colours).astype(np.uint8), opaque])
