"""Caches that know how much memory their pictures take."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Generic, ParamSpec

import numpy as np
from numpy.typing import NDArray

Arguments = ParamSpec("Arguments")
Pixels = NDArray[np.uint8]


class PictureCache(Generic[Arguments]):
    """A function whose latest pictures are kept, up to a number of bytes; safe between threads.

    What is returned is read-only, for it is everybody's.
    """

    def __init__(self, draw: Callable[Arguments, Pixels], limit: int) -> None:
        self._draw = draw
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Pixels] = OrderedDict()
        self._bytes = 0
        update_wrapper(self, draw)

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Pixels:
        """Return the function's picture, drawn now unless it was kept."""
        key = args, tuple(sorted(kwargs.items()))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        pixels = self._draw(*args, **kwargs)
        pixels.setflags(write=False)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = pixels
                self._bytes += pixels.nbytes
            while self._bytes > self._limit:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.nbytes
        return pixels

    @property
    def held(self) -> int:
        """Bytes of what is kept now."""
        return self._bytes

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


def bounded(limit: int) -> Callable[[Callable[Arguments, Pixels]], PictureCache[Arguments]]:
    """Keep a function's latest pictures, the least recently asked for going first.

    Args:
        limit: bytes that the kept pictures may take together. A picture larger than that is drawn
            anew each time.
    """
    return lambda draw: PictureCache(draw, limit)
