"""The library of parts in SQL: whole styles replaced at once, read in the order they were given."""

import asyncio
from dataclasses import replace

import pytest

from storage import parts
from storage.database import Database
from storage.parts import Code, NewStyle, Part

PNG = b"\x89PNG a picture"


def part(slot: str, variant: str, *, code: bytes | None = None) -> Part:
    tags = {"hair_length": ["long", "medium"]} if variant == "bob" else {}
    codes = {} if code is None else {"crossdomain": Code("w1", code)}
    return Part(slot, variant, tags, "CC0", PNG + variant.encode(), codes)


TOON = NewStyle(
    "toon",
    0,
    "v1",
    "CC0",
    {"skin": ("#ffffff", "#000000"), "hair": ("#112233",)},
    (
        part("hair", "none", code=b"\0" * 8),
        part("hair", "bob", code=b"\x01" * 8),
        part("eyes", "wide"),
        part("eyes", "almond"),
    ),
)


async def keep(database: Database, style: NewStyle) -> None:
    async with database.transaction() as session:
        await parts.replace(session, style)


async def test_nothing_is_offered_before_anything_was_built(database: Database) -> None:
    """Before the library is built its catalogue is empty and no version is known."""
    async with database.snapshot() as session:
        found = await parts.catalogue(session)
        assert (dict(found.styles), dict(found.colours)) == ({}, {})
        assert await parts.version(session, "toon") is None
        assert await parts.thumbnail(session, "toon", "hair", "bob") is None
        assert await parts.codes(session, "toon", "hair", "crossdomain") == ((), [])


async def test_the_catalogue_keeps_the_order(database: Database) -> None:
    """Styles, slots, variants and colours come back in the order in which they were given."""
    await keep(database, replace(TOON, name="zebra", position=2))
    await keep(database, replace(TOON, name="ape", position=3))
    await keep(database, TOON)
    async with database.snapshot() as session:
        found = await parts.catalogue(session)
    assert list(found.styles) == ["toon", "zebra", "ape"]
    assert list(found.styles["toon"].items()) == [
        ("hair", ("none", "bob")),
        ("eyes", ("wide", "almond")),
    ]
    assert list(found.colours["toon"].items()) == [
        ("skin", ("#ffffff", "#000000")),
        ("hair", ("#112233",)),
    ]


async def test_parts_tell_what_they_are(database: Database) -> None:
    """A part has its tags, licence, picture and, for each embedder, its code."""
    await keep(database, TOON)
    async with database.snapshot() as session:
        bob = (await parts.listed(session, "toon", "hair"))[1]
        assert (bob.variant, bob.licence) == ("bob", "CC0")
        assert bob.tags == {"hair_length": ["long", "medium"]}
        assert await parts.thumbnail(session, "toon", "hair", "bob") == PNG + b"bob"
        assert await parts.codes(session, "toon", "hair", "crossdomain") == (
            ("none", "bob"),
            [b"\0" * 8, b"\x01" * 8],
        )
        assert await parts.codes(session, "toon", "hair", "resnet50") == ((), [])
        assert await parts.code_versions(session, "toon") == {"crossdomain": "w1"}
        assert len(await parts.listed(session)) == 4


async def test_a_style_is_replaced_whole(database: Database) -> None:
    """A new version leaves nothing of the old one, other styles stay as they were."""
    await keep(database, TOON)
    await keep(database, replace(TOON, name="other"))
    await keep(database, replace(TOON, version="v2", parts=(part("eyes", "wide"),)))
    async with database.snapshot() as session:
        found = await parts.catalogue(session)
        assert found.styles["toon"] == {"eyes": ("wide",)}
        assert found.styles["other"]["hair"] == ("none", "bob")
        assert await parts.version(session, "toon") == "v2"
        assert await parts.code_versions(session, "toon") == {}


async def test_a_replacement_that_fails_changes_nothing(database: Database) -> None:
    """When a style cannot be kept whole, what was there before stays."""
    await keep(database, TOON)
    twice = replace(TOON, version="v2", parts=(part("eyes", "wide"), part("eyes", "wide")))
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        await keep(database, twice)
    async with database.snapshot() as session:
        assert await parts.version(session, "toon") == "v1"
        assert len(await parts.listed(session, "toon")) == 4


async def test_replacing_at_once_keeps_one_whole_style(database: Database) -> None:
    """Several builders at the same moment leave one style, once."""
    versions = [f"v{number}" for number in range(4)]
    await asyncio.gather(*(keep(database, replace(TOON, version=one)) for one in versions))
    async with database.snapshot() as session:
        assert await parts.version(session, "toon") in versions
        assert len(await parts.listed(session, "toon")) == 4
