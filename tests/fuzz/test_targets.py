"""The kept corpus, as it is and bent by chance; ``python -m tests.fuzz`` looks further."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import CORPUS, TARGETS

KEPT = sorted(CORPUS.glob("*/*"))


def test_each_target_has_a_corpus() -> None:
    """And no corpus is of none."""
    assert {one.parent.name for one in KEPT} == set(TARGETS)


@pytest.mark.parametrize("kept", KEPT, ids=lambda one: f"{one.parent.name}-{one.name}")
def test_what_was_kept_is_taken(kept: Path) -> None:
    """Nothing that ever made trouble makes it again."""
    TARGETS[kept.parent.name](kept.read_bytes())


@st.composite
def bent(draw: st.DrawFn, name: str) -> bytes:
    """Return a kept input with some bytes changed, cut off, or followed by another's."""
    mine = [one for one in KEPT if one.parent.name == name]
    data = bytearray(draw(st.sampled_from(mine)).read_bytes())
    for _ in range(draw(st.integers(0, 8)) if data else 0):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    end = draw(st.integers(0, len(data)))
    return bytes(data[:end]) + draw(st.one_of(st.binary(max_size=16), st.just(bytes(data[end:]))))


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60)
@given(data=st.data())
def test_what_is_bent_is_taken(name: str, data: st.DataObject) -> None:
    """Bytes that are nearly right are the hardest."""
    TARGETS[name](data.draw(bent(name)))
