"""A style model of the operator's own, whatever its layout."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from pydantic import ValidationError

from inference.cartoon.gallery import Gallery
from inference.cartoon.serving import Cartoon
from inference.errors import UnknownSetting, WeightsCorrupt
from inference.face.report import Portrait
from inference.models import guest
from inference.models.calls import Call, run
from inference.models.runtime import open_networks
from inference.pictures import sheet
from inference.settings import InferenceSettings
from storage.contract.kinds import Setting

WHOSE = "Tiny Inversion by Nobody, CC0"


def inversion(path: Path, shape: list[int | str], side: str) -> InferenceSettings:
    """Write a network that turns its numbers' sign, and name it."""
    first, last = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("in", "out")
    )
    graph = helper.make_graph([helper.make_node("Neg", ["in"], ["out"])], "g", [first], [last])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return InferenceSettings.model_validate(
        {"style_model": path, "style_licence": WHOSE, "style_range": side, "device": "cpu"}
    )


@pytest.mark.parametrize("shape", [[1, 3, "h", "w"], [1, 64, 64, 3], ["n", "h", "w", 3]])
def test_planes_or_pixels_of_a_fixed_size_or_any(shape: list[int | str], tmp_path: Path) -> None:
    """A negative comes back, in the size and layout that it was given in, with its licence."""
    networks = open_networks(inversion(tmp_path / "style.onnx", shape, "-1..1"))
    slope = np.broadcast_to(np.linspace(0, 1, 128, dtype=np.float32), (2, 3, 128, 128))
    answer = networks(Call(guest.NAME, {"content": slope}))
    assert answer["stylized"].shape == slope.shape
    assert np.abs(answer["stylized"] - (1 - slope)).max() < 0.03
    assert answer["licence"].tolist() == [WHOSE, WHOSE]


def test_what_is_no_network_of_pictures_is_told(tmp_path: Path) -> None:
    """One sentence says which setting to correct."""
    networks = open_networks(inversion(tmp_path / "style.onnx", [1, 7], "0..1"))
    with pytest.raises(WeightsCorrupt, match="SELFMOJI_STYLE_MODEL"):
        networks(Call(guest.NAME, {"content": np.zeros((1, 3, 8, 8), np.float32)}))


def test_no_model_without_its_licence(tmp_path: Path) -> None:
    """Nobody is shown a style whose owner is not named."""
    with pytest.raises(ValidationError, match="SELFMOJI_STYLE_LICENCE"):
        InferenceSettings.model_validate({"style_model": tmp_path / "style.onnx"})


def test_people_get_it_and_are_told_whose_it_is(
    portrait_of: Callable[[str], Portrait], tmp_path: Path
) -> None:
    """As a sticker and last in the gallery, where there is one; else there is no such style."""
    networks = open_networks(inversion(tmp_path / "style.onnx", [1, 3, "h", "w"], "-1..1"))
    portrait, wish = portrait_of("P001"), (Setting(guest.NAME, 0.6),)
    made = run(Cartoon(guest=True).make(portrait, wish), networks)
    assert made.facts["licence"] == WHOSE
    assert made.frames[0].shape == (512, 512, 4)
    page = run(Gallery(guest=True).make(portrait, (Setting("styles", page=9),)), networks)
    assert page.facts["licence"] == WHOSE
    assert page.facts["names"][-1] == guest.NAME
    assert page.frames[0].shape[1] == 3 * sheet.CELL
    with pytest.raises(UnknownSetting):
        run(Cartoon().make(portrait, wish), networks)
