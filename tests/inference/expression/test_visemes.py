import pytest

from inference.expression.visemes import SILENCE, VOWELS, spoken


def visemes(words):
    return [sound.viseme for sound in spoken(words)]


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("hello", "kk E DD oh"),
        ("Make my day", "PP E ih kk sil PP aa ih sil DD E ih"),
        ("phone", "FF oh nn"),
        ("nice knife", "nn aa ih SS sil nn aa ih FF"),
        ("Señor", "SS E nn oh RR"),
        ("你好", "nn ih kk aa oh"),
        ("爸爸妈妈", "PP aa PP aa PP aa PP aa"),
        ("中国", "CH oh kk ou oh"),
    ],
)
def test_lips_follow_the_sounds(words, seen):
    """English by its letters, Chinese by its pinyin; a mute e lengthens the vowel before it."""
    assert visemes(words) == seen.split()


def test_digits_are_read_in_the_language_around_them():
    """A number is said in English, or in Chinese where there is any."""
    assert visemes("2") == visemes("two")
    assert visemes("我2") == visemes("我二")


def test_what_cannot_be_read_still_moves_the_mouth():
    """Other scripts open and shut it; signs alone are silence, which nothing ends with."""
    assert set(visemes("Привет")) & VOWELS
    assert visemes("?!") == []
    assert visemes("ah!")[-1] != SILENCE


def test_vowels_take_longer_and_stops_pause():
    """Time is given where it is heard."""
    short, long = spoken("so so"), spoken("so. so")
    assert sum(sound.seconds for sound in short) < sum(sound.seconds for sound in long)
    by_viseme = {sound.viseme: sound.seconds for sound in short}
    assert by_viseme["oh"] > by_viseme["SS"]
