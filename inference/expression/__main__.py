"""The command ``selfmoji expression``: another expression on a photo, and a look inside."""

from pathlib import Path

import click

from inference.expression import COMPARED
from storage.contract.kinds import EXPRESSION, Setting

COLUMNS = 9
"""Of a sheet; eight rows make 72 expressions."""

_SHEET = 72
_CELL = 150  # px: side of a face in a grid
_AMOUNTS = (0.0, 0.33, 0.66, 1.0)
_PNG = click.Path(dir_okay=False, path_type=Path)
_PHOTO = click.Path(exists=True, dir_okay=False, path_type=Path)


def _settings(_: click.Context, __: click.Parameter, words: tuple[str, ...]) -> list[Setting]:
    """Read ``smile=0.8``; a name alone stands for its usual strength."""
    found = []
    for word in words:
        name, _equals, amount = word.partition("=")
        span = EXPRESSION.amount_of(name)
        if name not in EXPRESSION.settings or span is None or name in EXPRESSION.two_photos:
            raise click.BadParameter(f"no expression is called {name!r}")
        try:
            value = float(amount) if amount else span.default
        except ValueError:
            raise click.BadParameter(f"{amount!r} is no number") from None
        if not span.low <= value <= span.high:
            raise click.BadParameter(f"{name} takes {span.low:g} to {span.high:g}")
        found.append(Setting(name, value))
    return found


@click.command()
@click.argument("photo", type=_PHOTO)
@click.argument("settings", nargs=-1, callback=_settings)
@click.option("--like", type=_PHOTO, help="Take the expression from this photo instead.")
@click.option("--engine", type=click.Choice(COMPARED), default=COMPARED[0], show_default=True)
@click.option("--face", "number", type=click.IntRange(min=1), help="Which face, the largest is 1.")
@click.option("-o", "--out", type=_PNG, help="Write the result, cut out.")
@click.option("--explain", type=_PNG, help="Draw flow, attention A and colours C beside it.")
@click.option("--grid", type=_PNG, help="Draw each action unit at 0, 0.33, 0.66 and 1.")
@click.option("--sheet", type=_PNG, help="Draw 72 expressions.")
def expression(
    photo: Path,
    settings: list[Setting],
    like: Path | None,
    engine: str,
    number: int | None,
    out: Path | None,
    explain: Path | None,
    grid: Path | None,
    sheet: Path | None,
) -> None:
    """Put an expression on the face on PHOTO: smile=0.8 wink, or what another photo shows.

    selfmoji expression selfie.jpg smile=0.8 wink -o out.png --explain inside.png
    """
    from inference import wiring
    from inference.expression import mimic
    from inference.expression.drawing import gridded, sheeted
    from inference.expression.explain import EXPLANATIONS, draw
    from inference.expression.mixes import movement
    from inference.expression.serving import MIMIC, Expression
    from inference.face import analysis
    from inference.models.calls import run
    from inference.pictures import images

    if not any((out, explain, grid, sheet)):
        raise click.UsageError("say what to write: --out, --explain, --grid or --sheet")
    networks = wiring.networks()
    chosen = None if number is None else number - 1
    portrait = run(analysis.portrait(images.decode(photo.read_bytes()), chosen), networks)
    wanted = tuple(settings) or EXPRESSION.default
    lent = None if like is None else images.decode(like.read_bytes())
    if out is not None:
        asked = wanted if lent is None else (Setting(MIMIC),)
        made = run(Expression(engine).make(portrait, asked, lent), networks)
        out.write_bytes(images.encode_png(made.frames))
    if explain is not None:
        movements = movement(wanted)
        if lent is not None:
            face = run(analysis.find(lent), networks).faces[0]
            movements = mimic.like(portrait.report, face, 1.0)
        found = run(EXPLANATIONS[engine](portrait, movements), networks)
        explain.write_bytes(images.encode_png((draw(portrait, found),)))
    if grid is not None:
        drawn = gridded(portrait, _AMOUNTS, _CELL, engine, networks)
        grid.write_bytes(images.encode_png((drawn,)))
    if sheet is not None:
        drawn = sheeted(portrait, _SHEET, COLUMNS, _CELL, engine, networks)
        sheet.write_bytes(images.encode_png((drawn,)))
