"""What people type around a wish, and wishes that nobody makes."""

import pytest

from bot.core.conversation.actions import PaintName, Say, Wearable
from bot.core.conversation.events import OtherSent
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import Courtesy
from bot.core.language.nearby import NEARBY
from bot.core.language.tokens import picked
from bot.core.language.vocabulary import squeeze
from bot.core.language.writing import write
from bot.errors import CommandError
from storage.contract.kinds import KINDS
from tests.bot.core.test_commands import GRAMMAR, parse, problem
from tests.bot.talk import ORIGIN, WORDING, Talk, buttons, runs, said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/cut\u200bout", "/cutout"),
        ("\ufeff/cutout", "/cutout"),
        ("/cutout\ufe0f", "/cutout"),
        ("/emo\u00adji", "/emoji"),
        ("\u200e/cutout\u200f", "/cutout"),
        ("smile\u2060 0.8", "/expression smile 0.8"),
        ("/expression smile\U000e0061 0.5", "/expression smile 0.5"),
        ("/expression\u3164smile", "/expression smile 0.8"),
        ("van\u200bgogh", "/cartoon van-gogh 0.6"),
    ],
)
def test_what_cannot_be_seen_does_not_count(typed: str, meant: str) -> None:
    """Joiners, marks of direction, selectors, soft hyphens, tags: none breaks a command."""
    line = GRAMMAR.parse(typed)
    assert write(line.meaning) == meant
    assert line.notes == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("❤️", "/mood love"), ("❤", "/mood love"), ("👍🏽", "/mood thumbs"),
        ("👍🏿👍🏿", "/mood thumbs"), ("🙂", "/mood happy"), ("🙂‍↕️", "/mood happy"),
        ("☺️", "/mood happy"), ("😵‍💫", "/mood dizzy"), ("❤️‍🔥", "/mood love"), ("☹️", "/mood sad"),
    ],
)  # fmt: skip
def test_emoji_count_in_every_shade(typed: str, meant: str) -> None:
    """Skin tones, selectors and what a joiner ties on change nothing about a mood."""
    assert parse(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "smile ٠٫٨", "smile ٨٠٪", "smile ۰٫۸", "smile ۸۰٪", "smile ०.८", "smile ８０％",
        "smile ০.৮", "微笑 ０．８", "smile ⁸⁰%", "smile 80﹪",
    ],
)  # fmt: skip
def test_digits_of_any_script_are_numbers(typed: str) -> None:
    """Arabic, Persian, Devanagari, Bengali and full-width digits, with their own signs."""
    assert parse(typed) == "/expression smile 0.8"


@pytest.mark.parametrize(
    "typed", ["3", "3️⃣", "#3", "# 3", "٣", "３", "③", "3.", "(3)", "No. 3", "3!"]
)
def test_a_pick_is_a_number_however_it_is_written(typed: str) -> None:
    """Keycaps, hashes and brackets pick from a sheet; where there is none it says so."""
    assert picked(typed) == 3
    talk = Talk()
    talk.photo("/cutout")
    assert runs(talk.say(typed)) == []
    assert said(talk.say("#3")) == ["command_error.bare_number"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Hi! /cutout", "/cutout"),
        ("😀 /cutout", "/cutout"),
        ("/cutout, thanks", "/cutout"),
        ("/cutout please!", "/cutout"),
        ("Here I am. /emoji big-ears", "/emoji big-ears"),
        (
            "hello there, look at this /cartoon monet 0.5 thank you",
            "/cartoon monet 0.5",
        ),
        ("看看 /抠图 谢谢", "/cutout"),
        ("这是我/cutout", "/cutout"),
        ("hi, make me smile", "/expression smile 0.8"),
    ],
)
def test_a_command_may_stand_anywhere(typed: str, meant: str) -> None:
    """Greetings before it and thanks behind it are no part of a wish."""
    assert parse(typed) == meant


@pytest.mark.parametrize("typed", ["and/or", "he/she", "1/2", "either / or", "6/7 of us"])
def test_not_every_slash_is_a_command(typed: str) -> None:
    """Words with a slash between them, and addresses, are none."""
    assert problem(typed).key == "say.not_understood"


def test_a_caption_with_a_command_in_it_is_that_command() -> None:
    """Understood it is done; misunderstood it is explained rather than passed over."""
    assert [one.kind for one in runs(Talk().photo("Hi! /cutout"))] == ["cutout"]
    assert said(Talk().photo("look: /cutout me foo")) == ["command_error.no_settings"]
    assert len(runs(Talk().photo("what a day"))) == 3
    assert len(runs(Talk().photo("thank you!"))) == 3


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("can you make me smile?", "/expression smile 0.8"),
        ("could you please make me look sad", "/expression sad 0.8"),
        ("I want to be a cat", "/emoji cat"),
        ("turn me into a cartoon", "/cartoon"),
        ("I want curly hair", "/edit hair curls"),
        ("what would I look like bald", "/edit hair bald"),
        ("add sunglasses", "/edit glasses sunglasses"),
        ("paint me like van gogh", "/cartoon van-gogh 0.6"),
        ("draw me as anime", "/cartoon anime"),
        ("dyed green hair", "/edit colour green 1"),
        ("make me older", "/edit age older 0.7"),
        ("make me look 20 years older", "/edit age older 0.4"),
        ("close mouth", "/expression open -1"),
        ("please close your mouth", "/expression open -1"),
        ("/expression close mouth", "/expression open -1"),
        ("close my eyes", "/expression AU43 0.8"),
        ("stick out your tongue", "/expression tongue 0.8"),
        ("raise my eyebrows", "/expression AU1 0.8 AU2 0.8"),
        ("shave my beard off", "/edit beard:none"),
        ("shave my head", "/edit hair bald"),
        ("remove the background", "/cutout"),
        ("cut me out", "/cutout"),
        ("take off my glasses", "/edit glasses:none"),
        ("give me a beard", "/beards"),
        ("add a hat", "/hats"),
        ("put on a red hat", "/hats"),
        ("blue cap", "/edit hat cap"),
        ("good morning", "/start"),
        ("让我微笑", "/expression smile 0.8"),
        ("让我笑一下", "/expression smile 0.8"),
        ("帮我变老", "/edit age older 0.7"),
        ("让我变年轻", "/edit age younger 0.7"),
        ("让我看起来老20岁", "/edit age older 0.4"),
        ("年轻10岁", "/edit age younger 0.2"),
        ("给我戴墨镜", "/edit glasses sunglasses"),
        ("给我戴上眼镜", "/glasses"),
        ("帮我加个帽子", "/hats"),
        ("请把我画成梵高的风格", "/cartoon van-gogh 0.6"),
        ("可以把头发染成红色吗", "/edit colour red 1"),
        ("染红头发", "/edit colour red 1"),
        ("摘掉眼镜", "/edit glasses:none"),
        ("闭上嘴巴", "/expression open -1"),
        ("闭上眼睛", "/expression AU43 0.8"),
        ("请把背景去掉", "/cutout"),
        ("我想看看自己光头的样子", "/edit hair bald"),
    ],
)  # fmt: skip
def test_whole_sentences_are_understood(typed: str, meant: str) -> None:
    """One grammar reads English and Chinese sentences as it reads commands."""
    assert parse(typed) == meant


def test_pieces_with_colours_of_their_own_dye_no_hair() -> None:
    """A red hat is a hat; that its colour was left out is said."""
    line = GRAMMAR.parse("put on a red hat")
    assert [note.key for note in line.notes] == ["note.own_colours"]
    assert parse("red hair") == "/edit colour red 1"
    assert parse("/edit red hair, blue cap") == "/edit colour red 1 hat cap"


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ("thank you!", "thanks", "say.you_are_welcome"),
        ("thx ❤️", "thanks", "say.you_are_welcome"),
        ("thank you so much", "thanks", "say.you_are_welcome"),
        ("谢谢你啊", "thanks", "say.you_are_welcome"),
        ("great job!!", "praise", "say.glad"),
        ("太棒了", "praise", "say.glad"),
        ("bye", "goodbye", "say.goodbye"),
        ("hello there, how are you", "wellbeing", "say.welcome"),
        ("你是谁？", "wellbeing", "say.welcome"),
    ],
)
def test_a_courtesy_gets_a_kind_word(typed: str, name: str, sentence: str) -> None:
    """Thanks are no wish for a mood."""
    assert GRAMMAR.parse(typed).meaning == Courtesy(name)
    talk = Talk()
    talk.photo("/cutout")
    assert said(talk.say(typed)) == [sentence]


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("/edit mohawk", "/edit hair undercut"),
        ("make me a zombie", "/edit paint skull 1"),
        ("turn me into a dog please", "/edit paint cat-paint 1"),
        ("/cartoon picasso", "/cartoon stained-glass 0.6"),
        ("莫西干", "/edit hair undercut"),
        ("把我变成僵尸", "/edit paint skull 1"),
        ("/编辑 马尾辫", "/edit hair top-knot"),
    ],
)
def test_what_nobody_makes_is_answered_with_what_shares_its_meaning(
    typed: str, nearest: str
) -> None:
    """Three wishes, as buttons that do what they say."""
    talk = Talk()
    talk.photo("/cutout")
    (answer,) = talk.say(typed)
    assert isinstance(answer, Say)
    assert answer.key == "command_error.unmakeable"
    values = [choice.value for row in answer.choices for choice in row]
    assert values[0] == f"say:{nearest}"
    assert len(values) == 3
    labels = [button.label for row in WORDING.say(answer, "en").buttons for button in row]
    assert len(set(labels)) == 3
    (request,) = runs(talk.press(values[0]))
    assert f"/{write(GRAMMAR.parse(nearest).meaning)}".endswith(nearest)
    assert request.kind in nearest


def test_a_sentence_with_one_strange_word_is_asked_about() -> None:
    """What it means without that word is the first button."""
    talk = Talk()
    talk.photo("/cutout")
    answer = talk.say("make me smile wubbly")
    assert said(answer) == ["command_error.half_understood"]
    assert "say:/expression smile 0.8" in buttons(answer).values()


def test_a_group_without_a_choice_offers_its_sheet() -> None:
    """``/edit hat`` shows a few hats to press, and the sheet of all of them."""
    talk = Talk()
    talk.photo("/cutout")
    (answer,) = talk.say("/edit hat")
    assert isinstance(answer, Say)
    values = [choice.value for row in answer.choices for choice in row]
    assert values == [
        "say:/edit hat beanie",
        "say:/edit hat knit-cap",
        "say:/edit hat ski-cap",
        "try:hat",
    ]


def test_what_is_near_can_be_made_and_is_no_word_of_ours() -> None:
    """Every meaning has three lines that are understood, and no name of a wish's own."""
    words = GRAMMAR.vocabulary
    assert set(words.talk.near.values()) == set(NEARBY)
    wishes = [names for kind, names in words.settings.items() if not KINDS[kind].unaided]
    known = {*words.commands, *(word for names in wishes for word in names)}
    assert {word for word in words.talk.near if word in known} == set()
    for lines in NEARBY.values():
        assert len(set(lines)) == 3
        for line in lines:
            assert write(GRAMMAR.parse(line).meaning) == line


def test_every_phrase_means_its_line() -> None:
    """Phrases of both languages are read as what they stand for."""
    for phrase, line in GRAMMAR.vocabulary.talk.phrases.items():
        assert parse(phrase) == parse(f"/{line}"), phrase


def test_unknown_pages_are_the_last_one() -> None:
    """``/hairs 99`` turns to the end and says so; there is no page 0."""
    line = GRAMMAR.parse("/hairs 99")
    assert write(line.meaning) == "/hairs 9"
    assert [note.key for note in line.notes] == ["note.last_page"]
    assert parse("/hairs 0") == "/hairs"


@pytest.mark.parametrize("typed", ["put me on the moose", "good grief", "brad pitt", "moon river"])
def test_likeness_of_letters_alone_is_no_meaning(typed: str) -> None:
    """Short words that differ in one letter are other words: "moon" is no "toon"."""
    with pytest.raises(CommandError) as caught:
        Grammar(GRAMMAR.vocabulary).parse(typed)
    assert caught.value.key in ("say.not_understood", "command_error.unmakeable")


def test_wearing_is_about_the_photo_in_hand_in_a_sentence() -> None:
    """``wear a beanie`` puts one on the photo; ``/wear`` dresses the avatar."""
    talk = Talk()
    talk.result("/cutout")
    (request,) = runs(talk.say("wear a beanie"))
    assert (request.kind, [one.name for one in request.settings]) == ("edit", ["hat:beanie"])
    assert [one.kind for one in runs(talk.say("/wear beanie"))] == ["emoji"]


def test_what_is_neither_picture_nor_words_is_answered() -> None:
    """A voice message or a place gets one sentence."""
    assert said(Talk().tell(OtherSent(ORIGIN))) == ["say.not_for_me"]


def test_no_courtesy_is_a_wish() -> None:
    """What is said out of politeness stands for no setting of a kind by itself."""
    words = GRAMMAR.vocabulary
    wishes = {word for names in words.alone.values() for word in names}
    assert {one for one in words.talk.courtesies if squeeze(one) in wishes} == set()


def test_offers_of_one_name_are_told_apart() -> None:
    """Two browns of a wardrobe are called brown and brown 2, for ears as well as eyes."""
    names = ("#6b4530", "#6b4531", "#b0322c")
    offers = tuple(Wearable(PaintName(one), f"/wear hair {one}", worn=False) for one in names)
    message = WORDING.say(Say("say.glad", offers=offers), "en")
    assert [offer.label for offer in message.offers] == ["Brown", "Brown 2", "Red"]
