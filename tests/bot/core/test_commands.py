"""The command grammar: what people type, in every spelling, is what they meant."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.language.gathering import MAX_SETTINGS
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import (
    Adjust,
    BareCommand,
    ChangeLanguage,
    Command,
    Line,
    Make,
    Meaning,
    Prefer,
    Request,
)
from bot.core.language.shortcuts import SHORTCUTS
from bot.core.language.texts import load
from bot.core.language.writing import write
from bot.errors import CommandError
from storage.contract.kinds import EDIT, KINDS, Kind, Setting, group_of, place_of

GRAMMAR = Grammar(load().vocabulary())


def parse(text: str) -> str:
    return write(GRAMMAR.parse(text).meaning)


def problem(text: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        GRAMMAR.parse(text)
    return caught.value


@st.composite
def requests(draw: st.DrawFn, *, filled: bool = False) -> Request:
    kind = draw(st.sampled_from(list(KINDS.values())))
    if not kind.settings:
        return Request(kind.name)
    if kind.spoken:
        return Request(kind.name, (Setting(kind.spoken[0], words=draw(words())),))
    least = 1 if filled else 0
    most = min(len(kind.settings), MAX_SETTINGS) if kind.several else 1
    names = draw(
        st.lists(
            st.sampled_from(kind.settings if kind.several else kind.chosen),
            min_size=least,
            max_size=most,
            unique_by=place_of,
        )
    )
    if not kind.several and kind.beside:
        groups = kind.suited.get(names[0], ()) if kind.suited and names else kind.groups
        fit = [one for one in kind.beside if group_of(one) in ("", *groups)]
        names += draw(st.lists(st.sampled_from(fit), max_size=4, unique_by=place_of))
    return Request(kind.name, tuple(draw(chosen(kind, name)) for name in names))


def words() -> st.SearchStrategy[str]:
    """What a person may have their face say, in the form that it is kept in."""
    typed = st.text("abcHIJ 你好,.!'-80%", min_size=1, max_size=15)
    return typed.map(lambda text: " ".join(text.split()).lstrip(" :=")).filter(bool)


def chosen(kind: Kind, name: str) -> st.SearchStrategy[Setting]:
    if kind.pages:
        return st.integers(1, kind.pages).map(lambda page: Setting(name, page=page))
    span = kind.amount_of(name)
    if span is None:
        return st.just(Setting(name))
    hundredths = st.integers(round(span.low * 100), round(span.high * 100))
    return hundredths.map(lambda number: Setting(name, number / 100))


@st.composite
def makes(draw: st.DrawFn) -> Make:
    """A wish, perhaps with groups of settings to take off."""
    request = draw(requests())
    worn = {group_of(setting.name) for setting in request.settings}
    left = [group for group in KINDS[request.kind].groups if group not in worn]
    off = draw(st.lists(st.sampled_from(left), unique=True)) if left else []
    return Make(request, tuple(group for group in left if group in off))


def meanings() -> st.SearchStrategy[Meaning]:
    return st.one_of(
        makes(),
        st.integers(-100, 100).map(lambda hundredths: Adjust(hundredths / 100)),
        st.lists(requests(filled=True), min_size=1, max_size=4, unique=True)
        .filter(lambda wishes: told_apart(wishes) and all(map(preferable, wishes)))
        .map(lambda wishes: Prefer(tuple(wishes))),
        st.sampled_from(load().locales).map(ChangeLanguage),
        st.sampled_from(Command).map(BareCommand),
    )


def preferable(wish: Request) -> bool:
    """A sheet, a second picture or what needs no selfie cannot come with every selfie."""
    kind = KINDS[wish.kind]
    unasked = kind.sheet or kind.unaided or kind.spoken or kind.gathers
    return not (unasked or wish.lacks_second_photo)


def told_apart(wishes: list[Request]) -> bool:
    """Two wishes in a row of a kind that takes several settings read as one.

    So do a drawing and a mood behind it, which is the drawing's then.
    """
    return all(
        not (one.kind == other.kind and KINDS[one.kind].several)
        and other.kind not in KINDS[one.kind].groups
        for one, other in itertools.pairwise(wishes)
    )


@given(meanings())
@example(Make(Request("cartoon", (Setting("picture", 0.0),)), ("mood",)))
@example(Prefer((Request("cartoon", tuple(map(Setting, ("ink", "hair:gray", "eyes:brown")))),)))
def test_what_is_written_is_read_back(meaning: Meaning) -> None:
    """The canonical line of a meaning has that meaning, and nothing has to be guessed."""
    assert GRAMMAR.parse(write(meaning)) == Line(meaning)


@given(st.text() | st.text("/smile0.8%=: @、，微笑表情winkAU-", max_size=60))
@example("/")
@example("/expression smile " + "9" * 380)
@example("/expression smile 1e400")
@example("/expression smile -0")
@example("\x00random \x00lder woman glasses")
@example("٣٤%")
@settings(max_examples=500)
def test_any_text_is_answered(text: str) -> None:
    """Whatever is typed either means something or raises CommandError."""
    try:
        line = GRAMMAR.parse(text)
    except CommandError:
        return
    assert GRAMMAR.parse(write(line.meaning)).meaning == line.meaning


@given(
    requests(filled=True),
    st.sampled_from(["/", "", "／"]),
    st.sampled_from([" ", "=", ":", "  ", "："]),
    st.sampled_from([" ", ", ", "，", "、", " and "]),
    st.booleans(),
)
def test_spelling_does_not_matter(
    request: Request, slash: str, equals: str, comma: str, percent: bool
) -> None:
    """Slash, separators and percent are a matter of taste."""
    kind = KINDS[request.kind]
    items = []
    for setting in request.settings:
        number = setting.page if kind.pages else setting.amount
        said = f"{round(number * 100)}%" if percent else f"{number:g}"
        takes_one = kind.pages or kind.amount_of(setting.name) is not None
        name = setting.words or setting.name
        items.append(f"{name}{equals}{said}" if takes_one else name)
    line = f"{slash}{kind.name} {comma.join(items)}"
    assert GRAMMAR.parse(line).meaning == Make(request)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/expression smile 0.8 engine ganimation", (Setting("smile", 0.8), Setting("ganimation"))),
        ("表情 微笑 0.8 引擎 GANimation", (Setting("smile", 0.8), Setting("ganimation"))),
        ("/expression left brow 0.5", (Setting("AU2-left", 0.5),)),
        ("/expression AU12 left 0.5", (Setting("AU12-left", 0.5),)),
        ("/expression look left, head up 0.4", (Setting("AU61", 0.8), Setting("AU53", 0.4))),
        ("/expression left eye looks up", (Setting("AU63-left", 0.8),)),
        ("表情 平静 向左转头 50%", (Setting("neutral", 0.8), Setting("AU51", 0.5))),
        ("/mimic 50%", (Setting("mimic", 0.5),)),
    ],
)
def test_expressions_take_sides_engines_and_looks(typed: str, meant: tuple[Setting, ...]) -> None:
    """By words of both languages, with a strength where there is one."""
    assert GRAMMAR.parse(typed).meaning == Make(Request("expression", meant))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/expression smile 0.8 wink 0.3", "/expression smile 0.8 wink 0.3"),
        ("/cartoon hokusai 0.6", "/cartoon hokusai 0.6"),
        ("/emoji big-ears", "/emoji big-ears"),
        ("/emoji Big Ears", "/emoji big-ears"),
        ("/emoji@SelfmojiBot big_ears", "/emoji big-ears"),
        ("/emoji@SelfmojiBot", "/emoji"),
        ("80%", "80%"),
        ("0.8", "80%"),
        ("smile=0.8", "/expression smile 0.8"),
        ("smile:80%", "/expression smile 0.8"),
        ("smile80%", "/expression smile 0.8"),
        ("smile 80", "/expression smile 0.8"),
        ("smile -0.5", "/expression smile -0.5"),
        ("smile −50%", "/expression smile -0.5"),
        ("smile 0,8", "/expression smile 0.8"),
        ("80% smile", "/expression smile 0.8"),
        ("make me smile please", "/expression smile 0.8"),
        ("/smile 0.5", "/expression smile 0.5"),
        ("/expression 0.5", "/expression smile 0.5"),
        ("/expression AU12 0.5 au4 .25", "/expression AU12 0.5 AU4 0.25"),
        ("van gogh", "/cartoon van-gogh 0.6"),
        ("CUTOUT", "/cutout"),
        ("/cut-out", "/cutout"),
        ("/表情 微笑 0.8", "/expression smile 0.8"),
        ("表情微笑80%", "/expression smile 0.8"),
        ("／表情　微笑０．８，眨眼３０％", "/expression smile 0.8 wink 0.3"),
        ("/卡通 梵高 百分之60", "/cartoon van-gogh 0.6"),
        ("我要微笑", "/expression smile 0.8"),
        ("大耳朵", "/emoji big-ears"),
        ("撤销", "/undo"),
        ("undo!", "/undo"),
        ("/style cutout, big ears, monet 0.5", "/style cutout emoji big-ears cartoon monet 0.5"),
        ("/style monet hokusai", "/style cartoon monet 0.6 cartoon hokusai 0.6"),
        ("/style smile wink", "/style expression smile 0.8 wink 0.8"),
        ("/language 中文", "/language zh-Hans"),
        ("/语言 English", "/language en"),
        ("/language zh-CN", "/language zh-Hans"),
    ],
)  # fmt: skip
def test_lines_are_understood(typed: str, meant: str) -> None:
    """The same wish in its many spellings, English and Chinese."""
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/cartoon anime eyes green hair blue", "/cartoon anime eyes green hair blue"),
        ("/cartoon anime green eyes, blue hair", "/cartoon anime eyes green hair blue"),
        ("/cartoon eyes green hair blue", "/cartoon eyes green hair blue"),
        ("/cartoon lines thick", "/cartoon lines thick"),
        ("/cartoon ink bold lines warm colours", "/cartoon ink lines thick palette warm"),
        ("/cartoon comic ground circle", "/cartoon comic ground circle"),
        ("/cartoon comic no background", "/cartoon comic ground bare"),
        ("/cartoon no hair", "/cartoon hair:none"),
        ("/cartoon ink smile", "/cartoon ink mood happy"),
        ("ink love", "/cartoon ink mood love"),
        ("/cartoon anime cool, cool colours", "/cartoon anime mood cool palette cool"),
        ("/卡通 墨线 哭", "/cartoon ink mood cry"),
        ("smile", "/expression smile 0.8"),
        ("love", "/mood love"),
        ("/卡通 动漫 绿眼睛 蓝头发", "/cartoon anime eyes green hair blue"),
        ("/卡通 墨线 粗线条 暖色", "/cartoon ink lines thick palette warm"),
        ("anime with green hair", "/cartoon anime hair green"),
        ("green hair, as anime", "/cartoon hair green anime"),
        ("green hair", "/edit colour green 1"),
        ("/green hair", "/edit colour green 1"),
        ("blue", "/edit colour blue 1"),
        ("绿色头发", "/edit colour green 1"),
        ("/style cartoon anime hair blue cutout", "/style cartoon anime hair blue cutout"),
    ],
)
def test_a_drawing_is_asked_for_with_its_colours(typed: str, meant: str) -> None:
    """One look and what is wished for of it; the same words alone are about the photo."""
    assert parse(typed) == meant


def test_what_a_painting_cannot_vary_is_left_out() -> None:
    """Colours of hair go with drawings; a painting says so and is made all the same."""
    line = GRAMMAR.parse("/cartoon hokusai 0.4 hair blue")
    assert line.meaning == Make(Request("cartoon", (Setting("hokusai", 0.4),)))
    assert [note.key for note in line.notes] == ["note.not_suited"]
    assert problem("/cartoon ink anime hair blue").key == "command_error.one_setting"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/edit hair afro", "/edit hair afro"),
        ("/edit afro", "/edit hair afro"),
        ("/edit hair:afro", "/edit hair afro"),
        ("/edit bald", "/edit hair bald"),
        ("/edit hair long blond", "/edit hair layers colour blond 1"),
        ("/edit long blonde hair", "/edit hair layers colour blond 1"),
        ("/edit beard full 0.8", "/edit beard full 0.8"),
        ("/edit full beard 80%", "/edit beard full 0.8"),
        ("/edit glasses round", "/edit glasses round"),
        ("/edit round", "/edit glasses round"),
        ("/edit round sunglasses", "/edit glasses round-sun"),
        ("/edit hat beanie", "/edit hat beanie"),
        ("/edit afro full 0.8 round", "/edit hair afro beard full 0.8 glasses round"),
        ("/edit short", "/edit hair crop"),
        ("/edit beard short", "/edit beard short 1"),
        ("/edit hair short beard short 0.5", "/edit hair crop beard short 0.5"),
        ("/edit short hair, short beard", "/edit hair crop beard short 1"),
        ("/edit hair curly beard full", "/edit hair curls beard full 1"),
        ("/edit ginger", "/edit colour copper 1"),
        ("/edit beard ginger", "/edit beard ginger 1"),
        ("/edit bob afro", "/edit hair afro"),
        ("/edit none", "/edit none"),
        ("/edit hair none", "/edit hair:none colour:none"),
        ("/edit no beard", "/edit beard:none"),
        ("/edit afro without glasses", "/edit hair afro glasses:none"),
        (
            "/edit none afro",
            " ".join(["/edit hair afro", *(f"{group}:none" for group in EDIT.groups[1:])]),
        ),
        ("/edit older 0.6", "/edit age older 0.6"),
        ("/edit age younger", "/edit age younger 0.7"),
        ("make me older", "/edit age older 0.7"),
        ("/edit slimmer, fuller lips", "/edit weight slim 0.7 lips full-lips 0.7"),
        ("/edit tan lipstick 0.4", "/edit skin tan 0.7 makeup lipstick 0.4"),
        ("/edit bags under eyes 30%", "/edit complexion tired 0.3"),
        ("/编辑 变老 60%", "/edit age older 0.6"),
        ("/编辑 年轻一点 丰唇", "/edit age younger 0.7 lips full-lips 0.7"),
        ("hair afro", "/edit hair afro"),
        ("give me a full beard and round glasses", "/edit beard full 1 glasses round"),
        ("/编辑 发型 爆炸头", "/edit hair afro"),
        ("/编辑 络腮胡 50% 圆框眼镜", "/edit beard full 0.5 glasses round"),
        ("我要光头", "/edit hair bald"),
        ("/编辑 不要眼镜", "/edit glasses:none"),
    ],
)  # fmt: skip
def test_looks_are_understood(typed: str, meant: str) -> None:
    """Hair, beard, glasses and hats, with their group or without, in either order."""
    assert parse(typed) == meant


def test_the_group_decides_what_a_word_means() -> None:
    """Every word of every group is understood with the group before it and behind it."""
    for kind, groups in GRAMMAR.vocabulary.within.items():
        for group, words in groups.items():
            for word, name in words.items() if group else ():
                for line in (f"/{kind} {group} {word}", f"/{kind} {word} {group}"):
                    meaning = GRAMMAR.parse(line).meaning
                    assert isinstance(meaning, Make)
                    assert [one.name for one in meaning.request.settings] == [name], line


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/hairs", "/hairs"),
        ("/hairs 2", "/hairs 2"),
        ("/try-on hair 2", "/hairs 2"),
        ("/glasses", "/glasses"),
        ("hats", "/hats"),
        ("/发型", "/hairs"),
        ("/试帽子 2", "/hats 2"),
        ("/hair afro", "/edit hair afro"),
        ("/glasses round", "/edit glasses round"),
        ("/glasses none", "/edit glasses:none"),
        ("/beard full 0.5", "/edit beard full 0.5"),
        ("glasses round", "/edit glasses round"),
        ("hats off", "/edit hat:none"),
        ("/styles", "/styles"),
        ("styles 2", "/styles 2"),
        ("/gallery 2", "/styles 2"),
        ("/画风", "/styles"),
        ("/styles munch", "/cartoon munch 0.6"),
        ("/paint", "/paint"),
        ("paint me like this", "/paint"),
        ("/paint 80%", "/paint 0.8"),
        ("/cartoon picture 0.8", "/paint 0.8"),
        ("/paint hokusai", "/cartoon hokusai 0.6"),
        ("/照着画", "/paint"),
        ("a picture of me with a smile", "/expression smile 0.8"),
    ],
)  # fmt: skip
def test_shortcuts_are_understood(typed: str, meant: str) -> None:
    """Sheets and painting have short names, and stand for what they show with more behind them."""
    assert parse(typed) == meant


@pytest.mark.parametrize("typed", ["/style try-on", "/style like your picture"])
def test_what_needs_more_than_a_selfie_cannot_be_preferred(typed: str) -> None:
    """A sheet or a borrowed style is no answer to a selfie alone."""
    assert problem(typed).key == "command_error.not_preferred"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/expresion smlie 80%", "/expression smile 0.8"),
        ("/expresion", "/expression"),
        ("/cartoon hokusia", "/cartoon hokusai 0.6"),
        ("/emoji bigear", "/emoji big-ears"),
        ("smlie 0.8", "/expression smile 0.8"),
        ("/lanuage englsh", "/language en"),
        ("/undoo", "/undo"),
        ("/edit frnch bob", "/edit hair french-bob"),
        ("/catroon van gough", "/cartoon van-gogh 0.6"),
    ],
)
def test_a_clear_misspelling_is_understood_and_said(typed: str, meant: str) -> None:
    """What is near to one word alone is taken for it, and the person is told how it was read."""
    line = GRAMMAR.parse(typed)
    assert write(line.meaning) == meant
    assert [note.values["line"] for note in line.notes if note.key == "note.read_as"] == [meant]


@pytest.mark.parametrize(
    ("typed", "key", "hint"),
    [
        ("/expression sml", "command_error.unknown_setting", "/expression smile 0.8"),
        ("/expression big-ears", "command_error.unknown_setting", "/emoji big-ears"),
        ("/cartoon pikasso", "command_error.unknown_setting_bare", "/cartoon ink"),
        ("/expression au99", "command_error.unknown_setting", "/expression AU9 0.8"),
        ("/hel", "command_error.unknown_command", "/help"),
        ("/edit beard", "command_error.which_setting", "/edit beard full-long 1"),
        ("/edit black beard", "command_error.which_setting", None),
        ("/edit hair xqzzy", "command_error.which_setting", None),
        ("/edit smile", "command_error.unknown_setting", "/expression smile 0.8"),
        ("/xyzzyx", "command_error.unknown_command_bare", None),
        ("/cutout foo", "command_error.no_settings", "/cutout"),
        ("/emoji big-ears avataaars", "command_error.one_setting", "/emoji avataaars"),
        ("/expression smile 0.2 0.3", "command_error.stray_number", "/expression smile 0.8"),
        ("/language klingon", "command_error.unknown_language", None),
        ("the weather is dreadful", "say.not_understood", "/expression smile 0.8"),
        ("🦄", "say.not_understood", "/expression smile 0.8"),
        ("x" * 1000, "command_error.too_long", "/expression smile 0.8"),
    ],
)
def test_what_is_not_understood_is_answered_with_the_right_form(
    typed: str, key: str, hint: str | None
) -> None:
    """An error names its sentence and, where there is one, a line that works."""
    error = problem(typed)
    assert error.key == key
    offered = [*error.values.get("hints", ()), error.values.get("example")]
    assert hint is None or hint in offered
    for line in offered:
        if line is not None:
            assert parse(line)


@pytest.mark.parametrize(
    "typed",
    [
        "/edit as a child", "make me a baby", "/edit younger as a teenager", "/edit 8 years old",
        "/edit aged 12", "/cartoon as a kid", "/edit 12岁", "把我变成小孩", "/编辑 像少女",
    ],
)  # fmt: skip
def test_nobody_is_made_a_child(typed: str) -> None:
    """A wish for an age below adulthood is refused in one sentence, whatever its language."""
    assert problem(typed).key == "command_error.no_minors"


@pytest.mark.parametrize(
    "typed", ["/edit younger 1", "10 years younger", "报童帽", "/avatar name Baby", "/edit newsboy"]
)
def test_words_that_only_sound_young_are_no_refusal(typed: str) -> None:
    """Younger adults, hats and the names of avatars are nobody's childhood."""
    assert parse(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/cartoon monet 5", "/cartoon monet 1"),
        ("/cartoon monet -1", "/cartoon monet 0"),
        ("/expression smile 900%", "/expression smile 1"),
        ("/expression smile -3", "/expression smile -1"),
    ],
)
def test_amounts_out_of_range_are_clamped_and_said(typed: str, meant: str) -> None:
    """Too much is taken for the most, and the person is told the range."""
    line = GRAMMAR.parse(typed)
    assert write(line.meaning) == meant
    assert [note.key for note in line.notes] == ["note.clamped"]


def test_a_strength_that_a_setting_does_not_take_is_said() -> None:
    """Hair is worn or not; a beard has its density."""
    line = GRAMMAR.parse("/edit afro 0.5 full 0.5")
    assert write(line.meaning) == "/edit hair afro beard full 0.5"
    assert [note.key for note in line.notes] == ["note.no_strength"]


def test_a_strength_where_there_is_none_is_said() -> None:
    """``/emoji big-ears 0.5`` gives the avatar, and says that it has no strength."""
    line = GRAMMAR.parse("/emoji big-ears 0.5")
    assert write(line.meaning) == "/emoji big-ears"
    assert [note.key for note in line.notes] == ["note.no_strength"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_name_and_alias_is_understood(kind: Kind) -> None:
    """Each word of the vocabulary stands for its setting under its kind's command."""
    for word, name in GRAMMAR.vocabulary.settings[kind.name].items():
        meaning = GRAMMAR.parse(f"/{kind.name} {word}").meaning
        assert isinstance(meaning, Make)
        assert [setting.name for setting in meaning.request.settings] == [name], word
    for word, name in GRAMMAR.vocabulary.commands.items():
        if name == kind.name and not kind.spoken:
            assert GRAMMAR.parse(f"/{word}").meaning == Make(Request(kind.name))


def test_words_are_said_as_they_were_typed() -> None:
    """Whatever follows the command is said, capitals and signs included, in either language."""
    for line in ("/say Hello there!", "say Hello there!", "/say@SelfmojiBot Hello there!"):
        assert parse(line) == "/say Hello there!"
    assert parse("说你好，世界") == "/say 你好,世界"
    assert parse("/say  80% of   smiles") == "/say 80% of smiles"
    assert problem("/say").key == "command_error.nothing_to_say"
    assert problem("/say " + "ha " * 30).key == "command_error.too_much_to_say"
    assert problem("/say " + "哈" * 17).key == "command_error.too_much_to_say"
    assert problem("/style say hello").key == "command_error.not_preferred"


def test_what_moves_is_told_in_its_order() -> None:
    """Expressions by their own names under another command; a look keeps its slash."""
    assert parse("/animate smile wink") == "/animate smile 0.8 wink 0.8"
    assert parse("/animate wink smile 0.5") == "/animate wink 0.8 smile 0.5"
    assert parse("/animate blink") == "/animate idle"
    assert parse("动起来 微笑 眨眼") == "/animate smile 0.8 wink 0.8"
    assert parse("/anime") == "/cartoon anime"
    assert parse("smile") == "/expression smile 0.8"


def test_every_command_word_is_understood() -> None:
    """Each command and alias of either language gives its command."""
    for word, name in GRAMMAR.vocabulary.commands.items():
        if name in SHORTCUTS:
            shortcut = SHORTCUTS[name]
            meaning = GRAMMAR.parse(f"/{word}").meaning
            assert isinstance(meaning, Make), word
            assert meaning.request.kind == shortcut.kind
            assert [one.name for one in meaning.request.settings] == [shortcut.setting]
        elif name not in KINDS:
            assert GRAMMAR.parse(f"/{word}").meaning == BareCommand(Command(name)), word
