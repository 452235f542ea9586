"""Selfmoji on Telegram: photos and words in, stickers with buttons out."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from telegram import (
    BotCommand,
    ChatMember,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, NetworkError, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.core.chat import Listener
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    Message,
    OtherSent,
    PhotoRefused,
    PhotoSent,
)
from bot.core.downloading import download
from bot.core.language.texts import Texts
from bot.errors import ChatError, ChatUnavailable
from bot.frontends.telegram import inline, updates
from bot.frontends.telegram.errors import translate, translated
from bot.frontends.telegram.lanes import Item, Lanes
from bot.frontends.telegram.limiter import Limiter
from bot.frontends.telegram.messages import GoneError, Messages, form_of
from bot.frontends.telegram.numbering import Numbering
from bot.frontends.telegram.polling import Json, RetryUntilShutdown, StoppedError, poll
from bot.frontends.telegram.sets import Sets
from bot.frontends.telegram.updates import Incoming
from storage.contract.failures import Failure
from storage.contract.updates import KeptUpdate, NewUpdate

log = logging.getLogger(__name__)

T = TypeVar("T")

_Asked = PhotoSent | PhotoRefused | OtherSent | CommandGiven | ChoiceMade

REMOVAL_PAUSES = (0.2, 0.6, 2, 5)  # seconds between attempts to take a message away
PROBES = 40  # messages looked at for one whose sending was cut off
LAST_WORDS = 10.0  # seconds that a stop leaves to updates in hand


class TelegramChat:
    """The Bot API as a ``Chat``; its references are those of ``updates``."""

    platform = "telegram"

    def __init__(
        self,
        token: str,
        texts: Texts,
        base_url: str = "https://api.telegram.org",
        *,
        hold: float = 30.0,
        album_pause: float = 0.7,
        timeout: float = 20.0,
    ) -> None:
        """Prepare; nothing is asked of Telegram before ``run``.

        ``hold``: seconds of one long poll. ``album_pause``: how long an album may still grow.
        ``timeout``: seconds for one answer.
        """
        # both write URLs, and so the token: httpx at INFO, the library at DEBUG
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("telegram").setLevel(logging.INFO)
        logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # traces of bad answers
        base = base_url.rstrip("/")
        self._texts = texts
        self._hold = hold
        self._polling = HTTPXRequest(connection_pool_size=2)
        self._bot = ExtBot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=HTTPXRequest(
                connection_pool_size=64,
                read_timeout=timeout,
                write_timeout=timeout,
                media_write_timeout=timeout,
                connect_timeout=min(timeout, 5.0),
                pool_timeout=timeout,
            ),
            get_updates_request=self._polling,
            rate_limiter=Limiter(),
        )
        self._messages = Messages(self._bot)
        self.sets = Sets(self._bot)
        self._album_pause = album_pause
        self._moved: dict[int, int] = {}  # groups that became supergroups
        self._numbering = Numbering()
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self, listener: Listener, shutdown: asyncio.Event) -> None:
        """Serve until the shutdown; outages of Telegram are waited out.

        Raises:
            ChatForbidden: Telegram does not know the token.
        """
        retry = RetryUntilShutdown(shutdown)
        lanes = Lanes(lambda items: self._handle(items, listener), self._album_pause)

        async def keep(raw: list[Json]) -> None:
            for one in raw:
                await self._follow(one, listener)
                self._offer(one, listener)
            new = [one for one in map(self._new, raw) if one is not None]
            for row in await listener.keep(self.platform, new):
                dispatch(row)

        def dispatch(row: KeptUpdate) -> None:
            update = self._read(json.loads(row.payload))
            person = None if update is None else updates.person_of(update)
            if update is not None and person is not None:
                if update.callback_query is not None:
                    self._soon(self._answer(update.callback_query.id))
                lanes.put(person, Item(update, row.id))

        try:
            with translated():
                await retry(self._bot.initialize)
            log.info("On Telegram as %s", self._bot.name)
            for row in await listener.kept(self.platform):
                dispatch(row)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._introduce())
                group.create_task(listener.deliver(self, shutdown))
                with translated():
                    await poll(self._polling, self._bot.base_url, keep, retry, self._hold)
        except StoppedError:
            pass
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        finally:
            await lanes.drain(LAST_WORDS)
            with suppress(TelegramError):
                await self._bot.shutdown()

    def _read(self, raw: Json) -> Update | None:
        """Return an update, None for one that the library cannot read."""
        try:
            update = Update.de_json(raw, self._bot)
            message = updates.message_of(update)
            if message is not None:
                self._numbering.saw(message.chat.id, message.message_id)
            return update
        except Exception as problem:
            log.warning(
                "Update %s is passed over: it cannot be read (%s)",
                raw.get("update_id"),
                type(problem).__name__,
            )
            return None

    async def _follow(self, raw: Json, listener: Listener) -> None:
        """Tell of a group that became a supergroup, before that is confirmed."""
        update = self._read(raw)
        moved = None if update is None else updates.moved(update)
        if moved is not None:
            old, new = moved
            self._moved[old] = new
            await listener.moved(self.platform, str(old), str(new))

    def _offer(self, raw: Json, listener: Listener) -> None:
        """Answer an inline query, which is worth nothing any more after a few seconds."""
        update = self._read(raw) if "inline_query" in raw else None
        if update is not None and update.inline_query is not None:
            self._soon(inline.answer(self._bot, self._texts, update.inline_query, listener))

    def _new(self, raw: Json) -> NewUpdate | None:
        """Return what is to be kept of an update; None for one that asks nothing of us."""
        update = self._read(raw)
        person = None if update is None else updates.person_of(update)
        if update is None or person is None:
            return None
        # an album may mean us by the words under another of its pictures
        message = updates.message_of(update)
        album = message is not None and message.media_group_id is not None
        read = updates.read(update, self._bot.bot, meant=album)
        if read is None:
            return None
        who = read.origin.who
        key = f"{self._bot.bot.id}:{update.update_id}"
        return NewUpdate(key, who.external_id, json.dumps(raw).encode(), who.locale)

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        """Show a message; return its reference."""
        del once  # Telegram knows nothing of the kind
        with translated():
            return await self._in_chat(chat, lambda at, topic: self._send(at, topic, message))

    async def _send(self, at: int, topic: int | None, message: Message) -> str:
        newest = self._numbering.newest(at)
        try:
            shown = await self._messages.send(at, topic, message)
        except TelegramError:
            self._numbering.cut_off(at, newest)
            raise
        self._numbering.saw(at, updates.number_of(shown))
        return shown

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        """Replace a message, in place where Telegram can, else by a new one."""
        del once
        form, number = reference.partition(":")[0], updates.number_of(reference)
        wanted = form_of(message)

        async def replace(at: int, topic: int | None) -> str:
            changing = {form, wanted}.isdisjoint({"sticker", "document"})
            if changing and (form, wanted) != ("picture", "text"):
                with suppress(GoneError):
                    await self._messages.change(at, number, message)
                    return f"{wanted}:{number}"
            shown = await self._send(at, topic, message)
            await self._take_away(at, number)
            return shown

        with translated():
            return await self._in_chat(chat, replace)

    async def _take_away(self, at: int, number: int) -> None:
        """Take away what something else came for; a hiccup must not have that sent again."""
        for pause in REMOVAL_PAUSES:
            try:
                return await self._messages.remove(at, number)
            except NetworkError as problem:
                log.info("A message is not taken away yet: %s", type(problem).__name__)
            await asyncio.sleep(pause)
        return await self._messages.remove(at, number)

    async def stands(self, chat: str, reference: str) -> bool:
        """Whether a message of ours is still there; asked for by a change that changes nothing."""
        number = updates.number_of(reference)

        async def look(at: int, _: int | None) -> bool:
            try:
                await self._bot.edit_message_reply_markup(at, number)
            except BadRequest as refusal:
                return "not modified" in refusal.message.lower()
            return True

        with translated():
            return await self._in_chat(chat, look)

    async def find(
        self, chat: str, after: str, known: Collection[str], message: Message
    ) -> str | None:
        """Try the numbers behind ``after``; in a private chat they count all of the bot's."""
        numbers = {updates.number_of(reference) for reference in known}

        async def look(at: int, _: int | None) -> str | None:
            first = self._numbering.found_above(at, updates.number_of(after)) + 1
            for number in range(first, first + PROBES):
                if number in numbers:
                    continue
                try:
                    await self._messages.change(at, number, message)
                except (BadRequest, GoneError):
                    continue
                return f"text:{number}"
            return None

        with translated():
            return await self._in_chat(chat, look)

    async def is_admin(self, chat: str, person: str) -> bool:
        """Ask Telegram whether somebody is an admin of a group; it may not say."""

        async def look(at: int, _: int | None) -> bool:
            member = await self._bot.get_chat_member(at, int(person))
            return member.status in (ChatMember.ADMINISTRATOR, ChatMember.OWNER)

        try:
            with translated():
                return await self._in_chat(chat, look)
        except ChatError as problem:
            log.info("Telegram does not say who is an admin: %s", type(problem).__name__)
            return False

    async def remove(self, chat: str, reference: str) -> None:
        """Take a message away, if it is still there."""
        number = updates.number_of(reference)
        with translated():
            await self._in_chat(chat, lambda at, _: self._messages.remove(at, number))

    async def _in_chat(self, chat: str, act: Callable[[int, int | None], Awaitable[T]]) -> T:
        """Act in a chat, following it when it became a supergroup."""
        at, topic = updates.chat_and_topic(chat)
        try:
            return await act(self._moved.get(at, at), topic)
        except ChatMigrated as moved:
            self._moved[at] = moved.new_chat_id
            return await act(moved.new_chat_id, topic)

    async def _handle(self, items: list[Item], listener: Listener) -> None:
        """Have an update, or the pictures of an album, answered; then its rows are done with."""
        await self._tell([item.update for item in items], listener)
        await listener.done([item.row for item in items])

    async def _tell(self, together: list[Update], listener: Listener) -> None:
        """Read updates and tell the listener, in order."""
        me = self._bot.bot
        # the words that mean us stand under one picture of an album only
        meant = len(together) > 1 and any(updates.read(update, me) for update in together)
        read = [updates.read(update, me, meant=meant) for update in together]
        asked = [incoming for incoming in read if incoming is not None]
        words = next((incoming.text for incoming in asked if incoming.text), "")
        for event in await asyncio.gather(*(self._event(each, words) for each in asked)):
            try:
                await listener.handle(self._as_of_now(event), self)
            except ChatError as problem:
                log.warning("Telegram: %s: %s", type(problem).__name__, problem)
            except Exception as problem:  # its message may quote what was written to us
                log.error("An update could not be handled: %s", type(problem).__name__)

    def _as_of_now(self, event: _Asked) -> _Asked:
        """Name the newest message there is: an update may have waited while others were served."""
        at, _ = updates.chat_and_topic(event.origin.chat)
        newest = self._numbering.newest(self._moved.get(at, at))
        if newest <= updates.number_of(event.origin.message or "text:0"):
            return event
        return replace(event, origin=replace(event.origin, message=f"text:{newest}"))

    async def _event(self, incoming: Incoming, words: str) -> _Asked:
        """Fetch what an update only names; an album's words stand under one picture, for all."""
        if incoming.choice is not None:
            return ChoiceMade(incoming.origin, incoming.choice, incoming.pressed)
        if incoming.refused is not None:
            return PhotoRefused(incoming.origin, incoming.refused)
        if incoming.other:
            return OtherSent(incoming.origin)
        if incoming.file_id is None:
            return CommandGiven(incoming.origin, incoming.text)
        photo = await self._download(incoming.file_id)
        if isinstance(photo, Failure):
            return PhotoRefused(incoming.origin, photo)
        selfie = await self._download(incoming.answered) if incoming.answered else None
        if isinstance(selfie, Failure):
            return PhotoRefused(incoming.origin, selfie)
        return PhotoSent(incoming.origin, photo, words, selfie, incoming.shown)

    async def _download(self, file_id: str) -> bytes | Failure:
        async def fetch() -> bytes | Failure:
            with translated():
                try:
                    file = await self._bot.get_file(file_id)
                    if (file.file_size or 0) > updates.LARGEST:
                        return Failure.TOO_LARGE
                    return bytes(await file.download_as_bytearray())
                except BadRequest as refusal:
                    if "too big" in refusal.message.lower():
                        return Failure.TOO_LARGE
                    raise

        return await download("Telegram", fetch)

    async def _answer(self, query: str) -> None:
        """Stop the button's spinner; one pressed long ago can no longer be answered."""
        with suppress(TelegramError):
            await self._bot.answer_callback_query(query)

    async def _introduce(self) -> None:
        """Tell Telegram our commands: in our first language for everybody, then in each."""
        first, *others = self._texts.locales
        languages = [(None, first), *((locale.partition("-")[0], locale) for locale in others)]
        for code, locale in languages:
            menu = [BotCommand(name, about) for name, about in self._texts.menu(locale)]
            await self._set_menu(menu, code)

    async def _set_menu(self, menu: list[BotCommand], code: str | None) -> None:
        for pause in (1, 5, 30, 60, None):
            try:
                await self._bot.set_my_commands(menu, language_code=code)
            except TelegramError as problem:
                ours = translate(problem)
                if pause is None or not isinstance(ours, ChatUnavailable):
                    log.warning("Telegram did not take our commands: %s", ours)
                    return
                await asyncio.sleep(ours.retry_after or pause)
            else:
                return
