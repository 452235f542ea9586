"""``selfmoji train emoji``: everything of this family that is learned, in one go (torch).

Stages are resumable and independent: ``classifiers`` (minutes), ``crossdomain``, ``autoencoder``.
What they learned goes to where serving finds it; ``weights.toml`` then needs the new hashes, which
are printed.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, track

from inference.emoji.training import autoencoder, classifiers, crossdomain
from inference.emoji.training.exporting import export_autoencoder, export_crossdomain
from inference.face import attributes
from inference.models.networks import Networks
from inference.training.faces import gather

STAGES = ("classifiers", "crossdomain", "autoencoder")
DRAWINGS = 4000


def learn(
    data: Path,
    work: Path,
    trained: Path,
    networks: Networks,
    minutes: float,
    stages: Sequence[str] = STAGES,
    drawings: int = DRAWINGS,
    start: Path | None = None,
) -> None:
    """Train, score on the held-out photos, and write what serving runs.

    Args:
        data: see ``dataset``.
        work: a folder for masks and checkpoints; training goes on from there.
        trained: where the files for serving go.
        networks: what cuts people out.
        minutes: for the encoder; the autoencoder gets a third of it.
        stages: of ``STAGES``.
        drawings: how many avatars to learn from, the autoencoder gets a quarter of them.
        start: an exported encoder to go on from.
    """
    console = Console()
    work.mkdir(parents=True, exist_ok=True)
    trained.mkdir(parents=True, exist_ok=True)
    faces = gather(
        data,
        work / "masks.npz",
        networks,
        lambda numbers: track(numbers, "masks", console=console),
    )
    if "classifiers" in stages:
        fitted, scores = classifiers.fit(faces)
        attributes.save(fitted, trained / "emoji_classifiers.npz")
        for score in scores:
            console.print(f"classifier {score.attribute:12} {score.agreement:.3f}")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        if "crossdomain" in stages:
            task = bar.add_task("crossdomain", total=minutes)

            def on_progress(progress: crossdomain.Progress) -> None:
                bar.update(task, completed=progress.minutes, description=f"{progress.loss:.3f}")
                if progress.agreement:
                    agreement = " ".join(f"{k} {v:.3f}" for k, v in progress.agreement.items())
                    console.print(f"step {progress.step}: {agreement}")

            network = crossdomain.train(
                faces, minutes, work / "crossdomain.pt", on_progress, drawings, start
            )
            export_crossdomain(network, trained / "emoji_crossdomain.onnx")
        if "autoencoder" in stages:
            other = bar.add_task("autoencoder", total=minutes / 3)
            small = autoencoder.train(
                faces,
                minutes / 3,
                work / "autoencoder.pt",
                lambda _, spent, loss: bar.update(
                    other, completed=spent, description=f"autoencoder {loss:.4f}"
                ),
                drawings // 4,
            )
            export_autoencoder(small, trained / "emoji_autoencoder.onnx")
    for path in sorted(trained.glob("emoji_*")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        console.print(f"{path.name}: bytes = {path.stat().st_size}, sha256 = {digest}")
