"""The shipped linear model: small, read back as it was, and a generator of faces."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.latent import model
from inference.latent.generator import Linear, Sharp
from inference.models.runtime import Runtime
from inference.models.weights import Store
from inference.settings import InferenceSettings


def test_a_model_is_written_and_read_again(tmp_path: Path) -> None:
    """Rounding costs less than two grey levels, and the file stays small."""
    shipped = model.load()
    path = tmp_path / "model.npz"
    model.write(shipped, path)
    again = model.read(path)
    assert path.stat().st_size < 4e6
    assert again.axes.names == shipped.axes.names
    codes = shipped.people[:4, : len(shipped.faces.texture.deviation)]
    away = again.faces.texture.decode(codes) - shipped.faces.texture.decode(codes)
    assert np.abs(away).mean() * 127.5 < 2
    np.testing.assert_array_equal(again.frame.triangles, shipped.frame.triangles)


def test_random_people_are_faces_and_come_back_from_their_pictures() -> None:
    """Samples repeat with their seed; decoding and encoding gives nearly the same latent."""
    generator = Linear(model.load())
    latents = generator.sample(6, seed=1)
    np.testing.assert_array_equal(latents, generator.sample(6, seed=1))
    assert 0.7 < latents.std() < 1.2
    textures, shapes = generator.decode(latents)
    assert textures.shape == (6, 128, 128, 4)
    assert shapes.shape == (6, 478, 2)
    assert textures[:, 60:70, 60:70, 3].min() > 200  # the nose is there
    again = generator.encode(textures, shapes)
    assert np.corrcoef(again.ravel(), latents.ravel())[0, 1] > 0.9


def test_the_axes_change_textures_as_the_components_would() -> None:
    """The short way from a move to a texture's change gives the long way's numbers."""
    shipped = model.load()
    count = len(shipped.faces.texture.deviation)
    for locked in ((), ("Male", "Young")):
        move = shipped.axes.without(locked).move({"Chubby": 0.7, "Heavy_Makeup": -0.4})
        wanted = shipped.faces.texture.moved(move[:count])
        np.testing.assert_allclose(shipped.texture_change(move), wanted, atol=1e-4)


def test_the_skin_slider_is_one_colour_darker_or_lighter() -> None:
    """The tone lightens all channels, blue most: paler skin is less yellow."""
    tone = model.load().tone
    assert (tone > 0.05).all()
    assert tone[2] > tone[0]


def test_folds_are_laid_on_softer_than_they_were_found() -> None:
    """The deepest lose most, shallow ones hardly anything, and none turns round."""
    shipped = model.load()
    found, laid = shipped.creases, shipped.folds
    assert laid.min() > 0.8 * found.min()
    shallow = np.abs(found) < 0.1
    assert np.abs(laid - found)[shallow].mean() < 0.01
    assert np.corrcoef(laid.ravel(), found.ravel())[0, 1] > 0.9


def test_the_network_makes_random_people_sharper() -> None:
    """What the shipped generator adds is detail: shapes stay, edges gain, the ground is empty."""
    shipped = model.load()
    network = Runtime(Store(InferenceSettings().cache_dir)).open("latent_generator")
    linear, sharp = Linear(shipped), Sharp(shipped, network)
    latents = sharp.sample(3, seed=2)
    soft, shapes = linear.decode(latents)
    made, same = sharp.decode(latents)
    np.testing.assert_array_equal(shapes, same)

    def detail(textures: NDArray[np.uint8]) -> float:
        light = textures[:, 40:100, 40:88, :3].astype(float).mean(3)
        return float(np.abs(np.diff(light, 2, axis=1)).mean())

    assert detail(made) > 1.1 * detail(soft)
    assert made[:, :8, :8, 3].mean() < 0.5 * max(1.0, soft[:, :8, :8, 3].mean())
