"""Sticker sets as a Bot API server keeps them, with what it refuses in its own words.

https://core.telegram.org/bots/api#createnewstickerset and the calls below it.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emoji import is_emoji

from tests.bot import bot_api_limits as limits
from tests.bot.bot_api_limits import bad
from tests.bot.bot_api_objects import Json, Request

SIZES = {"regular": 120, "custom_emoji": 200}
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


@dataclass
class InSet:
    """A sticker as it stands in a set; ``file_id`` names this place alone."""

    file_id: str
    unique_id: str
    data: bytes
    format: str
    emoji: list[str]
    keywords: list[str]


@dataclass
class Set:
    """A sticker set; its first sticker is on the left."""

    owner: int
    title: str
    kind: str
    stickers: list[InSet] = field(default_factory=list)

    @property
    def unique_ids(self) -> list[str]:
        """What clients know the stickers by."""
        return [one.unique_id for one in self.stickers]


class StickerSets:
    """All sets of one bot. ``started``: the people who ever started it."""

    def __init__(self, username: str) -> None:
        self.sets: dict[str, Set] = {}
        self.started: set[int] = set()
        self.spent: set[str] = set()
        """Names that nobody gets: taken by others, or of sets that are gone."""
        self.sizes = dict(SIZES)
        self._ending = f"_by_{username}"
        self._numbers = itertools.count(1)
        self.methods: dict[str, Callable[[Request], Any]] = {
            "createNewStickerSet": lambda asked: self.create(asked.fields, asked.named),
            "addStickerToSet": lambda asked: self.add(asked.fields, asked.named),
            "replaceStickerInSet": lambda asked: self.replace(asked.fields, asked.named),
            "setStickerEmojiList": lambda asked: self.describe(asked.fields),
            "setStickerKeywords": lambda asked: self.tag(asked.fields),
            "setStickerPositionInSet": lambda asked: self.move(asked.fields),
            "deleteStickerFromSet": lambda asked: self.take(asked.fields),
            "setStickerSetTitle": lambda asked: self.retitle(asked.fields),
            "deleteStickerSet": lambda asked: self.delete(asked.fields),
            "getStickerSet": lambda asked: self.read(asked.fields),
        }
        """What each call about sets does."""

    @property
    def files(self) -> dict[str, InSet]:
        """What stands in any set, by its ``file_id``."""
        return {one.file_id: one for made in self.sets.values() for one in made.stickers}

    def create(self, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> bool:
        """CreateNewStickerSet."""
        name, title, kind = fields["name"], fields["title"], fields.get("sticker_type", "regular")
        stickers = json.loads(fields["stickers"])
        if not 1 <= len(name) <= 64 or not _NAME.fullmatch(name):
            raise bad("invalid sticker set name is specified")
        if not name.lower().endswith(self._ending.lower()):
            raise bad("invalid sticker set name is specified")
        if not 1 <= len(title) <= 64:
            raise bad("STICKERSET_TITLE_INVALID")
        if kind not in SIZES:
            raise bad("invalid sticker type specified")
        if not 1 <= len(stickers) <= 50:
            raise bad("invalid number of stickers specified")
        owner = self._owner(fields)
        if name in self.sets or name in self.spent:
            raise bad("sticker set name is already occupied")
        made = [self._read(one, kind, files) for one in stickers]
        self.sets[name] = Set(owner, title, kind, made)
        return True

    def add(self, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> bool:
        """addStickerToSet; one that is in it already leaves the set as it is."""
        found = self._named(fields, self._owner(fields))
        new = self._read(json.loads(fields["sticker"]), found.kind, files)
        if new.unique_id in found.unique_ids:
            return True
        if len(found.stickers) >= self.sizes[found.kind]:
            raise bad("STICKERS_TOO_MUCH")
        found.stickers.append(new)
        return True

    def replace(self, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> bool:
        """ReplaceStickerInSet."""
        found = self._named(fields, self._owner(fields))
        new = self._read(json.loads(fields["sticker"]), found.kind, files)
        for at, one in enumerate(found.stickers):
            if one.file_id == fields["old_sticker"]:
                found.stickers[at] = new
                return True
        raise bad("STICKER_INVALID")

    def describe(self, fields: Mapping[str, str]) -> bool:
        """SetStickerEmojiList."""
        _, sticker = self._sticker(fields)
        sticker.emoji = _emoji(json.loads(fields["emoji_list"]))
        return True

    def tag(self, fields: Mapping[str, str]) -> bool:
        """SetStickerKeywords."""
        _, sticker = self._sticker(fields)
        sticker.keywords = _keywords(json.loads(fields.get("keywords", "[]")))
        return True

    def move(self, fields: Mapping[str, str]) -> bool:
        """SetStickerPositionInSet."""
        found, sticker = self._sticker(fields)
        position = int(fields["position"])
        if not 0 <= position < len(found.stickers):
            raise bad("STICKER_POSITION_INVALID")
        found.stickers.remove(sticker)
        found.stickers.insert(position, sticker)
        return True

    def take(self, fields: Mapping[str, str]) -> bool:
        """deleteStickerFromSet; an empty set is no more."""
        found, sticker = self._sticker(fields)
        found.stickers.remove(sticker)
        for name in [name for name, one in self.sets.items() if not one.stickers]:
            self._end(name)
        return True

    def retitle(self, fields: Mapping[str, str]) -> bool:
        """SetStickerSetTitle."""
        if not 1 <= len(fields["title"]) <= 64:
            raise bad("STICKERSET_TITLE_INVALID")
        self._named(fields).title = fields["title"]
        return True

    def delete(self, fields: Mapping[str, str]) -> bool:
        """deleteStickerSet; its name is spent."""
        self._named(fields)
        self._end(fields["name"])
        return True

    def read(self, fields: Mapping[str, str]) -> Json:
        """GetStickerSet."""
        found = self._named(fields)
        return {
            "name": fields["name"],
            "title": found.title,
            "sticker_type": found.kind,
            "stickers": [
                {
                    "file_id": one.file_id,
                    "file_unique_id": one.unique_id,
                    "type": found.kind,
                    "width": 512,
                    "height": 512,
                    "is_animated": False,
                    "is_video": one.format == "video",
                    "emoji": one.emoji[0],
                    "set_name": fields["name"],
                }
                for one in found.stickers
            ],
        }

    def _end(self, name: str) -> None:
        del self.sets[name]
        self.spent.add(name)

    def _owner(self, fields: Mapping[str, str]) -> int:
        owner = int(fields["user_id"])
        if owner not in self.started:
            raise bad("user not found")
        return owner

    def _named(self, fields: Mapping[str, str], owner: int | None = None) -> Set:
        found = self.sets.get(fields["name"])
        if found is None or (owner is not None and owner != found.owner):
            raise bad("STICKERSET_INVALID")
        return found

    def _sticker(self, fields: Mapping[str, str]) -> tuple[Set, InSet]:
        for found in self.sets.values():
            for one in found.stickers:
                if one.file_id == fields["sticker"]:
                    return found, one
        raise bad("STICKER_INVALID")

    def _read(self, given: Json, kind: str, files: Mapping[str, tuple[str, bytes]]) -> InSet:
        name, data = files[given["sticker"].removeprefix("attach://")]
        if given["format"] not in {"static", "video", "animated"}:
            raise bad("invalid sticker format specified")
        if (given["format"] == "video") != name.endswith(".webm"):
            raise bad("wrong file type")
        size = limits.sticker(data, name, 100 if kind == "custom_emoji" else 512)
        if kind == "custom_emoji" and size != (100, 100):
            raise bad("STICKER_PNG_DIMENSIONS")
        return InSet(
            f"set-file-{next(self._numbers)}",
            hashlib.sha256(data).hexdigest()[:16],
            data,
            given["format"],
            _emoji(given["emoji_list"]),
            _keywords(given.get("keywords", [])),
        )


def _emoji(given: list[str]) -> list[str]:
    if not 1 <= len(given) <= 20 or not all(is_emoji(one) for one in given):
        raise bad("invalid sticker emojis")
    return given


def _keywords(given: list[str]) -> list[str]:
    if len(given) > 20 or sum(map(len, given)) > 64:
        raise bad("invalid sticker keywords")
    return given
