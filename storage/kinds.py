"""What a job may ask for: the vocabulary that the bot offers and the worker serves.

The bot parses commands against it, the worker's families implement it, and neither imports the
other; a test holds the families against this table. Names are the canonical English ones; what
people may type instead (aliases, Chinese) lives in ``bot/core/texts``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """The strength a setting takes: a closed range and what is meant when nothing is said."""

    low: float
    high: float
    default: float


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice of a job, such as ``smile`` at 0.8; amount 1.0 where strength has no meaning."""

    name: str
    amount: float = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One family of results and the settings it takes.

    ``several``: whether one job may carry more than one setting.
    ``amount``: the range of strength, or None where a setting is simply chosen.
    ``default``: what a bare command means; empty where the family needs no setting.
    """

    name: str
    settings: tuple[str, ...] = ()
    several: bool = False
    amount: Amount | None = None
    default: tuple[Setting, ...] = ()


CUTOUT = Kind("cutout")
EMOJI = Kind("emoji", ("avataaars", "big-ears"), default=(Setting("avataaars"),))
CARTOON = Kind(
    "cartoon",
    ("hokusai", "van-gogh", "munch", "monet", "turner", "kandinsky"),
    amount=Amount(0.0, 1.0, 0.6),
    default=(Setting("hokusai", 0.6),),
)
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

KINDS: dict[str, Kind] = {kind.name: kind for kind in (CUTOUT, EMOJI, CARTOON, EXPRESSION)}
