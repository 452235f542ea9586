"""``selfmoji parts``: the library of avatar parts in SQL."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from rich.console import Console
from rich.table import Table

from storage.contract.kinds import EMOJI

if TYPE_CHECKING:
    from inference.emoji.embedders import Codes as FaceCodes
    from inference.emoji.embedders import Embedder
    from inference.models.networks import Networks
    from storage.database import Database
    from storage.parts import Listed

EMBEDDERS = click.Choice(["crossdomain", "autoencoder", "resnet50"])
STYLES = click.Choice(EMOJI.settings)

_style = click.option("--style", type=STYLES, help="Only this style.")
_slot = click.option("--slot", help="Only this slot, such as hair, eyes or mouth.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
_resnet50 = click.option(
    "--resnet50",
    "weights_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="ONNX file of ImageNet weights for the embedder resnet50.",
)


@click.group("parts")
def parts() -> None:
    """The library of avatar parts: build it, list it, find parts that are alike."""


@parts.command()
@click.option(
    "--embedder",
    "embedders",
    multiple=True,
    default=["crossdomain"],
    show_default=True,
    type=EMBEDDERS,
    help="Encode parts by this; may be repeated.",
)
@_resnet50
def build(embedders: tuple[str, ...], weights_file: Path | None) -> None:
    """Draw and encode every part into the database, unless that is all there already."""
    from inference import wiring
    from inference.emoji.building import keep_current

    def built(style: str, count: int) -> None:
        click.echo(f"{style}: {count} parts")

    async def run(database: "Database") -> list[str]:
        return await keep_current(database, wiring.networks(), embedders, weights_file, built)

    if not _with_database(run):
        click.echo("the library is current")


@parts.command("list")
@_style
@_slot
@_json
def list_(style: str | None, slot: str | None, *, as_json: bool) -> None:
    """Show the parts with what their tables say of them."""
    found = _with_database(lambda database: _listed(database, style, slot))
    if not found:
        raise click.ClickException("no such parts: `selfmoji parts build` makes the library")
    if as_json:
        for part in found:
            click.echo(json.dumps({
                "style": part.style, "slot": part.slot, "variant": part.variant,
                "tags": part.tags, "licence": part.licence,
            }))  # fmt: skip
        return
    table = Table("part", "tags", "licence")
    for part in found:
        tags = "; ".join(f"{name} {', '.join(values)}" for name, values in part.tags.items())
        table.add_row(f"{part.style}/{part.slot}/{part.variant}", tags, part.licence)
    Console().print(table)


@parts.command()
@click.argument(
    "photo", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--part", help="A part instead of a photo: style/slot/variant.")
@_style
@_slot
@click.option(
    "--embedder",
    default="crossdomain",
    show_default=True,
    type=EMBEDDERS,
    help="What tells how alike two are.",
)
@_resnet50
@click.option("--most", default=5, show_default=True, type=click.IntRange(min=1))
@_json
def like(
    photo: Path | None,
    part: str | None,
    style: str | None,
    slot: str | None,
    embedder: str,
    weights_file: Path | None,
    most: int,
    *,
    as_json: bool,
) -> None:
    """Find the parts that are most like the face in PHOTO, or like another part."""
    if (photo is None) == (part is None):
        raise click.UsageError("name a photo or --part style/slot/variant")
    if part is not None:
        names = part.split("/")
        if len(names) != 3:
            raise click.UsageError("--part is style/slot/variant, such as avataaars/top/bob")
        found = _with_database(lambda database: _like_part(database, embedder, *names))
    else:
        assert photo is not None  # noqa: S101 -- one of both
        from inference import wiring
        from inference.emoji.embedders import by_name

        networks = wiring.networks()
        chosen = by_name(embedder, networks, weights_file)
        codes = _of_photo(photo, chosen, networks)
        found = _with_database(lambda database: _like_face(database, chosen, codes, style, slot))
    if not found:
        raise click.ClickException(
            f"nothing to compare: `selfmoji parts build --embedder {embedder}` encodes the parts "
            "(slots that no crop shows, such as nose and clothes, have no codes)"
        )
    _tell(found, most, as_json=as_json)


Ranks = list[tuple[str, str, list[tuple[str, float]]]]
"""(style, slot, its variants with their similarity, the most alike first)."""


def _tell(found: Ranks, most: int, *, as_json: bool) -> None:
    if as_json:
        for style, slot, ranked in found:
            alike = {variant: round(similarity, 4) for variant, similarity in ranked[:most]}
            click.echo(json.dumps({"style": style, "slot": slot, "alike": alike}))
        return
    table = Table("slot", "most alike")
    for style, slot, ranked in found:
        named = (f"{variant} {similarity:.3f}" for variant, similarity in ranked[:most])
        table.add_row(f"{style}/{slot}", ", ".join(named))
    Console().print(table)


def _of_photo(photo: Path, chosen: "Embedder", networks: "Networks") -> "FaceCodes":
    """The codes (kinds, D) of the only face in a photo."""
    from inference.emoji import crops
    from inference.face import alignment, analysis
    from inference.models.calls import run
    from inference.pictures import images

    image = images.decode(photo.read_bytes())
    portrait = run(analysis.portrait(image), networks)
    pictures = crops.of_face(alignment.align(portrait), chosen.side)
    codes: FaceCodes = chosen.embed(pictures[None])[0]
    return codes


async def _like_face(
    database: "Database",
    chosen: "Embedder",
    codes: "FaceCodes",
    style: str | None,
    slot: str | None,
) -> Ranks:
    from inference.emoji import search
    from storage import parts as kept

    found: Ranks = []
    async with database.snapshot() as session:
        for name, slots in (await kept.catalogue(session)).styles.items():
            for one in slots:
                if style in {None, name} and slot in {None, one}:
                    ranked = await search.like_face(session, name, one, chosen, codes)
                    found += [(name, one, ranked)] if ranked else []
    return found


async def _like_part(
    database: "Database", embedder: str, style: str, slot: str, variant: str
) -> Ranks:
    from inference.emoji import search

    async with database.snapshot() as session:
        known = await search.read(session, style, slot, embedder)
    if known is None:
        return []
    if variant not in known.variants:
        listed = ", ".join(known.variants)
        raise click.ClickException(f"{style}/{slot} has no {variant!r}; it has {listed}")
    others = [one for one in search.nearest(known, known.of(variant)) if one[0] != variant]
    return [(style, slot, others)]


async def _listed(database: "Database", style: str | None, slot: str | None) -> "list[Listed]":
    from storage import parts as kept

    async with database.snapshot() as session:
        return await kept.listed(session, style, slot)


Found = TypeVar("Found")


def _with_database(work: Callable[["Database"], Awaitable[Found]]) -> Found:
    """Run work on the database that the settings name."""
    from storage.database import Database
    from storage.settings import StorageSettings

    async def run() -> Found:
        try:
            database = await Database.open(StorageSettings().url)
        except (OSError, ValueError) as problem:
            raise click.ClickException(str(problem)) from None
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


if __name__ == "__main__":
    parts()
