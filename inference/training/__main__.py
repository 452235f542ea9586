"""The command ``selfmoji train``: what is shipped, made anew from the training data."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from inference.models.weights import PACKAGE


@click.group()
def train() -> None:
    """Make what is shipped anew, from a folder of training data."""


_data = click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with faces/ and ict/.",
)


_work = click.option(
    "--work",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for masks and checkpoints; training goes on from there.",
)


def _made(context: click.Context, parameter: click.Parameter, folder: Path) -> Path:
    """Make a folder at once: hours later it is too late to find out that it cannot be."""
    del context, parameter
    folder.mkdir(parents=True, exist_ok=True)
    return folder


_out = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    callback=_made,
    default=PACKAGE / "trained",
    help="Folder for what was learned; by default where it is served from.",
)


_preset = click.option("--preset", default="cpu", show_default=True, help="cpu or gpu.")


_resume = click.option(
    "--resume/--anew", default=True, help="Whether to go on from the last checkpoint."
)


@contextmanager
def _torch_wanted() -> Iterator[None]:
    """Say which extra is missing where an import fails."""
    try:
        yield
    except ModuleNotFoundError:
        raise click.ClickException("training needs torch: pip install 'selfmoji[train]'") from None


def _check(preset: str, known: Collection[str]) -> None:
    if preset not in known:
        raise click.BadParameter(f"not one of {', '.join(known)}", param_hint="--preset")


@train.command("emoji")
@_data
@_work
@click.option("--minutes", default=40.0, show_default=True, help="For the encoder.")
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=click.Choice(["classifiers", "crossdomain", "autoencoder"]),
    help="Only this; may be repeated.",
)
@_out
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A trained encoder (ONNX) to go on from, if none is under way.",
)
def train_emoji(
    data: Path, work: Path, minutes: float, stages: tuple[str, ...], out: Path, start: Path | None
) -> None:
    """Classifiers, cross-domain encoder and autoencoder (needs the extra train)."""
    with _torch_wanted():
        from inference.emoji.training.train import STAGES, learn
    from inference import wiring

    learn(data, work, out, wiring.networks(), minutes, stages or STAGES, start=start)


@train.command("latent")
@_data
@_work
@click.option("--minutes", default=120.0, show_default=True, help="Of the generator, this run.")
@_preset
@_resume
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=click.Choice(["model", "generator", "progressive"]),
    help="Only this; may be repeated.",
)
@_out
def train_latent(
    data: Path,
    work: Path,
    minutes: float,
    preset: str,
    stages: tuple[str, ...],
    out: Path,
    *,
    resume: bool,
) -> None:
    """The linear model of faces, its axes, and the network that makes it sharp (extra train).

    The stage progressive is TL-GAN's own generator; it runs only when it is named.
    """
    with _torch_wanted():
        from inference.latent.training import progressive
        from inference.latent.training.loop import PRESETS
        from inference.latent.training.train import export_generator, learn, make_model

    _check(preset, PRESETS)
    if "model" in stages or not stages:
        make_model(data, work, out)
    if "generator" in stages or not stages:
        export_generator(learn(data, work, minutes, preset, resume=resume), out)
    if "progressive" in stages:
        progressive.export_network(
            progressive.learn(data, work, minutes, preset, resume=resume), out
        )
        progressive.make_transparent(data, work, out)


@train.command("cartoon")
@_data
@_work
@click.option("--minutes", default=60.0, show_default=True, help="Of the network, this run.")
@_preset
@_resume
@click.option("--most", type=int, help="Draw so many pairs at most.")
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=click.Choice(["pairs", "generator", "original", "cyclegan", "paired", "adversarial"]),
    help="Only this; may be repeated. Without it pairs and generator; the others are networks that "
    "are compared, small and from nothing.",
)
@click.option(
    "--pictures", default=4800, show_default=True, help="Photos that a compared network sees."
)
@click.option(
    "--faces",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Photos that a compared network then draws into WORK/STAGE/drawn.",
)
@_out
def train_cartoon(
    data: Path,
    work: Path,
    minutes: float,
    preset: str,
    most: int | None,
    stages: tuple[str, ...],
    pictures: int,
    faces: Path | None,
    out: Path,
    *,
    resume: bool,
) -> None:
    """Pairs of photos and drawings, and TwinGAN's generator between them (extra train)."""
    with _torch_wanted():
        from inference.cartoon.training.comparing import CONTENDERS, compare
        from inference.cartoon.training.exporting import export_generator
        from inference.cartoon.training.loop import PRESETS, learn
        from inference.cartoon.training.pairs import draw_all

    _check(preset, PRESETS)
    if "pairs" in stages or not stages:
        draw_all(data, work / "pairs", most=most)
    if "generator" in stages or not stages:
        trained = learn(work / "pairs", work, minutes, preset, resume=resume)
        export_generator(trained.average, out / "twin.onnx")
    for name in CONTENDERS:
        if name in stages:
            compare(name, work / "pairs", work / name, pictures, faces)


@train.command("slider")
@_work
@click.argument("name")
@click.option(
    "--csv",
    "table",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Has the columns id and COLUMN.",
)
@click.option("--column", required=True, help="What to learn from.")
@click.option(
    "--values",
    multiple=True,
    metavar="WORD=NUMBER",
    help="What a word of the column is worth; may be repeated. Not needed for numbers.",
)
@click.option("--strength", default=1.0, show_default=True, help="Units moved at 1.")
@_out
def train_slider(
    work: Path,
    name: str,
    table: Path,
    column: str,
    values: tuple[str, ...],
    strength: float,
    out: Path,
) -> None:
    """Add the slider NAME from a column of a CSV, in seconds, after `train latent`."""
    try:
        worth = {word: float(number) for word, number in (one.split("=", 1) for one in values)}
    except ValueError:
        raise click.BadParameter("give WORD=NUMBER", param_hint="--values") from None
    from inference.latent.training.train import add_slider

    try:
        add_slider(work, out / "latent_faces.npz", name, table, column, worth, strength)
    except (ValueError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from None


@train.command("expression")
@_data
def train_expression(data: Path) -> None:
    """The tables of the geometric engine: displacements, folds and light (extra train)."""
    with _torch_wanted():
        from inference.expression.training.creases import main as creases
    from inference.expression.training.tables import main as tables

    for table in (tables, creases):
        table.main(["--data", str(data)], standalone_mode=False)


@train.command("ganimation")
@_data
@_work
@click.option("--minutes", default=60.0, show_default=True, help="Of this run.")
@_preset
@_resume
@_out
@click.option("--original", is_flag=True, help="The configuration of its inventors instead.")
@click.option(
    "--begin",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An exported original to begin from where WORK has no checkpoint.",
)
def train_ganimation(
    data: Path,
    work: Path,
    minutes: float,
    preset: str,
    out: Path,
    begin: Path | None,
    *,
    resume: bool,
    original: bool,
) -> None:
    """The network of expressions, from pairs and from real faces (needs the extra train)."""
    from inference import wiring

    with _torch_wanted():
        from inference.expression.training import gan
        from inference.expression.training import original as inventors
        from inference.expression.training.loop import PRESETS

    _check(preset, inventors.PRESETS if original else PRESETS)
    if original:
        made = inventors.learn(data, work, minutes, preset, resume=resume, begin=begin)
        inventors.export_network(made, out)
    else:
        trained = gan.learn(data, work, minutes, wiring.networks(), preset, resume=resume)
        gan.export_network(trained, out)


@train.command("layers")
@_data
def train_layers(data: Path) -> None:
    """Cut hair, hats, scalps and mouths out of synthetic faces; draw beards."""
    from inference.layers.building import (
        draw_beards,
        extract_hair,
        extract_hats,
        extract_mouths,
        extract_scalps,
    )

    for module in (extract_hair, extract_hats, extract_scalps, extract_mouths):
        module.main.main(["--data", str(data)], standalone_mode=False)
    draw_beards.main()


@train.command("catalogue")
def train_catalogue() -> None:
    """Draw the picture of every layer that their card shows, on the sample people."""
    from inference.layers.building.catalogue import main as catalogue

    catalogue.main([], standalone_mode=False)
