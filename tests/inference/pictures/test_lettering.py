"""Captions: every script shaped, in its order, within its room; what no font has is told."""

import unicodedata

import numpy as np
import pytest
import uharfbuzz as hb

from inference.pictures.lettering.captions import Captioned
from inference.pictures.lettering.fonts import chain, clusters, face_for
from inference.pictures.lettering.lines import MOST_LINES, fitted
from inference.pictures.lettering.shaping import base_direction, missing, shaped
from storage.contract.captions import MOST, Caption, clean

SCRIPTS = {
    "Latin": "On my way, déjà vu!",
    "Cyrillic": "Я уже в пути",
    "Greek": "Έρχομαι τώρα",
    "Arabic": "أنا في الطريق",
    "Hebrew": "אני בדרך",
    "Chinese": "我在路上，马上就到",
    "Japanese": "今すぐ行くよ！",
    "Korean": "지금 가고 있어요",
    "Thai": "กำลังไปแล้ว",
    "Devanagari": "मैं रास्ते में हूँ",
    "Tamil": "வருகிறேன்",
    "emoji": "🎉🥳 ❤️ 👩‍👩‍👧 🇩🇪 👍🏽",
}


def sticker() -> np.ndarray:
    """A sticker with a margin, its colour not one of letters."""
    picture = np.zeros((512, 512, 4), np.uint8)
    picture[40:470, 100:400] = (0, 160, 90, 255)
    return picture


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_every_script_has_its_letters(text: str) -> None:
    """No letter is missing, and none is drawn as a box (glyph 0) by the font that is chosen."""
    assert missing(text) == ()
    faces = chain(text)
    for cluster in clusters(text):
        face = face_for(cluster, faces)
        assert face is not None
        buffer = hb.Buffer()
        buffer.add_str(cluster)
        buffer.guess_segment_properties()
        hb.shape(face.font, buffer)
        assert all(info.codepoint for info in buffer.glyph_infos if cluster.strip())
    assert shaped(text, base_direction(text)).glyphs


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("above", [False, True])
def test_a_caption_lies_within_the_sticker(text: str, *, above: bool) -> None:
    """Its ink touches no edge, lies on its side, and leaves the picture there."""
    (captioned,) = Captioned([sticker()], Caption(text, above))
    assert captioned.shape == (512, 512, 4)
    alpha = captioned[..., 3]
    assert not alpha[0].any()
    assert not alpha[-1].any()
    assert not alpha[:, [0, -1]].any()
    green = (captioned[..., 1] > 120) & (captioned[..., 0] < 40) & (alpha == 255)
    letters = (captioned[..., 0] > 200) & (alpha > 200)
    rows = np.flatnonzero(letters.any(axis=1))
    assert (rows.max() < 260) if above else (rows.min() > 250)
    assert green.sum() > 20000


def test_right_to_left_runs_from_the_right() -> None:
    """Hebrew's first letter stands right of its last, and a number within keeps its order."""
    line = shaped("אב 12", 1)
    alone = {letter: shaped(letter, 0).glyphs[0].outline for letter in "אב12"}
    at = {letter: g.x for g in line.glyphs for letter, o in alone.items() if g.outline == o}
    assert at["1"] < at["2"] < at["ב"] < at["א"]
    assert base_direction("12 אב") == 1
    assert base_direction("ab אב") == 0


def test_arabic_letters_join() -> None:
    """The same letter has other shapes at the beginning, in the middle and at the end."""
    shapes = {glyph.outline for glyph in shaped("ههه", 1).glyphs}
    assert len(shapes) == 3


def test_devanagari_reorders_its_vowels() -> None:
    """A short i is written before the consonant that it follows."""
    kani = shaped("कि", 0).glyphs
    assert len(kani) == 2
    assert kani[-1].outline == shaped("क", 0).glyphs[0].outline


def test_a_family_is_one_picture() -> None:
    """People joined by joiners are one glyph, as are a thumb and its tone, and a flag."""
    assert len(shaped("👩‍👩‍👧", 0).glyphs) == 1
    assert [len(cluster) for cluster in clusters("👍🏽🇩🇪e\u0301")] == [2, 2, 2]


@pytest.mark.parametrize(("text", "places"), [("a𓀀b", (1,)), ("ᚠ", (0,)), ("é 𝕏", (2,))])
def test_what_no_font_has_is_told(text: str, places: tuple[int, ...]) -> None:
    """By its place, so that nothing of the words need be kept in the open."""
    assert missing(text) == places


def test_chinese_characters_have_their_readers_forms() -> None:
    """One that differs is drawn as Japanese beside kana."""
    alone = shaped("直", 0).glyphs[0].outline
    assert shaped("直す", 0).glyphs[0].outline != alone


@pytest.mark.parametrize("length", [1, 12, 30, MOST])
def test_lines_fill_their_room_and_no_more(length: int) -> None:
    """One word or many, at most four lines, each within the width and all within the height."""
    text = ("word " * length)[:length].strip()
    block = fitted(text, 460, 168, 92)
    assert 1 <= len(block.lines) <= MOST_LINES
    assert max(line.width for line in block.lines) * block.size <= 460.01
    assert block.height <= 168.01
    assert block.size > 20


def test_lines_do_not_begin_with_a_comma() -> None:
    """Chinese breaks between characters, but not before its punctuation."""
    block = fitted("我在路上，马上就到，请等我一下。", 240, 300, 60)
    stop = shaped("，", 0).glyphs[0].outline
    assert len(block.lines) > 1
    assert all(line.glyphs[0].outline != stop for line in block.lines)


def test_a_film_has_its_caption_on_every_frame() -> None:
    """In the same place, while what is behind it moves."""
    first, second = sticker(), np.roll(sticker(), 20, axis=1)
    film = Captioned([first, second], Caption("hello"))
    assert len(film) == 2
    white = [(frame[400:, :, :3] == 255).all(axis=2) & (frame[400:, :, 3] == 255) for frame in film]
    assert white[0].sum() > 1000
    assert (white[0] == white[1]).all()
    assert (film[0][:300] != film[1][:300]).any()
    assert len(film[0:2]) == 2


def test_a_picture_without_an_edge_keeps_its_size() -> None:
    """A scene that fills its square is written on, not made smaller."""
    (captioned,) = Captioned([np.full((512, 512, 4), 255, np.uint8)], Caption("hello"))
    assert (captioned[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ('"on my way"', "on my way"),
        ("  a\n\tb  ", "a b"),
        ("「行くよ」", "行くよ"),
        ("“hi", "“hi"),
        ("a\u202eb\x00", "a b"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("", ""),
    ],
)
def test_captions_are_cleaned(typed: str, text: str) -> None:
    """One line, without quotes around it and without signs that cannot be seen."""
    assert clean(typed) == text
    assert unicodedata.is_normalized("NFC", clean(typed))
