#!/usr/bin/env bash
# Packs a release from the static binary: the archive, the list of components (SBOM), and the checksums of both.
#
#     packaging/pack.sh [BINARY [DIR]]      # default: target/static/ringform, target/release-files
#
# Needs cargo-cyclonedx and python3. The same binary gives the same archive: no time and no user of this machine is in it.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
binary=${1:-target/static/ringform}
out=${2:-target/release-files}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
[ "$("$binary" --version)" = "ringform $version" ] || { echo "$binary is not version $version" >&2; exit 1; }

name=ringform-$version-x86_64-linux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out" "$work/$name"/{completions,man}
install -m 755 "$binary" "$work/$name/ringform"
install -m 644 CHANGELOG.md LICENSE README.md SECURITY.md "$work/$name"
for shell in bash elvish fish powershell zsh; do
    "$binary" completions "$shell" > "$work/$name/completions/ringform.$shell"
done
"$binary" man > "$work/$name/man/ringform.1"
python3 packaging/licences.py > "$work/$name/THIRD-PARTY-LICENSES.txt"

# The time of the commit, so that two builds of one commit are one archive.
time=$(git log -1 --format=%ct)
tar --create --sort=name --mtime="@$time" --owner=0 --group=0 --numeric-owner --directory "$work" "$name" |
    gzip --no-name --best > "$out/$name.tar.gz"

SOURCE_DATE_EPOCH=$time cargo cyclonedx --quiet --format json --spec-version 1.5 --target x86_64-unknown-linux-gnu \
    --override-filename "$name.cdx"
# cargo-cyclonedx names the folder of this machine.
sed "s|path+file://$PWD#|path+file:///#|g" "$name.cdx.json" > "$out/$name.cdx.json"
rm "$name.cdx.json"

cd "$out"
sha256sum "$name.tar.gz" "$name.cdx.json" > SHA256SUMS
cat SHA256SUMS
