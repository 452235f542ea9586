"""What a group's pack is to hold, by what its members bring; pure.

A sticker's id follows from the pack, from what it shows, and from how those on it look. So a pack
becomes what it is to be by taking out what is not wanted and making what is missing, however often
that is begun, and whoever joined or left meanwhile.
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from bot.core.language.meanings import Request
from storage.contract.avatars import AvatarSpec, gathered
from storage.contract.kinds import MOOD, TOGETHER, Setting
from storage.contract.packs import Brought

MOODS = ("laugh", "love", "thumbs", "party", "cry")
"""What chats need most, of each member."""

PAIRS = ("hug", "high-five", "versus")
"""Of each member and the one who joined before: the number stays in bounds, and nobody is alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One sticker. ``of``: the members on it. ``avatar``: their avatars, as a job takes them."""

    id: UUID
    request: Request
    of: tuple[UUID, ...]
    avatar: Mapping[str, object]


def wanted(pack: UUID, brought: Sequence[Brought]) -> tuple[Wanted, ...]:
    """Return what a pack is to hold, in order: all of them, each alone, two by two.

    Who has no avatar yet is on none.
    """
    there = [(one.person_id, one.avatar, one.birthday) for one in brought if one.avatar is not None]
    known = [(person, avatar) for person, avatar, _ in there]
    found = []
    fewest, most = TOGETHER.gathers["family"]
    if len(known) >= fewest:
        found.append(_together(pack, "family", known[:most]))
    for person, avatar, birthday in there:
        found += [_alone(pack, mood, person, avatar) for mood in MOODS]
        if birthday:
            found.append(_together(pack, "birthday", [(person, avatar)]))
    for pair in itertools.pairwise(known):
        found += [_together(pack, form, pair) for form in PAIRS]
    return tuple(found)


def _alone(pack: UUID, mood: str, person: UUID, avatar: AvatarSpec) -> Wanted:
    request = Request(MOOD.name, (Setting(mood),))
    return _wanted(pack, request, [(person, avatar)], avatar.to_json())


def _together(pack: UUID, form: str, shown: Sequence[tuple[UUID, AvatarSpec]]) -> Wanted:
    request = Request(TOGETHER.name, (Setting(form),))
    avatars = [avatar for _, avatar in shown]
    alone = TOGETHER.gathers[form][1] == 1
    return _wanted(pack, request, shown, avatars[0].to_json() if alone else gathered(avatars))


def _wanted(
    pack: UUID,
    request: Request,
    shown: Sequence[tuple[UUID, AvatarSpec]],
    avatar: Mapping[str, object],
) -> Wanted:
    people = tuple(person for person, _ in shown)
    name = [request.kind, request.settings[0].name, *(one.hex for one in people), avatar]
    return Wanted(uuid5(pack, json.dumps(name, sort_keys=True)), request, people, avatar)
