"""The part library: built into SQL, kept current, listed, searched."""

import asyncio
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bot.__main__ import main
from inference.avatars import styles
from inference.emoji import building, crops, parts, search
from inference.emoji.embedders import KIND_OF_SLOT
from inference.emoji.search import Codes
from storage import parts as kept
from storage.contract.avatars import NONE
from storage.contract.parts import Catalogue
from storage.database import Database
from tests.inference.making import networks


def selfmoji(url: str, *arguments: str | Path) -> Result:
    environment = {"SELFMOJI_DATABASE_URL": url, "LANG": "en_GB.UTF-8", "COLUMNS": "200"}
    return CliRunner().invoke(main, [str(one) for one in arguments], env=environment)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the whole library, made by the command."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('library')}/selfmoji.sqlite3"
    result = selfmoji(url, "parts", "build")
    assert result.exit_code == 0, result.output
    assert re.findall(r"^([\w-]+): \d+ parts$", result.output, re.MULTILINE) == [*styles.STYLES]
    return url


async def catalogue(url: str) -> Catalogue:
    database = await Database.open(url)
    async with database.snapshot() as session:
        found = await kept.catalogue(session)
    await database.close()
    return found


# --- what is kept --------------------------------------------------------------------------------


async def test_every_drawable_part_is_offered(built: str) -> None:
    """All parts that a style can draw are there, "none" leading where a slot may be empty."""
    found = await catalogue(built)
    assert tuple(found.styles) == styles.STYLES
    for name, slots in found.styles.items():
        style = styles.load(name)
        for slot, variants in slots.items():
            assert NONE not in variants[1:]
            if slot not in style.over:
                assert set(variants) - {NONE} == style.components[slot]
            if slot in style.slots:
                assert (variants[0] == NONE) == (NONE in style.slots[slot].variants)
        assert slots.keys() == style.components.keys() | style.slots.keys()


async def test_colours_are_offered_for_all_that_a_style_paints(built: str) -> None:
    """Each colour of each style has several choices, every one a colour and none twice."""
    for name, colours in (await catalogue(built)).colours.items():
        assert colours.keys() == styles.load(name).colours
        for choices in colours.values():
            assert len(choices) >= 6
            assert len(set(choices)) == len(choices)
            assert all(re.fullmatch("#[0-9a-f]{6}", choice) for choice in choices)


async def test_pictures_show_what_is_different(built: str) -> None:
    """Every part has a small picture of its own; no two of a slot look the same."""
    database = await Database.open(built)
    async with database.snapshot() as session:
        for style, slots in (await kept.catalogue(session)).styles.items():
            for slot, variants in slots.items():
                pictures = [
                    await kept.thumbnail(session, style, slot, variant) for variant in variants
                ]
                assert len(set(pictures)) == len(variants), (style, slot)
                for picture in pictures:
                    assert picture is not None
                    with Image.open(io.BytesIO(picture)) as image:
                        assert (image.format, image.size) == ("PNG", (parts.SIDE, parts.SIDE))
    await database.close()


async def test_parts_of_people_have_codes(built: str) -> None:
    """In every slot that a crop shows each part has one code of unit length, "none" too."""
    database = await Database.open(built)
    async with database.snapshot() as session:
        for style, slots in (await kept.catalogue(session)).styles.items():
            for slot, variants in slots.items():
                known = await search.read(session, style, slot, "crossdomain")
                if style not in crops.AVATARS or slot not in KIND_OF_SLOT:
                    assert known is None
                    continue
                assert known is not None
                assert known.variants == variants
                assert np.linalg.norm(known.codes, axis=1) == pytest.approx(1.0, abs=1e-5)
    await database.close()


def test_a_shirt_with_a_picture_is_one_part() -> None:
    """Parts that hold another part are there once with each of them, and not without."""
    clothes = parts.offered(styles.load("avataaars"))["clothes"]
    assert {"graphicShirtBat", "graphicShirtPizza"} <= set(clothes)
    assert "graphicShirt" not in clothes
    assert "clothesGraphic" not in styles.load("avataaars").components


# --- kept current --------------------------------------------------------------------------------


@pytest.fixture
def only_the_cat(monkeypatch: pytest.MonkeyPatch) -> None:
    """One style, which is built in a moment."""
    monkeypatch.setattr(styles, "STYLES", ("cat",))


@pytest.mark.usefixtures("only_the_cat")
async def test_nothing_is_built_twice(database: Database) -> None:
    """What is there and current is left alone; a style that changed is built anew."""
    assert await building.keep_current(database, networks) == ["cat"]
    assert await building.keep_current(database, networks) == []


@pytest.mark.usefixtures("only_the_cat")
async def test_a_change_of_a_style_is_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When what a style is made of changes, it is built anew and known by its new version."""
    await building.keep_current(database, networks)
    monkeypatch.setattr(parts, "version", lambda _: "another")
    assert await building.outdated(database) == ["cat"]
    assert await building.keep_current(database, networks) == ["cat"]
    async with database.snapshot() as session:
        assert await kept.version(session, "cat") == "another"
        assert len(await kept.listed(session)) == 28


async def test_another_embedder_is_noticed(built: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes of other weights, or by an embedder without any, are out of date for people alone."""
    database = await Database.open(built)
    assert await building.outdated(database) == []
    assert await building.outdated(database, ["autoencoder"]) == ["avataaars", "big-ears"]
    monkeypatch.setattr(parts, "code_version", lambda *_: "retrained")
    assert await building.outdated(database) == ["avataaars", "big-ears"]
    await database.close()


def test_versions_follow_tables_packages_and_weights(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each style and each embedder has its own version; a new package changes all styles'."""
    before = {name: parts.version(name) for name in styles.STYLES}
    assert len(set(before.values())) == len(before)
    assert parts.code_version("crossdomain") != parts.code_version("autoencoder")
    weights = tmp_path / "resnet50.onnx"
    weights.write_bytes(b"some weights")
    first = parts.code_version("resnet50", weights)
    weights.write_bytes(b"other weights")
    assert parts.code_version("resnet50", weights) != first
    monkeypatch.setattr(parts, "installed", lambda _: "99.0")
    parts.version.cache_clear()
    assert all(parts.version(name) != before[name] for name in styles.STYLES)
    parts.version.cache_clear()


@pytest.mark.usefixtures("only_the_cat")
async def test_processes_that_start_together_build_once(postgres_url: str) -> None:
    """On PostgreSQL one builds; the others wait and find nothing to do."""
    databases = [await Database.open(postgres_url) for _ in range(3)]
    done = await asyncio.gather(*(building.keep_current(one, networks) for one in databases))
    assert sorted(done) == [[], [], ["cat"]]
    for database in databases:
        await database.close()


# --- the commands --------------------------------------------------------------------------------


def test_building_again_says_that_nothing_was_to_do(built: str) -> None:
    """A second build ends at once and says so."""
    result = selfmoji(built, "parts", "build")
    assert (result.exit_code, result.output) == (0, "the library is current\n")


def test_parts_are_listed(built: str) -> None:
    """The list can be narrowed, tells tags and licence, and comes as JSON for programs."""
    shown = selfmoji(built, "parts", "list", "--style", "cat", "--slot", "fur").output
    assert "cat/fur/zebra" in shown
    assert "cat/body" not in shown
    lines = selfmoji(built, "parts", "list", "--slot", "facialHair", "--json").output.splitlines()
    found = [json.loads(line) for line in lines]
    assert {one["style"] for one in found} == {"avataaars", "big-ears"}
    beard = next(one for one in found if one["variant"] == "beardMedium")
    assert beard["tags"] == {"facial_hair": ["beard"], "beard": ["full"]}
    assert "Pablo Stanley" in beard["licence"]


def test_parts_like_a_face_are_found(
    built: str, selfie_of: Callable[[str], bytes], tmp_path: Path
) -> None:
    """A bearded man's jaw is most like a bearded drawing's, in every style of people."""
    photo = tmp_path / "selfie.jpg"
    photo.write_bytes(selfie_of("P005"))
    result = selfmoji(built, "parts", "like", photo, "--slot", "facialHair", "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["style"] for line in lines] == ["avataaars", "big-ears"]
    for line in lines:
        likeness = list(line["alike"].values())
        assert likeness == sorted(likeness, reverse=True)
        assert "beard" in next(iter(line["alike"]))


def test_parts_like_a_part_are_found(built: str) -> None:
    """A part's nearest are others of its slot, as many as asked for."""
    result = selfmoji(
        built, "parts", "like", "--part", "avataaars/accessories/wayfarers", "--most", "2", "--json"
    )
    (line,) = (json.loads(line) for line in result.output.splitlines())
    assert (line["slot"], len(line["alike"])) == ("accessories", 2)
    assert next(iter(line["alike"])) in {"sunglasses", "kurt"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("like",), "name a photo or --part"),
        (("like", "--part", "bob"), "--part is style/slot/variant"),
        (("like", "--part", "avataaars/top/bobb"), "has no 'bobb'; it has none, sides,"),
        (("like", "--part", "cat/fur/zebra"), "selfmoji parts build --embedder crossdomain"),
        (("list", "--slot", "wings"), "no such parts"),
    ],
)
def test_what_cannot_be_found_is_said(built: str, arguments: tuple[str, ...], said: str) -> None:
    """A wrong name ends with a sentence that says what to do."""
    result = selfmoji(built, "parts", *arguments)
    assert result.exit_code != 0
    assert said in result.output


def test_an_empty_library_names_the_command_that_makes_one(sqlite_url: str) -> None:
    """Before anything was built the list says how to build."""
    assert "selfmoji parts build" in selfmoji(sqlite_url, "parts", "list").output


def test_likeness_counts_what_is_asked_about() -> None:
    """Cosine orders the variants, and numbers that are not counted make no difference."""
    known = Codes(("a", "b"), np.array([[1, 0, 1], [0, 1, 0]], np.float32))
    code = np.array([1, 0, -5], np.float32)
    assert [name for name, _ in search.nearest(known, code)] == ["b", "a"]
    (first, likeness), _ = search.nearest(known, code, np.array([True, True, False]))
    assert (first, likeness) == ("a", pytest.approx(1.0))
