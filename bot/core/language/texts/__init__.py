"""Every sentence that a person sees, by language and key.

A language is the TOML files beside this module whose names begin with it; all have the same keys
and fields. ``[kind.*]`` and ``[setting.*.*]`` name what ``KINDS`` lists, ``[slot.*]``
and ``[part]`` what avatars wear.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import cast

from bot.core.language.meanings import Command, Request
from bot.core.language.shortcuts import SHORTCUTS
from bot.core.language.spelling import plain
from bot.core.language.talk import Talk
from bot.core.language.tokens import OFF
from bot.core.language.vocabulary import Vocabulary, WardrobeWords, squeeze
from bot.core.language.writing import number_behind
from storage.contract.kinds import KINDS, Kind, group_of

DEFAULT = "en"

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Texts:
    """All languages; ``tables`` maps a locale to its nested table."""

    tables: Mapping[str, Table]

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages spoken, the default one first."""
        return tuple(self.tables)

    def negotiate(self, wanted: str | None) -> str:
        """Return the spoken locale nearest to a BCP 47 tag such as ``zh-CN`` or ``en_GB``."""
        language = (wanted or "").replace("_", "-").split("-")[0].casefold()
        for locale in self.tables:
            if locale.split("-")[0].casefold() == language:
                return locale
        return DEFAULT

    def get(self, locale: str, key: str, **values: object) -> str:
        """Return the sentence ``key`` (``"say.welcome"``) with its fields filled.

        Raises:
            KeyError: there is no such key or field.
        """
        found: object = self.tables[locale]
        for part in key.split("."):
            found = cast("Table", found)[part]
        if not isinstance(found, str):
            raise KeyError(key)
        return found.strip().format_map(values)

    def section(self, locale: str, key: str) -> dict[str, str]:
        """Return all sentences of one table, unfilled: ``section("en", "web")``."""
        found: object = self.tables[locale]
        for part in key.split("."):
            found = cast("Table", found)[part]
        return {
            name: text.strip()
            for name, text in cast("Table", found).items()
            if isinstance(text, str)
        }

    def language(self, locale: str) -> str:
        """Return a language's own name."""
        return self.get(locale, "language.name")

    def kind(self, locale: str, kind: str) -> str:
        """Return what people call a kind of result."""
        return self.get(locale, f"kind.{kind}.name")

    def group(self, locale: str, kind: str, group: str) -> str:
        """Return what people call a group of a kind's settings."""
        return self.get(locale, f"group.{kind}.{group}.name")

    def setting(self, locale: str, kind: str, setting: str) -> str:
        """Return what people call a setting of a kind."""
        return self.get(locale, f"setting.{kind}.{setting}.name")

    def slot(self, locale: str, slot: str) -> str:
        """Return what people call a place for a part of an avatar."""
        return self.get(locale, f"slot.{slot}.name")

    def part(self, locale: str, variant: str, tags: Mapping[str, Sequence[str]]) -> str:
        """Return what people call a part, or else what can be seen of it; empty for neither."""
        if squeeze(variant) == OFF:
            return self.nothing(locale)
        names = cast("Mapping[str, str]", self.tables[locale]["part"])
        if variant in names:
            return names[variant]
        seen = cast("Mapping[str, Mapping[str, str]]", self.tables[locale]["seen"])
        words = [
            seen[attribute][values[0]]
            for attribute, values in tags.items()
            if attribute in seen and values and values[0] in seen[attribute]
        ]
        return self.join(locale, "join", words)

    def colour(self, locale: str, colour: str) -> str:
        """Return what people call a colour of ``paints.NAMED``."""
        return self.get(locale, f"colour.{colour}.name")

    def preset(self, locale: str, preset: str) -> str:
        """Return what people call sliders that are moved together."""
        return self.get(locale, f"preset.{preset}.name")

    def platform(self, locale: str, platform: str) -> str:
        """Return what people call a platform; one of another version by its bare name."""
        names = cast("Mapping[str, str]", self.tables[locale]["platform"])
        return names.get(platform, platform)

    def consent(self, locale: str, wording: str) -> str:
        """Return what was agreed to, by the version of its words; of another version, that."""
        words = cast("Mapping[str, str]", self.tables[locale]["consent"])
        return words.get(wording, wording)

    def nothing(self, locale: str) -> str:
        """Return the word that takes something off."""
        words = cast("Mapping[str, list[str]]", self.tables[locale]["words"])
        return words["nothing"][0]

    def menu(self, locale: str) -> tuple[tuple[str, str], ...]:
        """Return (command, what it does) for a platform's menu; commands are the English ones."""
        kinds = tuple(
            (kind.name, self.get(locale, f"kind.{kind.name}.about"))
            for kind in KINDS.values()
            if not kind.sheet
        )
        shortcuts = tuple((name, self.get(locale, f"shortcut.{name}.about")) for name in SHORTCUTS)
        plain = tuple(
            (command.value, self.get(locale, f"command.{command.value}.about"))
            for command in Command
        )
        return kinds + shortcuts + plain

    def describe(self, locale: str, request: Request) -> str:
        """Word a wish: ``expression: smile 0.8``, its caption behind it."""
        if request.caption is not None:
            bare = self.describe(locale, replace(request, caption=None))
            return self.get(locale, "request.captioned", request=bare, words=request.caption.text)
        kind = KINDS[request.kind]
        name = self.kind(locale, kind.name)
        settings = []
        for setting in request.settings:
            if setting.kept and not setting.amount:
                continue
            label = setting.words or self._called_by_group(locale, kind, setting.name)
            number = number_behind(kind, setting)
            key = "request.setting_with_amount" if number else "request.setting"
            settings.append(self.get(locale, key, name=label, amount=number))
        if not settings:
            return self.get(locale, "request.plain", kind=name)
        joined = self.join(locale, "join", settings)
        return self.get(locale, "request.with_settings", kind=name, settings=joined)

    def _called_by_group(self, locale: str, kind: Kind, setting: str) -> str:
        """Return a setting's name, with its group where it only stands beside another."""
        name = self.setting(locale, kind.name, setting)
        if setting not in kind.beside or not group_of(setting):
            return name
        group = self.group(locale, kind.name, group_of(setting))
        return self.get(locale, "request.of_group", name=name, group=group)

    def join(self, locale: str, key: str, parts: list[str]) -> str:
        """Join words the way a language does (``join``) or whole wishes (``list_join``)."""
        request = cast("Table", self.tables[locale]["request"])
        return cast("str", request[key]).join(parts)

    def vocabulary(self) -> Vocabulary:
        """Return every word that people may type, of all languages at once."""
        commands: dict[str, str] = {}
        settings: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        languages: dict[str, str] = {}
        fillers: set[str] = set()
        nothing: set[str] = {OFF}
        naming: set[str] = set()
        deleting: set[str] = set()
        minors: set[str] = set()
        keeping: set[str] = set()
        sides: dict[str, set[str]] = {"above": set(), "below": set()}
        mine: set[str] = set()
        everyone: set[str] = set()
        years: dict[str, str] = {}
        commands.update((squeeze(name), name) for name in SHORTCUTS)
        for command in Command:
            commands[squeeze(command.value)] = command.value
        for kind in KINDS.values():
            commands[squeeze(kind.name)] = kind.name
            for setting in kind.settings:
                if setting not in kind.spoken:
                    settings[kind.name][squeeze(setting)] = setting
        for locale, table in self.tables.items():
            for section in ("command", "shortcut", "kind"):
                for name, entry in cast("Mapping[str, Table]", table[section]).items():
                    for word in _words(entry):
                        commands.setdefault(word, name)
            for word in _words(cast("Table", table["language"])):
                languages[word] = locale
            languages[squeeze(locale)] = locale
            words = cast("Mapping[str, list[str]]", table["words"])
            fillers.update(squeeze(word) for word in words["fillers"])
            nothing.update(squeeze(word) for word in words["nothing"])
            naming.update(squeeze(word) for word in words["naming"])
            deleting.update(squeeze(word) for word in words["deleting"])
            minors.update(squeeze(word) for word in words["minors"])
            keeping.update(squeeze(word) for word in words["keeping"])
            for side, found in sides.items():
                found.update(squeeze(word) for word in words[side])
            mine.update(words["mine"])
            everyone.update(squeeze(word) for word in words["everyone"])
            for setting in ("age:older", "age:younger"):
                years.update((phrase, setting) for phrase in words[setting])
            start = _entry(table, "command", Command.START.value)
            fillers.update(squeeze(word) for word in cast("list[str]", start["aliases"]))
        within = {kind.name: self._within(kind) for kind in KINDS.values()}
        for kind_name, groups in within.items():
            for spelt in groups.values():
                for word, name in spelt.items():
                    settings[kind_name].setdefault(word, name)
        return Vocabulary(
            commands,
            settings,
            languages,
            frozenset(fillers),
            {kind.name: self._groups(kind) for kind in KINDS.values() if kind.groups},
            within,
            frozenset(nothing),
            WardrobeWords(
                self._called("slot"),
                self._parts(nothing),
                self._called("colour"),
                self._called("wear"),
            ),
            frozenset(naming),
            frozenset(deleting),
            frozenset(minors),
            frozenset(keeping),
            {word: name for name, spelt in self._called("preset").items() for word in spelt}
            | {squeeze(name): name for name in self._called("preset")},
            years,
            self._talk(),
            frozenset(sides["above"]),
            frozenset(sides["below"]),
            frozenset(mine),
            frozenset(everyone),
            {word: name for name, spelt in self._called("pack_word").items() for word in spelt},
        )

    def _talk(self) -> Talk:
        """Return what people say around a wish."""
        fillers: set[str] = set()
        between: set[str] = set()
        courtesies: dict[str, str] = {}
        phrases: dict[str, str] = {}
        near: dict[str, str] = {}
        for table in self.tables.values():
            talk = cast("Mapping[str, list[str]]", table["talk"])
            fillers.update(map(squeeze, talk["fillers"]))
            between.update(map(plain, talk["between"]))
            for section, found in (("courtesy", courtesies), ("near", near)):
                for name, entry in cast("Mapping[str, Table]", table[section]).items():
                    found.update((squeeze(word), name) for word in _said(entry))
            for line, entry in cast("Mapping[str, Table]", table["phrase"]).items():
                phrases.update((plain(words), line) for words in _said(entry))
        return Talk(frozenset(fillers), frozenset(between), courtesies, phrases, near)

    def _called(self, section: str) -> dict[str, tuple[str, ...]]:
        """Return the words of each entry of a section, in all languages."""
        found: dict[str, dict[str, None]] = {}
        for table in self.tables.values():
            for name, entry in cast("Mapping[str, Table]", table[section]).items():
                found.setdefault(name, {}).update(dict.fromkeys(_words(entry)))
        return {name: tuple(words) for name, words in found.items()}

    def _parts(self, nothing: set[str]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {OFF: tuple(sorted(nothing))}
        for table in self.tables.values():
            for variant, name in cast("Mapping[str, str]", table["part"]).items():
                found[variant] = (*found.get(variant, ()), squeeze(name))
        return found

    def _within(self, kind: Kind) -> dict[str, dict[str, str]]:
        """Return the words of each group of a kind; one without groups has a nameless one."""
        found: dict[str, dict[str, str]] = {group_of(name): {} for name in kind.settings}
        named = [name for name in kind.settings if name not in kind.spoken]
        for name in named:
            found[group_of(name)][squeeze(name.rpartition(":")[2])] = name
        for table in self.tables.values():
            for name in named:
                for word in _words(_entry(table, "setting", kind.name, name)):
                    found[group_of(name)].setdefault(word, name)
        return found

    def _groups(self, kind: Kind) -> dict[str, tuple[str, ...]]:
        """Return what the groups of a kind are called; a group's own name comes first."""
        named: dict[str, tuple[str, ...]] = {squeeze(group): (group,) for group in kind.groups}
        for table in self.tables.values():
            for group in kind.groups:
                for word in _words(_entry(table, "group", kind.name, group)):
                    others = named.get(word, ())
                    named[word] = others if group in others else (*others, group)
        return named


def _entry(table: Table, *path: str) -> Table:
    for part in path:
        table = cast("Table", table[part])
    return table


def _said(entry: Table) -> list[str]:
    return cast("list[str]", entry["words"])


def _words(entry: Table) -> list[str]:
    words = [cast("str", entry["name"]), *cast("list[str]", entry["aliases"])]
    return [squeeze(word) for word in words]


def _join(table: dict[str, object], more: Mapping[str, object]) -> None:
    """Let a table have what another file of its language says, section by section."""
    for key, value in more.items():
        known = table.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _join(known, value)
        else:
            table[key] = value


def _share_words(table: dict[str, object]) -> None:
    """Let kinds whose settings another kind names have its words."""
    for section in ("setting", "group"):
        entries = cast("dict[str, dict[str, object]]", table[section])
        for kind in KINDS.values():
            if kind.words in entries:
                known = {*kind.settings, *kind.groups}
                shared = {name: one for name, one in entries[kind.words].items() if name in known}
                entries[kind.name] = {**shared, **entries.get(kind.name, {})}


@cache
def load() -> Texts:
    """Read all languages, once."""
    folder = resources.files(__package__)
    found: dict[str, dict[str, object]] = {}
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            table = found.setdefault(file.name.partition(".")[0], {})
            _join(table, tomllib.loads(file.read_text("utf-8")))
    for table in found.values():
        _share_words(table)
    return Texts({DEFAULT: found.pop(DEFAULT), **dict(sorted(found.items()))})
