"""docker-compose.yml and the Dockerfiles, held against the settings and commands that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import main
from bot.settings import BotSettings
from inference.settings import InferenceSettings
from tests.as_installed import PROJECT

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
EXTRAS = PROJECT["optional-dependencies"]
FIELDS = (*BotSettings.model_fields, *InferenceSettings.model_fields)
SETTINGS = {f"SELFMOJI_{name.upper()}" for name in FIELDS}


@pytest.mark.parametrize("name", OURS)
def test_every_service_starts_a_command_that_exists(name: str) -> None:
    """A service's command is one of selfmoji's."""
    assert OURS[name]["command"][0] in main.commands


@pytest.mark.parametrize("file", ["docker-compose.yml", ".env.example", "README.md"])
def test_every_variable_is_a_setting(file: str) -> None:
    """Each SELFMOJI_ variable that is spoken of can be set."""
    assert (
        set(re.findall(r"SELFMOJI_[A-Z0-9_]*[A-Z0-9]", (ROOT / file).read_text("utf-8")))
        <= SETTINGS
    )


def test_every_setting_is_documented() -> None:
    """The README's table names each setting."""
    assert (
        set(re.findall(r"SELFMOJI_[A-Z0-9_]*[A-Z0-9]", (ROOT / "README.md").read_text()))
        >= SETTINGS
    )


@pytest.mark.parametrize("name", OURS)
def test_every_service_is_locked_down(name: str) -> None:
    """Ours run read-only, without capabilities, as a user of their own, once PostgreSQL is well."""
    service = OURS[name]
    dockerfile = (ROOT / service["build"]["dockerfile"]).read_text("utf-8")
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert re.findall(r"^USER (\w+)", dockerfile, re.MULTILINE)[-1] == "selfmoji"


@pytest.mark.parametrize("name", OURS)
def test_every_service_is_asked_for_its_health(name: str) -> None:
    """A page is asked over HTTP, everything else by the command that reads the same rows."""
    service = OURS[name]
    dockerfile = (ROOT / service["build"]["dockerfile"]).read_text("utf-8")
    (check,) = re.findall(r"^HEALTHCHECK .*CMD (.*)$", dockerfile, re.MULTILINE)
    program, command, *options = json.loads(check)
    assert (program, command in main.commands) == ("selfmoji", True)
    known = {word for option in main.commands[command].params for word in option.opts}
    assert set(options) <= known
    assert ("healthcheck" in service) == (service["command"] == ["web"])


@pytest.mark.parametrize("name", OURS)
def test_every_image_is_pinned(name: str) -> None:
    """Images have a full version, packages come at the versions that these tests ran with."""
    dockerfile = (ROOT / OURS[name]["build"]["dockerfile"]).read_text("utf-8")
    images = [COMPOSE["services"]["postgres"]["image"]]
    images += re.findall(r"^FROM (\w+:\S+)", dockerfile, re.MULTILINE)
    assert len(images) == 2
    assert all(re.search(r":\d+\.\d+", image) for image in images)
    for line in re.findall(r"pip install (.*?)(?: \\)?$", dockerfile, re.MULTILINE):
        assert "--constraint constraints.txt" in line
        assert set(re.search(r"\[(.*)\]", line)[1].split(",")) <= EXTRAS.keys()  # type: ignore[index]


@pytest.mark.parametrize("name", OURS)
def test_every_service_has_its_own_secrets_and_limits(name: str) -> None:
    """No service learns another's token, memory is bounded, and a stop lets work be finished."""
    service = OURS[name]
    assert "env_file" not in service
    tokens = {key for key in service["environment"] if key.endswith("TOKEN")}
    own = {"telegram": {"SELFMOJI_TELEGRAM_TOKEN"}, "discord": {"SELFMOJI_DISCORD_TOKEN"}}
    assert tokens == own.get(name, set())
    assert service["mem_limit"]
    assert service["stop_grace_period"] == ("2m" if "worker" in name else "30s")
    url = service["environment"]["SELFMOJI_DATABASE_URL"]
    assert "PASSWORD" not in url  # which may hold what a URL may not
    assert service["volumes"] == ["keys:/keys"]
    passed = {key for key in service["environment"] if key.startswith("SELFMOJI_")}
    assert passed <= SETTINGS


def test_every_setting_reaches_a_service() -> None:
    """What may be set in .env is passed on, but for what only one machine's `run` has."""
    passed = {key for service in OURS.values() for key in service["environment"]}
    alone = {"SELFMOJI_DATA_DIR", "SELFMOJI_CACHE_DIR"}
    alone |= {"SELFMOJI_C2PA_KEY", "SELFMOJI_C2PA_CERTIFICATES"}  # the images lack the extra
    assert alone | {one for one in passed if one.startswith("SELFMOJI_")} == SETTINGS


def test_images_copy_what_is_there() -> None:
    """Each file that a Dockerfile copies exists and is not ignored."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for dockerfile in ROOT.glob("*/Dockerfile"):
        for line in re.findall(r"^COPY (.*) \S+$", dockerfile.read_text("utf-8"), re.MULTILINE):
            for name in line.split():
                assert (ROOT / name).exists(), name
                assert f"!{name}" in ignored, name


def test_the_database_is_checked_and_kept() -> None:
    """PostgreSQL has a healthcheck and a named volume."""
    postgres = COMPOSE["services"]["postgres"]
    assert postgres["healthcheck"]["test"]
    assert postgres["volumes"][0].split(":")[0] in COMPOSE["volumes"]


def test_no_secret_is_written_down() -> None:
    """Passwords and keys come from the environment, and the example leaves them empty."""
    example = (ROOT / ".env.example").read_text("utf-8")
    assert re.findall(r"^(\w*(?:TOKEN|KEY|PASSWORD))=(.+)$", example, re.MULTILINE) == []
    assert (
        "POSTGRES_PASSWORD:?" in COMPOSE["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]
    )
