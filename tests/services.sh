#!/bin/sh
# Put in place what the tests need beside Python packages: a PostgreSQL server and a Chromium.
set -eu

need=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || need="$need chromium"
command -v pg_ctlcluster >/dev/null || need="$need postgresql"
[ -z "$need" ] && exit 0
command -v apt-get >/dev/null || { echo "please install:$need" >&2; exit 1; }
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y --no-install-recommends $need >/dev/null
