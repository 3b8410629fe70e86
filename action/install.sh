#!/usr/bin/env bash
# Installs this repository's pgnorm into an environment of the job, with the Postgres of the major version POSTGRES.
set -euo pipefail

case "$POSTGRES" in
    "") what=$GITHUB_ACTION_PATH ;;
    1[4-8]) what="$GITHUB_ACTION_PATH[pg$POSTGRES]" ;;
    *) echo "::error::postgres is $POSTGRES, and not one of 14 to 18"; exit 2 ;;
esac
# Without -I, Python would take a venv.py of the checkout for its own.
"$PYTHON" -I -m venv "$RUNNER_TEMP/pgnorm/venv"
"$RUNNER_TEMP/pgnorm/venv/bin/pip" install --quiet --disable-pip-version-check "$what"
