"""Which emoji a sticker answers to on platforms that ask for one: what it shows, as an emoji."""

from bot.core.language.meanings import Request
from storage.contract.kinds import CARTOON, CUTOUT, EDIT, EMOJI, group_of

USUAL = "🙂"

_OF_KIND = {EMOJI.name: "😀", CUTOUT.name: "🤳", CARTOON.name: "🎨", EDIT.name: "💇", "say": "💬"}

_OF_SETTING = {
    "happy": "😄", "laugh": "😂", "love": "😍", "wink": "😉", "cool": "😎", "sad": "😢",
    "cry": "😭", "angry": "😠", "surprised": "😮", "sleepy": "😴", "thinking": "🤔",
    "thumbs": "👍", "kiss": "😘", "silly": "🤪", "party": "🥳", "dizzy": "😵", "blink": "😊",
    "beam": "😁", "smile": "😊", "grin": "😁", "disgusted": "🤢", "scared": "😨", "smirk": "😏",
    "frown": "☹️", "shout": "😱", "tongue": "😛", "open": "😮", "neutral": "😐", "doubtful": "🤨",
    "mimic": "🎭", "cat": "😺", "family": "👪", "hug": "🤗", "high-five": "🙌", "versus": "⚔️",
    "birthday": "🎂",
}  # fmt: skip


def of(request: Request) -> tuple[str, ...]:
    """Return the emoji of what a wish shows, one at least; the most telling first."""
    names = [
        one.name.partition(":")[2] if group_of(one.name) == "mood" else one.name
        for one in request.settings
        if one.amount > 0
    ]
    found = [_OF_SETTING[name] for name in names if name in _OF_SETTING]
    return tuple(dict.fromkeys(found or [_OF_KIND.get(request.kind, USUAL)]))


def keywords(request: Request) -> tuple[str, ...]:
    """Return what people may type to find a sticker that shows a wish."""
    words = (one.name.rpartition(":")[2] for one in request.settings if not one.words)
    return tuple(dict.fromkeys((request.kind, *words)))
