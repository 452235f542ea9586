"""Linking accounts: what a code is and how it may end."""

from enum import StrEnum

LENGTH = 8
"""Letters of a code."""


class Refusal(StrEnum):
    """Why a code did not link."""

    UNKNOWN = "unknown"  # mistyped, used already, or never given out
    EXPIRED = "expired"
    OWN = "own"  # given by the account that was told it
    LINKED = "linked"  # these accounts are linked already
    TOO_MANY_TRIES = "too_many_tries"
    TOO_MANY_ACCOUNTS = "too_many_accounts"
