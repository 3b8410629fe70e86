#!/bin/sh
# Builds what is published into DIST (release/check.sh DIST), checks it, installs it where nothing else is, and runs it.
# Needs Python with venv, and the network for what the packages depend on.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:?the folder to build into}"
dist=$(cd "$1" && pwd)
[ -z "$(ls -A "$dist")" ] || { echo "check: $dist is not empty" >&2; exit 2; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pgnorm-release.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

python3 -m venv "$scratch/tools"
"$scratch/tools/bin/pip" install --quiet build twine click attrs
"$scratch/tools/bin/pip" install --quiet --no-deps "$root"
"$scratch/tools/bin/python" "$root/release/man.py" "$root/man"
# The wheel is made of the sdist, so that what that lacks is missed at once.
"$scratch/tools/bin/python" -m build --outdir "$dist" "$root" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
"$scratch/tools/bin/twine" check --strict "$dist"/*

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/pyproject.toml")
in_npm=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$root/npm/package.json")
[ "$in_npm" = "$version" ] || { echo "check: npm/package.json says $in_npm, pyproject.toml $version" >&2; exit 1; }

python3 -m venv "$scratch/bare"
"$scratch/bare/bin/pip" install --quiet "$dist/pgnorm-$version-py3-none-any.whl"
cp -R "$root/fixtures/crm" "$scratch/crm"
mkdir "$scratch/crm/.git"
cd "$scratch/crm"
run() { env -i PATH="$scratch/bare/bin:/usr/bin:/bin" HOME="$scratch" PGNORM_PG_BINDIR=bundled "$@"; }
[ "$(run pgnorm --version)" = "pgnorm $version" ]
[ "$(run python -m pgnorm --version)" = "pgnorm $version" ]
[ -s "$scratch/bare/share/man/man1/pgnorm-diff.1" ]
run pgnorm fix-functions --from migrations
run pgnorm diff | grep -q get_sale_id_by_email
echo "check: $(cd "$dist" && ls | tr '\n' ' ')are good"
