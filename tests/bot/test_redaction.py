"""Logs carry no secrets, whatever is logged."""

import json
import logging
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, Uuid, insert
from sqlalchemy.exc import DBAPIError

from bot.redaction import RedactingFormatter, set_up
from storage.contract.tracing import JOB
from storage.database import Database
from storage.models import Row, UtcDateTime, now

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"
DISCORD = "made-up.discord.token"


@pytest.fixture(autouse=True)
def _logging_as_before() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_lines_may_be_json_objects_that_name_the_job(capsys: pytest.CaptureFixture[str]) -> None:
    """For machines that gather logs; nothing is in them that is not in words."""
    job = uuid5(NAMESPACE_OID, "job")
    set_up(logging.INFO, [DISCORD], as_json=True)
    token = JOB.set(job)
    try:
        raise RuntimeError(f"of {DISCORD}")
    except RuntimeError:
        logging.getLogger("selfmoji").exception("failed with %s", DISCORD)
    finally:
        JOB.reset(token)
    logging.getLogger("selfmoji").info("other")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["level"], first["job"]) == ("ERROR", str(job))
    assert first["message"] == "failed with [hidden]"
    assert "RuntimeError" in first["raised"]
    assert "job" not in second
    assert DISCORD not in str(first)


def test_tokens_are_hidden_in_messages_arguments_and_traces(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Known secrets, whatever looks like a Telegram token, and passwords in URLs."""
    set_up(logging.INFO, [DISCORD, ""])
    log = logging.getLogger("selfmoji")
    log.info("https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("token %s", DISCORD)
    log.info("postgresql+asyncpg://selfmoji:hunter2@host/name")
    try:
        raise RuntimeError(f"no answer from bot{TOKEN} of {DISCORD}")
    except RuntimeError:
        log.exception("failed")
    written = capsys.readouterr().err
    assert written.count("[hidden]") >= 3
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
        "bot", logging.INFO, "", 0, "at 12:30 http://localhost:8080/", (), None
    )
    assert "at 12:30 http://localhost:8080/" in RedactingFormatter().format(record)


def test_what_libraries_put_into_a_line_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a library's line its template is told, or where it comes from; asyncio quotes errors."""
    set_up(logging.INFO, [])
    logging.getLogger("telegram.ext").warning("No handler for %s", {"text": "my secret"})
    logging.getLogger("asyncio").error("Task failed: my secret")
    written = capsys.readouterr().err
    assert "No handler for %s" in written
    assert "a line of test_redaction" in written
    assert "my secret" not in written


def _canary(column: Column[Any]) -> object:
    """Return a value that names its column and stands out in any log."""
    word = f"canary-{column.name}"
    kind = column.type
    if isinstance(kind, Uuid):
        return uuid5(NAMESPACE_OID, word)
    if isinstance(kind, LargeBinary):
        return word.encode()[:32].ljust(32, b".")
    if isinstance(kind, JSON):
        return {"said": word}
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return 424242
    if isinstance(kind, UtcDateTime):
        return now()
    return word[:32]


async def test_no_column_of_any_row_reaches_the_log(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Databases quote the row that they refuse, in the message and the parameters; we do not."""
    set_up(logging.DEBUG, [])
    log = logging.getLogger("storage")
    refused = 0
    for table in Row.metadata.sorted_tables:
        row = {column.name: _canary(column) for column in table.columns}
        for statement in (insert(table).values(row), insert(table).values(row)):
            try:
                async with database.transaction() as session:
                    await session.execute(statement)
            except DBAPIError as problem:
                refused += 1
                log.exception("refused")
                log.warning("refused: %s", type(problem).__name__)
    written = capsys.readouterr().err
    assert refused > len(Row.metadata.sorted_tables)
    assert "IntegrityError" in written
    assert "canary" not in written
    assert uuid5(NAMESPACE_OID, "canary-id").hex[:8] not in written
