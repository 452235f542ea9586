"""The worker's side of the command line: model files, measurements, and a look inside."""

import json
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.pretty import Pretty
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from inference.emoji.__main__ import parts
from inference.errors import WeightsError
from inference.expression import COMPARED
from inference.expression.__main__ import expression as expressed
from inference.models import weights as files
from inference.settings import InferenceSettings
from inference.training.__main__ import train
from storage.contract.kinds import EMOJI

_faces = click.option(
    "--faces",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of photos; the sample people of openpeople if not given.",
)
_groups = click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of id (a photo's name), male, age, skin: adds rows for each of these groups.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def weights() -> None:
    """Model files: what there is, whether it is whole, fetch what is missing."""


def _store() -> files.Store:
    return files.Store(InferenceSettings().cache_dir)


def _state(store: files.Store, weight: files.Weight) -> str:
    try:
        store.verify(weight)
    except WeightsError as error:
        return type(error).__name__.removeprefix("Weights").lower()
    return "ok"


@weights.command("list")
def list_() -> None:
    """Show every model file with its size, licence and origin."""
    table = Table("name", "state", "kB", "licence", "origin", "purpose")
    store = _store()
    for weight in files.table().values():
        size = f"{weight.bytes / 1000:,.0f}"
        table.add_row(
            weight.name, _state(store, weight), size, weight.licence, weight.origin, weight.purpose
        )
    Console().print(table)


@weights.command()
def verify() -> None:
    """Check size and sha256 of every model file; exit 1 if one is missing or damaged.

    Those for evaluation may be missing.
    """
    store = _store()
    broken = False
    for name, weight in files.table().items():
        state = _state(store, weight)
        broken |= state != "ok" and not (weight.evaluation and state == "missing")
        click.echo(f"{state:8} {name}")
    if broken:
        raise click.ClickException("run `selfmoji weights pull`")


@weights.command()
@click.option("--evaluation", is_flag=True, help="Also those that only judge quality.")
def pull(*, evaluation: bool) -> None:
    """Fetch the model files that are missing or damaged."""
    store = _store()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        for weight in files.table().values():
            if (weight.evaluation and not evaluation) or _state(store, weight) == "ok":
                continue
            task = bar.add_task(weight.name, total=weight.bytes)
            try:
                store.pull(weight, partial(bar.advance, task))
            except WeightsError as error:
                raise click.ClickException(str(error)) from None


@click.group(invoke_without_command=True)
@_faces
@click.option("--rounds", default=3, show_default=True, help="Times each photo is worked on.")
@click.option("--seconds", default=30, show_default=True, help="Photos sent, one a second.")
@_json
@click.pass_context
def bench(
    context: click.Context, faces: Path | None, rounds: int, seconds: int, *, as_json: bool
) -> None:
    """Measure each stage, and the whole from a photo over HTTP to its sticker.

    A kind's time runs from the studied face or the kept avatar to the finished picture, die-cut
    where it is a sticker, but not encoded; films of faces are timed to their last byte.
    """
    if context.invoked_subcommand is not None:
        return
    from inference import wiring
    from inference.measuring import photos
    from inference.measuring.benchmarks import stages, whole
    from inference.measuring.statistics import report

    found = photos.load(faces)
    rows = [*whole.measure(found, seconds), *stages.measure(found, rounds, wiring.networks())]
    report("bench", rows, as_json=as_json)


@bench.command()
@_faces
@click.option("--people", default=20, show_default=True, type=click.IntRange(min=1))
@click.option("--rate", default=1.0, show_default=True, help="Photos a second, of all together.")
@click.option("--minutes", default=1.0, show_default=True, help="How long.")
@_json
def load(faces: Path | None, people: int, rate: float, minutes: float, *, as_json: bool) -> None:
    """Let PEOPLE send photos over HTTP at a RATE for MINUTES, whether or not they are kept up with.

    Says how long they waited for their cut-outs, how many were told to wait, and how memory grows.
    """
    from inference.measuring import photos
    from inference.measuring.benchmarks.load import measure
    from inference.measuring.statistics import report

    report("load", measure(photos.load(faces), people, rate, minutes), as_json=as_json)


@bench.command()
@_faces
@click.option("--people", default=12, show_default=True, type=click.IntRange(min=1))
@click.option("--seconds", default=25.0, show_default=True, help="How long.")
@click.option("--wish", default="/cutout", show_default=True, help="What they ask for.")
@_json
def ceiling(faces: Path | None, people: int, seconds: float, wish: str, *, as_json: bool) -> None:
    """Let PEOPLE send photos without a pause, and count the stickers a second.

    Says also what of a processor each took, which changes little on a busy machine.
    """
    from inference.measuring import photos
    from inference.measuring.benchmarks.ceiling import measure
    from inference.measuring.statistics import report

    report("ceiling", measure(photos.load(faces), people, seconds, wish), as_json=as_json)


@bench.command()
@_faces
@_json
def live(faces: Path | None, *, as_json: bool) -> None:
    """Measure the frames a second with which a camera drives a photo, on this machine alone."""
    from inference import wiring
    from inference.measuring import photos
    from inference.measuring.benchmarks.live import measure
    from inference.measuring.statistics import report

    report("live", measure(photos.load(faces), wiring.networks()), as_json=as_json)


@bench.command()
@_faces
@click.option("--seconds", default=30, show_default=True, help="Of each attack.")
@_json
def attack(faces: Path | None, seconds: int, *, as_json: bool) -> None:
    """Let a person send photos while others attack the web chat, in each of three ways and in all.

    Says how long the person waited: beside 200 bodies sent byte by byte, 500 heads of requests that
    never end, and one who sends photos as fast as they are taken.
    """
    from inference.measuring import photos
    from inference.measuring.benchmarks.attack import measure
    from inference.measuring.statistics import report

    report("attack", measure(photos.load(faces), seconds), as_json=as_json)


@bench.command()
@_faces
@click.option("--front-ms", type=float, help="Milliseconds of an event loop that a photo takes.")
@click.option("--database-ms", type=float, help="Of the database.")
@click.option("--work-ms", type=float, help="Of a worker's core.")
@click.option("--front", default=1, show_default=True, help="Photos that front ends serve at once.")
@click.option("--database", default=1, show_default=True, help="Of the database: cores; SQLite 1.")
@click.option("--looking", default=60.0, show_default=True, help="Seconds between two photos.")
@click.option("--seed", default=1, show_default=True, help="Of who does what when.")
@_json
def simulate(
    faces: Path | None,
    front_ms: float | None,
    database_ms: float | None,
    work_ms: float | None,
    front: int,
    database: int,
    looking: float,
    seed: int,
    *,
    as_json: bool,
) -> None:
    """Simulate 1 to 64 workers of two cores and 1 to 10,000 people, and name the next bottleneck.

    Rows are called by both: 4 x 1000. How long a photo takes is measured here first, unless all
    three are given.
    """
    from inference import wiring
    from inference.measuring import photos
    from inference.measuring.benchmarks import service_times
    from inference.measuring.benchmarks.simulation import Fleet, Times, survey
    from inference.measuring.statistics import report, timings

    given = [one / 1000 for one in (front_ms, database_ms, work_ms) if one is not None]
    if len(given) == 3:
        times = Times(*([one] for one in given))
    else:
        times = service_times.measure(photos.load(faces), wiring.networks())
    told = {"front end": times.front, "database": times.database, "work": times.work}
    rows = [row for name, seconds in told.items() for row in timings(name, seconds)]
    rows += survey(times, Fleet(front=front, database=database), looking, seed)
    report("simulate", rows, as_json=as_json)


@click.command()
@click.argument("photo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--explain",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw everything that is seen into this PNG.",
)
@click.option("--face", "number", type=click.IntRange(min=1), help="Which face, the largest is 1.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def face(photo: Path, picture: Path | None, number: int | None, *, as_json: bool) -> None:
    """Show what is seen in the face on PHOTO: landmarks, masks, crops, colours, hair, pose."""
    from inference import wiring
    from inference.emoji import crops
    from inference.face import alignment, analysis, explain
    from inference.models.calls import run
    from inference.pictures import images

    image, networks = images.decode(photo.read_bytes()), wiring.networks()
    found = run(analysis.find(image), networks)
    chosen = analysis.choose(found, None if number is None else number - 1)
    portrait = run(analysis.study(image, found, chosen), networks)
    if picture is not None:
        pieces = crops.of_face(alignment.align(portrait), side=192)
        drawn = explain.draw(portrait, dict(zip(crops.KINDS, pieces, strict=True)))
        picture.write_bytes(images.encode_png((drawn,)))
    facts = explain.facts(portrait)
    if as_json:
        photo_facts = {"width": found.width, "height": found.height, "faces": len(found.faces)}
        click.echo(json.dumps({"photo": photo_facts, **facts}))
        return
    table = Table(show_header=False)
    for part in ("pose", "quality", "colours", "hair"):
        table.add_row(part, Pretty(facts[part]))
    Console().print(table)


@click.group()
def evaluate() -> None:
    """How good results are: measured on a folder of photos."""


@evaluate.command()
@_faces
@_groups
@_json
def layers(faces: Path | None, labels: Path | None, *, as_json: bool) -> None:
    """Hair, beards and glasses: on target, still the same person, nothing else changed."""
    from inference import wiring
    from inference.layers.evaluation.protocol import measure
    from inference.measuring.statistics import report

    report("evaluate layers", measure(faces, wiring.networks(), labels), as_json=as_json)


@evaluate.command()
@_faces
@_groups
@_json
def uprightness(faces: Path | None, labels: Path | None, *, as_json: bool) -> None:
    """Photos whose border cuts the face: upright ones turned by mistake, lying ones righted."""
    from inference import wiring
    from inference.face.evaluation.uprightness import measure
    from inference.measuring.statistics import report

    report("evaluate uprightness", measure(faces, wiring.networks(), labels), as_json=as_json)


@evaluate.command()
@_faces
@click.option(
    "--work",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that `train latent` worked in: the judge is fitted on its faces.",
)
@click.option(
    "--map",
    "moves",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write which sliders move which to this file, as the web page reads it.",
)
@click.option(
    "--samples",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write 64 random people of each generator to this folder, as they come.",
)
@click.option(
    "--only", type=click.Choice(["sliders", "generators"]), help="Measure one of the two alone."
)
@_json
def latent(
    faces: Path | None,
    work: Path,
    moves: Path | None,
    samples: Path | None,
    only: str | None,
    *,
    as_json: bool,
) -> None:
    """Sliders on photos, and all generators of faces: on target, off target, how like faces."""
    from inference import wiring
    from inference.edit.correlations import to_json
    from inference.latent.evaluation import protocol
    from inference.measuring.statistics import report

    if moves is not None:
        moves.write_text(to_json(), encoding="utf-8")
    fitted = protocol.fitted(work)
    rows = [*fitted.agreement]
    if only != "generators":
        rows += protocol.evaluate(fitted.judge, fitted.outlines, faces, wiring.networks())
    if only != "sliders":
        try:
            from inference.latent.evaluation import rungs
        except ModuleNotFoundError:
            message = "a distance needs torch: pip install 'selfmoji[train]', or --only sliders"
            raise click.ClickException(message) from None
        from inference.models.runtime import Runtime

        made = rungs.generators(Runtime(wiring.weights()).open)
        rows += rungs.compare(made, fitted.judge, fitted.unseen, samples)
    report("evaluate latent", rows, as_json=as_json)


@evaluate.command()
@_faces
@click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of id (a photo's name) and what annotators saw: adds agreement.",
)
@click.option(
    "--style",
    default="avataaars",
    show_default=True,
    type=click.Choice(EMOJI.settings),
)
@click.option(
    "--resnet50",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="ONNX file of ImageNet weights, to judge that embedder too.",
)
@_json
def emoji(
    faces: Path | None, labels: Path | None, style: str, resnet50: Path | None, *, as_json: bool
) -> None:
    """Avatars: agreement with annotators, recognition among ten, flicker, variety."""
    from inference import wiring
    from inference.emoji.evaluation.protocol import measure
    from inference.measuring import photos
    from inference.measuring.statistics import report

    rows = measure(photos.named(faces), wiring.networks(), labels, style, resnet50)
    report("evaluate emoji", rows, as_json=as_json)


@evaluate.command()
@_faces
@_groups
@click.option(
    "--engine",
    "engines",
    multiple=True,
    default=COMPARED,
    show_default=True,
    type=click.Choice(COMPARED),
)
@_json
def expression(
    faces: Path | None, labels: Path | None, engines: tuple[str, ...], *, as_json: bool
) -> None:
    """Expressions: as strong as asked, nothing else moved, still the same person."""
    from inference import wiring
    from inference.expression.evaluation.protocol import evaluate
    from inference.measuring.statistics import report

    rows = evaluate(faces, wiring.networks(), labels, engines=engines)
    report("evaluate expression", rows, as_json=as_json)


def _folders(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, Path]:
    """Read NAME=FOLDER."""
    del context, parameter
    found = {}
    for one in given:
        name, equals, folder = one.partition("=")
        if not (name and equals and Path(folder).is_dir()):
            raise click.BadParameter(f"not NAME=FOLDER, or no folder: {one}")
        found[name] = Path(folder)
    return found


@evaluate.command()
@_faces
@click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of id (a photo's name), male, hair_colour, skin, age: adds how they are read in "
    "drawings, and each number for groups of people.",
)
@click.option(
    "--engine", "engines", multiple=True, help="Only this look; may be repeated. All without it."
)
@click.option(
    "--work",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where `selfmoji train latent` ran: adds what its judge reads.",
)
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    metavar="NAME=FOLDER",
    callback=_folders,
    help="Score another tool's pictures too, each called as its photo is; may be repeated.",
)
@click.option("--kid", is_flag=True, help="Adds the distance to drawn portraits (extra train).")
@_json
def cartoon(
    faces: Path | None,
    labels: Path | None,
    engines: tuple[str, ...],
    work: Path | None,
    baselines: dict[str, Path],
    *,
    kid: bool,
    as_json: bool,
) -> None:
    """Drawn portraits: who is recognised, where features lie, true colours, no background."""
    from inference import wiring
    from inference.cartoon.evaluation.depicting import ENGINES
    from inference.cartoon.evaluation.protocol import measure
    from inference.measuring.statistics import report

    unknown = sorted({*engines} - {*ENGINES})
    if unknown:
        raise click.UsageError(f"no engine is called {unknown[0]}; there are {', '.join(ENGINES)}")
    if taken := sorted({*baselines} & {*ENGINES, "photo", "drawing"}):
        raise click.UsageError(f"{taken[0]} is what one of ours is called")
    chosen = engines or (() if baselines else tuple(ENGINES))
    rows = measure(faces, wiring.networks(), labels, chosen, work, baselines=baselines, kid=kid)
    report("evaluate cartoon", rows, as_json=as_json)


@click.command()
@click.argument("clip", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--embedder",
    default="default",
    show_default=True,
    type=click.Choice(["default", "crossdomain", "autoencoder", "resnet50"]),
    help="What chooses the parts; default is what people get.",
)
@click.option(
    "--resnet50",
    "weights_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="ONNX file of ImageNet weights for the embedder resnet50.",
)
@click.option(
    "--style",
    default="avataaars",
    show_default=True,
    type=click.Choice(EMOJI.settings),
    help="Cats are shown as people get them, by no other embedder.",
)
@click.option(
    "--fps", type=click.FloatRange(min=1, max=120), help="At most so many frames a second."
)
def visualise(
    clip: Path, out: Path, embedder: str, weights_file: Path | None, style: str, fps: float | None
) -> None:
    """Film how the avatar of the face in CLIP comes about; CLIP may be a folder of frames."""
    from inference import wiring
    from inference.emoji.film import readings
    from inference.emoji.film.film import film
    from inference.pictures import video

    if style == "cat" and embedder != "default":
        raise click.UsageError("a cat's parts are not compared by codes: leave --embedder out")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"{embedder}: drawn parts", total=None)
        networks = wiring.networks()
        matcher = readings.matcher(embedder, style, networks, weights_file)
        with video.read(clip, fps) as source:
            bar.update(task, description=out.name, total=source.count)
            drawn = film(source.frames, matcher, source.frames_per_second, networks)
            counted = bar.track(drawn, total=source.count, task_id=task)
            frames = video.write(out, counted, source.frames_per_second)
        bar.update(task, total=frames, completed=frames)
    click.echo(out)


commands: list[click.Command] = [weights, bench, face, expressed, parts, visualise, evaluate, train]
"""What ``selfmoji`` mounts from this package."""


if __name__ == "__main__":
    click.Group("inference", {command.name or "": command for command in commands})()
