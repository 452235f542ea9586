"""A Bot API on loopback: real HTTP, lasting files and messages, Telegram's limits and outages.

It keeps what a Telegram server would keep for one bot: pending updates, files by ``file_id``, the
messages of each chat. Requests beyond the API's limits are refused in Telegram's words, and
``script`` makes the next requests fail as Telegram fails.
"""

import asyncio
import itertools
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests import patience
from tests.bot import bot_api_limits as limits
from tests.bot.bot_api_limits import Refused, bad
from tests.bot.bot_api_objects import Fault, Json, Request, Shown, entities, private
from tests.bot.fake_sticker_sets import StickerSets

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = {
    "id": 110201543,
    "is_bot": True,
    "first_name": "Selfmoji",
    "username": "selfmoji_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}


class BotApi:
    """The server, and the hands of the people who use the bot."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.chats: dict[int, dict[int, Shown]] = defaultdict(dict)
        self.deleted: list[Shown] = []
        self.commands: dict[str, list[Json]] = {}
        self.latency: Callable[[], float] = lambda: 0.0
        """Seconds that a request takes on its way there, and again on its way back."""
        self.answered: list[str] = []
        self.inline: dict[str, Json] = {}
        """How inline queries were answered, by their numbers."""
        self.admins: set[int] = set()
        """The people who are admins of every group."""
        self.stickers = StickerSets(str(BOT["username"]))
        self._files: dict[str, bytes] = {}
        self._updates: list[Json] = []
        self._faults: dict[str, deque[Fault | None]] = defaultdict(deque)
        self._numbers = itertools.count(1)
        self._messages = itertools.count(1)  # as Telegram's: of all private chats together
        self._poller = 0
        self._newest: Json = {}
        self._repeated: list[Json] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """What stands in the place of https://api.telegram.org."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; again on the same port after a stop."""
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/file/bot{token}/{path:.*}", self._serve_file)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Go away, as in an outage; what is kept stays."""
        if self._runner is not None:
            await self._runner.cleanup()

    # what a test looks at

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until a condition about this server holds."""
        async with patience.limit(), self._changed:
            await self._changed.wait_for(true)

    def calls(self, *methods: str) -> list[Request]:
        """Return the requests of some methods, in order."""
        return [request for request in self.requests if request.method in methods]

    def messages(self, chat: int) -> list[Shown]:
        """Return what stands in a chat now, oldest first."""
        return [self.chats[chat][number] for number in sorted(self.chats[chat])]

    def script(self, method: str, *faults: Fault | None) -> None:
        """Let the next requests of a method fail, one fault each; None lets one through."""
        self._faults[method].extend(faults)

    def heal(self) -> None:
        """Let no further request fail."""
        self._faults.clear()

    # what people do

    @staticmethod
    def person(number: int, language: str = "en") -> Json:
        """Make somebody."""
        return {
            "id": number,
            "is_bot": False,
            "first_name": f"Person {number}",
            "language_code": language,
        }

    def keep(self, data: bytes) -> str:
        """Keep a file; return its ``file_id``."""
        file_id = f"file-{next(self._numbers)}"
        self._files[file_id] = data
        return file_id

    def file(self, file_id: str) -> bytes:
        """Return a file that was kept."""
        return self._files[file_id]

    async def say(self, person: Json, text: str, **more: Any) -> Json:
        """Let somebody write a message."""
        return await self._push(person, {"text": text, "entities": entities(text), **more})

    async def upgrade(self, person: Json, old: Json, new: Json) -> None:
        """Let somebody make a supergroup of a group: either chat tells of the other."""
        await self._push(person, {"migrate_to_chat_id": new["id"], "chat": old})
        await self._push(person, {"migrate_from_chat_id": old["id"], "chat": new})

    async def send_photo(self, person: Json, data: bytes, caption: str = "", **more: Any) -> Json:
        """Let somebody send a photo; Telegram offers a thumbnail beside it."""
        content = {"photo": self.photo(data), **more}
        if caption:
            content |= {"caption": caption, "caption_entities": entities(caption)}
        return await self._push(person, content)

    async def send_album(
        self, person: Json, pictures: list[bytes], caption: str = "", **more: Any
    ) -> list[Json]:
        """Let somebody send several photos at once; the caption stands under the first."""
        album = f"album-{next(self._numbers)}"
        return [
            await self.send_photo(
                person, data, "" if place else caption, media_group_id=album, **more
            )
            for place, data in enumerate(pictures)
        ]

    async def send_document(
        self,
        person: Json,
        data: bytes,
        name: str,
        mime: str,
        size: int | None = None,
        **more: Any,
    ) -> Json:
        """Let somebody send a file whole."""
        file_id = self.keep(data)
        document = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": name,
            "mime_type": mime,
            "file_size": len(data) if size is None else size,
        }
        return await self._push(person, {"document": document, **more})

    async def tell(self, person: Json, content: Json) -> Json:
        """Let somebody send anything else, as its fields."""
        return await self._push(person, content)

    async def change(self, message: Json, **fields: str) -> None:
        """Let somebody change the text or caption of a message of theirs."""
        marks = {f"{name}_entities".replace("text_", ""): entities(fields[name]) for name in fields}
        changed = message | fields | marks | {"edit_date": int(time.time())}
        await self._update({"edited_message": changed})

    async def press(self, person: Json, shown: Shown, label: str, chat: Json | None = None) -> str:
        """Let somebody press a button under one of the bot's messages; return the query's id."""
        data = next(value for words, value in shown.buttons.items() if label in words)
        query = f"query-{next(self._numbers)}"
        await self._update(
            {
                "callback_query": {
                    "id": query,
                    "from": person,
                    "chat_instance": "1",
                    "data": data,
                    "message": self.as_json(shown, chat),
                }
            }
        )
        return query

    async def look_up(self, person: Json, typed: str, offset: str = "") -> Json:
        """Let somebody type behind the bot's name, wherever they are; return what is offered."""
        number = f"inline-{next(self._numbers)}"
        asked = {"id": number, "from": person, "query": typed, "offset": offset}
        await self._update({"inline_query": asked})
        await self.until(lambda: number in self.inline)
        return self.inline[number]

    async def press_old(self, person: Json, data: str) -> None:
        """Let somebody press a button so old that Telegram only names its chat."""
        message = {"chat": private(person), "message_id": 7, "date": 0}
        await self._update(
            {
                "callback_query": {
                    "id": f"query-{next(self._numbers)}",
                    "from": person,
                    "chat_instance": "1",
                    "data": data,
                    "message": message,
                }
            }
        )

    async def repeat(self) -> None:
        """Send the newest update once more, confirmed or not."""
        async with self._changed:
            self._repeated = [self._newest]
            self._updates.append(self._newest)
            self._changed.notify_all()

    def photo(self, data: bytes) -> list[Json]:
        """Offer a picture in two sizes."""
        small, large = self.keep(b"thumbnail"), self.keep(data)
        return [
            {"file_id": small, "file_unique_id": small, "width": 90, "height": 67},
            {
                "file_id": large,
                "file_unique_id": large,
                "width": 1280,
                "height": 960,
                "file_size": len(data),
            },
        ]

    def as_json(self, shown: Shown, chat: Json | None = None) -> Json:
        """Word one of the bot's messages the way the API does."""
        body: Json = {
            "message_id": shown.number,
            "date": int(time.time()),
            "chat": chat or {"id": shown.chat, "type": "private"},
            "from": BOT,
        }
        if shown.topic:
            body |= {"message_thread_id": shown.topic, "is_topic_message": True}
        if shown.form == "text":
            body["text"] = shown.text
        elif shown.form == "photo":
            body |= {"photo": self.photo(shown.data), "caption": shown.text}
        elif shown.form == "document":
            file_id = self.keep(shown.data)
            body["document"] = {"file_id": file_id, "file_unique_id": file_id}
            body["caption"] = shown.text
        else:
            file_id = self.keep(shown.data)
            body["sticker"] = {
                "file_id": file_id,
                "file_unique_id": file_id,
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": False,
                "is_video": shown.data.startswith(b"\x1aE\xdf\xa3"),
            }
        if shown.keyboard:
            body["reply_markup"] = {"inline_keyboard": shown.keyboard}
        return body

    async def _push(self, person: Json, content: Json) -> Json:
        message = {
            "message_id": next(self._messages),
            "date": int(time.time()),
            "chat": content.pop("chat", None) or private(person),
            "from": person,
            **content,
        }
        if message["chat"]["type"] == "private":  # whoever writes there has started the bot
            self.stickers.started.add(int(person["id"]))
        await self._update({"message": message})
        return message

    async def _update(self, content: Json) -> None:
        async with self._changed:
            self._newest = {"update_id": next(self._numbers), **content}
            self._updates.append(self._newest)
            self._changed.notify_all()

    # the server

    async def _serve(self, asked: web.Request) -> web.Response:
        fields: dict[str, str] = {}
        files: dict[str, bytes] = {}
        names: dict[str, str] = {}
        fields.update(asked.query)
        for name, value in (await asked.post()).items():
            if isinstance(value, web.FileField):
                with value.file as file:
                    files[name], names[name] = file.read(), value.filename
            else:
                fields[name] = str(value)
        method = asked.match_info["method"]
        request = Request(method, fields, files, names)
        try:
            if asked.match_info["token"] != TOKEN:
                raise Refused(401, "Unauthorized")
            await asyncio.sleep(self.latency())
            if method == "getUpdates":
                await self._fail_if_scripted(method, asked)
                result = await self._get_updates(fields)
            else:
                result = await self._answer(request, asked)
            await asyncio.sleep(self.latency())
        except Refused as refusal:
            body: Json = {
                "ok": False,
                "error_code": refusal.code,
                "description": refusal.description,
            }
            if refusal.parameters:
                body["parameters"] = dict(refusal.parameters)
            return web.json_response(body, status=refusal.code)
        finally:
            async with self._changed:
                self.requests.append(request)
                self._changed.notify_all()
        return web.json_response({"ok": True, "result": result})

    async def _answer(self, request: Request, asked: web.Request) -> Any:
        handler = self.stickers.methods.get(request.method) or getattr(
            self, "_on_" + re.sub(r"(?<!^)(?=[A-Z])", "_", request.method).lower(), None
        )
        if handler is None:
            raise Refused(404, "Not Found")
        await self._fail_if_scripted(request.method, asked, lambda: handler(request))
        return handler(request)

    async def _fail_if_scripted(
        self, method: str, asked: web.Request, act: Callable[[], Any] = lambda: None
    ) -> None:
        if self._faults[method]:
            fault = self._faults[method].popleft()
            if fault is None:
                return
            if fault.done:
                act()
            if fault.met is not None:
                fault.met.set()
            await asyncio.sleep(fault.hang)
            if fault.reset and asked.transport is not None:
                asked.transport.abort()
            if fault.page:
                raise web.HTTPBadGateway(text=fault.page)
            raise Refused(fault.code, fault.description, fault.parameters)

    async def _get_updates(self, fields: dict[str, str]) -> list[Json]:
        """Wait for updates; a second poller ends the first one's wait, as Telegram does."""
        offset = int(fields.get("offset", 0))
        mine = self._poller = next(self._numbers)
        async with self._changed:
            self._changed.notify_all()
            self._updates = [one for one in self._updates if one["update_id"] >= offset]
            self._updates += self._repeated
            try:
                async with asyncio.timeout(float(fields.get("timeout", 0))):
                    await self._changed.wait_for(lambda: self._updates or self._poller != mine)
            except TimeoutError:
                return []
            if self._poller != mine:
                raise Refused(409, "Conflict: terminated by other getUpdates request")
            self._repeated = []
            return list(self._updates)

    async def _serve_file(self, asked: web.Request) -> web.Response:
        await asyncio.sleep(0)
        data = self._files.get(asked.match_info["path"].removeprefix("files/"))
        if asked.match_info["token"] != TOKEN or data is None:
            return web.Response(status=404)
        await asyncio.sleep(self.latency())
        fault = self._faults["file"].popleft() if self._faults["file"] else None
        if fault is not None:
            await asyncio.sleep(fault.hang)
            if fault.reset and asked.transport is not None:
                asked.transport.abort()
            return web.Response(status=fault.code)
        return web.Response(body=data)

    def _on_get_me(self, _: Request) -> Json:
        return BOT

    def _on_set_my_commands(self, request: Request) -> bool:
        language = request.fields.get("language_code", "")
        self.commands[language] = limits.commands(request.fields["commands"])
        return True

    def _on_get_file(self, request: Request) -> Json:
        file_id = request.fields["file_id"]
        if file_id not in self._files:
            raise bad("invalid file_id")
        size = len(self._files[file_id])
        if size > 20 * 1024 * 1024:
            raise bad("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_size": size,
            "file_path": f"files/{file_id}",
        }

    def _on_answer_callback_query(self, request: Request) -> bool:
        self.answered.append(request.fields["callback_query_id"])
        return True

    def _on_answer_inline_query(self, request: Request) -> bool:
        known = {*self._files, *self.stickers.files}
        answer = limits.inline(request.fields, known)
        self.inline[request.fields["inline_query_id"]] = answer
        return True

    def _on_get_chat_member(self, request: Request) -> Json:
        number = int(request.fields["user_id"])
        user = {"id": number, "is_bot": False, "first_name": f"Person {number}"}
        if number not in self.admins:
            return {"status": "member", "user": user}
        rights = (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
            "can_manage_video_chats", "can_restrict_members", "can_promote_members",
            "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
            "can_delete_stories",
        )  # fmt: skip
        return {"status": "administrator", "user": user, **dict.fromkeys(rights, False)}

    def _on_send_message(self, request: Request) -> Json:
        return self._show(request, "text", limits.text(request.fields.get("text", "")))

    def _on_send_photo(self, request: Request) -> Json:
        data = request.files["photo"]
        limits.photo(data)
        return self._show(request, "photo", limits.caption(request.fields.get("caption", "")), data)

    def _on_send_document(self, request: Request) -> Json:
        data, words = request.files["document"], request.fields.get("caption", "")
        limits.document(data, request.names["document"])
        return self._show(request, "document", limits.caption(words), data)

    def _on_send_sticker(self, request: Request) -> Json:
        data = request.files["sticker"]
        limits.sticker(data, request.names["sticker"])
        return self._show(request, "sticker", "", data)

    def _on_edit_message_text(self, request: Request) -> Json:
        shown = self._to_edit(request)
        if shown.form != "text":
            raise bad("there is no text in the message to edit")
        words = limits.text(request.fields.get("text", ""))
        keys = limits.keyboard(request.fields.get("reply_markup"))
        if (words, keys) == (shown.text, shown.keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        shown.text, shown.keyboard = words, keys
        shown.changed = next(self._numbers)
        return self.as_json(shown)

    def _on_edit_message_media(self, request: Request) -> Json:
        shown = self._to_edit(request)
        if shown.form == "sticker":
            raise bad("message can't be edited")
        media = json.loads(request.fields["media"])
        data = request.files[media["media"].removeprefix("attach://")]
        limits.photo(data)
        shown.form, shown.data = "photo", data
        shown.text = limits.caption(media.get("caption", ""))
        shown.keyboard = limits.keyboard(request.fields.get("reply_markup"))
        return self.as_json(shown)

    def _on_edit_message_reply_markup(self, request: Request) -> Json:
        shown = self._to_edit(request)
        keys = limits.keyboard(request.fields.get("reply_markup"))
        if keys == shown.keyboard:
            raise bad("message is not modified: exactly the same")
        shown.keyboard = keys
        return self.as_json(shown)

    def _on_delete_message(self, request: Request) -> bool:
        number = int(request.fields["message_id"])
        shown = self.chats[int(request.fields["chat_id"])].pop(number, None)
        if shown is None:
            raise bad("message to delete not found")
        self.deleted.append(shown)
        return True

    def _to_edit(self, request: Request) -> Shown:
        number = int(request.fields["message_id"])
        shown = self.chats[int(request.fields["chat_id"])].get(number)
        if shown is None:
            raise bad("message to edit not found")
        return shown

    def _show(self, request: Request, form: str, words: str, data: bytes = b"") -> Json:
        topic = request.fields.get("message_thread_id")
        shown = Shown(
            chat=int(request.fields["chat_id"]),
            number=next(self._messages),
            form=form,
            text=words,
            data=data,
            keyboard=limits.keyboard(request.fields.get("reply_markup")),
            topic=int(topic) if topic else None,
        )
        shown.changed = next(self._numbers)
        self.chats[shown.chat][shown.number] = shown
        return self.as_json(shown)
