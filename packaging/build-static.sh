#!/usr/bin/env bash
# Builds the static x86-64 Linux binary from a clone: no shared library, no file of the machine that runs it.
#
#     packaging/build-static.sh [FILE]      # default: target/static/ringform
#
# Needs Rust, a C compiler and glibc's static library (Debian: `gcc libc6-dev`). It prints the path and the size.
set -euo pipefail
cd "$(dirname "$0")/.."

host=x86_64-unknown-linux-gnu
out=${1:-target/static/ringform}
target=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$(dirname "$out")" "$target/static"

resolver=$(cd "$target/static" && pwd)/resolver.o
"${CC:-cc}" -O2 -Wall -Wextra -Werror -c -o "$resolver" packaging/resolver.c

# Messages of a crash name source files. They begin at the clone or at Cargo's folder, not at a person's home.
# The addresses that the loader corrects at each start are stored in their short form.
flags=(
    -C target-feature=+crt-static
    -C link-arg="$resolver"
    -C "link-arg=-Wl,-z,pack-relative-relocs"
    --remap-path-prefix "$PWD="
    --remap-path-prefix "${CARGO_HOME:-$HOME/.cargo}=cargo"
)
# With --target these flags do not reach build scripts, which run on this machine.
encoded=$(IFS=$'\x1f' && printf '%s' "${flags[*]}")
CARGO_ENCODED_RUSTFLAGS=$encoded cargo build --locked --profile dist --target "$host" --target-dir "$target"
install -m 755 "$target/$host/dist/ringform" "$out"

# A binary that would load anything is an error here, not on the machine of a user.
if readelf --dynamic --wide "$out" | grep -q NEEDED || readelf --program-headers --wide "$out" | grep -q INTERP; then
    echo "$out needs shared libraries" >&2
    exit 1
fi
printf '%s  %s bytes\n' "$out" "$(stat -c %s "$out")"
