"""Avatar specs from JSON, checked against what can be drawn here."""

import re
from collections.abc import Mapping

from inference.avatars import styles
from inference.errors import UnknownAvatar
from storage.contract.avatars import AvatarSpec

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def parse_subject(form: Mapping[str, object]) -> AvatarSpec | tuple[AvatarSpec, ...]:
    """Read what a job shows: an avatar, one with what it was ``before``, or several ``avatars``.

    Returns the avatar, the two in the order of time, or all.

    Raises:
        UnknownAvatar: see ``parse_spec``.
    """
    if "avatars" in form:
        several = form["avatars"]
        if not isinstance(several, list):
            raise UnknownAvatar("avatars are a list")
        return tuple(parse_spec(_mapping(one)) for one in several)
    if "before" in form:
        return parse_spec(_mapping(form["before"])), parse_spec(form)
    return parse_spec(form)


def parse_spec(avatar: Mapping[str, object]) -> AvatarSpec:
    """Read an avatar's JSON form, whoever wrote it.

    Args:
        avatar: as ``AvatarSpec.to_json`` gives it.

    Returns:
        The spec, which can be drawn as it is.

    Raises:
        UnknownAvatar: it is not of that form, or has a style, part or colour that there is not.
    """
    try:
        spec = AvatarSpec.from_json(avatar)
        style = styles.load(spec.style)
        for slot in (*style.slots, *spec.parts):
            styles.component_variant(style, slot, spec.parts)
    except (KeyError, ValueError) as error:
        raise UnknownAvatar(str(error)) from None
    needed = style.colours & {"skin", "fur"}
    if not needed <= spec.colours.keys() <= style.colours or not all(
        _COLOUR.fullmatch(colour) for colour in spec.colours.values()
    ):
        raise UnknownAvatar(f"{style.name} has no such colours")
    return spec


def _mapping(data: object) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise UnknownAvatar("an avatar is a mapping")
    return data
