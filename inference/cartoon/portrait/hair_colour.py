"""The colour of hair as it is drawn: its own, without what the sky and the shade add."""

from collections.abc import Mapping

from inference.face import light
from inference.face.attributes import Probabilities
from inference.face.report import Colours, Lab

_DYED = 0.3  # how probable dye must be for any colour to be believed
_SKY = (-1.0, -6.0)  # b of hair that has none and all of its lightness from the sky
_SILVER = 55.0  # lightness from which hair may well be gray under a blue sky
_WARM = 0.22  # of b: hair that is yellowish is at least so reddish
_GOLD = 18.0  # b of hair that is certainly blond at least
_FAIR = 0.5  # how probable fair hair must be for its lit part to be its colour
_LIT = 0.75
_CALLED = (0.5, 0.9)  # how probable a name must be to count at all, and to count in full
_GRAY = (52.0, 0.7)  # least lightness of gray hair, share of what is missing
_BROWN = (25.0, 6.0, 9.0)  # least lightness, a and b of brown hair
_RED = (36.0, 24.0, 28.0)  # the same of red hair
_CALLED_RED = (0.2, 0.5)  # as ``_CALLED``: the readers, who know a dozen brown heads to each red
# one, are seldom surer
_FAIRNESS = (58.0, 20.0, 0.7)  # least lightness and b of blond hair, share of what is missing
_STREAKS, _GRAYING = 0.12, 0.5  # how probable dye or gray hair must be for two tones
_BLOND = (0.1, 55.0)  # how probable blond hair must be, and how light blond streaks


def own(colours: Colours, perceived: Probabilities) -> Lab | None:
    """Tell the hair's own tone from that measured in the photo; None where there is no hair."""
    tone = colours.hair
    likely = perceived["hair_colour"]
    if tone is None or likely.get("dyed", 0.0) > _DYED:
        return tone
    second = colours.hair_second
    fair = likely.get("blond", 0.0) + likely.get("white", 0.0)
    if second is not None and second[0] > tone[0] and fair > _FAIR:
        tone = _between(tone, second, _LIT)
    lightness, a, b = light.balanced(tone, colours.skin)
    least, most = _SKY
    if lightness < _SILVER and colours.brows[0] < lightness:
        # backlit dark hair mirrors the sky; brows, in the face's own shade, do not
        sky = min(1.0, max(0.0, (b - least) / (most - least)))
        lightness, a, b = _between((lightness, a, b), colours.brows, sky)
    lightness, a, b = warm((lightness, a, max(b, -1.0, _GOLD * likely.get("blond", 0.0))))
    return _named((lightness, a, b), likely)


def _named(tone: Lab, likely: Mapping[str, float]) -> Lab:
    """Bring a tone nearer to what people call it, where they surely would.

    A flat shape lacks what names a colour on a photo: single gray hairs, the brown or red that only
    shows where light falls on it, the gold of the strands above.
    """
    lightness, a, b = tone
    gray = _called(likely.get("gray", 0.0) + likely.get("white", 0.0))
    brown, blond = (_called(likely.get(name, 0.0)) for name in ("brown", "blond"))
    red = _called(likely.get("red", 0.0), _CALLED_RED)
    least, share = _GRAY
    lightness += gray * share * max(0.0, least - lightness)
    for called, (least, reddish, yellow) in ((brown, _BROWN), (red, _RED)):
        lightness += called * max(0.0, least - lightness)
        a, b = a + called * max(0.0, reddish - a), b + called * max(0.0, yellow - b)
    least, yellow, share = _FAIRNESS
    lightness += blond * share * max(0.0, least - lightness)
    return lightness, a, b + blond * share * max(0.0, yellow - b)


def _called(likely: float, bounds: tuple[float, float] = _CALLED) -> float:
    low, high = bounds
    return min(1.0, max(0.0, (likely - low) / (high - low)))


def second(colours: Colours, perceived: Probabilities) -> Lab | None:
    """Return hair's other tone where it is dyed or graying; elsewhere light falls on it."""
    likely, other = perceived["hair_colour"], colours.hair_second
    dyed = likely.get("dyed", 0.0) > _STREAKS
    graying = likely.get("gray", 0.0) + likely.get("white", 0.0) > _GRAYING
    streaked = likely.get("blond", 0.0) > _BLOND[0] and other is not None and other[0] > _BLOND[1]
    return other if dyed or graying or streaked else None


def warm(tone: Lab) -> Lab:
    """Take the green from a colour of hair: nobody's grows so."""
    lightness, a, b = tone
    return lightness, max(a, _WARM * b), b


def _between(one: Lab, other: Lab, share: float) -> Lab:
    lightness, a, b = (x + share * (y - x) for x, y in zip(one, other, strict=True))
    return lightness, a, b
