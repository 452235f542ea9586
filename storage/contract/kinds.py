"""What a job may ask for: the vocabulary that the bot offers and the worker serves.

The bot parses commands against it, the worker's families implement it, and neither imports the
other; a test holds the families against this table. Names are the canonical English ones; what
people may type instead (aliases, Chinese) lives in ``bot/core/language/texts``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Amount:
    """The strength a setting takes: a closed range and what is meant when nothing is said."""

    low: float
    high: float
    default: float


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice of a job, such as ``smile`` at 0.8; amount 1.0 where strength has no meaning.

    ``page``: which page of it, from 1, where the result is a sheet (``Kind.pages``). ``kept``: it
    stays as it is, whatever else changes. ``words``: the person's own, where the setting takes some
    (``Kind.spoken``).
    """

    name: str
    amount: float = 1.0
    page: int = 1
    kept: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One family of results and the settings it takes.

    Settings may come in groups, ``hair:afro`` and ``hair:bob`` in ``hair``; then a job carries one
    of each group at most, but for those on ``scales``: a scale is one setting, or two of which one
    is the other's opposite (less than nothing of it), or several that exclude each other; a job
    carries one of each scale at most.
    ``several``: whether one job may carry more than one setting.
    ``amount``: the range of strength, or None where a setting is simply chosen. ``amounts``: the
    same of each group that has a range of its own.
    ``plain``: settings without a strength, where others of their group have one.
    ``default``: what a bare command means; empty where the family needs no setting.
    ``example``: what shows how to ask, where the default does not.
    ``beside``: settings without a strength that may stand beside the one chosen, one of each group.
    ``suited``: of each setting the groups of what suits it beside it. ``vectors``: the settings
    whose result is a drawing that can be had as a file, unless one of ``films`` stands beside.
    ``spoken``: settings that are words of the person's own. ``anew``: whether a bare command means
    the default, whatever was chosen before.
    ``two_photos``: settings that need another photo beside the one with the face.
    ``crowd``: settings that are about everybody in the photo together.
    ``searched``: settings for which the person's other kept photos are looked through.
    ``brought``: settings that only some installations have, offered by their own galleries alone.
    ``shows``: the kind whose settings are to choose from, where the result is a sheet of them.
    ``pages``: the most that such a sheet may have; 0 where there is but one.
    ``pack``: the settings that make a whole when asked for together.
    ``composed``: whether it can be made of an avatar that was kept, long after the photo is gone.
    ``gathers``: how few and how many avatars each setting shows at once, where it shows several.
    ``unaided``: whether it is made of nothing, neither photo nor avatar.
    ``words``: the kind that names the settings in every language, where that is another.
    """

    name: str
    settings: tuple[str, ...] = ()
    several: bool = False
    amount: Amount | None = None
    default: tuple[Setting, ...] = ()
    example: tuple[Setting, ...] = ()
    amounts: Mapping[str, Amount] = field(default_factory=dict, hash=False)
    plain: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    suited: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    vectors: tuple[str, ...] = ()
    films: tuple[str, ...] = ()
    two_photos: tuple[str, ...] = ()
    crowd: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    anew: bool = False
    shows: str = ""
    pages: int = 0
    composed: bool = False
    pack: tuple[str, ...] = ()
    scales: tuple[tuple[str, ...], ...] = ()
    words: str = ""
    unaided: bool = False
    gathers: Mapping[str, tuple[int, int]] = field(default_factory=dict, hash=False)

    @property
    def sheet(self) -> bool:
        """Whether the result is a sheet of looks to choose from rather than a sticker."""
        return bool(self.shows)

    @property
    def captioned(self) -> bool:
        """Whether it is a sticker that text may stand on (``storage.contract.captions``)."""
        return not self.shows

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of settings, in their order."""
        found = dict.fromkeys(group_of(setting) for setting in self.settings)
        return tuple(group for group in found if group)

    @property
    def worn(self) -> bool:
        """Whether looks grow: what is asked for next is worn beside what is worn already."""
        return self.several and bool(self.groups)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The settings that a wish is about, without what may stand beside them."""
        return tuple(setting for setting in self.settings if setting not in self.beside)

    @property
    def offered(self) -> tuple[str, ...]:
        """Those of them that one photo is enough for, everywhere."""
        others = {*self.two_photos, *self.crowd, *self.searched, *self.brought}
        return tuple(name for name in self.chosen if name not in others)

    @property
    def numbered(self) -> bool:
        """Whether a number behind a setting may mean something: a strength, or a page."""
        return bool(self.pages or self.amount or self.amounts)

    def amount_of(self, setting: str) -> Amount | None:
        """Return the range of a setting's strength, None where it has none."""
        if setting in (*self.beside, *self.plain, *self.spoken):
            return None
        shared = self.amounts.get(group_of(setting), self.amount)
        amount = self.amounts.get(setting, shared)
        if amount is not None and self.opposite_of(setting):
            return Amount(-amount.high, amount.high, amount.default)
        return amount

    def opposite_of(self, setting: str) -> str:
        """Return what a setting is below nothing, empty where it ends there."""
        scale = self._scale_of(setting)
        return next((one for one in scale if one != setting), "") if len(scale) == 2 else ""

    def place_of(self, setting: str) -> str:
        """Return what a job carries one setting of at most: its scale, group, or itself."""
        scale = self._scale_of(setting)
        return scale[0] if scale else place_of(setting)

    def _scale_of(self, setting: str) -> tuple[str, ...]:
        return next((scale for scale in self.scales if setting in scale), ())


def group_of(setting: str) -> str:
    """Return the group of a setting, empty where it has none."""
    return setting.partition(":")[0] if ":" in setting else ""


def place_of(setting: str) -> str:
    """Return what a setting takes the place of: its group, or itself where it has none."""
    return group_of(setting) or setting


CUTOUT = Kind("cutout")
EMOJI = Kind(
    "emoji", ("avataaars", "big-ears", "cat"), default=(Setting("avataaars"),), composed=True
)
MOODS = (
    "happy", "laugh", "love", "wink", "cool", "sad", "cry", "angry", "surprised", "sleepy",
    "thinking", "thumbs", "kiss", "silly", "party", "dizzy",
)  # fmt: skip
"""A pack of them."""

MOVING_MOODS = ("blink", "beam")
"""Moods that are nothing without their movement."""

_LOOKS = ("ink", "anime", "comic", "flat", "chibi", "pop", "pastel", "noir", "line")
_OPTIONS = (
    *(f"mood:{name}" for name in (*MOODS, "grin", "smirk", "scared", "disgusted")),
    "hair:black", "hair:brown", "hair:auburn", "hair:copper", "hair:blond", "hair:gray",
    "hair:white", "hair:red", "hair:pink", "hair:purple", "hair:blue", "hair:green",
    "eyes:brown", "eyes:hazel", "eyes:amber", "eyes:green", "eyes:blue", "eyes:gray",
    "eyes:violet", "eyes:red",
    "lines:fine", "lines:thick",
    "palette:warm", "palette:cool", "palette:faded", "palette:vivid",
    "motion:moving",
    "ground:bare", "ground:circle", "ground:square", "ground:burst", "ground:blob",
)  # fmt: skip
"""What may be wished for of a drawing."""

CARTOON = Kind(
    "cartoon",
    (
        # drawn portraits
        *_LOOKS,
        # painted by the style network
        "hokusai", "van-gogh", "munch", "monet", "kandinsky", "stained-glass",
        # drawn after the photo's own light
        "pencil", "watercolour", "oil", "mosaic", "linocut",
        # drawn by a trained network
        "twin", "twin-cat",
        "scene", "picture",
        # by the operator's own model, where there is one
        "guest",
        *_OPTIONS,
    ),
    amount=Amount(0.0, 1.0, 0.6),
    plain=(*_LOOKS, "twin", "twin-cat"),
    default=(Setting("ink"),),
    beside=("scene", *_OPTIONS),
    suited={
        **dict.fromkeys(_LOOKS, ("mood", "motion", "hair", "eyes", "lines", "palette", "ground")),
        "twin": ("hair",),  # the network was told eyes' colours too, but hardly paints them
        "twin-cat": ("hair",),
    },
    vectors=_LOOKS,
    films=("motion:moving",),
    two_photos=("picture",),
    brought=("guest",),
)  # fmt: skip
ENGINES = ("geometric", "ganimation")
"""Ways to put an expression on, the usual one first."""

_PAIRED = (
    "AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10", "AU12", "AU14", "AU15", "AU20", "AU43",
    "AU61", "AU62", "AU63", "AU64",
)  # fmt: skip
"""What one side of a face can do alone."""

EXPRESSION = Kind(
    "expression",
    (
        # friendly names, each a mix of blendshapes
        "smile", "grin", "sad", "angry", "surprised", "disgusted", "scared", "kiss", "smirk",
        "frown", "wink", "sleepy", "laugh", "shout", "tongue", "open", "neutral", "doubtful",
        # eyes and head to the person's left, right, up and down, by their FACS names
        "AU61", "AU62", "AU63", "AU64", "AU51", "AU52", "AU53", "AU54",
        # single movements, by their FACS names
        "AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10", "AU12", "AU14", "AU15", "AU17",
        "AU18", "AU20", "AU23", "AU24", "AU25", "AU26", "AU43",
        *(f"{name}-{side}" for name in _PAIRED for side in ("left", "right")),
        "mimic",
        *ENGINES,
    ),
    several=True,
    amount=Amount(-1.0, 1.0, 0.8),
    amounts={"mimic": Amount(0.0, 1.0, 1.0)},
    default=(Setting("smile", 0.8),),
    beside=ENGINES,
    two_photos=("mimic",),
)  # fmt: skip

ANIMATE = Kind(
    "animate",
    ("idle", *(name for name in EXPRESSION.chosen if name not in EXPRESSION.two_photos)),
    several=True,
    amount=EXPRESSION.amount,
    plain=("idle",),
    default=(Setting("idle"),),
    example=(Setting("smile", 0.8), Setting("wink", 0.8)),
    words=EXPRESSION.name,
    anew=True,
)

SAY = Kind(
    "say",
    ("words",),
    example=(Setting("words", words="hello there"),),
    spoken=("words",),
)

MOST_SAID = 48
"""How much can be said in three seconds; see ``length_of``."""


def length_of(words: str) -> int:
    """Return how long words are to say: in letters, of which a Chinese character counts three."""
    return sum(3 if "\u3400" <= letter <= "\u9fff" else 1 for letter in words)


_SCALES = (
    ("age:older", "age:younger"), ("sex:feminine", "sex:masculine"),
    ("weight:chubby", "weight:slim"), ("skin:tan", "skin:pale"),
    ("complexion:smooth",), ("complexion:tired",), ("complexion:freckles",),
    ("makeup:full",), ("makeup:lipstick",), ("makeup:blush",), ("makeup:eye-shadow",),
    ("makeup:liner",), ("makeup:lashes",),
    ("eyes:big-eyes", "eyes:narrow-eyes"), ("eyes:cat-eyes",), ("eyes:bright-eyes",),
    ("brows:bushy-brows", "brows:thin-brows"), ("brows:dark-brows",), ("brows:arched-brows",),
    ("nose:big-nose", "nose:small-nose"), ("nose:wide-nose", "nose:narrow-nose"),
    ("nose:long-nose",),
    ("lips:full-lips", "lips:thin-lips"), ("mouth:wide-mouth", "mouth:small-mouth"),
    ("teeth:white-teeth",), ("face:round-face", "face:narrow-face"), ("cheeks:high-cheekbones",),
    ("jaw:wide-jaw", "jaw:narrow-jaw"), ("chin:long-chin", "chin:short-chin"),
    ("chin:pointed-chin",), ("forehead:high-forehead", "forehead:low-forehead"),
)  # fmt: skip
"""What changes a face itself, each by degrees; the second of a pair is the first below nothing."""

_IRISES = ("eyes:blue-eyes", "eyes:green-eyes", "eyes:brown-eyes", "eyes:gray-eyes")
_PAINTS = (
    "paint:cat-paint", "paint:skull", "paint:rainbow", "paint:france", "paint:italy",
    "paint:ireland", "paint:germany", "paint:netherlands", "paint:ukraine", "paint:poland",
    "paint:japan",
)  # fmt: skip

_FACE = (*(name for scale in _SCALES for name in scale), *_IRISES, *_PAINTS)

EDIT = Kind(
    "edit",
    (
        "hair:bald", "hair:sleek", "hair:layers", "hair:long-fringe", "hair:tousled",
        "hair:curls", "hair:waves", "hair:loose-waves", "hair:glamour", "hair:brunette",
        "hair:spirals", "hair:side-swept", "hair:mane", "hair:box-braids", "hair:lob",
        "hair:shoulder-waves", "hair:sleek-lob", "hair:bob", "hair:page-bob", "hair:french-bob",
        "hair:angled-bob", "hair:blunt-fringe", "hair:afro", "hair:big-afro", "hair:puff",
        "hair:dreadlocks", "hair:top-knot", "hair:space-buns", "hair:pixie", "hair:long-pixie",
        "hair:side-pixie", "hair:undercut", "hair:quiff", "hair:side-part", "hair:curtains",
        "hair:fringe", "hair:spikes", "hair:crop", "hair:swept", "hair:twists", "hair:curly-top",
        "hair:buzz",
        "colour:own", "colour:original", "colour:black", "colour:dark-brown", "colour:brown",
        "colour:chestnut", "colour:auburn", "colour:red", "colour:copper", "colour:strawberry",
        "colour:blond", "colour:platinum", "colour:gray", "colour:white", "colour:pink",
        "colour:blue", "colour:purple", "colour:green",
        "beard:full-long", "beard:full", "beard:boxed", "beard:silver", "beard:short",
        "beard:trimmed", "beard:scruff", "beard:stubble", "beard:shadow", "beard:ginger",
        "beard:curly-beard", "beard:walrus", "beard:chevron", "beard:handlebar", "beard:brush",
        "beard:thick", "beard:horseshoe", "beard:imperial", "beard:anchor", "beard:circle",
        "beard:soft-goatee",
        "glasses:aviator", "glasses:aviator-sun", "glasses:browline", "glasses:cat-eye",
        "glasses:heart", "glasses:oval", "glasses:rectangle", "glasses:round",
        "glasses:round-sun", "glasses:square", "glasses:sunglasses", "glasses:wire",
        "hat:beanie", "hat:knit-cap", "hat:ski-cap", "hat:cap", "hat:flat-cap", "hat:ivy-cap",
        "hat:trilby", "hat:homburg", "hat:top-hat", "hat:cowboy", "hat:straw", "hat:headband",
        *_FACE,
    ),
    several=True,
    amounts={
        **{group_of(name): Amount(0.0, 1.0, 0.7) for name in _FACE},
        "paint": Amount(0.0, 1.0, 1.0),
        "colour": Amount(0.0, 1.0, 1.0),
        "beard": Amount(0.0, 1.0, 1.0),
    },
    example=(Setting("hair:afro"),),
    scales=(*_SCALES, _IRISES),
)  # fmt: skip

TUNING = Kind(
    "tuning",
    ("draft", *EDIT.settings),  # a draft is small and quick, for a slider that still moves
    several=True,
    amounts=EDIT.amounts,
    beside=("draft",),
    shows="edit",
    scales=EDIT.scales,
    words="edit",
)

RANDOM = Kind(
    "random",
    (
        "woman", "man", "young", "middle-aged", "old", "light-skin", "medium-skin", "dark-skin",
        "glasses", "sunglasses", "beard", "moustache", "smiling", "hat", "headscarf",
        "black-hair", "brown-hair", "blond-hair", "gray-hair",
    ),
    several=True,
    example=(Setting("woman"), Setting("glasses")),
    unaided=True,
)  # fmt: skip

MIX = Kind(
    "mix",
    ("both", "everyone"),
    amount=Amount(0.0, 1.0, 0.5),  # of the second one
    default=(Setting("both", 0.5),),
    plain=("everyone",),
    two_photos=("both",),
    crowd=("everyone",),
)

LOOKALIKE = Kind(
    "lookalike",
    ("nearest", "three", "photos"),
    default=(Setting("nearest"),),
    searched=("photos",),
)

TRY_ON = Kind(
    "try-on",
    ("hair", "beard", "glasses", "hat"),
    default=(Setting("hair"),),
    shows="edit",
    pages=9,  # of nine looks each, as below
)

GALLERY = Kind(
    "gallery",
    ("styles",),
    default=(Setting("styles"),),
    shows="cartoon",
    pages=9,
)

EXPRESSION_SHEET = Kind(
    "expression-sheet",
    ("expressions",),
    default=(Setting("expressions"),),
    shows="expression",
    pages=9,
)

MOOD = Kind(
    "mood",
    # the last always move, the others where "moving" stands beside them
    (*MOODS, *MOVING_MOODS, "moving"),
    default=(Setting("happy"),),
    beside=("moving",),
    composed=True,
    pack=MOODS,
)

MOOD_SHEET = Kind(
    "mood-sheet",
    ("moods",),
    default=(Setting("moods"),),
    shows="mood",
    pages=9,
    composed=True,
)

TOGETHER = Kind(
    "together",
    ("family", "hug", "high-five", "versus", "birthday"),
    default=(Setting("family"),),
    gathers={
        "family": (2, 30), "hug": (2, 2), "high-five": (2, 2), "versus": (2, 2),
        "birthday": (1, 1),
    },
)  # fmt: skip

PREVIEW = Kind(
    "preview",
    ("alone", "compare"),  # an avatar as it is, or beside what it was
    default=(Setting("alone"),),
    shows="emoji",
    composed=True,
)

LINEUP = Kind(
    "lineup",
    ("kept",),
    default=(Setting("kept"),),
    shows="emoji",
    pages=9,
    composed=True,
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        CUTOUT,
        EMOJI,
        CARTOON,
        EXPRESSION,
        EDIT,
        TUNING,
        RANDOM,
        MIX,
        LOOKALIKE,
        MOOD,
        TRY_ON,
        GALLERY,
        EXPRESSION_SHEET,
        MOOD_SHEET,
        PREVIEW,
        LINEUP,
        TOGETHER,
        ANIMATE,
        SAY,
    )
}
