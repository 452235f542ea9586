"""Logs carry no secrets, whatever is logged."""

import logging

import pytest

from bot.redaction import RedactingFormatter, set_up

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"
DISCORD = "made-up.discord.token"


@pytest.fixture(autouse=True)
def _logging_as_before() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_tokens_are_hidden_in_messages_arguments_and_traces(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Known secrets, whatever looks like a Telegram token, and passwords in URLs."""
    set_up(logging.INFO, [DISCORD, ""])
    log = logging.getLogger("test")
    log.info("https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("token %s", DISCORD)
    log.info("postgresql+asyncpg://selfmoji:hunter2@host/name")
    try:
        raise RuntimeError(f"no answer from bot{TOKEN} of {DISCORD}")
    except RuntimeError:
        log.exception("failed")
    written = capsys.readouterr().err
    assert written.count("[hidden]") >= 5
    for secret in (TOKEN, DISCORD, "hunter2"):
        assert secret not in written
    assert "RuntimeError" in written


def test_the_http_library_does_not_log_urls(capsys: pytest.CaptureFixture[str]) -> None:
    """Httpx logs every request at INFO, and Telegram's URLs carry the token."""
    set_up(logging.DEBUG, [])
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s", TOKEN)
    logging.getLogger("httpx").warning("slow")
    assert capsys.readouterr().err.count("\n") == 1


def test_ordinary_words_stay() -> None:
    """Nothing else is changed."""
    record = logging.LogRecord(
        "a", logging.INFO, "", 0, "at 12:30 http://localhost:8080/", (), None
    )
    assert "at 12:30 http://localhost:8080/" in RedactingFormatter().format(record)
