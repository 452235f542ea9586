"""The library of avatar parts: what a wardrobe offers, how it looks, and codes to search by.

Built by the worker's side (``inference.emoji.parts``), style by style, each at once; read by
everybody. A search compares one code with some hundred of the same slot, which takes numpy
microseconds once they are loaded, so codes are plain bytes here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.parts import Catalogue
from storage.models import PartCodeRow, PartRow, StyleRow


@dataclass(frozen=True, slots=True)
class Code:
    """What an embedder makes of a part: little-endian float32, and the weights' version."""

    version: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A part to be kept.

    variant: "none" leaves the slot empty. tags: attribute -> the values that it shows. thumbnail:
    PNG. codes: by embedder.
    """

    slot: str
    variant: str
    tags: Mapping[str, Sequence[str]]
    licence: str
    thumbnail: bytes
    codes: Mapping[str, Code] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewStyle:
    """A style to be kept; styles, parts and colours are offered in the order given.

    colours: colour name -> "#rrggbb" choices.
    """

    name: str
    position: int
    version: str
    licence: str
    colours: Mapping[str, Sequence[str]]
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Listed:
    """A part as kept, without its picture and its codes."""

    style: str
    slot: str
    variant: str
    tags: Mapping[str, Sequence[str]]
    licence: str


async def catalogue(session: AsyncSession) -> Catalogue:
    """Return everything there is to choose from; empty when nothing was built yet."""
    styles: dict[str, dict[str, tuple[str, ...]]] = {}
    colours: dict[str, dict[str, tuple[str, ...]]] = {}
    known = await session.execute(
        select(StyleRow.name, StyleRow.colours).order_by(StyleRow.position)
    )
    for name, choices in known:
        styles[name] = {}
        colours[name] = {colour: tuple(values) for colour, values in choices.items()}
    rows = await session.execute(
        select(PartRow.style, PartRow.slot, PartRow.variant).order_by(PartRow.position)
    )
    for style, slot, variant in rows:
        slots = styles.setdefault(style, {})
        slots[slot] = (*slots.get(slot, ()), variant)
    return Catalogue(styles, colours)


async def version(session: AsyncSession, style: str) -> str | None:
    """Return which version of a style is kept, None for none."""
    found: str | None = await session.scalar(select(StyleRow.version).where(StyleRow.name == style))
    return found


async def code_versions(session: AsyncSession, style: str) -> dict[str, str]:
    """Return the version of the weights behind a style's codes, by embedder."""
    rows = await session.execute(
        select(PartCodeRow.embedder, PartCodeRow.version)
        .join(PartRow, PartRow.id == PartCodeRow.part_id)
        .where(PartRow.style == style)
        .distinct()
    )
    return {row.embedder: row.version for row in rows}


async def replace(session: AsyncSession, style: NewStyle) -> None:
    """Keep a style in place of what was kept of it, seen by others whole or not at all."""
    if session.get_bind().dialect.name == "postgresql":  # two at once would insert the same keys
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('selfmoji parts'))"))
    await session.execute(delete(StyleRow).where(StyleRow.name == style.name))  # and its parts
    session.add(
        StyleRow(
            name=style.name,
            position=style.position,
            version=style.version,
            licence=style.licence,
            colours={name: list(choices) for name, choices in style.colours.items()},
        )
    )
    await session.flush()
    rows = [_row(style.name, number, part) for number, part in enumerate(style.parts)]
    session.add_all(rows)
    await session.flush()
    session.add_all(
        PartCodeRow(
            part_id=row.id,
            embedder=embedder,
            version=code.version,
            dimension=len(code.data) // 4,
            code=code.data,
        )
        for row, part in zip(rows, style.parts, strict=True)
        for embedder, code in part.codes.items()
    )
    await session.flush()


def _row(style: str, number: int, part: Part) -> PartRow:
    return PartRow(
        style=style,
        slot=part.slot,
        variant=part.variant,
        position=number,
        tags={name: list(values) for name, values in part.tags.items()},
        licence=part.licence,
        thumbnail=part.thumbnail,
    )


async def listed(
    session: AsyncSession, style: str | None = None, slot: str | None = None
) -> list[Listed]:
    """Return the parts of all styles, or of one, or of one slot, in order."""
    query = (
        select(PartRow.style, PartRow.slot, PartRow.variant, PartRow.tags, PartRow.licence)
        .join(StyleRow, StyleRow.name == PartRow.style)
        .order_by(StyleRow.position, PartRow.position)
    )
    if style is not None:
        query = query.where(PartRow.style == style)
    if slot is not None:
        query = query.where(PartRow.slot == slot)
    return [Listed(*row) for row in await session.execute(query)]


async def thumbnail(session: AsyncSession, style: str, slot: str, variant: str) -> bytes | None:
    """Return the PNG of a part, None if there is no such part."""
    found: bytes | None = await session.scalar(
        select(PartRow.thumbnail).where(*_is(style, slot), PartRow.variant == variant)
    )
    return found


async def codes(
    session: AsyncSession, style: str, slot: str, embedder: str
) -> tuple[tuple[str, ...], list[bytes]]:
    """Return a slot's variants in order, and their codes; both empty where none are kept."""
    rows = await session.execute(
        select(PartRow.variant, PartCodeRow.code)
        .join(PartCodeRow, PartCodeRow.part_id == PartRow.id)
        .where(*_is(style, slot), PartCodeRow.embedder == embedder)
        .order_by(PartRow.position)
    )
    found = rows.all()
    return tuple(row.variant for row in found), [row.code for row in found]


def _is(style: str, slot: str) -> tuple[Any, Any]:
    return PartRow.style == style, PartRow.slot == slot
