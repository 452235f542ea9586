"""What people sent and what they were shown, and whether the one answers the other."""

from collections import Counter
from dataclasses import dataclass, field

from tests.bot.fake_bot_api import BotApi
from tests.nemesis import marks
from tests.nemesis.visitor import Visitor

WAITING = ("Working on it", "Queued at place")
FORGOTTEN = "All gone"
QUESTION = "Shall I erase"


@dataclass
class Verdict:
    """How a history went; only doubles may be, and each is counted.

    ``told``: photos that got a sentence instead of a sticker. ``after_forget``: what was shown to
    somebody who had everything erased, of the time before.
    """

    accepted: int = 0
    shown: int = 0
    told: int = 0
    lost: list[int] = field(default_factory=list)
    stuck: int = 0
    wrong_chat: list[int] = field(default_factory=list)
    doubles: int = 0
    after_forget: list[int] = field(default_factory=list)
    sentences: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, stuck, shown to others or after it was forgotten."""
        return not (self.lost or self.stuck or self.wrong_chat or self.after_forget)

    def __str__(self) -> str:
        told = ", ".join(f"{count} x {words!r}" for words, count in self.sentences.most_common(6))
        return (
            f"{self.accepted} photos: {self.shown} shown, {self.told} told, {len(self.lost)} lost, "
            f"{self.stuck} stuck, {len(self.wrong_chat)} in a wrong chat, {self.doubles} doubles, "
            f"{len(self.after_forget)} after /forget" + (f"; told: {told}" if told else "")
        )

    def add(self, other: "Verdict") -> None:
        """Take another chat's verdict into this one."""
        self.accepted += other.accepted
        self.shown += other.shown
        self.told += other.told
        self.lost += other.lost
        self.stuck += other.stuck
        self.wrong_chat += other.wrong_chat
        self.doubles += other.doubles
        self.after_forget += other.after_forget
        self.sentences += other.sentences


def judge(numbers: list[int], stickers: list[bytes], words: list[str]) -> Verdict:
    """Judge one chat: photos are matched with stickers by number, with sentences by their count."""
    found = Counter(number for one in stickers if (number := marks.read(one)) is not None)
    verdict = Verdict(accepted=len(numbers))
    _judge(verdict, numbers, found, words)
    return verdict


def on_telegram(api: BotApi, sent: dict[int, list[int]]) -> Verdict:
    """Judge all chats of the Bot API; ``sent``: chat -> numbers of the photos sent there.

    A person who had everything erased is owed nothing for what was sent before, and must not see
    any of it.
    """
    whole = Verdict()
    for chat, numbers in sent.items():
        messages = api.messages(chat)
        erased = [one.changed for one in messages if FORGOTTEN in one.text]
        stickers = [one.data for one in messages if one.form == "sticker"]
        words = [one.text for one in messages if one.form != "sticker"]
        if not erased:
            whole.add(judge(numbers, stickers, words))
            continue
        late = [one.data for one in messages if one.form == "sticker" and one.changed > erased[0]]
        verdict = judge([], late, [])
        verdict.after_forget, verdict.wrong_chat = verdict.wrong_chat, []
        whole.add(verdict)
    return whole


def on_the_web(visitors: list[Visitor], sent: list[list[int]]) -> Verdict:
    """Judge what visitors saw; ``sent``: each one's photos that the server took."""
    whole = Verdict()
    for visitor, numbers in zip(visitors, sent, strict=True):
        verdict = Verdict(accepted=len(numbers))
        found = Counter({number: len(names) for number, names in visitor.stickers.items()})
        _judge(verdict, numbers, found, list(visitor.words.values()))
        verdict.stuck += len(visitor.busy)
        whole.add(verdict)
    return whole


def _judge(verdict: Verdict, numbers: list[int], found: Counter[int], words: list[str]) -> None:
    verdict.wrong_chat = [number for number in found if number not in numbers]
    verdict.shown = sum(1 for number in numbers if found[number])
    verdict.doubles = sum(times - 1 for times in found.values())
    verdict.stuck = sum(1 for one in words if one.startswith(WAITING))
    answers = [one for one in words if FORGOTTEN not in one]
    sentences = [one for one in answers if not one.startswith((*WAITING, QUESTION))]
    verdict.sentences.update(one.partition(".")[0] for one in sentences)
    missing = [number for number in numbers if not found[number]]
    verdict.told = min(len(sentences), len(missing))
    verdict.lost = missing[verdict.told :]
    verdict.doubles += max(0, len(sentences) - len(missing))
