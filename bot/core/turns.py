"""Turns: one person's updates are answered in order, and their results are shown in between."""

import asyncio
from weakref import WeakValueDictionary

Account = tuple[str, str]
"""A person's account: platform and external id."""


class Turns:
    """A lock for each account that something is done for at the moment."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Account, asyncio.Lock] = WeakValueDictionary()

    def of(self, account: Account) -> asyncio.Lock:
        """Return the lock to hold while something is done for an account."""
        return self._locks.setdefault(account, asyncio.Lock())
