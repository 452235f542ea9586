"""The photos that are measured on."""

from importlib import import_module, resources
from pathlib import Path

import click

from storage.contract.photos import SUFFIXES

_REAL_LOOKALIKE = "P003"  # too like a real person to be shown or measured on


def load(folder: Path | None) -> list[bytes]:
    """Return the photos of a folder, or else the selfies of ``openpeople``; see ``named``."""
    return [photo for _, photo in named(folder)]


def named(folder: Path | None) -> list[tuple[str, bytes]]:
    """Return (name, photo) of a folder, or else of the selfies of the package ``openpeople``.

    Raises:
        click.ClickException: there are none; says what to do.
    """
    if folder is not None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise click.ClickException(f"no photos in {folder}")
        return [(path.stem, path.read_bytes()) for path in paths]
    try:
        import_module("openpeople")
    except ModuleNotFoundError:
        raise click.ClickException(
            "name a folder of photos with --faces DIR, or install the sample people: "
            "pip install 'selfmoji[test]'"
        ) from None
    people = resources.files("openpeople") / "data" / "curated"
    return [
        (person.name, (person / "assets" / "amateur_selfie.jpg").read_bytes())
        for person in sorted(people.iterdir(), key=lambda entry: entry.name)
        if person.name.startswith("P") and person.name != _REAL_LOOKALIKE
    ]
