"""Who may ask this server, and what every answer tells the browser.

The server listens on loopback for one person's browser, so every other page in that browser is a
possible attacker: by DNS rebinding (a foreign name that resolves to us, told by its Host header)
and by cross-site requests (told by Origin). Host names are checked against a list; bare addresses
cannot be rebound and pass.
"""

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SAFE_METHODS = frozenset({"GET", "HEAD"})


class Guard:
    """ASGI middleware that turns strangers away and adds the security headers."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """``hosts``: names the server may be asked for, beside localhost and bare addresses."""
        self._app = app
        self._hosts = frozenset(host.strip().lower() for host in hosts if host.strip()) | {
            "localhost"
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        host = headers.get("host", "")
        safe = scope["type"] == "http" and scope["method"] in SAFE_METHODS
        if not self.is_ours(host):
            await self._refuse(421, scope, receive, send_guarded)
        elif not safe and not same_origin(headers.get("origin", ""), host):
            await self._refuse(403, scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    def is_ours(self, host: str) -> bool:
        """Whether a Host header names this server."""
        name = host_name(host)
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._hosts
        return True

    async def _refuse(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await PlainTextResponse("refused", status)(scope, receive, send)


def host_name(host: str) -> str:
    """Return the name in a Host header, without port and brackets, in lower case."""
    host = host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host


def same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header is this server's own; TLS may end before us, so either scheme."""
    scheme, _, authority = origin.lower().partition("://")
    return scheme in {"http", "https"} and bool(authority) and authority == host.lower()
