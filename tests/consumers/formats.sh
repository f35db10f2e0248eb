#!/usr/bin/env bash
# The formats html, terraform and prometheus, read by programs that people use: Chromium with axe-core, terraform-compliance and
# tf-peek, promtool. Installs what it needs; where that cannot be, it says so and fails in CI alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=tests/consumers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# have COMMAND PACKAGE: installs a package of Debian where its command is missing.
have() {
    command -v "$1" >/dev/null && return
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null 2>&1 || true
    fi
    command -v "$1" >/dev/null && return
    echo "not checked: $1 is missing and $2 cannot be installed here"
    [ "${CI:-}" != true ]
    return 1
}

echo "the corpus of hostile plans, in every format"
mkdir "$work/corpus"
RINGFORM_CORPUS=$work/corpus cargo test --locked --quiet --lib corpus_for_consumers -- --ignored >/dev/null
for format in html terraform prometheus; do
    cargo run --locked --quiet -- plan examples/quickstart --format "$format=$work/corpus/quickstart.$format" >/dev/null
done
cargo run --locked --quiet -- audit --project examples/quickstart/ringform.yaml --format "html=$work/corpus/audit.html" >/dev/null

if have promtool prometheus; then
    for page in "$work"/corpus/*.prometheus; do
        promtool check metrics <"$page" || { echo "promtool refuses $(basename "$page")"; exit 1; }
    done
    echo "promtool: $(ls "$work"/corpus/*.prometheus | wc -l) pages"
fi

python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check terraform-compliance tf-peek
mkdir "$work/policies"
cp "$here/open-geo.feature" "$work/policies/"
for plan in "$work"/corpus/*.terraform; do
    name=$(basename "$plan" .terraform)
    # A fleet takes these readers minutes.
    if [ "$name" = fleet ]; then continue; fi
    json=$work/$name.json
    cp "$plan" "$json"
    "$work/tools/bin/tf-peek" "$json" >"$work/$name.md" || { echo "tf-peek refuses $name"; exit 1; }
    status=0
    "$work/tools/bin/terraform-compliance" -p "$json" -f "$work/policies" --no-ansi >"$work/$name.log" 2>&1 || status=$?
    # The policy forbids `*`: two plans of the corpus declare it.
    case $name in many | odd) expected=1 ;; *) expected=0 ;; esac
    if [ "$status" != "$expected" ] || ! grep -q '1 features' "$work/$name.log"; then
        cat "$work/$name.log"
        echo "terraform-compliance ended with $status for $name"
        exit 1
    fi
done
# That it was understood, and not only parsed.
grep -q 'ringform_client.client\["12"\]' "$work/one.md"
grep -Eq 'geo_list.*BY RU.*BY KZ RU' "$work/one.md"
echo "terraform-compliance and tf-peek: $(ls "$work"/corpus/*.terraform | wc -l) plans but for the fleet"

if have chromium chromium && have npm npm; then
    npm install --silent --no-audit --no-fund --prefix "$work/node" playwright-core axe-core
    node "$here/pages.mjs" "$work/corpus" "$work/node"
fi
