"""Everything a browser's person has, in sight at once: results, and packs as files.

GET  /gallery                              what there is
GET  /gallery/results/{id}.webp            a result in small; ?still: its first frame alone
GET  /gallery/stickers/{pack}/{id}.webp    a sticker of a pack, likewise
GET  /gallery/packs/{pack}.zip?form=       a pack as "webp", "png", "whatsapp" or "signal"
POST /gallery {"key", "verb", …}           a change, in ``WebApp``
"""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.core.collecting import Collection, Collections
from bot.core.conversation.events import Origin, TrayChanged, TrayVerb, Who
from bot.errors import StickerTooLarge
from bot.frontends.web import visitors
from bot.packing import WHATSAPP_FEWEST, Packed
from bot.stickers import LIMITS, encode
from storage.contract.packs import LONGEST_TITLE, MOST_EMOJI, Pack
from storage.errors import PackGone, PersonGone, ResultGone

FORMS = ("webp", "png", "whatsapp", "signal")
MOST_PLACES = 10_000

WhoOf = Callable[[HTTPConnection, str], Who]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Its addresses. ``who_of`` tells who a browser's person is."""

    collections: Collections
    who_of: WhoOf

    def routes(self) -> list[Route]:
        """Return those that only show."""
        return [
            Route("/gallery", self.shown, methods=["GET"]),
            Route("/gallery/results/{id}.webp", self.result),
            Route("/gallery/stickers/{pack}/{id}.webp", self.sticker),
            Route("/gallery/packs/{pack}.zip", self.packed),
        ]

    async def shown(self, request: Request) -> Response:
        """Tell what is kept and which packs there are."""
        secret = visitors.token(request)
        found = Collection()
        if secret is not None:
            chat = visitors.external_id(secret)
            found = await self.collections.of(self.who_of(request, chat), chat)
        return JSONResponse(_told(found), headers={"cache-control": "no-store"})

    async def result(self, request: Request) -> Response:
        """Serve a result to the person whose it is, and to nobody else."""
        who, job = self._who(request), uuid(request.path_params["id"])
        return await self._picture(request, self.collections.result(who, job))

    async def sticker(self, request: Request) -> Response:
        """Serve a sticker of a pack to the person whose it is, and to nobody else."""
        pack, sticker = (uuid(request.path_params[name]) for name in ("pack", "id"))
        return await self._picture(
            request, self.collections.sticker(self._who(request), pack, sticker)
        )

    async def packed(self, request: Request) -> Response:
        """Serve a pack as a file; the header ``x-left-out`` counts what the platform lacks.

        204: the platform takes nothing of it.
        """
        pack, form = uuid(request.path_params["pack"]), request.query_params.get("form", "")
        if form not in FORMS:
            raise HTTPException(404)
        try:
            packed = await self.collections.packed(self._who(request), pack, form)
        except (PackGone, PersonGone):
            raise HTTPException(404) from None
        except StickerTooLarge:
            raise HTTPException(413) from None
        if not packed.files:
            return Response(status_code=204)
        name, data = await asyncio.to_thread(_one_file, packed)
        return Response(
            data,
            media_type="application/zip",
            headers={
                "cache-control": "no-store",
                "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
                "x-left-out": str(len(packed.left_out)),
            },
        )

    async def _picture(self, request: Request, asked: Awaitable[bytes]) -> Response:
        limits = LIMITS["thumbnail"]
        if "still" in request.query_params:
            limits = replace(limits, moving=None)
        try:
            made = await asyncio.to_thread(encode, await asked, limits)
        except (PackGone, PersonGone, ResultGone, StickerTooLarge):
            raise HTTPException(404) from None
        return Response(
            made,
            media_type="image/webp",
            headers={"cache-control": "private, max-age=31536000, immutable"},
        )

    def _who(self, request: Request) -> Who:
        secret = visitors.token(request)
        if secret is None:
            raise HTTPException(404)
        return self.who_of(request, visitors.external_id(secret))


def change(origin: Origin, fields: dict[str, str]) -> TrayChanged:
    """Return the change that a browser's fields ask for.

    Raises:
        HTTPException: they ask for none.
    """
    verb, position = fields.get("verb", ""), fields.get("position", "")
    if verb not in list(TrayVerb) or (position and not position.isdecimal()):
        raise HTTPException(400)
    pack, sticker, job = (
        uuid(fields[name]) if name in fields else None for name in ("pack", "sticker", "job")
    )
    place = min(int(position), MOST_PLACES) if position else None
    words = fields.get("words", "")[:1_000]
    return TrayChanged(origin, TrayVerb(verb), pack, sticker, job, place, words)


def uuid(text: str) -> UUID:
    """Return an id.

    Raises:
        HTTPException: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(404) from None


def _told(collection: Collection) -> dict[str, object]:
    return {
        "kept": [
            {
                "id": one.id.hex,
                "text": one.text,
                "name": one.name,
                "moving": one.moving,
                "favourite": one.favourite,
            }
            for one in collection.kept
        ],
        "packs": [_pack(pack, collection) for pack in collection.packs],
        "open": collection.open.hex if collection.open else None,
        "undo": collection.undo,
        "limits": {"title": LONGEST_TITLE, "emoji": MOST_EMOJI, "whatsapp": WHATSAPP_FEWEST},
    }


def _pack(pack: Pack, collection: Collection) -> dict[str, object]:
    return {
        "id": pack.id.hex,
        "title": pack.title,
        "stickers": [
            {
                "id": one.id.hex,
                "job": one.origin.job.hex if one.origin.job else None,
                "text": collection.called[one.id],
                "emoji": list(one.emoji),
                "moving": one.animated,
                "version": one.picture_version,
            }
            for one in pack.stickers
        ],
    }


def _one_file(packed: Packed) -> tuple[str, bytes]:
    """Return the only file, or a zip of several."""
    if len(packed.files) == 1:
        return packed.files[0].name, packed.files[0].data
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in packed.files:
            archive.writestr(file.name, file.data)
    return "selfmoji-packs.zip", buffer.getvalue()
