"""Who is asking: the cookie that tells browsers apart, and the language they would like."""

import hashlib
import re
import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bot.core.language.texts import Texts

COOKIE = "selfmoji"
LANGUAGE = "language"
"""The cookie that the page keeps its language in; it tells nothing of who it is."""

COOKIE_SECONDS = 400 * 86_400  # the longest that browsers keep one
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def token(request: HTTPConnection) -> str | None:
    """Return the browser's secret, if it sent one of ours."""
    found = request.cookies.get(COOKIE, "")
    return found if TOKEN.fullmatch(found) else None


def external_id(secret: str) -> str:
    """Return the person's id for a browser's secret.

    A digest, so that nobody who reads the database can take a person's place.
    """
    return hashlib.sha256(b"selfmoji web " + secret.encode()).hexdigest()[:40]


def introduce(request: HTTPConnection, response: Response) -> None:
    """Give a new browser its secret, and a known one a longer time."""
    response.set_cookie(
        COOKIE,
        token(request) or secrets.token_urlsafe(32),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def wanted(request: HTTPConnection, texts: Texts) -> str | None:
    """Return the language that a browser remembers of its page, else the one that it asks for."""
    remembered = request.cookies.get(LANGUAGE, "")
    if remembered in texts.locales:
        return remembered
    return wanted_locale(request.headers.get("accept-language", ""), texts)


def wanted_locale(accept_language: str, texts: Texts) -> str | None:
    """Return the first language of an Accept-Language header that we speak, or None."""
    spoken = {locale.split("-")[0] for locale in texts.locales}
    ranked: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameter)
        ranked.append((float(quality[1]) if quality else 1.0, tag.strip()))
    for weight, tag in sorted(ranked, key=lambda entry: -entry[0]):
        if weight > 0 and tag.split("-")[0].lower() in spoken:
            return texts.negotiate(tag)
    return None
