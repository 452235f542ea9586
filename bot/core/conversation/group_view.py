"""How a group's pack looks in a chat: one card, with what everybody there may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.core.conversation.actions import Choice, PackFile, Say
from bot.core.conversation.group_actions import Verb
from bot.core.conversation.packing_view import addresses
from storage.contract.packs import Brought, Pack

IN_GROUPS, ON_SERVERS = "group-1", "server-1"
"""The versions of the words that a member agrees to; ``consent`` in the texts."""

_WORDINGS = {"discord": ON_SERVERS}
"""Platforms where a pack's stickers may become those of the place itself."""

NAMES = 8
"""How many members a card names: its words fit below a picture on every platform."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a pack beside itself.

    ``sets``: names of its sets on the platform. ``under_way``: how many stickers are being made.
    ``link``: where one enters its room, "" where it belongs to a chat. ``publish``: whether it
    can be brought to the group's place. ``wording``: the version of the words to agree to.
    """

    brought: Sequence[Brought] = ()
    sets: Sequence[str] = ()
    under_way: int = 0
    link: str = ""
    publish: bool = False
    wording: str = IN_GROUPS


def wording_of(platform: str) -> str:
    """Return the version of the words that members of a platform's groups agree to."""
    return _WORDINGS.get(platform, IN_GROUPS)


def hello() -> Say:
    """Greet a group, with the button that shows its pack."""
    return Say("shared.hello", choices=((Choice("shared_button.begin", f"group:{Verb.BEGIN}"),),))


def card(pack: Pack, look: Look, replaces: str | None = None) -> Say:
    """Show the pack: who is in it, what joining means, and the buttons."""
    count, members = len(pack.stickers), len(look.brought)
    values: dict[str, object] = {
        "title": pack.title,
        "count": count,
        "members": members,
        "who": _names(look.brought),
    }
    lines = [Say("shared.card" if members else "shared.card_empty", values)]
    if values["who"]:
        lines.append(Say("shared.who", values))
    elif members:
        lines.append(Say("shared.how_many", values))
    waiting = [one for one in look.brought if one.avatar is None]
    if waiting:
        named = {"who": _names(waiting), "count": len(waiting)}
        key = "shared.without_avatar" if named["who"] else "shared.how_many_without_avatar"
        lines.append(Say(key, named))
    if look.under_way:
        lines.append(Say("shared.under_way", {"count": look.under_way}))
    if look.link:
        lines.append(Say("shared.room_link", {"link": look.link}))
    if look.sets:
        lines.append(Say("shared.sets", {"links": addresses(pack.kind, look.sets)}))
    server = look.wording == ON_SERVERS
    lines.append(Say("shared.consent_on_server" if server else "shared.consent"))
    picture = PackFile(pack.id, "sheet", page=1) if count else None
    return Say(
        "shared.lines", {"lines": tuple(lines)}, _buttons(pack, members, look.publish),
        replaces=replaces, pack=picture,
    )  # fmt: skip


def _names(brought: Sequence[Brought]) -> tuple[str, ...]:
    names = [one.name for one in brought if one.name]
    return (*names[:NAMES], *(["…"] if len(names) > NAMES else []))


def _buttons(pack: Pack, members: int, publish: bool) -> tuple[tuple[Choice, ...], ...]:
    first = (choice(Verb.JOIN, pack.id), choice(Verb.LEAVE, pack.id))
    if not members:
        return (first[:1], (choice(Verb.MANAGE, pack.id),))
    second = (choice(Verb.BRING, pack.id), choice(Verb.BIRTHDAY, pack.id))
    third = [choice(Verb.MANAGE, pack.id)]
    if pack.stickers:
        third[:0] = [choice(verb, pack.id) for verb in (Verb.ZIP, Verb.PUBLISH)[: 1 + publish]]
    return (first, second, tuple(third))


def choice(verb: Verb, pack: UUID) -> Choice:
    """Return the button that does something about a pack."""
    return Choice(f"shared_button.{verb.value}", f"group:{verb.value}:{pack.hex}")


def manage(pack: Pack, replaces: str | None = None) -> Say:
    """Ask an admin what is to be done."""
    buttons = (choice(Verb.RENAME, pack.id), choice(Verb.DELETE, pack.id))
    return Say("shared.manage", {"title": pack.title}, (buttons,), replaces=replaces)


def delete_question(pack: Pack, replaces: str | None) -> Say:
    """Ask whether a group's pack is really to go."""
    values = {"title": pack.title, "count": len(pack.stickers)}
    buttons = (choice(Verb.GONE, pack.id), choice(Verb.SHOW, pack.id))
    return Say("shared.delete_question", values, (buttons,), replaces=replaces)
