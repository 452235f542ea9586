"""Open fonts for every script, in the order in which they are asked for a letter.

Noto, under the SIL Open Font License, from two packages.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files

import uharfbuzz as hb

WEIGHT = 800
"""Extra bold, where a font goes so far."""

EMOJI = "NotoEmoji"

_SCRIPTS = (
    "", "Arabic", "Hebrew", "Devanagari", "Thai", "Armenian", "Bengali", "Ethiopic", "Georgian",
    "Gujarati", "Gurmukhi", "Kannada", "Khmer", "Lao", "Malayalam", "Myanmar", "Oriya", "Sinhala",
    "Tamil", "Telugu",
)  # fmt: skip
_CJK = {"ja": 0, "ko": 1, "zh-Hans": 2}  # numbers of the faces in the collection
_IGNORED = {0x200C, 0x200D, 0xFE0E, 0xFE0F}
_PICTORIAL = range(0x1F000, 0x20000)


@dataclass(frozen=True, eq=False)
class Face:
    """One font at its weight. ``language``: what its letters are drawn for, if that matters."""

    name: str
    font: hb.Font
    letters: frozenset[int]
    language: str = ""
    outlines: dict[int, str] = field(default_factory=dict)

    @property
    def em(self) -> int:
        """Units of its design in the height of a line."""
        return int(self.font.face.upem)

    def has(self, cluster: str) -> bool:
        """Tell whether it can draw letters that belong together."""
        return all(ord(one) in self.letters or ord(one) in _IGNORED for one in cluster)

    def outline(self, glyph: int) -> str:
        """A glyph's outline as an SVG path, y downwards, in units of the design."""
        if glyph not in self.outlines:
            pen = _Pen()
            self.font.draw_glyph_with_pen(glyph, pen)
            self.outlines[glyph] = "".join(pen.path)
        return self.outlines[glyph]


def chain(text: str) -> tuple[Face, ...]:
    """Return the fonts to ask for the letters of a text, in their order."""
    return (*_noto(), _noto_emoji(), _symbols(), _cjk(_east_asian(text)))


def face_for(cluster: str, faces: Sequence[Face]) -> Face | None:
    """Return the first font that draws these letters; None if no font does.

    A sign that comes as a picture, or is asked for as one, is drawn as such.
    """
    first = ord(cluster[0])
    if "\ufe0f" in cluster or first in _PICTORIAL:
        faces = sorted(faces, key=lambda face: face.name != EMOJI)
    return next((face for face in faces if face.has(cluster)), None)


def clusters(text: str) -> Iterator[str]:
    """Cut a text into what belongs together: a letter and its marks, a picture and its parts."""
    found = ""
    for letter in text:
        if found and not _continues(found, letter):
            yield found
            found = ""
        found += letter
    if found:
        yield found


def _continues(found: str, letter: str) -> bool:
    code = ord(letter)
    if unicodedata.category(letter).startswith("M") or code in _IGNORED:
        return True
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
        return True
    flag = 0x1F1E6 <= code <= 0x1F1FF
    if flag and len(found) == 1 and 0x1F1E6 <= ord(found) <= 0x1F1FF:
        return True
    return found[-1] == "\u200d" and ord(found[0]) >= 0x2190  # a picture of several


def _east_asian(text: str) -> str:
    """Which language's forms Chinese characters have: by the letters that stand beside them."""
    if any("\u3040" <= letter <= "\u30ff" for letter in text):
        return "ja"
    if any("\uac00" <= letter <= "\ud7a3" for letter in text):
        return "ko"
    return "zh-Hans"


@cache
def _noto() -> tuple[Face, ...]:
    return tuple(_face(f"NotoSans{script}", f"NotoSans{script}[wght].ttf") for script in _SCRIPTS)


@cache
def _noto_emoji() -> Face:
    return _face(EMOJI, f"{EMOJI}[wght].ttf", weight=500)


@cache
def _symbols() -> Face:
    return _face("NotoSansSymbols", "NotoSansSymbols[wght].ttf")


@cache
def _cjk(language: str) -> Face:
    file = files("manimgx_fonts_cjk").joinpath("NotoSansCJK-VF.otf.ttc")
    with as_file(file) as path:
        blob = hb.Blob.from_file_path(path)  # mapped, not read
    return _opened("NotoSansCJK", hb.Face(blob, _CJK[language]), WEIGHT, language)


def _face(name: str, file: str, weight: int = WEIGHT) -> Face:
    with as_file(files("manimgx_fonts").joinpath(file)) as path:
        return _opened(name, hb.Face(hb.Blob.from_file_path(path)), weight)


def _opened(name: str, face: hb.Face, weight: int, language: str = "") -> Face:
    font = hb.Font(face)
    font.set_variations({"wght": weight})
    return Face(name, font, frozenset(face.unicodes), language)


class _Pen:
    """Writes what it draws as an SVG path, y downwards."""

    def __init__(self) -> None:
        self.path: list[str] = []

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 -- the pen protocol's names
        """Begin a contour."""
        self._add("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        """Draw a line."""
        self._add("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        """Draw a quadratic curve."""
        self._add("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        """Draw a cubic curve."""
        self._add("C", *points)

    def closePath(self) -> None:  # noqa: N802
        """End a contour."""
        self.path.append("Z")

    def endPath(self) -> None:  # noqa: N802
        """End a contour that is open."""

    def _add(self, verb: str, *points: tuple[float, float]) -> None:
        self.path.append(verb + " ".join(f"{x:g} {-y:g}" for x, y in points))
