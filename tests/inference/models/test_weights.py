"""Model files are what the table says, or nothing runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from inference.errors import WeightsCorrupt, WeightsMissing
from inference.models.weights import PACKAGE, Store, shipped, table


def test_files_of_the_repository_are_whole() -> None:
    """Each has the size and hash of the table, wherever fetched ones lie."""
    for weight in table().values():
        if weight.file is not None:
            assert shipped(weight.name) == PACKAGE / weight.file


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the command that fetches it."""
    store = Store(tmp_path)
    with pytest.raises(WeightsMissing, match="selfmoji weights pull"):
        store.locate("selfie_segmenter")
    with pytest.raises(KeyError):
        shipped("selfie_segmenter")


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    """One of another size, and one of the same size with other bytes."""
    store, weight = Store(tmp_path), table()["selfie_segmenter"]
    path = store.path(weight)
    path.parent.mkdir(parents=True)
    for content in (b"short", bytes(weight.bytes)):
        path.write_bytes(content)
        with pytest.raises(WeightsCorrupt, match="selfie_segmenter"):
            store.locate("selfie_segmenter")


def test_what_belongs_to_the_repository_is_not_fetched(tmp_path: Path) -> None:
    """A file of ours that is missing is the checkout's fault, and says so."""
    lost = replace(table()["hair_segmenter"], file="trained/nowhere.onnx")
    with pytest.raises(WeightsMissing, match="check it out"):
        Store(tmp_path).pull(lost)
