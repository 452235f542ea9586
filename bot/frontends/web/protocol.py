"""HTTP as uvicorn speaks it, which hangs up on whoever sends half a request and no more."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

UNFINISHED_SECONDS = 10.0
"""How long a head may take to come, and the rest of a body that nobody reads any more."""

CONNECTIONS = 2_000
"""Beyond these, tabs that listen among them, a new one is closed at once."""


class ImpatientProtocol(H11Protocol):
    """uvicorn waits for the rest of a request for ever; this waits so long.

    While a request is being answered its handler decides how long its body may take.
    """

    _hurrying: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the head of the first request."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
            return
        self._hurry()

    def data_received(self, data: bytes) -> None:
        """Wait on only while something is half there."""
        super().data_received(data)
        self._judge()

    def on_response_complete(self) -> None:
        """Wait for what is left of a body, but not for ever."""
        super().on_response_complete()
        self._judge()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._calm()
        super().connection_lost(exc)

    def _judge(self) -> None:
        if self.transport.get_protocol() is not self:  # a WebSocket's by now
            self._calm()
            return
        answering = self.cycle is not None and not self.cycle.response_complete
        theirs = self.conn.their_state
        half = theirs is h11.SEND_BODY or (theirs is h11.IDLE and self.conn.trailing_data[0])
        if half and not answering:
            self._hurry()
        else:
            self._calm()

    def _hurry(self) -> None:
        if self._hurrying is None:
            self._hurrying = self.loop.call_later(UNFINISHED_SECONDS, self._hang_up)

    def _calm(self) -> None:
        if self._hurrying is not None:
            self._hurrying.cancel()
            self._hurrying = None

    def _hang_up(self) -> None:
        self._hurrying = None
        self.transport.abort()
