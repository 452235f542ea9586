"""The web chat's addresses.

GET  /                      the page; gives the browser its cookie
GET  /assets/{name}         its script, style and sample face
GET  /favicon.ico           where the icon is, for browsers that ask before they have read the page
GET  /vocabulary            commands, settings and sentences in the person's language
GET  /pictures/{token}.webp  a picture that this browser was sent; also .png and the .svg drawn, or
                             .mp4 where it moves
GET  /stickers.zip?tokens=  several of them in one file
GET  /parts/{style}/{slot}/{variant}.png  an avatar part on a plain avatar
WS   /drive?job=            a camera that moves a photo's face live (``driving``)
WS   /stream                what is shown, from ?epoch=&version= on
POST /photo?key=&caption=   a photo, as the raw body
POST /command               {"key", "text", "replaces"?}
POST /choice                {"key", "value", "message"?}
POST /pose                  {"key", "job", "settings"}: what was made live becomes a sticker
GET  /gallery…              everything that is kept, and packs (``gallery``)
POST /gallery               {"key", "verb", …}, a change of these
GET  /room/{code}           the way into a room, from a link that somebody was sent
GET  /healthz               what works and what does not: 200, or 503 and the reason

``key`` names an update uniquely, so a browser may send it again after a broken connection. Whoever
asks for too much is answered 429 and when to come again.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

from PIL import Image
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.core.collecting import Collections
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    Message,
    Origin,
    PhotoRefused,
    PhotoSent,
    PoseKept,
    TrayChanged,
    Who,
)
from bot.core.language.texts import Texts
from bot.errors import StickerTooLarge
from bot.frontends.web import driving, visitors, wire, wording
from bot.frontends.web.assets import assets
from bot.frontends.web.bodies import read_fields
from bot.frontends.web.driving import Driving
from bot.frontends.web.gallery import Gallery, change, uuid
from bot.frontends.web.looking import look
from bot.frontends.web.rates import Buckets, Rate
from bot.frontends.web.sessions import Picture, Session, Sessions
from bot.frontends.web.together import zipped
from bot.frontends.web.uploads import BodyTooLargeError, Uploads, refusal
from bot.stickers import LIMITS, encode, moves
from bot.stickers import suffix as own_suffix
from bot.thumbnails import thumbnail
from storage.contract.failures import Failure
from storage.contract.health import Check
from storage.contract.photos import MAX_BYTES

log = logging.getLogger(__name__)

FIELDS_BYTES = 16 * 2**10
MOST_AT_ONCE = 60  # stickers in one file
TEXT_CHARACTERS = 1_000
VISITORS_EACH, VISITORS = Rate(60, 600), Rate(3_000, 600)  # new ones of an address, of all
UPDATES_EACH, UPDATES = Rate(480, 60), Rate(12_000, 60)  # a slider sends eight drafts a second
PHOTOS_EACH, PHOTOS = Rate(120, 300), Rate(3_000, 300)
BYTES_EACH, BYTES = Rate(400 * 2**20, 300), Rate(8 * 2**30, 300)
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
NAME = re.compile(r"[A-Za-z0-9-]{1,64}")

MEDIA_TYPES = {
    "png": "image/png", "webp": "image/webp", "svg": "image/svg+xml", "webm": "video/webm",
    "mp4": "video/mp4", "zip": "application/zip",
    "wastickers": "application/zip",
}  # fmt: skip
_LIMITS = {"webp": "web", "mp4": "film"}  # what is made when it is asked for

Update = PhotoSent | PhotoRefused | CommandGiven | ChoiceMade | TrayChanged | PoseKept
Handle = Callable[[Update], Awaitable[None]]
LocaleOf = Callable[[Who], Awaitable[str | None]]
PartOf = Callable[[str, str, str], Awaitable[tuple[bytes, str] | None]]
Health = Callable[[], Awaitable[tuple[Check, ...]]]


class WebApp:
    """The routes, over the sessions of all browsers."""

    def __init__(
        self,
        sessions: Sessions,
        texts: Texts,
        handle: Handle,
        locale_of: LocaleOf,
        part_of: PartOf,
        health: Health,
        collections: Collections,
        driving: Driving,
    ) -> None:
        """``handle`` answers an update; ``locale_of`` tells which language a person chose.

        ``collections``: what people have. ``driving``: their cameras. ``part_of`` returns the PNG
        of an avatar part (style, slot, variant) and its version, ``health`` what works and what
        does not.
        """
        self._sessions = sessions
        self._texts = texts
        self._handle = handle
        self._locale_of = locale_of
        self._part_of = part_of
        self._health = health
        self._driving = driving
        self._uploads = Uploads()
        self._visitors = Buckets(VISITORS_EACH, VISITORS)
        self._updates = Buckets(UPDATES_EACH, UPDATES)
        self._photos = Buckets(PHOTOS_EACH, PHOTOS)
        self._bytes = Buckets(BYTES_EACH, BYTES)
        self._assets = assets()
        self.asgi = Starlette(
            routes=[
                Route("/", self.page),
                Route("/assets/{name}", self.asset),
                Route("/favicon.ico", self.icon),
                Route("/vocabulary", self.vocabulary),
                Route("/pictures/{token}.{suffix}", self.picture),
                Route("/stickers.zip", self.stickers),
                Route("/parts/{style}/{slot}/{variant}.png", self.part),
                Route("/photo", self.photo, methods=["POST"]),
                Route("/command", self.command, methods=["POST"]),
                Route("/choice", self.choice, methods=["POST"]),
                Route("/pose", self.pose, methods=["POST"]),
                Route("/gallery", self.tray, methods=["POST"]),
                *Gallery(collections, self._who).routes(),
                Route("/room/{code}", self.room),
                Route("/healthz", self.healthz),
                WebSocketRoute("/stream", self.stream),
                WebSocketRoute("/drive", self.drive),
            ],
            exception_handlers={HTTPException: _refusal, Exception: _accident},
        )

    async def page(self, request: Request) -> Response:
        """Serve the page in the person's language."""
        locale = await self._locale(request)
        body = wording.page(self._texts, locale)
        response = Response(body, media_type="text/html", headers={"cache-control": "no-store"})
        visitors.introduce(request, response)
        return response

    async def icon(self, request: Request) -> Response:
        """Lead to the page's icon."""
        return RedirectResponse(request.url_for("asset", name="logo.svg").path)

    async def asset(self, request: Request) -> Response:
        """Serve one of the page's files, or 304 where the browser has it."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        body, media_type, etag = asset
        headers = {"etag": etag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    async def room(self, request: Request) -> Response:
        """Lead from a link elsewhere to the page, which asks for the room of the code.

        A browser sends its cookie only where it comes from us, so the page is a step further on.
        """
        code = request.path_params["code"]
        if not KEY.fullmatch(code):
            raise HTTPException(404)
        body = f'<!doctype html><meta http-equiv="refresh" content="0;url=/#room={code}">'
        return Response(body, media_type="text/html", headers={"cache-control": "no-store"})

    async def vocabulary(self, request: Request) -> Response:
        """Tell the script our words."""
        words = wording.vocabulary(self._texts, await self._locale(request))
        limits = {"photo_bytes": MAX_BYTES, "text_characters": TEXT_CHARACTERS}
        return JSONResponse({**words, "limits": limits}, headers={"cache-control": "no-store"})

    async def picture(self, request: Request) -> Response:
        """Serve a picture to the browser it was sent to, and to no other."""
        token = request.path_params["token"]
        session = await self._having(request, [token])
        picture = session.picture(token) if session else None
        data = picture.data if picture else None
        suffix = request.path_params["suffix"]
        if session is None or picture is None or data is None or suffix not in _offered(picture):
            raise HTTPException(404)
        made = picture.svg if suffix == "svg" else picture.formats.get(suffix)
        if made is None:
            try:
                made = await asyncio.to_thread(encode, data, LIMITS[_LIMITS[suffix]])
            except StickerTooLarge:
                own = own_suffix(data)
                return RedirectResponse(request.url_for("picture", token=token, suffix=own).path)
            session.keep_format(picture, suffix, made)
        return Response(
            made,
            media_type=MEDIA_TYPES[suffix],
            headers={"cache-control": "private, max-age=31536000, immutable"},
        )

    async def stickers(self, request: Request) -> Response:
        """Serve several stickers of a browser's own in one file."""
        tokens = request.query_params.get("tokens", "").split(",")[:MOST_AT_ONCE]
        session = await self._having(request, tokens)
        found = session.stickers(tokens) if session else []
        if not found:
            raise HTTPException(404)
        return Response(
            await asyncio.to_thread(zipped, found),
            media_type="application/zip",
            headers={"cache-control": "no-store"},
        )

    async def _having(self, request: Request, tokens: list[str]) -> Session | None:
        """Return a browser's session, if there is one, with pictures of its own."""
        secret = visitors.token(request)
        if secret is None:
            return None
        return await self._sessions.having(visitors.external_id(secret), tokens)

    async def part(self, request: Request) -> Response:
        """Serve the picture of an avatar part, or 304 where the browser has this version."""
        names = [request.path_params[name] for name in ("style", "slot", "variant")]
        known = all(NAME.fullmatch(name) for name in names)
        found = await self._part_of(*names) if known else None
        if found is None:
            raise HTTPException(404)
        picture, version = found
        headers = {"etag": f'"{version}"', "cache-control": "public, max-age=86400"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(picture, media_type="image/png", headers=headers)

    async def photo(self, request: Request) -> Response:
        """Take a photo, with a command as its caption perhaps."""
        caption = request.query_params.get("caption", "")[:TEXT_CHARACTERS]
        key = request.query_params.get("key", "")
        person = self._person(request, key)
        if seconds := self._photos.wait(_address(request)):
            raise refusal(seconds)
        data, failure = b"", None
        try:
            data = await self._uploads.read(request, MAX_BYTES, person)
        except BodyTooLargeError:
            failure = Failure.TOO_LARGE
        # what all share is charged for whole bodies only, or trickles would use it up
        session, origin = await self._update(request, key)
        self._charge(request, self._photos)
        self._charge(request, self._bytes, len(data))
        seen: Failure | Image.Image | None = failure or await asyncio.to_thread(look, data)
        said = Message(caption, name="photo")
        if isinstance(seen, Failure):
            return await self._take(request, session, PhotoRefused(origin, seen), said)
        sent = PhotoSent(origin, data, caption)
        return await self._take(request, session, sent, said, seen or data)

    async def command(self, request: Request) -> Response:
        """Take a typed line, or a slider's."""
        fields = await read_fields(self._uploads, request, FIELDS_BYTES)
        session, origin = await self._update(request, fields.get("key", ""))
        text = fields.get("text", "").strip()[:TEXT_CHARACTERS]
        if not text:
            raise HTTPException(400)
        replaces = fields.get("replaces")
        said = None if replaces else Message(text)
        return await self._take(request, session, CommandGiven(origin, text, replaces), said)

    async def choice(self, request: Request) -> Response:
        """Take a pressed button."""
        fields = await read_fields(self._uploads, request, FIELDS_BYTES)
        session, origin = await self._update(request, fields.get("key", ""))
        value = fields.get("value", "")
        if not 0 < len(value.encode()) <= 64:
            raise HTTPException(400)
        return await self._take(
            request, session, ChoiceMade(origin, value, fields.get("message"), in_place=True), None
        )

    async def pose(self, request: Request) -> Response:
        """Take what a camera made of a photo live."""
        fields = await read_fields(self._uploads, request, FIELDS_BYTES)
        session, origin = await self._update(request, fields.get("key", ""))
        try:
            settings = driving.read(fields.get("settings", ""))
        except ValueError:
            raise HTTPException(400) from None
        kept = PoseKept(origin, uuid(fields.get("job", "")), settings)
        return await self._take(request, session, kept, None)

    async def tray(self, request: Request) -> Response:
        """Take a change of a pack, or of what is kept."""
        fields = await read_fields(self._uploads, request, FIELDS_BYTES)
        session, origin = await self._update(request, fields.get("key", ""))
        return await self._take(request, session, change(origin, fields), None)

    async def healthz(self, _: Request) -> Response:
        """Say in words what works and what does not."""
        checks = await self._health()
        well = all(check.ok for check in checks)
        words = {check.name: check.words for check in checks}
        body = {"ok": well, **words, "sessions": len(self._sessions)}
        return JSONResponse(body, 200 if well else 503, headers={"cache-control": "no-store"})

    async def stream(self, socket: WebSocket) -> None:
        """Send what a tab lacks, then every change."""
        secret = visitors.token(socket)
        if secret is None:
            await socket.close(4401)
            return
        await socket.accept()
        epoch = socket.query_params.get("epoch", "")
        known = socket.query_params.get("version", "")
        person = visitors.external_id(secret)
        if self._sessions.known(person) is None:
            try:
                self._charge(socket, self._visitors)
            except HTTPException:
                await socket.close(1013)
                return
        session = await self._sessions.get(person)
        sender = asyncio.create_task(
            self._send_changes(socket, session, epoch, int(known) if known.isdecimal() else 0)
        )
        left = asyncio.create_task(_until_closed(socket))
        try:
            await asyncio.wait({sender, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sender, left):
                task.cancel()
                with suppress(asyncio.CancelledError, WebSocketDisconnect):
                    await task

    async def _send_changes(
        self, socket: WebSocket, session: Session, epoch: str, version: int
    ) -> None:
        with session.listen() as changed:
            while not session.closed:
                changed.clear()
                warm, live = self._sessions.warm, self._driving.possible
                news = wire.update(session, epoch, version, warm=warm, live=live)
                epoch, version = session.epoch, session.version
                await socket.send_json(news)
                await changed.wait()
        await socket.close(1012)

    async def drive(self, socket: WebSocket) -> None:
        """Let a camera move a photo's face."""
        await self._driving.drive(socket, self._who)

    def _person(self, request: Request, key: str) -> str:
        """Return who sends an update.

        Raises:
            HTTPException: nobody that we know, or the update's key is none.
        """
        secret = visitors.token(request)
        if secret is None:
            raise HTTPException(401)
        if not KEY.fullmatch(key):
            raise HTTPException(400)
        return visitors.external_id(secret)

    async def _update(self, request: Request, key: str) -> tuple[Session, Origin]:
        person = self._person(request, key)
        self._charge(request, self._updates)
        if self._sessions.known(person) is None:
            self._charge(request, self._visitors)
        who = self._who(request, person)
        origin = Origin(f"web:{person}:{key}", who, person, home=str(request.base_url))
        return await self._sessions.get(person), origin

    def _charge(self, request: HTTPConnection, buckets: Buckets, amount: float = 1.0) -> None:
        """Count what somebody asks for.

        Raises:
            HTTPException: it is too much for now; says when it will not be.
        """
        if seconds := buckets.take(_address(request), amount):
            raise refusal(seconds)

    async def _take(
        self,
        request: Request,
        session: Session,
        update: Update,
        said: Message | None,
        photo: bytes | Image.Image | None = None,
    ) -> Response:
        """Show a person's own message to all their tabs, then have the update answered.

        ``photo``: what they sent, or was decoded of it; a small copy joins the message meanwhile.
        """
        key = update.origin.key.rpartition(":")[2]
        async with session.turn:
            if not session.first_time(key):
                return Response(status_code=204)
            own = None if said is None else session.add("person", said, key)
            illustrating = asyncio.create_task(_illustrate(session, own, photo))
            try:
                before = await self._locale(request)
                await self._handle(update)
                await illustrating
            except BaseException:  # the browser sends it again, and then it is not there yet
                illustrating.cancel()
                session.forget_key(key)
                if own is not None:
                    session.remove(own)
                raise
            after = await self._locale(request)
        return JSONResponse({"reworded": before != after}, 202)

    async def _locale(self, request: Request) -> str:
        secret = visitors.token(request)
        wanted = visitors.wanted(request, self._texts)
        chosen = None
        if secret is not None:
            chosen = await self._locale_of(self._who(request, visitors.external_id(secret)))
        return self._texts.negotiate(chosen or wanted)

    def _who(self, request: HTTPConnection, person: str) -> Who:
        wanted = visitors.wanted(request, self._texts)
        return Who("web", person, wanted)


def _address(request: HTTPConnection) -> str:
    return request.client.host if request.client else ""


async def _illustrate(
    session: Session, reference: str | None, photo: bytes | Image.Image | None
) -> None:
    """Put a small copy of a photo into the message that it came with."""
    small = None if photo is None else await asyncio.to_thread(thumbnail, photo)
    if small is not None and reference is not None:
        session.illustrate(reference, small)


async def _until_closed(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass  # the page has nothing to say here


def _offered(picture: Picture) -> set[str]:
    """Return the formats in which a picture can be had; the one it came in among them."""
    if moves(picture.data or b""):
        return {"webm", "webp", "mp4"}
    packed = {"zip", "wastickers"} & picture.formats.keys()
    if packed:
        return packed
    drawn = set() if picture.svg is None else {"svg"}
    return drawn if "svg" in picture.formats else {"png", "webp", *drawn}


async def _refusal(_: Request, problem: Exception) -> Response:
    if not isinstance(problem, HTTPException):
        return JSONResponse({"error": 500}, 500)
    return JSONResponse({"error": problem.status_code}, problem.status_code, problem.headers)


async def _accident(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": 500}, 500)
