"""What a job may ask for: the vocabulary that the bot offers and the worker serves.

The bot parses commands against it, the worker's families implement it, and neither imports the
other; a test holds the families against this table. Names are the canonical English ones; what
people may type instead (aliases, Chinese) lives in ``bot/core/language/texts``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """The strength a setting takes: a closed range and what is meant when nothing is said.

    ``step``: what amounts are rounded to; 1 where they count something.
    """

    low: float
    high: float
    default: float
    step: float = 0.01


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice of a job, such as ``smile`` at 0.8; amount 1.0 where strength has no meaning."""

    name: str
    amount: float = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One family of results and the settings it takes.

    Settings may come in groups, ``hair:afro`` and ``hair:bob`` in ``hair``; then a job carries one
    of each group at most. ``several``: whether one job may carry more than one setting.
    ``amount``: the range of strength, or None where a setting is simply chosen.
    ``graded``: the groups whose settings take a strength, where not all do.
    ``default``: what a bare command means; empty where the family needs no setting.
    ``example``: what shows how to ask, where the default does not.
    ``beside``: settings without a strength that may stand beside the one chosen.
    ``pictured``: settings that need a second picture beside the photo.
    ``shows``: the kind whose settings are to choose from, where the result is a sheet of them.
    ``pack``: the settings that make a whole when asked for together.
    ``composed``: whether it can be made of an avatar that was kept, long after the photo is gone.
    """

    name: str
    settings: tuple[str, ...] = ()
    several: bool = False
    amount: Amount | None = None
    default: tuple[Setting, ...] = ()
    example: tuple[Setting, ...] = ()
    graded: tuple[str, ...] | None = None
    beside: tuple[str, ...] = ()
    pictured: tuple[str, ...] = ()
    shows: str = ""
    composed: bool = False
    pack: tuple[str, ...] = ()

    @property
    def sheet(self) -> bool:
        """Whether the result is a sheet of looks to choose from rather than a sticker."""
        return bool(self.shows)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of settings, in their order."""
        found = dict.fromkeys(group_of(setting) for setting in self.settings)
        return tuple(group for group in found if group)

    def amount_of(self, setting: str) -> Amount | None:
        """Return the range of a setting's strength, None where it has none."""
        if setting in self.beside:
            return None
        if self.graded is None or group_of(setting) in self.graded:
            return self.amount
        return None


def group_of(setting: str) -> str:
    """Return the group of a setting, empty where it has none."""
    return setting.partition(":")[0] if ":" in setting else ""


CUTOUT = Kind("cutout")
EMOJI = Kind(
    "emoji", ("avataaars", "big-ears", "cat"), default=(Setting("avataaars"),), composed=True
)
CARTOON = Kind(
    "cartoon",
    (
        "hokusai", "van-gogh", "munch", "monet", "turner", "kandinsky", "stained-glass",
        "toon", "halftone", "pencil", "watercolour", "oil", "mosaic", "linocut", "scene", "picture",
    ),
    amount=Amount(0.0, 1.0, 0.6),
    default=(Setting("hokusai", 0.6),),
    beside=("scene",),
    pictured=("picture",),
)  # fmt: skip
EXPRESSION = Kind(
    "expression",
    (
        # friendly names, each a mix of blendshapes
        "smile", "grin", "sad", "angry", "surprised", "disgusted", "scared", "kiss", "smirk",
        "frown", "wink", "sleepy", "laugh", "shout", "tongue", "open",
        # single movements, by their FACS names
        "AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10", "AU12", "AU14", "AU15", "AU17",
        "AU18", "AU20", "AU23", "AU24", "AU25", "AU26", "AU43",
    ),
    several=True,
    amount=Amount(-1.0, 1.0, 0.8),
    default=(Setting("smile", 0.8),),
)  # fmt: skip

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
    ),
    several=True,
    amount=Amount(0.0, 1.0, 1.0),
    example=(Setting("hair:afro"),),
    graded=("colour", "beard"),
)  # fmt: skip

TRY_ON = Kind(
    "try-on",
    ("hair", "beard", "glasses", "hat"),
    amount=Amount(1.0, 9.0, 1.0, step=1.0),  # the page: nine looks at once
    default=(Setting("hair", 1.0),),
    shows="edit",
)

GALLERY = Kind(
    "gallery",
    ("styles",),
    amount=Amount(1.0, 9.0, 1.0, step=1.0),  # the page, as above
    default=(Setting("styles", 1.0),),
    shows="cartoon",
)

_MOODS = (
    "happy", "laugh", "love", "wink", "cool", "sad", "cry", "angry", "surprised", "sleepy",
    "thinking", "thumbs", "kiss", "silly", "party", "dizzy",
)  # fmt: skip

MOOD = Kind(
    "mood",
    # the two behind the others always move, the others where "moving" stands beside them
    (*_MOODS, "blink", "beam", "moving"),
    default=(Setting("happy"),),
    beside=("moving",),
    composed=True,
    pack=_MOODS,
)

MOOD_SHEET = Kind(
    "mood-sheet",
    ("moods",),
    amount=Amount(1.0, 9.0, 1.0, step=1.0),  # the page, as above
    default=(Setting("moods", 1.0),),
    shows="mood",
    composed=True,
)

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
    amount=Amount(1.0, 9.0, 1.0, step=1.0),  # the page, as above
    default=(Setting("kept", 1.0),),
    shows="emoji",
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
        MOOD,
        TRY_ON,
        GALLERY,
        MOOD_SHEET,
        PREVIEW,
        LINEUP,
    )
}
