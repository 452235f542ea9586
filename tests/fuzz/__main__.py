"""``python -m tests.fuzz TARGET -max_total_time=60``: let atheris look for what a target minds.

Needs the extra "fuzz"; all further options are libFuzzer's. What it finds worth keeping lies in the
target's corpus afterwards: keep what is small and new, with a name that says what it is.
"""

import sys

import atheris

with atheris.instrument_imports(include=["bot", "inference", "storage"]):
    from tests.fuzz.targets import CORPUS, TARGETS


def main() -> None:
    """Fuzz one target."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"which of {', '.join(TARGETS)}?")
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options, str(CORPUS / name)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
