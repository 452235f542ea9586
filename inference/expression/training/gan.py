"""From a folder of labelled faces to a trained network of expressions, resumable (torch)."""

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track

from inference.expression.network import FlowGenerator, composed
from inference.expression.placing import MOVEMENTS
from inference.expression.training.adversary import Reader, fitted, tensor
from inference.expression.training.loop import PRESETS, Real, Training, run
from inference.expression.training.pairs import Pair, Pairs, cropped, first
from inference.face.blendshapes import NAMES
from inference.models.networks import Networks
from inference.models.weights import shipped
from inference.training import checkpoints
from inference.training.faces import Faces, gather
from inference.training.features import FrozenFeatures
from inference.training.onnx_export import export, weights
from inference.training.watching import pixels, watch
from storage.contract.kinds import Setting

_SHOWN = 5.0  # minutes between
_SHOWS = tuple(
    (Setting(name, 0.9),) for name in ("smile", "angry", "surprised", "sad", "laugh", "AU43")
)


def learn(
    data: Path,
    work: Path,
    minutes: float,
    networks: Networks,
    preset: str = "cpu",
    *,
    masks: Path | None = None,
    resume: bool = True,
) -> Training:
    """Train the network.

    Args:
        data: holds ``faces``, see ``inference.training.faces``.
        work: for checkpoints, sample grids and the table of losses.
        minutes: of this run.
        networks: what finds people's masks and reads their movements.
        preset: one of ``PRESETS``.
        masks: a file of kept masks, if it isn't in ``work``.
        resume: whether to go on from the checkpoint in ``work``.
    """
    console = Console()
    work.mkdir(parents=True, exist_ok=True)
    training, shown = prepare(data, work, networks, preset, masks or work / "masks.npz", console)
    checkpoint = work / "expression.pt"
    if resume:
        counters = checkpoints.resume(checkpoint, training.parts(), exported)
        training.step = int(counters.get("step", 0))
        training.minutes = counters.get("minutes", 0.0)
    if training.step == 0:
        training.fit_usual()
        grid(training, shown, work)
    console.print(f"{training.precision.name} of {training.precision.seconds}; "
                  f"from step {training.step}")  # fmt: skip
    watch(
        training, run(training, minutes), minutes, work,
        lambda: _save(checkpoint, training), lambda: grid(training, shown, work),
        shown=_SHOWN, console=console,
    )  # fmt: skip
    return training


def exported() -> dict[str, torch.Tensor]:
    """Read the weights of the network that is shipped, by their names in it."""
    found = weights(shipped("ganimation"))
    # a layer without offsets is written as a product, its weights turned and without their name
    product = next(name for name in found if "MatMul" in name)
    found["usual.weight"] = found.pop(product).T
    return found


def prepare(
    data: Path, work: Path, networks: Networks, preset: str, masks: Path, console: Console
) -> tuple[Training, list[list[Pair]]]:
    """Everything before the first step: the faces, the reader, pairs of unseen faces to show."""

    def bar(title: str) -> Callable[[range], Iterable[int]]:
        return lambda numbers: track(numbers, title, console=console)

    faces = gather(data, masks, networks, bar("masks"))
    chosen = np.flatnonzero(faces.training)
    eyes = FrozenFeatures()
    real = Real(_crops(faces, chosen), _scores(faces, chosen))
    how = PRESETS[preset]
    held = np.flatnonzero(~faces.training)
    tested = held[: how.read // 8]
    unseen = Real(_crops(faces, tested), _scores(faces, tested))
    reader = _reader(eyes, real, unseen, how.read, work / "reader.pt", console)
    torch.manual_seed(0)
    pairs = Pairs(faces, chosen, networks)
    training = Training(how, FlowGenerator(), eyes, reader, pairs, real)
    training.pool = first(pairs, how.begun, work / "pairs.npz", bar("pairs"))
    training.measure_precision()
    people = held[np.linspace(0, len(held) - 1, 6).astype(int)]
    return training, [[pairs.of(int(k), asked) for asked in _SHOWS] for k in people]


def _crops(faces: Faces, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
    return np.stack([cropped(faces.images[k]) for k in rows])


def _scores(faces: Faces, rows: NDArray[np.intp]) -> NDArray[np.float32]:
    columns = [NAMES.index(name) for name in MOVEMENTS]
    return np.asarray(faces.blendshapes[rows][:, columns], np.float32)


def _reader(
    eyes: FrozenFeatures, real: Real, unseen: Real, count: int, kept: Path, console: Console
) -> Reader:
    """Return the reader of movements, fitted to some of the real faces; kept in a file."""
    if not kept.exists():
        rows = np.random.default_rng(0).choice(
            len(real.pictures), min(count, len(real.pictures)), replace=False, p=real.weights
        )
        reader = fitted(eyes, real.pictures[rows], real.scores[rows],
                        lambda numbers: track(numbers, "reader", console=console))  # fmt: skip
        with torch.no_grad():
            parts = torch.split(tensor(unseen.pictures), 16)
            read = torch.cat([reader(eyes(part)) for part in parts]).numpy()
        shown = np.flatnonzero(unseen.scores.std(axis=0) > 0.02)
        each = [np.corrcoef(read[:, k], unseen.scores[:, k])[0, 1] for k in shown]
        console.print(f"reader: correlation {np.mean(each):.2f} on unseen faces")
        torch.save(reader.state_dict(), kept)
        return reader
    state = torch.load(kept, weights_only=True)
    movements, numbers = state["linear.weight"].shape
    reader = Reader(movements, numbers)
    reader.load_state_dict(state)
    return reader


def grid(training: Training, shown: list[list[Pair]], work: Path) -> Path:
    """Write what the network makes of unseen faces, two rows each.

    The pairs' results, then its own, and for the first expression its attention and flow.
    """
    rows = []
    for pairs in shown:
        photo = tensor(np.stack([pair.photo for pair in pairs]))
        change = torch.from_numpy(np.stack([pair.change for pair in pairs]))
        with torch.no_grad():
            generator = training.average.to("cpu")
            edit = generator(photo, change)
            made = composed(photo, edit)
            training.average.to(training.preset.device)
        rows.append(np.hstack([pairs[0].photo, *(pair.result for pair in pairs), pairs[0].photo]))
        attention = np.repeat(pixels(2 * edit.attention - 1)[0], 3, axis=2)
        flow = cv2.merge([pixels(edit.flow * 8)[0], np.full_like(attention[..., 0], 128)])
        rows.append(np.hstack([*pixels(made), attention, flow]))
    path = work / f"samples_{training.step:06d}.png"
    Image.fromarray(np.vstack(rows)).save(path)
    return path


def export_network(training: Training, folder: Path) -> float:
    """Write ``ganimation.onnx``; returns how far its answers are from torch's, see ``export``."""
    network = training.average.to("cpu").to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    side = network.architecture.side
    torch.manual_seed(0)
    photo, change = torch.rand(2, 3, side, side) * 2 - 1, torch.rand(2, len(MOVEMENTS)) - 0.3
    return export(
        network,
        {"photo": photo, "change": change},
        ("flow", "attention", "residual"),
        folder / "ganimation.onnx",
        {"steps": str(training.step), "movements": " ".join(MOVEMENTS)},
    )


def _save(path: Path, training: Training) -> None:
    counters = {"step": float(training.step), "minutes": training.minutes}
    checkpoints.save(path, training.parts(), counters)
