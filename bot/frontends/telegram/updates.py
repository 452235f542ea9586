"""What an update means: pure reading of Telegram's objects, no requests.

In groups the bot minds its own business: it reads a message only when it is mentioned, when a
command names it, when somebody answers one of its messages, or when a command answers a photo.
A message that was changed counts as written anew.
"""

import re
from dataclasses import dataclass, replace

from telegram import (
    Animation,
    CallbackQuery,
    Chat,
    Document,
    ExternalReplyInfo,
    Message,
    MessageEntity,
    PhotoSize,
    Sticker,
    Update,
    User,
    Video,
    VideoNote,
)
from telegram.constants import ChatType, FileSizeLimit

from bot.core.conversation.events import Group, Member, Origin, Who
from storage.contract.failures import Failure
from storage.contract.photos import may_be_footage, may_be_photo

LARGEST = int(FileSizeLimit.FILESIZE_DOWNLOAD)  # 20 MB, what getFile gives a bot

_File = PhotoSize | Document | Sticker | Animation | Video | VideoNote
_OTHERS = (
    "voice", "audio", "location", "venue", "contact", "dice", "story", "paid_media", "checklist",
    "poll", "game", "invoice", "giveaway", "rich_message",
)  # fmt: skip
"""What people send that shows no face; what chats tell about themselves is not among it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update, read.

    ``choice``: a pressed button's value, ``pressed``: the message it hangs under. ``file_id``: a
    picture to fetch, ``answered``: one that it answers. ``shown``: the other member whose picture
    it is. ``refused``: why a sent file is not worth fetching. ``text``: words or caption, without
    the bot's own name. ``other``: it is neither a picture nor words.
    """

    origin: Origin
    text: str = ""
    file_id: str | None = None
    refused: Failure | None = None
    choice: str | None = None
    pressed: str | None = None
    answered: str | None = None
    other: bool = False
    shown: Member | None = None


def message_of(update: Update) -> Message | None:
    """Return the message that an update tells, new or changed since."""
    return update.message or update.edited_message


def person_of(update: Update) -> int | None:
    """Return whom an update comes from: a person, or the group or channel that hides one."""
    if update.callback_query is not None:
        return update.callback_query.from_user.id
    message = message_of(update)
    if message is None:
        return None
    if message.sender_chat is not None:
        return message.sender_chat.id
    if message.from_user is None or message.from_user.is_bot:
        return None
    return message.from_user.id


def moved(update: Update) -> tuple[int, int] | None:
    """Return a group's old and new number, where an update tells that it became a supergroup."""
    message = update.message
    if message is None:
        return None
    if message.migrate_to_chat_id is not None:
        return message.chat.id, message.migrate_to_chat_id
    if message.migrate_from_chat_id is not None:
        return message.migrate_from_chat_id, message.chat.id
    return None


def chat_reference(message: Message) -> str:
    """Return our reference of a chat: ``chat`` or ``chat:topic``."""
    topic = message.message_thread_id if message.is_topic_message else None
    return f"{message.chat.id}:{topic}" if topic else str(message.chat.id)


def chat_and_topic(reference: str) -> tuple[int, int | None]:
    """Take a chat's reference apart."""
    chat, _, topic = reference.partition(":")
    return int(chat), int(topic) if topic else None


def message_reference(message: Message) -> str:
    """Return our reference of a message, ``form:number``.

    The form decides how it can be replaced: a text becomes a picture in place, never a sticker.
    Of a sticker that we have just sent its file is kept with it, ``sticker:number:file``.
    """
    form = "sticker" if message.sticker else "picture" if message.photo else "text"
    form = "document" if message.document else form
    return f"{form}:{message.message_id}"


def number_of(reference: str) -> int:
    """Return the number of a message by its reference."""
    return int(reference.split(":", 2)[1])


def file_of(reference: str) -> str | None:
    """Return what Telegram calls the sticker that a reference is of, as far as it tells."""
    _, _, *file = reference.split(":", 2)
    return next(iter(file), None)


def read(update: Update, me: User, *, meant: bool = False) -> Incoming | None:
    """Return what an update asks of us, None if nothing; ``meant``: known to be for us."""
    person = person_of(update)
    if person is None:
        return None
    if update.callback_query is not None:
        return _read_button(update.callback_query, me)
    message = message_of(update)
    if message is not None and _enters(message, me):
        return Incoming(_origin(update, message, person, me), "/start")
    if message is None or not (meant or _meant_for(message, me)):
        return None
    text = _without_name(message.text or message.caption or "", me)
    origin = _origin(update, message, person, me)
    file_id, refused = _file_of(message)
    empty = file_id is None and refused is None
    selfie, shown = None, None
    quoted = _answered_file(message, me)
    if empty and not _is_other(message):
        file_id, refused = quoted
        shown = _answered_member(message, me, person)
    elif text:
        selfie, _ = quoted
        shown = _answered_member(message, me, person) if selfie is not None else None
    if file_id is None and refused is None and not text:
        private = message.chat.type == ChatType.PRIVATE
        return Incoming(origin, other=True) if private and _is_other(message) else None
    return Incoming(origin, text, file_id, refused, answered=selfie, shown=shown)


def _origin(update: Update, message: Message, person: int, me: User) -> Origin:
    sender = message.from_user if message.sender_chat is None else None
    language = message.from_user.language_code if message.from_user else None
    return Origin(
        key=f"telegram:{me.id}:{update.update_id}",
        who=Who("telegram", str(person), language, sender.first_name if sender else ""),
        chat=chat_reference(message),
        private=message.chat.type == ChatType.PRIVATE,
        message=message_reference(message),
        group=_group(message.chat),
        home=f"https://t.me/{me.username}",
    )


def _group(chat: Chat) -> Group | None:
    if chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
        return None
    return Group(str(chat.id), chat.title or "")


def _enters(message: Message, me: User) -> bool:
    """Tell whether a message is that we were brought into a group."""
    return any(one.id == me.id for one in message.new_chat_members or ())


def _answered_member(message: Message, me: User, person: int) -> Member | None:
    """Return who sent the message that is answered, if that is another person.

    Whoever hides behind a group or channel cannot be asked.
    """
    answered = message.reply_to_message
    if answered is None or _is_from(answered, me) or answered.sender_chat is not None:
        return None
    sender = answered.from_user
    if sender is None or sender.is_bot or sender.id == person:
        return None
    return Member(str(sender.id), sender.name)


def _answered_file(message: Message, me: User) -> tuple[str | None, Failure | None]:
    """Return the picture that a message answers or quotes, here or from another chat."""
    answered = message.reply_to_message
    if answered is not None and not _is_from(answered, me):
        return _file_of(answered)
    if message.external_reply is not None:
        return _file_of(message.external_reply)
    return None, None


def _is_other(message: Message) -> bool:
    """Tell whether a message carries something that a person sent, of which we know nothing."""
    return any(getattr(message, name, None) for name in _OTHERS)


def _read_button(query: CallbackQuery, me: User) -> Incoming | None:
    if query.data is None or query.message is None:
        return None
    sender, chat = query.from_user, query.message.chat
    who = Who("telegram", str(sender.id), sender.language_code, sender.first_name)
    origin = Origin(
        f"telegram:callback:{query.id}",
        who,
        str(chat.id),
        chat.type == ChatType.PRIVATE,
        group=_group(chat),
        home=f"https://t.me/{me.username}",
    )
    if not isinstance(query.message, Message) or not query.message.is_accessible:
        return Incoming(origin, choice=query.data)  # too old: Telegram names only its chat
    return Incoming(
        replace(origin, chat=chat_reference(query.message)),
        choice=query.data,
        pressed=message_reference(query.message),
    )


def _file_of(message: Message | ExternalReplyInfo) -> tuple[str | None, Failure | None]:
    """Return the picture that a message carries, or why what it carries is refused."""
    if message.photo:
        size = max(message.photo, key=lambda photo: photo.width * photo.height)
        return _if_small_enough(size)
    moving = message.animation or message.video or message.video_note
    if moving:  # an animation is a document, too
        return _if_small_enough(moving)
    if message.document is not None:
        return _if_picture(message.document)
    sticker = message.sticker
    if sticker is not None:
        if sticker.is_animated:  # a drawing in Lottie
            return None, Failure.NOT_AN_IMAGE
        return _if_small_enough(sticker)
    return None, None


def _if_picture(document: Document) -> tuple[str | None, Failure | None]:
    kind, name = document.mime_type or "", document.file_name or ""
    if not (may_be_photo(kind, name) or may_be_footage(kind, name)):
        return None, Failure.NOT_AN_IMAGE
    return _if_small_enough(document)


def _if_small_enough(file: _File) -> tuple[str | None, Failure | None]:
    if file.file_size is not None and file.file_size > LARGEST:
        return None, Failure.TOO_LARGE
    return file.file_id, None


def _meant_for(message: Message, me: User) -> bool:
    command = _command_in(message)
    if command is not None and "@" in command:
        return command.partition("@")[2].lower() == (me.username or "").lower()
    if message.chat.type == ChatType.PRIVATE:
        return True
    answered = message.reply_to_message
    if answered is not None and _is_from(answered, me):
        return True
    if command is not None and _answered_file(message, me) != (None, None):
        return True
    return _mentions(message, me)


def _is_from(message: Message, me: User) -> bool:
    return message.from_user is not None and message.from_user.id == me.id


def _command_in(message: Message) -> str | None:
    """Return the first command in a message, ``/emoji`` or ``/emoji@somebot``."""
    for entity, words in _entities(message).items():
        if entity.type == MessageEntity.BOT_COMMAND:
            return words
    return None


def _mentions(message: Message, me: User) -> bool:
    for entity, words in _entities(message).items():
        if entity.type == MessageEntity.MENTION and words.lower() == me.name.lower():
            return True
        if entity.type == MessageEntity.TEXT_MENTION and entity.user and entity.user.id == me.id:
            return True
    return False


def _entities(message: Message) -> dict[MessageEntity, str]:
    return message.parse_entities() if message.text else message.parse_caption_entities()


def _without_name(text: str, me: User) -> str:
    if not me.username:
        return text.strip()
    return re.sub(rf"\s*@{re.escape(me.username)}\b", "", text, flags=re.IGNORECASE).strip()
