"""What to ask of a platform next so that a pack's sets become what the pack is; pure.

Stickers keep the set that they are in; new ones go into the last set that has room, and a further
volume is begun when there is none. Within a set the order is the pack's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from storage.contract.packs import Pack, StepState, Sticker, Upload, Volume


@dataclass(frozen=True, slots=True)
class BeginVolume:
    """One more set is to be planned."""

    number: int


@dataclass(frozen=True, slots=True)
class Create:
    """A set is to be made, with its first sticker."""

    volume: Volume
    sticker: Sticker


@dataclass(frozen=True, slots=True)
class Add:
    """A sticker is to be put at a set's end."""

    volume: Volume
    sticker: Sticker


@dataclass(frozen=True, slots=True)
class Replace:
    """Another picture is to stand in a sticker's place."""

    volume: Volume
    sticker: Sticker
    upload: Upload


@dataclass(frozen=True, slots=True)
class Describe:
    """A sticker is to have other emoji and keywords."""

    sticker: Sticker
    upload: Upload


@dataclass(frozen=True, slots=True)
class Move:
    """A sticker is to stand elsewhere. ``order``: the uploads of its set after that."""

    upload: Upload
    position: int
    order: tuple[Upload, ...]


@dataclass(frozen=True, slots=True)
class Retitle:
    """A set is to have the pack's title."""

    volume: Volume


Step = BeginVolume | Create | Add | Replace | Describe | Move | Retitle


def next_step(pack: Pack, volumes: Sequence[Volume], size: int) -> Step | None:
    """Return what is to be done next; None once the sets are what the pack is.

    Args:
        pack: as it is now.
        volumes: its sets in order, nothing in them under way or to be taken out.
        size: how many stickers a set holds.
    """
    placed = {one.sticker_id: (volume, one) for volume in volumes for one in volume.uploads}
    for sticker in pack.stickers:
        if sticker.id not in placed:
            return _place(sticker, volumes, size)
        volume, upload = placed[sticker.id]
        if upload.state is StepState.WANTED:
            return _into(volume, sticker)
        if upload.picture_version != sticker.picture_version:
            if upload.file_id is None:  # refused, but changed since
                return _into(volume, sticker)
            return Replace(volume, sticker, upload)
        if upload.state is StepState.THERE and upload.words_version != sticker.words_version:
            return Describe(sticker, upload)
    order = {sticker.id: place for place, sticker in enumerate(pack.stickers)}
    for volume in volumes:
        moved = _move(volume, order)
        if moved is not None:
            return moved
        if volume.state is StepState.THERE and volume.title_version != pack.title_version:
            return Retitle(volume)
    return None


def _place(sticker: Sticker, volumes: Sequence[Volume], size: int) -> Step:
    for volume in volumes[-1:]:
        if len(there(volume)) < size:
            return _into(volume, sticker)
    return BeginVolume(len(volumes) + 1)


def _into(volume: Volume, sticker: Sticker) -> Step:
    return Add(volume, sticker) if volume.state is StepState.THERE else Create(volume, sticker)


def _move(volume: Volume, order: Mapping[UUID, int]) -> Move | None:
    now = there(volume)
    wanted = sorted(now, key=lambda one: order.get(one.sticker_id, len(order)))
    for position, (is_, should) in enumerate(zip(now, wanted, strict=True)):
        if is_ is not should:
            rest = [one for one in now if one is not should]
            rest.insert(position, should)
            return Move(should, position, tuple(rest))
    return None


def strays(pack: Pack, volumes: Sequence[Volume]) -> list[UUID]:
    """Return which stickers in sets left the pack at the moment they were sent there."""
    kept = {sticker.id for sticker in pack.stickers}
    return [
        one.sticker_id
        for volume in volumes
        for one in volume.uploads
        if one.sticker_id not in kept and one.state is not StepState.LEAVING
    ]


def there(volume: Volume) -> tuple[Upload, ...]:
    """Return what stands in a set, in its order."""
    return tuple(one for one in volume.uploads if one.file_id is not None)
