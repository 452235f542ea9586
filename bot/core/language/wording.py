"""Turns what the conversation decided into messages in a person's language."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bot.core.conversation.actions import (
    Choice,
    ConsentLine,
    PaintName,
    PartName,
    PartNames,
    PlatformName,
    PresetName,
    Rows,
    Say,
    ShowResult,
    SlotName,
    TasteName,
    Tuned,
    Wearable,
)
from bot.core.conversation.events import Button, Message, Offer, Slider
from bot.core.language import colour_names
from bot.core.language.gathering import MAX_SETTINGS
from bot.core.language.meanings import (
    Command,
    GroupName,
    LanguageName,
    Make,
    Note,
    Request,
    SettingName,
)
from bot.core.language.suggesting import MOST_NAMES
from bot.core.language.texts import Texts
from bot.core.language.writing import example, strength, write, write_request
from storage.contract.kinds import ANIMATE, CUTOUT, EXPRESSION, KINDS, SAY, Amount, Kind, Setting

_PLAIN = frozenset(
    {
        Command.START, Command.HELP, Command.UNDO, Command.CANCEL, Command.AGAIN, Command.STRONGER,
        Command.WEAKER, Command.FAVOURITE, Command.FAVOURITES, Command.UNLINK, Command.LANGUAGE,
    }
)  # fmt: skip
"""Commands whose names say what they do."""

_IN_HELP = 4  # settings of a kind: the whole of /help is one message of Discord's

_OWN_FACE = frozenset(kind.name for kind in (CUTOUT, EXPRESSION, ANIMATE, SAY))


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for one deployment.

    ``photo_hours``, ``result_days``, ``update_days``: how long things are kept. ``keys_apart``:
    whether half of each person's key lies outside the database.
    """

    texts: Texts
    photo_hours: float
    result_days: float = 7.0
    update_days: float = 2.0
    keys_apart: bool = True

    def say(self, said: Say, locale: str) -> Message:
        """Word a sentence with its notes and buttons."""
        values = {**self._given(said.key, locale), **said.values}
        sentence = self._sentence(said.key, values, locale)
        lines = [*self._notes(said.notes, locale), sentence]
        buttons = self._buttons(said.choices, locale)
        return Message(
            "\n".join(lines),
            buttons,
            said.picture,
            sheet=said.sheet is not None,
            name=file_name(said.sheet),
            offers=_told_apart(self._offer(offer, locale) for offer in said.offers),
            sliders=tuple(self._tuned(one, locale) for one in said.tuned),
        )

    def _tuned(self, tuned: Tuned, locale: str) -> Slider:
        kind, name = tuned.name.kind, tuned.name.setting
        amount = KINDS[kind].amount_of(name) or Amount(0.0, 1.0, 0.0)
        said = name.replace(":", " ")
        return Slider(
            label=self._name(tuned.name, locale),
            command=f"/sliders {said}",
            low=amount.low,
            high=amount.high,
            value=tuned.amount,
            group=self.texts.group(locale, kind, tuned.group),
            opposite=self._name(tuned.opposite, locale) if tuned.opposite else "",
            lock=f"/sliders keep {said}",
            locked=tuned.locked,
        )

    def _offer(self, offer: Wearable, locale: str) -> Offer:
        label = _leading(self._name(offer.name, locale))
        return Offer(label, offer.line, offer.worn, offer.part, offer.colour)

    def sticker(self, shown: ShowResult, picture: bytes, locale: str) -> Message:
        """Word a result: what it is, its buttons, and sliders for its strengths, in fixed order."""
        return Message(
            text=self.texts.describe(locale, shown.request),
            buttons=self._buttons(shown.choices, locale),
            sticker=picture,
            sliders=self._sliders(shown.request, locale),
            name=file_name(shown.request),
            about=_about(shown.photo),
            drives=_drives(shown),
        )

    def drawing(self, request: Request, document: bytes, locale: str) -> Message:
        """Word the drawing of a result, an SVG file."""
        text = self._sentence("say.drawing", {"request": request}, locale)
        return Message(text, document=document, name=file_name(request))

    def export(self, data: bytes, number: int, count: int, locale: str) -> Message:
        """Word one of the zips of everything that a person has."""
        values = {"number": number, "count": count}
        name = "selfmoji" if count == 1 else f"selfmoji-{number}"
        return Message(self._sentence("say.export", values, locale), document=data, name=name)

    def waiting(
        self,
        request: Request,
        place: int,
        notes: tuple[Note, ...],
        locale: str,
        share: float = 0.0,
        photo: UUID | None = None,
    ) -> Message:
        """Word the placeholder of a job.

        Args:
            request: what is being made.
            place: the job's in the queue: 1 is next, 0 is at work, which reads the same.
            notes: what had to be assumed for it.
            locale: the person's.
            share: how much is done, 0..1; 0 where that is not known.
            photo: what it is made of, if it is made of one.
        """
        values: dict[str, object] = {"request": request}
        key = "say.working"
        if share:
            key = "say.working_share"
            values["percent"] = round(100 * share)
        if place > 1:
            key = "say.queued"
            values["place"] = place
        lines = [*self._notes(notes, locale), self._sentence(key, values, locale)]
        return Message("\n".join(lines), busy=True, about=_about(photo))

    def _notes(self, notes: tuple[Note, ...], locale: str) -> list[str]:
        return [self._sentence(note.key, note.values, locale) for note in notes]

    def _sentence(self, key: str, values: Mapping[str, object], locale: str) -> str:
        named = {name: self._name(value, locale) for name, value in values.items()}
        return self.texts.get(locale, key, **named)

    def _name(self, value: object, locale: str) -> str:
        """Call a value by its name in a language."""
        match value:
            case Request():
                return self.texts.describe(locale, value)
            case SettingName(kind, setting):
                return self.texts.setting(locale, kind, setting)
            case GroupName(kind, group):
                return self.texts.group(locale, kind, group)
            case LanguageName(chosen):
                return self.texts.language(chosen)
            case SlotName(slot, leading):
                name = self.texts.slot(locale, slot)
                return _leading(name) if leading else name
            case PartName(variant, tags, number):
                return self.texts.part(locale, variant, tags) or str(number or "")
            case PartNames(several):
                worn = [name for one in several if (name := self._name(one, locale))]
                joined = self.texts.join(locale, "join", worn)
                return self.texts.get(locale, "request.worn", names=joined) if worn else ""
            case PaintName(colour):
                return self.texts.colour(locale, colour_names.name_of(colour))
            case PresetName(preset):
                return self.texts.preset(locale, preset)
            case PlatformName(platform):
                return self.texts.platform(locale, platform)
            case Kind():
                return self._settings(value, locale)
            case Say(key, values):
                return self._sentence(key, {**self._given(key, locale), **values}, locale)
            case TasteName(name):
                return self.texts.get(locale, f"taste.{name}")
            case ConsentLine(wording, when, withdrawn):
                key = "consent.line_withdrawn" if withdrawn else "consent.line"
                what = self.texts.consent(locale, wording)
                return self.texts.get(locale, key, when=f"{when:%Y-%m-%d %H:%M}", what=what)
            case tuple() if all(isinstance(one, ConsentLine | Say) for one in value):
                return "\n".join(self._name(one, locale) for one in value)
            case tuple():
                names = [self._name(one, locale) for one in value]
                whole = all(isinstance(one, Request) for one in value)
                return self.texts.join(locale, "list_join" if whole else "join", names)
            case _:
                return str(value)

    def _settings(self, kind: Kind, locale: str, most: int = MOST_NAMES) -> str:
        if not kind.settings:
            return self.texts.kind(locale, kind.name)
        if kind.worn:
            names = [self.texts.group(locale, kind.name, group) for group in kind.groups]
            more = ["…"] if len(names) > most else []
            return self.texts.join(locale, "join", names[:most] + more)
        names = [
            self.texts.setting(locale, kind.name, name)
            for name in kind.chosen
            if name not in kind.brought
        ]
        more = ["…"] if len(names) > most else []
        return self.texts.join(locale, "join", names[:most] + more)

    def _buttons(self, choices: Rows, locale: str) -> tuple[tuple[Button, ...], ...]:
        return tuple(tuple(self._button(choice, locale) for choice in row) for row in choices)

    def _button(self, choice: Choice, locale: str) -> Button:
        return Button(self._sentence(choice.key, choice.values, locale), choice.value)

    def _sliders(self, request: Request, locale: str) -> tuple[Slider, ...]:
        kind = KINDS[request.kind]
        if len(request.settings) > MAX_SETTINGS:
            return ()  # no line could carry them
        order = {name: at for at, name in enumerate(kind.settings)}
        return tuple(
            Slider(
                label=self.texts.setting(locale, request.kind, setting.name),
                command=_command_of(request, setting),
                low=amount.low,
                high=amount.high,
                value=setting.amount,
            )
            for setting in sorted(request.settings, key=lambda one: order[one.name])
            if not setting.kept and (amount := kind.amount_of(setting.name)) is not None
        )

    def _given(self, key: str, locale: str) -> dict[str, object]:
        """Return what a sentence tells beside what the conversation knows."""
        match key:
            case "say.help":
                return {"kinds": self._kinds(locale), "commands": self._commands(locale)}
            case "say.privacy":
                return {
                    "hours": strength(self.photo_hours),
                    "days": strength(self.result_days),
                    "update_days": strength(self.update_days),
                    "copies": "" if self.keys_apart else self._copies(locale),
                }
            case _:
                return {}

    def _copies(self, locale: str) -> str:
        return "\n" + self.texts.get(locale, "say.privacy_copies")

    def _kinds(self, locale: str) -> str:
        lines = []
        for kind in (kind for kind in KINDS.values() if not kind.sheet):
            names = self._settings(kind, locale, _IN_HELP)
            choices = self.texts.get(locale, "say.help_choices", names=names)
            told = not kind.settings or kind.spoken or kind.words
            values = {
                "example": write(Make(example(kind))),
                "about": self.texts.get(locale, f"kind.{kind.name}.about"),
                "choices": "" if told else choices,
            }
            lines.append(self.texts.get(locale, "say.help_kind", **values).rstrip())
        return "\n".join(lines)

    def _commands(self, locale: str) -> str:
        told = [(name, about) for name, about in self.texts.menu(locale) if name not in KINDS]
        lines = [
            self.texts.get(locale, "say.help_command", command=name, about=about)
            for name, about in told
            if name not in _PLAIN
        ]
        plain = " ".join(f"/{name}" for name, _ in told if name in _PLAIN)
        return "\n".join([*lines, self.texts.get(locale, "say.help_plain", commands=plain)])


def _drives(shown: ShowResult) -> str:
    """Return the job where a result shows the photo's own face."""
    return shown.job.hex if shown.photo and shown.request.kind in _OWN_FACE else ""


def _about(photo: UUID | None) -> str:
    return "" if photo is None else photo.hex[:12]


def _told_apart(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Return offers of which no two are called the same: later ones get a number."""
    counts: Counter[str] = Counter()
    found = []
    for offer in offers:
        counts[offer.label] += 1
        number = counts[offer.label]
        found.append(offer if number == 1 else replace(offer, label=f"{offer.label} {number}"))
    return tuple(found)


def _leading(name: str) -> str:
    """Return a name as it stands at the head of a sentence."""
    return name[:1].upper() + name[1:]


def file_name(request: Request | None) -> str:
    """Return what a file of a wish is called: words may hold what names of files may not."""
    if request is None:
        return ""
    return re.sub(r"[^\w.+-]+", "-", write_request(request)).strip("-.")


def _command_of(request: Request, moved: Setting) -> str:
    """Return the command that needs only the moved setting's amount behind it."""
    others = tuple(setting for setting in request.settings if setting is not moved)
    words = write(Make(Request(request.kind, others)))
    return f"{words} {moved.name.replace(':', ' ')}"
