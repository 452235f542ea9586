"""How packs look in a chat: the list of all, one with its stickers, one sticker of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.core.conversation.actions import Choice, PackFile, Rows, Say
from storage.contract.packs import Outline, Pack, PackKind

COLUMNS, PER_PAGE = 5, 20  # four rows of numbers and one below them, as many as Discord has
_IN_LIST = 12

_ADDRESSES = {
    PackKind.REGULAR: "https://t.me/addstickers/{}",
    PackKind.CUSTOM_EMOJI: "https://t.me/addemoji/{}",
}

_FILES = {
    "zip": "pack.file", "whatsapp": "pack.file_whatsapp", "signal": "pack.file_signal",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Which part of a pack is looked at. ``undo``: whether a change of it can be taken back.

    ``publish``: whether it can be brought to the platform.
    """

    page: int = 1
    sticker: UUID | None = None
    undo: bool = False
    publish: bool = False


def address(kind: PackKind, name: str) -> str:
    """Return where a set is found on Telegram, the platform that has links to sets."""
    return _ADDRESSES[kind].format(name)


def addresses(kind: PackKind, sets: Sequence[str]) -> str:
    """Return where all sets of a pack are found, a line each."""
    return "\n".join(address(kind, name) for name in sets)


def listed(packs: Sequence[Outline], replaces: str | None = None) -> Say:
    """Show all packs of a person, each with a button that opens it."""
    new = (
        Choice("pack_button.new", "packs:new"),
        Choice("pack_button.new_emoji", "packs:new-emoji"),
    )
    if not packs:
        return Say("pack.none", choices=(new,), replaces=replaces)
    buttons = [
        Choice("pack_button.open", f"packs:open:{one.id.hex}", _values(one))
        for one in packs[:_IN_LIST]
    ]
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    return Say("pack.list", {"count": len(packs)}, (*rows, new), replaces=replaces)


def _values(outline: Outline) -> dict[str, object]:
    return {"title": outline.title, "count": outline.count}


def shown(pack: Pack, sets: Sequence[str], look: Look, replaces: str | None = None) -> Say:
    """Show a pack with a button for each sticker of a page, or one of its stickers."""
    for number, one in enumerate(pack.stickers, 1):
        if one.id == look.sticker:
            return _sticker(pack, number, replaces)
    count = len(pack.stickers)
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(1, look.page), pages)
    first = (page - 1) * PER_PAGE
    numbered = list(enumerate(pack.stickers, 1))[first : first + PER_PAGE]
    picks = [
        Choice(
            "pack_button.pick",
            f"packs:pick:{one.id.hex}",
            {"number": number, "emoji": one.emoji[0]},
        )
        for number, one in numbered
    ]
    rows: list[tuple[Choice, ...]] = [
        tuple(picks[at : at + COLUMNS]) for at in range(0, len(picks), COLUMNS)
    ]
    last = [Choice("pack_button.rename", f"packs:rename:{pack.id.hex}")]
    if count:
        last.append(Choice("pack_button.zip", f"packs:zip:{pack.id.hex}"))
    if count and look.publish:
        last.append(Choice("pack_button.publish", f"packs:publish:{pack.id.hex}"))
    if look.undo:
        last.append(Choice("pack_button.undo", "packs:undo"))
    last.append(Choice("pack_button.delete", f"packs:delete:{pack.id.hex}"))
    if pages > 1:
        last.append(Choice("button.next_page", f"packs:page:{page % pages + 1}"))
    last = last[-COLUMNS:]  # a new title can be typed, too
    values: dict[str, object] = {
        "title": pack.title,
        "count": count,
        "links": addresses(pack.kind, sets),
    }
    key = "pack.empty" if not count else "pack.card_linked" if sets else "pack.card"
    picture = PackFile(pack.id, "sheet", page=page) if count else None
    return Say(key, values, (*rows, tuple(last)), replaces=replaces, pack=picture)


def _sticker(pack: Pack, number: int, replaces: str | None) -> Say:
    one = pack.stickers[number - 1]
    hex_ = one.id.hex
    moves = []
    if number > 1:
        moves.append(Choice("pack_button.earlier", f"packs:move:{hex_}:{number - 2}"))
    if number < len(pack.stickers):
        moves.append(Choice("pack_button.later", f"packs:move:{hex_}:{number}"))
    if number > 1:
        moves.append(Choice("pack_button.first", f"packs:move:{hex_}:0"))
    choices: Rows = (
        (
            Choice("pack_button.emoji", f"packs:emoji:{hex_}"),
            Choice("pack_button.replace", f"packs:swap:{hex_}"),
            Choice("pack_button.drop", f"packs:drop:{hex_}"),
        ),
        (*moves, Choice("button.groups", "packs:back")),
    )
    values = {
        "title": pack.title,
        "number": number,
        "count": len(pack.stickers),
        "emoji": " ".join(one.emoji),
    }
    picture = PackFile(pack.id, "sheet", sticker=one.id)
    return Say("pack.sticker", values, choices, replaces=replaces, pack=picture)


def file(pack: Pack, form: str, title: str, count: int, number: int = 1) -> Say:
    """Hand over a pack as a file; under a zip of pictures stand the other forms.

    Args:
        pack: the whole.
        form: of the file, "zip", "whatsapp" or "signal".
        title: what the part of it in this file is called.
        count: of the stickers in it.
        number: of the file.
    """
    others: Rows = ()
    if form == "zip":
        others = (
            tuple(
                Choice(f"pack_button.{other}", f"packs:{other}:{pack.id.hex}")
                for other in ("whatsapp", "signal")
            ),
        )
    shown = PackFile(pack.id, form, page=number)
    return Say(_FILES[form], {"title": title, "count": count}, others, pack=shown)


def delete_question(pack: Outline, replaces: str | None) -> Say:
    """Ask whether a pack is really to go."""
    choices = (
        (
            Choice("pack_button.yes_delete", f"packs:gone:{pack.id.hex}"),
            Choice("button.no_forget", "packs:back"),
        ),
    )
    return Say("pack.delete_question", _values(pack), choices, replaces=replaces)
