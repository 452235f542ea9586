"""The vocabulary that bot and worker share."""

import pytest

from storage.contract.kinds import KINDS, Amount, Kind, group_of

HAIR = Kind(
    "hair",
    ("length:short", "length:long", "colour:red", "shape:bob", "plain"),
    several=True,
    amounts={"length": Amount(0.0, 2.0, 1.0), "colour": Amount(0.0, 1.0, 0.6)},
    beside=("plain",),
)


def test_each_group_may_have_a_strength_of_its_own() -> None:
    """A hair's colour and its length, and none for its shape."""
    assert HAIR.amount_of("length:long") == Amount(0.0, 2.0, 1.0)
    assert HAIR.amount_of("colour:red") == Amount(0.0, 1.0, 0.6)
    assert HAIR.amount_of("shape:bob") is None
    assert HAIR.amount_of("plain") is None
    assert HAIR.groups == ("length", "colour", "shape")
    assert HAIR.numbered


def test_a_kinds_strength_is_that_of_all_its_settings() -> None:
    """Except where a group says otherwise, and beside."""
    kind = Kind("paint", ("a", "b:c", "d"), amount=Amount(0.0, 1.0, 0.5), beside=("d",),
                amounts={"b": Amount(-1.0, 1.0, 0.0)})  # fmt: skip
    assert kind.amount_of("a") == Amount(0.0, 1.0, 0.5)
    assert kind.amount_of("b:c") == Amount(-1.0, 1.0, 0.0)
    assert kind.amount_of("d") is None


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_is_told_of_consistently(kind: Kind) -> None:
    """Its table names settings and groups that there are; sheets have pages, nothing else does."""
    named = {*kind.beside, *kind.two_photos, *kind.pack}
    named |= {setting.name for setting in (*kind.default, *kind.example)}
    assert named <= set(kind.settings)
    assert set(kind.amounts) <= {*kind.settings, *(group_of(name) for name in kind.settings)}
    assert kind.sheet or not kind.pages
    assert not (kind.pages and kind.amount)
    assert all(KINDS[kind.shows] for _ in range(kind.sheet))
    for amount in (kind.amount, *kind.amounts.values()):
        assert amount is None or amount.low <= amount.default <= amount.high
    assert hash(kind) == hash(KINDS[kind.name])
