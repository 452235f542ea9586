"""The sentences: whole in every language, and no key without one."""

import ast
import re
import string
from pathlib import Path
from typing import Any

import pytest

from bot.core.language.meanings import Command, Request
from bot.core.language.shortcuts import SHORTCUTS
from bot.core.language.texts import Texts, load
from bot.core.language.vocabulary import squeeze
from storage.contract.failures import Failure
from storage.contract.kinds import KINDS, Setting, group_of

ROOT = Path(__file__).parents[3]
TEXTS = load()
OTHERS = [locale for locale in TEXTS.locales if locale != "en"]
LISTS = {"aliases", "fillers"}
KEY = re.compile(
    r"(say|note|command_error|button|failure|request|pack|pack_button|shared)\.[a-z_]+"
)


def flat(table: Any, path: str = "") -> dict[str, Any]:
    found = {}
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        found.update(flat(value, key) if isinstance(value, dict) else {key: value})
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


ENGLISH = flat(TEXTS.tables["en"])


@pytest.mark.parametrize("locale", OTHERS)
def test_languages_have_the_same_keys(locale: str) -> None:
    """What one language can say, every language can."""
    assert flat(TEXTS.tables[locale]).keys() == ENGLISH.keys()


@pytest.mark.parametrize("locale", OTHERS)
def test_languages_have_the_same_fields(locale: str) -> None:
    """A translation fills in what the original does."""
    for key, text in flat(TEXTS.tables[locale]).items():
        if isinstance(text, str):
            assert fields(text) == fields(ENGLISH[key]), key


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_nothing_is_empty(locale: str) -> None:
    """Every sentence says something."""
    for key, text in flat(TEXTS.tables[locale]).items():
        assert text or key.endswith(".aliases"), key


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_every_kind_and_setting_has_its_words(locale: str) -> None:
    """All of KINDS, and nothing beside, is named in every language."""
    table: Any = TEXTS.tables[locale]
    assert set(table["kind"]) == set(KINDS)
    named = {kind: set(names) for kind, names in table["setting"].items()}
    assert named == {kind.name: set(kind.settings) for kind in KINDS.values() if kind.settings}
    for kind in KINDS.values():
        request = Request(kind.name, tuple(Setting(name, 0.5) for name in kind.settings))
        assert TEXTS.describe(locale, request)


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_every_command_and_failure_has_its_words(locale: str) -> None:
    """All commands are in the menu with a description, all failures have a sentence."""
    table: Any = TEXTS.tables[locale]
    assert set(table["command"]) == {command.value for command in Command}
    assert set(table["failure"]) == {failure.value for failure in Failure}
    assert set(table["shortcut"]) == set(SHORTCUTS)
    kinds = [kind.name for kind in KINDS.values() if not kind.sheet]
    names = [*kinds, *SHORTCUTS, *Command]
    assert [name for name, about in TEXTS.menu(locale) if about] == names


def test_menus_fit_telegram() -> None:
    """Commands are 1-32 small letters, descriptions up to 256 characters (Bot API)."""
    for locale in TEXTS.locales:
        for name, about in TEXTS.menu(locale):
            assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
            assert 3 <= len(about) <= 100  # Discord's limit is the smaller one


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_every_group_has_its_words(locale: str) -> None:
    """Where settings come in groups, each group is called something."""
    table: Any = TEXTS.tables[locale]
    named = {kind: set(groups) for kind, groups in table["group"].items()}
    assert named == {kind.name: set(kind.groups) for kind in KINDS.values() if kind.groups}


def test_no_word_means_two_things() -> None:
    """An alias stands for one command, and for one setting of a group, in all languages."""
    commands: dict[str, str] = {}
    settings: dict[tuple[str, str, str], str] = {}
    for locale in TEXTS.locales:
        table: Any = TEXTS.tables[locale]
        for section in ("command", "shortcut", "kind"):
            for name, entry in table[section].items():
                for word in (entry["name"], *entry["aliases"]):
                    assert commands.setdefault(squeeze(word), name) == name, word
        for kind, entries in table["setting"].items():
            for name, entry in entries.items():
                for word in (entry["name"], *entry["aliases"]):
                    place = (kind, group_of(name), squeeze(word))
                    assert settings.setdefault(place, name) == name, word


def test_every_key_in_the_code_exists() -> None:
    """A key written in the code has its sentence."""
    keys = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                keys |= {node.value} if KEY.fullmatch(node.value) else set()
    assert keys - ENGLISH.keys() == set()
    assert len(keys) > 40


def test_every_sentence_is_used() -> None:
    """No sentence is left over."""
    code = "".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py"))
    left = [
        key
        for key in ENGLISH
        if re.match(r"(say|note|command_error|button|request|pack|pack_button|shared)\.", key)
        and f'"{key}"' not in code
        and f'"{key.split(".")[1]}"' not in code
    ]
    assert left == []


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("zh-CN", "zh-Hans"),
        ("zh_TW.UTF-8", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("en-GB", "en"),
        ("de-AT", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_nearest_language_is_spoken(wanted: str | None, spoken: str) -> None:
    """Any Chinese is answered in simplified Chinese, what we do not speak in English."""
    assert TEXTS.negotiate(wanted) == spoken


def test_a_missing_field_is_an_error() -> None:
    """A sentence with a hole is never shown."""
    texts = Texts({"en": {"say": {"hole": "{nothing}"}}})
    with pytest.raises(KeyError):
        texts.get("en", "say.hole")


def test_what_people_typed_is_not_formatted() -> None:
    """Braces in a person's words stay braces."""
    said = TEXTS.get("en", "command_error.unknown_command_bare", typed="{0.__class__}")
    assert "{0.__class__}" in said
