"""``selfmoji sticker`` as a person runs it: real photos, the real queue, worker and models."""

import io
import re
import signal
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import numpy as np
import openpeople
import pytest
from click.testing import CliRunner
from PIL import Image

from bot.__main__ import main
from bot.core.language.texts import load
from storage.contract.kinds import KINDS, LINEUP, MOODS, PREVIEW, TOGETHER
from tests import patience

PEOPLE = Path(openpeople.__file__).parent / "data" / "curated"
SELFIE = PEOPLE / "P001" / "assets" / "amateur_selfie.jpg"
ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "LANG": "en_GB.UTF-8"}


def selfmoji(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=patience.seconds(),
        check=False,
        cwd=ROOT,
        env=ENVIRONMENT,
    )


def files(result: subprocess.CompletedProcess[str]) -> list[Path]:
    return [Path(line) for line in result.stdout.splitlines()]


@pytest.mark.slow
def test_wishes_become_files(tmp_path: Path) -> None:
    """Every wish gives a picture with a transparent ground, and its name is printed."""
    result = selfmoji(
        "sticker", SELFIE, "--expression", "smile=0.8", "--emoji", "--cutout",
        "--cartoon", "hokusai=0.6", "--cartoon", "monet", "-o", tmp_path / "out",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in files(result)) == [
        "amateur_selfie-cartoon-hokusai-0.6.png",
        "amateur_selfie-cartoon-monet-0.6.png",
        "amateur_selfie-cutout.png",
        "amateur_selfie-emoji-avataaars.png",
        "amateur_selfie-expression-smile-0.8.png",
    ]
    seen = set()
    for path in files(result):
        with Image.open(path) as picture:
            assert (picture.format, picture.mode, max(picture.size)) == ("PNG", "RGBA", 512)
            pixels = np.asarray(picture)
        assert (pixels[..., 3] == 0).mean() > 0.02
        assert (pixels[..., 3] == 255).mean() > 0.2
        seen.add(pixels.tobytes())
    assert len(seen) == 5


@pytest.mark.slow
def test_nothing_is_written_over(tmp_path: Path) -> None:
    """Photos of one name from two folders, of two suffixes, and a second run give files each."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "selfie.jpg").write_bytes(SELFIE.read_bytes())
    with Image.open(PEOPLE / "P002/assets/amateur_selfie.jpg") as other:
        other.save(tmp_path / "b" / "selfie.png")
    photos = [tmp_path / name for name in ("a/selfie.jpg", "b/selfie.jpg", "b/selfie.png")]
    written = []
    for _ in range(2):
        result = selfmoji("sticker", *photos, "--cutout", "-o", tmp_path / "out")
        assert result.returncode == 0, result.stderr
        written += files(result)
    assert len(set(written)) == 6
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "selfie-cutout.png",
        *(f"selfie-cutout-{number}.png" for number in range(2, 7)),
    }


@pytest.mark.slow
def test_a_pack_becomes_one_file_and_none_is_overwritten(tmp_path: Path) -> None:
    """All moods, in their order, as a zip; once more to the same place is refused."""
    out = tmp_path / "out.zip"
    result = selfmoji("pack", SELFIE, "--moods", "-o", out)
    assert result.returncode == 0, result.stderr
    assert files(result) == [out]
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        pictures = [Image.open(io.BytesIO(archive.read(name))) for name in names]
    moods = [f"{number:02}-{name}.webp" for number, name in enumerate(MOODS, 2)]
    assert names == ["01-avataaars.webp", *moods]
    assert all((one.format, max(one.size)) == ("WEBP", 512) for one in pictures)
    before = out.read_bytes()
    again = selfmoji("pack", SELFIE, "-o", out)
    assert again.returncode != 0
    assert "nothing is overwritten" in again.stderr
    assert out.read_bytes() == before


@pytest.mark.slow
def test_films_come_in_each_format(tmp_path: Path) -> None:
    """A chain of expressions and words that are said, as WEBP unless another is asked for."""
    wishes = ("--animate", "smile wink=0.5", "--say", "Hello there!")
    made = {}
    for format_ in ("png", "telegram", "mp4"):
        result = selfmoji("sticker", SELFIE, *wishes, "--format", format_, "-o", tmp_path)
        assert result.returncode == 0, result.stderr
        made[format_] = sorted(files(result))
    assert [path.name for path in made["png"]] == [
        "amateur_selfie-animate-smile-0.8-wink-0.5.webp",
        "amateur_selfie-say-Hello-there.webp",
    ]
    assert {path.suffix for path in made["telegram"]} == {".webm"}
    assert {path.suffix for path in made["mp4"]} == {".mp4"}
    for path in made["png"]:
        with Image.open(path) as picture:
            assert picture.n_frames > 20
    assert all(path.stat().st_size <= 256 * 1024 for path in made["telegram"])


@pytest.mark.slow
def test_looks_are_worn_together_and_a_picture_lends_its_style(tmp_path: Path) -> None:
    """Several edits make one sticker; a second picture paints; a sheet is a picture too."""
    picture = tmp_path / "rows.png"
    rows = np.zeros((256, 256, 3), np.uint8)
    rows[::8, :, 0] = rows[1::8, :, 2] = rows[4::8, :, 1] = 255
    Image.fromarray(rows).save(picture)
    result = selfmoji(
        "sticker", SELFIE, "--edit", "hair:afro", "--edit", "beard:full=0.8",
        "--try-on", "hat", "--paint", picture, "-o", tmp_path / "out",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in files(result)) == [
        "amateur_selfie-cartoon-picture-0.6.png",
        "amateur_selfie-edit-hair-afro-beard-full-0.8.png",
        "amateur_selfie-try-on-hat-1.png",
    ]


@pytest.mark.slow
def test_an_avatar_is_dressed(tmp_path: Path) -> None:
    """Changes are worn together on the avatar made; one that cannot be worn is explained."""
    result = selfmoji("sticker", SELFIE, "--emoji", "-o", tmp_path / "plain")
    dressed = selfmoji(
        "sticker", SELFIE, "--wear", "hair fro", "--wear", "colour green", "--wear", "hodie",
        "-o", tmp_path / "dressed",
    )  # fmt: skip
    assert dressed.returncode == 0, dressed.stderr
    with Image.open(files(result)[0]) as plain, Image.open(files(dressed)[0]) as worn:
        assert plain.tobytes() != worn.tobytes()
        red, green, blue, _ = np.asarray(worn.convert("RGBA"), np.int32)[90, 256]
    assert green > max(red, blue) + 20
    refused = selfmoji("sticker", SELFIE, "--wear", "hair mohican", "-o", tmp_path / "refused")
    assert refused.returncode == 1
    assert "cannot wear “hair mohican”" in refused.stderr


@pytest.mark.slow
def test_a_selfie_alone_gives_the_usual_three_for_telegram(tmp_path: Path) -> None:
    """Without a wish, as in a chat; the format is the platform's."""
    result = selfmoji("sticker", SELFIE, "-o", tmp_path, "--format", "telegram")
    assert result.returncode == 0, result.stderr
    assert len(files(result)) == 3
    for path in files(result):
        with Image.open(path) as picture:
            assert (picture.format, max(picture.size)) == ("WEBP", 512)
        assert path.stat().st_size <= 512 * 1024


@pytest.mark.slow
def test_bad_photos_are_explained_and_exit_1(tmp_path: Path) -> None:
    """Each with its sentence; a good one among them is still made."""
    noise, sky = tmp_path / "noise.jpg", tmp_path / "sky.png"
    noise.write_bytes(bytes(range(256)) * 8)
    y = np.mgrid[:480, :640][0]
    Image.fromarray(np.dstack([y / 4, y / 3, 200 + y * 0]).astype(np.uint8)).save(sky)
    result = selfmoji("sticker", noise, sky, SELFIE, "--cutout", "-o", tmp_path / "out")
    assert result.returncode == 1
    assert [path.name for path in files(result)] == ["amateur_selfie-cutout.png"]
    sentences = [load().get("en", f"failure.{code}") for code in ("not_an_image", "no_face")]
    said = [line for line in result.stderr.splitlines() if line.startswith(str(tmp_path))]
    assert said == [
        f"{path}: {sentence}" for path, sentence in zip((noise, sky), sentences, strict=True)
    ]
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_one_of_several_faces_is_chosen(tmp_path: Path) -> None:
    """Without --face the person is asked, with it the stickers differ."""
    two = tmp_path / "two.png"
    with Image.open(SELFIE) as one, Image.open(PEOPLE / "P002/assets/amateur_selfie.jpg") as other:
        pair = Image.new("RGB", (1600, 800))
        pair.paste(one.convert("RGB").resize((800, 800)), (0, 0))
        pair.paste(other.convert("RGB").resize((800, 800)), (800, 0))
    pair.save(two)
    asked = selfmoji("sticker", two, "--cutout", "-o", tmp_path)
    assert asked.returncode == 1
    assert load().get("en", "say.face_question", count=2) in asked.stderr
    pictures = []
    for face in ("1", "2"):
        result = selfmoji("sticker", two, "--cutout", "--face", face, "-o", tmp_path / face)
        assert result.returncode == 0, result.stderr
        pictures.append(files(result)[0].read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.slow
def test_a_mistyped_wish_is_answered_with_the_right_form(tmp_path: Path) -> None:
    """Nothing is made, and the sentence shows what would work."""
    result = selfmoji("sticker", SELFIE, "--cartoon", "pikasso", "-o", tmp_path)
    assert result.returncode == 1
    assert "/cartoon ink" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_everything_runs_and_stops_when_told(tmp_path: Path, number: signal.Signals) -> None:
    """``selfmoji run`` prints where it is, serves, and ends cleanly on a signal."""
    environment = {**ENVIRONMENT, "SELFMOJI_DATA_DIR": str(tmp_path), "SELFMOJI_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            address = re.search(r"http://localhost:\d+/", said)
            assert address, said
            wait = patience.seconds()
            with urllib.request.urlopen(address[0], timeout=wait) as answer:  # noqa: S310
                assert answer.status == 200
            process.send_signal(number)
            _, errors = process.communicate(timeout=patience.seconds())
        finally:
            process.kill()
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600


def test_every_command_explains_itself() -> None:
    """Each has help, and every kind that a photo is enough for is an option of ``sticker``."""
    for name, command in main.commands.items():
        assert command.help, name
    shown = CliRunner().invoke(main, ["sticker", "--help"]).output
    assert all(
        f"--{kind}" in shown for kind in KINDS.keys() - {PREVIEW.name, LINEUP.name, TOGETHER.name}
    )


def test_help_names_a_style_of_the_operators_only_where_there_is_one(tmp_path: Path) -> None:
    """Who has none would only ask for it in vain."""

    def helped(model: Path) -> str:
        environment = {"SELFMOJI_STYLE_MODEL": str(model), "SELFMOJI_STYLE_LICENCE": "ours"}
        asked = CliRunner().invoke(main, ["sticker", "--help"], env=environment)
        assert "hokusai" in asked.output
        return asked.output

    model = tmp_path / "style.onnx"
    model.write_bytes(b"a model")
    assert "guest" in helped(model)
    assert "guest" not in CliRunner().invoke(main, ["sticker", "--help"]).output


@pytest.mark.parametrize("part", ["worker", "web", "telegram", "discord"])
def test_parts_alone_need_a_database_they_can_share(part: str, tmp_path: Path) -> None:
    """With SQLite they say what to do."""
    environment = {
        "SELFMOJI_DATA_DIR": str(tmp_path),
        "SELFMOJI_DATABASE_URL": "",
        "SELFMOJI_TELEGRAM_TOKEN": "",
        "SELFMOJI_DISCORD_TOKEN": "",
    }
    result = CliRunner().invoke(main, [part], env=environment)
    assert result.exit_code == 1
    assert "needs PostgreSQL" in result.output
    assert "selfmoji run" in result.output


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SELFMOJI_DEVICE", "cuda", "SELFMOJI_DEVICE=cuda"),
        ("SELFMOJI_CACHE_DIR", "/nowhere", "selfmoji weights pull"),
    ],
)
def test_work_that_cannot_be_done_is_explained(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    """Without the device that was asked for, or without model files, the program ends and says so.

    The onnxruntime of the tests is the one that knows no CUDA.
    """
    environment = {
        "SELFMOJI_DATA_DIR": str(tmp_path),
        "SELFMOJI_DATABASE_URL": "",
        "SELFMOJI_PORT": "0",
        "SELFMOJI_TELEGRAM_TOKEN": "",
        "SELFMOJI_DISCORD_TOKEN": "",
        variable: value,
    }
    result = CliRunner().invoke(main, ["run"], env=environment)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_wrong_settings_are_explained(tmp_path: Path) -> None:
    """The variable is named, its value is not shown."""
    for variable, value in (("SELFMOJI_PORT", "99999"), ("SELFMOJI_MASTER_KEY", "c2VjcmV0")):
        environment = {"SELFMOJI_DATA_DIR": str(tmp_path), variable: value}
        result = CliRunner().invoke(main, ["run"], env=environment)
        assert result.exit_code == 1
        assert variable in result.output
        assert value not in result.output
