"""Our references of Discord's channels and messages, as JSON strings.

An interaction's token edits the messages that answered it, even in servers that the bot has not
joined, but for 15 minutes only; afterwards the bot needs the channel itself. So a message carries
its token for as long as it is good.
"""

import json
import time
from dataclasses import dataclass

TOKEN_SECONDS = 15 * 60 - 30  # Discord's 15 minutes, less what a request may take


@dataclass(frozen=True, slots=True)
class Reference:
    """One message; ``token`` opens it until ``until`` (seconds since 1970)."""

    message: int
    token: str | None = None
    until: float = 0.0

    @property
    def usable_token(self) -> str | None:
        """The token, unless its time is over."""
        return self.token if time.time() < self.until else None

    def write(self) -> str:
        """Return the JSON string."""
        if self.token is None:
            return json.dumps({"message": self.message})
        return json.dumps({"message": self.message, "token": self.token, "until": self.until})

    @classmethod
    def read(cls, text: str) -> "Reference":
        """Take the JSON string apart."""
        return cls(**json.loads(text))
