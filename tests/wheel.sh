#!/bin/sh
# Build the wheel from what is tracked, install it alone, and make stickers with it in an empty
# folder. Its dependencies are those of the tests' environment.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
python="$root/.venv/bin/python"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

mkdir "$place/source" "$place/empty"
(cd "$root" && git ls-files -z pyproject.toml README.md LICENSE NOTICE bot inference storage | tar --null --files-from=- --create) | tar -x -C "$place/source"
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$place" "$place/source"

"$python" - "$place"/selfmoji-*.whl "$place/source" <<'PYTHON'
import sys
import zipfile
from pathlib import Path

wheel, source = zipfile.ZipFile(sys.argv[1]), Path(sys.argv[2])
there = {Path(name) for name in wheel.namelist()}
tracked = {
    path.relative_to(source)
    for package in ("bot", "inference", "storage")
    for path in (source / package).rglob("*")
    if path.is_file() and path.name not in {"Dockerfile", "LOG.md"} and path.suffix != ".pt"  # trainings resume in a clone
}
if missing := sorted(map(str, tracked - there)):
    sys.exit(f"the wheel lacks {', '.join(missing)}")
print(f"{Path(sys.argv[1]).name}: {len(there)} files, {Path(sys.argv[1]).stat().st_size / 1e6:.1f} MB")
PYTHON

"$python" -m venv --without-pip "$place/venv"
"$python" -m pip --python "$place/venv/bin/python" install --quiet --no-deps --no-index "$place"/selfmoji-*.whl
site() { "$1" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }
site "$python" > "$(site "$place/venv/bin/python")/dependencies.pth"

cd "$place/empty"
cp "$root/bot/frontends/web/page/sample.webp" selfie.webp
"$place/venv/bin/selfmoji" sticker selfie.webp --cutout --emoji --cartoon monet -o out
[ "$(ls out | wc -l)" -eq 3 ] || { echo "three stickers were asked for" >&2; exit 1; }
"$place/venv/bin/python" -c 'import sys, bot; sys.exit(not bot.__file__.startswith(sys.prefix))'
