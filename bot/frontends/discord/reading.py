"""What Discord's messages and interactions mean, as events."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import discord

from bot.core.conversation.events import (
    CommandGiven,
    Event,
    Group,
    Member,
    Origin,
    OtherSent,
    PhotoRefused,
    PhotoSent,
    Who,
)
from bot.core.downloading import download
from bot.frontends.discord.errors import translated
from bot.frontends.discord.references import Reference
from storage.contract.failures import Failure
from storage.contract.photos import MAX_BYTES, may_be_footage, may_be_photo

AVATAR_SIDE = 1024


def origin_of(asked: discord.Interaction) -> Origin:
    """Return where an interaction comes from."""
    who = Who("discord", str(asked.user.id), str(asked.locale), asked.user.display_name)
    return Origin(
        f"discord:{asked.id}",
        who,
        str(asked.channel_id),
        asked.guild_id is None,
        Reference(asked.id).write(),  # numbers of all kinds count the same time
        _group(asked.guild_id, asked.guild),
        asked.permissions.manage_guild,
        _makes(asked.permissions),
    )


def _makes(rights: discord.Permissions) -> bool:
    return rights.create_expressions or rights.manage_expressions


def _group(number: int | None, guild: discord.Guild | None) -> Group | None:
    """Return the server that a channel belongs to; where we are no member, without its name."""
    return None if number is None else Group(str(number), (guild and guild.name) or "")


def origin_of_message(message: discord.Message) -> Origin:
    """Return where a message comes from; Discord does not tell its author's language."""
    author, guild = message.author, message.guild
    who = Who("discord", str(author.id), name=author.display_name)
    changed = message.edited_at
    key = f"discord:{message.id}" + (f":{changed.timestamp():.3f}" if changed else "")
    return Origin(
        key,
        who,
        str(message.channel.id),
        guild is None,
        Reference(message.id).write(),
        _group(guild.id if guild else None, guild),
        isinstance(author, discord.Member) and author.guild_permissions.manage_guild,
        isinstance(author, discord.Member) and _makes(author.guild_permissions),
    )


def keys_of(message: discord.Message) -> tuple[str, str]:
    """Return by which keys a message was handled, as words or as its first picture.

    One that was changed while nobody listened counts as handled if it was before.
    """
    key = f"discord:{message.id}"
    return key, f"{key}:0"


def words_of(message: discord.Message, me: discord.abc.Snowflake) -> str:
    """Return a message's words without the mention of the bot."""
    return message.content.replace(f"<@{me.id}>", "").replace(f"<@!{me.id}>", "").strip()


async def events_of_message(message: discord.Message, words: str) -> list[Event]:
    """Return a photo for each attachment, else the words, if any.

    An answer to a message with pictures means those pictures, or is about both. What is forwarded
    carries its pictures itself. In private, what is neither picture nor words is told so.
    """
    attachments, shown = attachments_of(message), None
    answered = message.reference.resolved if message.reference is not None else None
    selfie = None
    if isinstance(answered, discord.Message) and not answered.author.bot:
        theirs = attachments_of(answered)
        if not attachments:
            attachments = theirs
        elif words and theirs:
            selfie = theirs[0]
        if answered.attachments:
            shown = member(answered.author, message.author)
    origin = origin_of_message(message)
    if attachments:
        return await photos(origin, attachments, words, selfie, shown)
    if words:
        return [CommandGiven(origin, words)]
    written = message.type in (discord.MessageType.default, discord.MessageType.reply)
    return [OtherSent(origin)] if message.guild is None and written else []


def attachments_of(message: discord.Message) -> Sequence[discord.Attachment]:
    """Return what hangs on a message, or on the messages that it forwards."""
    forwarded = [one for shot in message.message_snapshots for one in shot.attachments]
    return message.attachments or forwarded


async def photos(
    origin: Origin,
    attachments: Sequence[discord.Attachment],
    caption: str,
    selfie: discord.Attachment | None = None,
    shown: Member | None = None,
) -> list[Event]:
    """Fetch attachments, each an event with a key of its own.

    ``selfie``: what they answer, ``shown``: the other member whose they are.
    """
    found = [
        await _photo(replace(origin, key=f"{origin.key}:{place}"), attachment, caption)
        for place, attachment in enumerate(attachments)
    ]
    found = [replace(one, shown=shown) if isinstance(one, PhotoSent) else one for one in found]
    if selfie is None:
        return found
    answered = await _photo(origin, selfie, "")
    if isinstance(answered, PhotoRefused) and answered.failure is Failure.NOT_FETCHED:
        return [answered]
    data = answered.data if isinstance(answered, PhotoSent) else None
    return [replace(one, selfie=data) if isinstance(one, PhotoSent) else one for one in found]


async def _photo(origin: Origin, attachment: discord.Attachment, caption: str) -> Event:
    media_type = (attachment.content_type or "").partition(";")[0]
    name = attachment.filename
    if attachment.is_voice_message():
        return OtherSent(origin)
    if not (may_be_photo(media_type, name) or may_be_footage(media_type, name)):
        return PhotoRefused(origin, Failure.NOT_AN_IMAGE)
    if attachment.size > MAX_BYTES:
        return PhotoRefused(origin, Failure.TOO_LARGE)
    data = await _download(attachment.read)
    if isinstance(data, Failure):
        return PhotoRefused(origin, data)
    return PhotoSent(origin, data, caption)


async def _download(read: Callable[[], Awaitable[bytes]]) -> bytes | Failure:
    async def fetch() -> bytes:
        with translated():
            return await read()

    return await download("Discord", fetch)


async def avatar(
    origin: Origin,
    user: discord.User | discord.Member,
    asker: discord.User | discord.Member,
) -> Event:
    """Fetch somebody's avatar as a photo."""
    picture = user.display_avatar.with_size(AVATAR_SIDE).with_static_format("png")
    data = await _download(picture.read)
    if isinstance(data, Failure):
        return PhotoRefused(origin, data)
    return PhotoSent(origin, data, shown=member(user, asker))


def member(
    sender: discord.User | discord.Member, asker: discord.User | discord.Member
) -> Member | None:
    """Return whose a picture is, if that is another person; a bot or webhook cannot be asked."""
    if sender.bot or sender.id == asker.id:
        return None
    return Member(str(sender.id), sender.mention)


def no_picture(origin: Origin) -> Event:
    """Return what a message without any attachment means."""
    return PhotoRefused(origin, Failure.NOT_AN_IMAGE)
