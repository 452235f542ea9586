"""The command line, and the wiring of chats, storage and worker.

Each command imports what it needs when it runs, so that help comes at once, chats start without
models and the worker without chats.
"""

import asyncio
import base64
import logging
import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import SecretStr, ValidationError

from bot import library
from bot.app import (
    App,
    Component,
    discord_chat,
    opened,
    serve_all,
    telegram_chat,
    until,
    web_chat,
)
from bot.errors import BotError, CannotWork
from bot.extras import advice
from bot.redaction import set_up
from bot.settings import BotSettings
from inference.__main__ import commands as inference_commands
from inference.errors import DeviceUnavailable, InferenceError, PhotoError, WeightsError
from inference.settings import InferenceSettings
from storage.contract.failures import Failure
from storage.contract.kinds import EMOJI, KINDS, LINEUP, MOODS, PREVIEW, TOGETHER, Kind

if TYPE_CHECKING:
    from bot.core.service import Service
    from bot.frontends.terminal import Order, TerminalChat
    from inference.serving.pipeline import Pipeline
    from storage.contract.health import Check

log = logging.getLogger("selfmoji")

STATUS_EVERY = 1.0  # seconds between two looks

ALONE = (
    "{command} needs PostgreSQL, which processes can share: set SELFMOJI_DATABASE_URL. "
    "`selfmoji run` does everything in one process without it."
)


class _Worded(click.Group):
    """Ends a command that lacks something, or whose photo is no good, with a sentence."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PhotoError as error:
            raise click.ClickException(_sentence(error)) from None
        except InferenceError as error:
            raise click.ClickException(str(error)) from None
        except ModuleNotFoundError as error:
            if words := advice(error):
                raise click.ClickException(words) from None
            raise


def _sentence(error: PhotoError) -> str:
    from bot.core.language.texts import load

    texts = load()
    locale = texts.negotiate(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    if error.failure is Failure.TOO_MANY_FACES:
        return texts.get(locale, "say.face_question", count=error.detail["faces"])
    return texts.get(locale, f"failure.{error.failure.value}")


@click.group(cls=_Worded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="selfmoji")
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
@click.pass_context
def main(context: click.Context, *, verbose: bool) -> None:
    """Selfies in, stickers out: on Telegram, on Discord and on a page of your own."""
    context.obj = logging.DEBUG if verbose else logging.INFO


for _command in inference_commands:
    main.add_command(_command)


# --- services -----------------------------------------------------------------------------------


@main.command()
@click.pass_obj
def run(level: int) -> None:
    """Serve the web chat, and Telegram and Discord if their tokens are set, and do the work."""
    settings = _settings(level)
    components: list[Component] = [web_chat, _worker]
    if settings.telegram_token.get_secret_value():
        components.append(telegram_chat)
    if settings.discord_token.get_secret_value():
        components.append(discord_chat)
    _serve(settings, *components)


@main.command()
@click.pass_obj
def worker(level: int) -> None:
    """Do the work that chats in other processes ask for (PostgreSQL)."""
    _serve(_shared(_settings(level), "selfmoji worker"), _worker)


@main.command()
@click.pass_obj
def web(level: int) -> None:
    """Serve the web chat alone (PostgreSQL)."""
    _serve(_shared(_settings(level), "selfmoji web"), web_chat)


@main.command()
@click.pass_obj
def telegram(level: int) -> None:
    """Serve Telegram alone (PostgreSQL)."""
    settings = _shared(_settings(level), "selfmoji telegram")
    if not settings.telegram_token.get_secret_value():
        raise click.ClickException("set SELFMOJI_TELEGRAM_TOKEN to the token from @BotFather")
    _serve(settings, telegram_chat)


@main.command()
@click.pass_obj
def discord(level: int) -> None:
    """Serve Discord alone (PostgreSQL)."""
    settings = _shared(_settings(level), "selfmoji discord")
    if not settings.discord_token.get_secret_value():
        raise click.ClickException("set SELFMOJI_DISCORD_TOKEN to the token from Discord's portal")
    _serve(settings, discord_chat)


@main.command()
@click.option("--here", is_flag=True, help="Count the workers of this machine alone.")
@click.pass_obj
def health(level: int, *, here: bool) -> None:
    """Say what works: database, schema, queue and workers; exit 1 if something does not."""
    settings = _settings(max(level, logging.WARNING))
    try:
        found = asyncio.run(_look(settings, socket.gethostname() if here else None))
    except (OSError, ValueError) as problem:
        raise click.ClickException(str(problem)) from None
    for check in found:
        click.echo(f"{'ok' if check.ok else 'failing':8} {check.name} {check.words}")
    if not all(check.ok for check in found):
        raise SystemExit(1)


@main.command()
@click.option("--once", is_flag=True, help="Print it and end.")
@click.pass_obj
def status(level: int, *, once: bool) -> None:
    """Show how the work stands: queue, deliveries, workers, times, last failures."""
    settings = _settings(max(level, logging.WARNING))
    try:
        asyncio.run(_show_status(settings, once=once))
    except KeyboardInterrupt:
        pass
    except (OSError, ValueError) as problem:
        raise click.ClickException(str(problem)) from None


async def _show_status(settings: BotSettings, *, once: bool) -> None:
    from rich.console import Console
    from rich.live import Live

    from bot.status import shown
    from storage.database import Database
    from storage.models import now
    from storage.overview import overview

    database = Database.attach(settings.url)
    try:
        console = Console()
        with Live(console=console, auto_refresh=False, screen=not once) as live:
            while True:
                found = await database.retry(overview, reading=True)
                live.update(shown(found, now()), refresh=True)
                if once:
                    return
                await asyncio.sleep(STATUS_EVERY)
    finally:
        await database.close()


async def _look(settings: BotSettings, machine: str | None) -> "tuple[Check, ...]":
    """Look at the database as it is, beside the processes that use it."""
    from storage.database import Database
    from storage.health import checks

    database = Database.attach(settings.url)
    try:
        return await checks(database, machine)
    finally:
        await database.close()


async def _worker(app: App, shutdown: asyncio.Event) -> None:
    """Work for chats, and see to it that the library of parts is current."""
    ready = asyncio.Event()
    building = asyncio.create_task(library.build(app.database.url, ready))
    try:
        await _work(app, shutdown, ready)
    finally:
        building.cancel()
        with suppress(asyncio.CancelledError):
            await building


async def _work(app: App, shutdown: asyncio.Event, ready: asyncio.Event) -> None:
    from inference.serving.live import Studio
    from inference.serving.worker import Worker

    settings = InferenceSettings()
    try:
        pipeline = await asyncio.to_thread(_prepare, settings)  # chats are served already
    except (DeviceUnavailable, WeightsError) as problem:
        raise CannotWork(str(problem)) from None
    log.info("ready to work")
    ready.set()
    app.live.stage = Studio(pipeline, app.database, app.vault)
    try:
        await Worker(app.database, app.vault, app.queue, pipeline, settings).run(shutdown)
    finally:
        app.live.stage = None
        pipeline.close()


def _prepare(settings: InferenceSettings) -> "Pipeline":
    """Load the models.

    Raises:
        DeviceUnavailable: they cannot run where the settings say.
        WeightsError: a model file is missing or damaged.
    """
    from inference.serving.pipeline import Pipeline

    pipeline = Pipeline(settings)
    pipeline.warm_up()
    return pipeline


# --- stickers from the terminal -----------------------------------------------------------------


class _Settings(click.Option):
    """The settings of a kind, as its help names them."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Name what this installation has: a style of the operator's only where there is one."""
        kind = KINDS[str(self.name).replace("_", "-")]
        missing = () if InferenceSettings().style_model else kind.brought
        names = [
            name for name in kind.settings if not name.startswith("AU") and name not in missing
        ]
        self.help = f"One of {', '.join(names)}."
        return super().get_help_record(ctx)


def _kind_option(kind: Kind) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option that asks for a kind of result, with settings where it takes some."""
    name = f"--{kind.name}"
    about = f"Make this: {kind.name}."
    if not kind.settings:
        return click.option(name, is_flag=True, help=about)
    if kind.spoken:
        return click.option(name, multiple=True, metavar="WORDS", help="Make it say this.")
    default = next(iter(kind.default or kind.example), None)
    shown = default.name if default else kind.settings[0]
    metavar = f"[{shown}={default.amount:g}]" if default and kind.amount_of(shown) else f"[{shown}]"
    return click.option(
        name, cls=_Settings, multiple=True, is_flag=False, flag_value="", metavar=metavar
    )


def _kind_options(command: Callable[..., None]) -> Callable[..., None]:
    for kind in reversed(KINDS.values()):
        if kind not in (PREVIEW, LINEUP, TOGETHER):  # they show what was kept
            command = _kind_option(kind)(command)
    return command


@main.command()
@click.argument(
    "photos", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@_kind_options
@click.option(
    "--paint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Paint them like this picture.",
)
@click.option(
    "--wear", multiple=True, metavar="PART", help="Change the avatar: 'hair bob', 'red hair'."
)
@click.option("--caption", default="", metavar="TEXT", help="Write this on every sticker.")
@click.option("-o", "--out", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "format_",
    default="png",
    show_default=True,
    type=click.Choice(["png", "webp", "telegram", "discord", "gif", "mp4"]),
    help="Plain pictures, exactly what a platform takes as a sticker, or films for elsewhere.",
)
@click.option("--svg", is_flag=True, help="Write drawn ones as SVG, too.")
@click.option("--face", type=click.IntRange(min=1), help="Which face, the largest is 1.")
@click.pass_obj
def sticker(
    level: int,
    /,
    photos: tuple[Path, ...],
    paint: Path | None,
    wear: tuple[str, ...],
    caption: str,
    out: Path,
    format_: str,
    svg: bool,
    face: int | None,
    **kinds: bool | tuple[str, ...],
) -> None:
    """Make stickers of PHOTOS, through the same queue and worker as the chats.

    Without a wish you get what a selfie alone gives in a chat. Several wishes may be combined:

    selfmoji sticker selfie.jpg --expression smile=0.8 --emoji --cartoon hokusai=0.6 -o out

    selfmoji sticker selfie.jpg --animate 'smile wink' --say 'hello there' --format mp4 -o out

    selfmoji sticker selfie.jpg --edit hair:afro --edit beard:full=0.8 --paint wave.jpg -o out

    selfmoji sticker selfie.jpg --cartoon 'anime hair blue' --svg -o out

    selfmoji sticker selfie.jpg --emoji big-ears --wear 'hair 7' --wear 'red hair' -o out
    """
    from bot.frontends.terminal import FORMATS, Order

    lines = []
    for name, wishes in kinds.items():
        if wishes is True:
            lines.append(f"/{name}")
        elif wishes and KINDS[name.replace("_", "-")].worn:  # worn together
            lines.append(" ".join([f"/{name}", *wishes]))
        elif wishes:
            lines += [f"/{name} {wish}".strip() for wish in wishes]
    if wear and not any(line.startswith("/emoji") for line in lines):
        lines.append("/emoji")
    if caption:
        lines = [f"{line}\n{caption}" for line in lines] or [f"/caption {caption}"]
    orders = [
        Order(photo, tuple(lines), paint, face, out, FORMATS[format_], wear, svg)
        for photo in photos
    ]
    set_up(max(level, logging.WARNING) if level > logging.DEBUG else level, [])
    try:
        complete = asyncio.run(_make(orders))
    except (OSError, InferenceError) as problem:
        raise click.ClickException(str(problem)) from None
    if not complete:
        raise SystemExit(1)


@main.command()
@click.argument("photo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--moods", is_flag=True, help="All moods of the avatar, rather than the usual.")
@click.option("--moving", is_flag=True, help="Let the moods move.")
@click.option("--title", default="Selfmoji", show_default=True, help="What the pack is called.")
@click.option(
    "--for",
    "platform",
    default="webp",
    show_default=True,
    type=click.Choice(["webp", "png", "whatsapp", "signal"]),
    help="A zip of pictures, .wastickers, or a zip with a folder for Signal's pack creator.",
)
@click.option("--face", type=click.IntRange(min=1), help="Which face, the largest is 1.")
@click.option(
    "-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; further ones of a pack are numbered. None is ever overwritten.",
)  # fmt: skip
@click.pass_obj
def pack(
    level: int,
    /,
    photo: Path,
    moods: bool,
    moving: bool,
    title: str,
    platform: str,
    face: int | None,
    out: Path,
) -> None:
    """Make a sticker pack of PHOTO as one file, or as several where a platform wants that.

    selfmoji pack selfie.jpg --moods -o out.zip

    selfmoji pack selfie.jpg --moods --moving --for whatsapp -o me.wastickers
    """
    from bot import packing
    from bot.frontends.terminal import Order
    from bot.signing import SigningError, mark_of
    from inference.avatars.moods import load

    if out.exists():
        raise click.ClickException(f"{out} is there already; nothing is overwritten")
    settings = BotSettings()
    try:
        mark = mark_of(settings.c2pa_key, settings.c2pa_certificates)
    except SigningError as problem:
        raise click.ClickException(str(problem)) from None
    move = " moving" if moving else ""
    lines = ("/emoji", *(f"/mood {name}{move}" for name in MOODS)) if moods or moving else ()
    set_up(max(level, logging.WARNING) if level > logging.DEBUG else level, [])
    with tempfile.TemporaryDirectory(prefix="selfmoji-") as folder:
        order = Order(photo, lines, None, face, Path(folder), bytes)
        made: list[Path] = []
        try:
            complete = asyncio.run(_make([order], made.append))
        except (OSError, InferenceError) as problem:
            raise click.ClickException(str(problem)) from None
        stickers = []
        for path in made:
            kind, _, rest = path.stem.removeprefix(f"{photo.stem}-").partition("-")
            mood = load().get(rest.removesuffix("-moving"))
            shown = mood.emoji if mood and kind == "mood" else "🙂"
            stickers.append(packing.PackSticker(rest or kind, path.read_bytes(), shown, kind))
    order_of = {name: at for at, name in enumerate(MOODS)}  # they end as workers please
    stickers.sort(key=lambda one: order_of.get(one.name.removesuffix("-moving"), -1))
    match platform:
        case "whatsapp":
            packed = packing.for_whatsapp(title, "Selfmoji", stickers)
        case "signal":
            packed = packing.for_signal(title, "Selfmoji", stickers)
        case _:
            packed = packing.zipped(title, stickers, platform, mark)
    for number, file in enumerate(packed.files, 1):
        target = out if number == 1 else out.with_stem(f"{out.stem}-{number}")
        try:
            with target.open("xb") as stream:
                stream.write(file.data)
        except OSError as problem:
            raise click.ClickException(f"{target}: {problem.strerror}") from None
        click.echo(target)
    for name in packed.left_out:
        click.echo(f"{name}: left out, a pack has at least three of a sort", err=True)
    if not complete or packed.left_out or not packed.files:
        raise SystemExit(1)


async def _make(orders: list["Order"], tell: Callable[[Path], None] = click.echo) -> bool:
    """Make all orders; return whether each gave nothing but stickers. tell: of each file."""
    from bot.frontends.terminal import TerminalChat

    chat = TerminalChat(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    shutdown = asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="selfmoji-") as folder:
        settings = BotSettings(
            data_dir=Path(folder),
            database_url=f"sqlite+aiosqlite:///{folder}/terminal.sqlite3",
            master_key=_new_key(),
            jobs_per_person=1000,
            jobs_overall=1000,
        )
        async with opened(settings) as app:
            if any(order.wear for order in orders):
                await _fill_wardrobe(app)
            tasks = [
                asyncio.create_task(until(part, shutdown))
                for part in (
                    _work(app, shutdown, asyncio.Event()),
                    app.service.deliver(chat, shutdown),
                )
            ]
            making = asyncio.create_task(_make_all(chat, app.service, orders, tell))
            stopped = asyncio.create_task(shutdown.wait())
            await asyncio.wait({making, stopped}, return_when=asyncio.FIRST_COMPLETED)
            making.cancel()  # nothing if it is done; else its worker has failed
            shutdown.set()
            await asyncio.gather(making, stopped, *tasks, return_exceptions=True)
    for task in tasks:
        task.result()
    return making.result()


async def _fill_wardrobe(app: App) -> None:
    """Keep the avatars' parts, without the codes that only searches need."""
    from inference.emoji import parts
    from storage.parts import replace

    for style in EMOJI.settings:
        built = await asyncio.to_thread(parts.build, style, [])
        async with app.database.transaction() as session:
            await replace(session, built)


async def _make_all(
    chat: "TerminalChat", service: "Service", orders: list["Order"], tell: Callable[[Path], None]
) -> bool:
    complete = True
    for order in orders:
        answer = await chat.make(service, order)
        for path in answer.files:
            tell(path)
        for sentence in answer.sentences:
            complete = False
            click.echo(f"{order.photo}: {sentence}", err=True)
    return complete


# --- wiring -------------------------------------------------------------------------------------


def _settings(level: int) -> BotSettings:
    """Read the settings and set up the log; complain in words a person can act on."""
    try:
        settings = BotSettings()
    except ValidationError as problem:
        lines = [
            f"SELFMOJI_{'_'.join(map(str, error['loc'])).upper()}: {error['msg']}"
            for error in problem.errors()
        ]
        raise click.ClickException("; ".join(lines)) from None
    tokens = (settings.telegram_token, settings.discord_token, settings.master_key)
    secrets_ = [token.get_secret_value() for token in tokens]
    set_up(level, secrets_, as_json=settings.log_json)
    return settings


def _shared(settings: BotSettings, command: str) -> BotSettings:
    """Return settings whose database several processes can share, or say that it is needed."""
    if not settings.url.startswith("postgresql"):
        raise click.ClickException(ALONE.format(command=command))
    return settings


def _serve(settings: BotSettings, *components: Component) -> None:
    try:
        asyncio.run(serve_all(settings, components))
    except (OSError, ValueError, BotError) as problem:
        raise click.ClickException(str(problem)) from None


def _new_key() -> SecretStr:
    return SecretStr(base64.b64encode(secrets.token_bytes(32)).decode())


if __name__ == "__main__":
    main()
