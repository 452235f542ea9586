"""Which parts are most alike: cosine over the codes that are kept in SQL.

A slot has at most 42 codes of 48 numbers: read and ranked in 2.5 ms, most of it SQL (SQLite, two
busy cores), so one product in numpy is all the index there is. Reading grows by 25 ms for every
1,000 codes. From some 2,000 parts of a slot on, codes would be a column of pgvector with an HNSW
index in PostgreSQL, and ``nearest`` one ``ORDER BY code <=> :code``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from inference.emoji import crops
from inference.emoji.embedders import KIND_OF_SLOT, Embedder, compared, unit
from storage import parts


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a slot's variants, (N, D) float32 in their order."""

    variants: tuple[str, ...]
    codes: NDArray[np.float32]

    def of(self, variant: str) -> NDArray[np.float32]:
        """Return the code of a variant.

        Args:
            variant: by name.

        Returns:
            (D,) float32.

        Raises:
            KeyError: it is not among them.
        """
        if variant not in self.variants:
            raise KeyError(variant)
        code: NDArray[np.float32] = self.codes[self.variants.index(variant)]
        return code


async def read(session: AsyncSession, style: str, slot: str, embedder: str) -> Codes | None:
    """Return a slot's codes by an embedder, None where none are kept."""
    variants, codes = await parts.codes(session, style, slot, embedder)
    if not variants:
        return None
    return Codes(variants, np.stack([np.frombuffer(code, "<f4") for code in codes]))


async def like_face(
    session: AsyncSession, style: str, slot: str, embedder: Embedder, codes: NDArray[np.float32]
) -> list[tuple[str, float]]:
    """Rank a slot's variants by their similarity to a face.

    Args:
        session: of the database.
        style: by name.
        slot: by name.
        embedder: whose codes.
        codes: (kinds, D) float32 of the face's crops, by the embedder.

    Returns:
        Variants with their cosine, the most alike first; [] without codes.
    """
    known = await read(session, style, slot, embedder.name)
    if known is None:
        return []
    code = codes[crops.KINDS.index(KIND_OF_SLOT[slot])]
    return nearest(known, code, compared(embedder, style, slot))


def nearest(
    known: Codes, code: NDArray[np.float32], counted: NDArray[np.bool_] | None = None
) -> list[tuple[str, float]]:
    """Rank variants by their cosine to a code.

    Args:
        known: of a slot.
        code: (D,) float32.
        counted: (D,) bool, which numbers of codes speak of what is compared; None: all do.

    Returns:
        Variants with their cosine, the most alike first.
    """
    seen = np.ones(len(code), np.bool_) if counted is None else counted
    similarity = unit(known.codes[:, seen]) @ unit(code[seen])
    order = np.argsort(-similarity, kind="stable")
    return [(known.variants[at], float(similarity[at])) for at in order]
