#!/usr/bin/env bash
# Runs `pgnorm check` on PROJECT: annotations on stdout, the summary and outputs in the job's files. It ends with 0 whatever
# was found: the job's last step ends with the code.
set -euo pipefail

export PGNORM_CACHE_DIR="$RUNNER_TEMP/pgnorm/cache"
mkdir -p "$PGNORM_CACHE_DIR"
chmod go-w "$PGNORM_CACHE_DIR"
words=(--project "$PROJECT")
[ -z "$SINCE" ] || words+=(--since "$SINCE")
while IFS= read -r word; do
    [ -z "$word" ] || words+=("$word")
done <<<"$ARGUMENTS"
pgnorm() { "$RUNNER_TEMP/pgnorm/venv/bin/pgnorm" "$@"; }

code=0
pgnorm check "${words[@]}" --output-format github || code=$?
echo "code=$code" >>"$GITHUB_OUTPUT"

# What was loaded for the annotations is in the cache, so these ask for no server again.
if [ "$SARIF" = true ]; then
    sarif="$RUNNER_TEMP/pgnorm/pgnorm.sarif"
    pgnorm --quiet check "${words[@]}" --output-format sarif -o "$sarif" || true
    [ ! -s "$sarif" ] || echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
fi
if [ "$SUMMARY" = true ]; then
    pgnorm --quiet diff --project "$PROJECT" --format markdown >>"$GITHUB_STEP_SUMMARY" || true
fi
