"""What strangers' bytes come to first: each takes any, and refuses in words or not at all.

The page's few routes have no OpenAPI description that a tool such as schemathesis could go by; what
they are given comes to these targets.
"""

from collections.abc import Callable
from pathlib import Path

from bot.core.language.texts import load
from bot.frontends.web import looking, visitors
from inference.errors import PhotoError
from inference.pictures import images
from tests.bot.talk import Talk

CORPUS = Path(__file__).with_name("corpus")
LONGEST = 1_000  # characters of a line, as the page cuts them
_TEXTS = load()


def decode(data: bytes) -> None:
    """Decode a photo as a worker does: no more than so large, or a failure with its name."""
    try:
        image = images.decode(data)
    except PhotoError:
        return
    assert max(image.shape[:2]) <= images.MAX_SIDE
    assert image.shape[2] == 3


def look(data: bytes) -> None:
    """Look at a photo as the page does before it is kept."""
    looking.look(data)


def line(data: bytes) -> None:
    """Say something before and after a photo."""
    text = data.decode(errors="replace")[:LONGEST]
    Talk().say(text)
    talk = Talk()
    talk.photo()
    talk.say(text)


def caption(data: bytes) -> None:
    """Send a photo with words."""
    Talk().photo(data.decode(errors="replace")[:LONGEST])


def press(data: bytes) -> None:
    """Press a button that nobody has shown."""
    value = data.decode(errors="replace")
    Talk().press(value)
    talk = Talk()
    talk.photo()
    talk.press(value, "7")


def language(data: bytes) -> None:
    """Ask for the page with some header."""
    wanted = visitors.wanted_locale(data.decode("latin-1"), _TEXTS)
    assert wanted is None or _TEXTS.negotiate(wanted)


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (decode, look, line, caption, press, language)
}
