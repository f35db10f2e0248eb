#!/usr/bin/env bash
# Tries the static binary in an empty root folder: no shell, no git, no zone files, no library.
#
#     packaging/check-static.sh [FILE]      # default: target/static/ringform
#
# Needs root or user namespaces, and cc, openssl and python3. Every request stays on the loopback address.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${1:-target/static/ringform}")

work=$(mktemp -d)
started=()
finish() {
    for id in "${started[@]}"; do kill "$id" 2> /dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT

# The empty root: the binary, one bundle of certificates, /tmp, and a project.
root=$work/root
mkdir -p "$root"/{bin,etc/ssl/certs,tmp,pbx,lib/x86_64-linux-gnu}
install -m 755 "$binary" "$root/bin/ringform"
cp -r examples/quickstart "$root/pbx/"

# A certificate authority of this check, and a certificate for a host that only /etc/hosts of the root knows.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=check' \
    -keyout "$work/ca.key" -out "$root/etc/ssl/certs/ca-certificates.crt" 2> "$work/openssl"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=pbx.test' \
    -keyout "$work/host.key" -out "$work/host.csr" 2>> "$work/openssl"
printf 'subjectAltName=DNS:pbx.test\n' > "$work/san"
openssl x509 -req -in "$work/host.csr" -CA "$root/etc/ssl/certs/ca-certificates.crt" -CAkey "$work/ca.key" \
    -CAcreateserial -days 2 -extfile "$work/san" -out "$work/host.crt" 2>> "$work/openssl"
printf '127.0.0.1 localhost pbx.test\n' > "$root/etc/hosts"

# A module of the host's name service must never be loaded: this one would end the process.
printf 'hosts: mymachines files dns\npasswd: mymachines files\n' > "$root/etc/nsswitch.conf"
printf 'void __attribute__((constructor)) load(void) { __builtin_trap(); }\n' |
    "${CC:-cc}" -x c -shared -fPIC -nostdlib -o "$root/lib/x86_64-linux-gnu/libnss_mymachines.so.2" -

PATH=$PATH:/usr/sbin:/sbin
enter=("$(command -v chroot)" "$root")
[ "$(id -u)" = 0 ] || enter=("$(command -v unshare)" --user --map-root-user "${enter[@]}")
# Runs ringform in the empty root. HOME is missing on purpose: the program then asks the system for it.
inside=(env -i RINGFORM_APP_ID=check RINGFORM_APP_SECRET=check "${enter[@]}" /bin/ringform)

# expect STATUS WORDS NAME COMMAND…: the exit status, and words of the output.
expect() {
    local status=$1 words=$2 name=$3 got=0
    shift 3
    "$@" > "$work/output" 2>&1 || got=$?
    if [ "$got" != "$status" ] || ! grep -qF -- "$words" "$work/output"; then
        printf 'failed: %s: exit status %s, expected %s and: %s\n' "$name" "$got" "$status" "$words" >&2
        cat "$work/output" >&2
        exit 1
    fi
    echo "ok: $name"
}

# begin VARIABLE FILE COMMAND…: starts a server and waits for the line that it prints.
begin() {
    local variable=$1 file=$2
    shift 2
    "$@" > "$file" < "$work/stdin" 9>&- &
    started+=("$!")
    for _ in $(seq 100); do
        [ ! -s "$file" ] || break
        sleep 0.05
    done
    printf -v "$variable" '%s' "$(head -1 "$file")"
}

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
expect 0 "ringform $version" "the version" "${inside[@]}" --version
expect 0 "2 to change" "a plan of the example" "${inside[@]}" plan /pbx/quickstart
expect 2 "2 to change" "a difference is status 2" "${inside[@]}" plan --detailed-exitcode /pbx/quickstart
expect 0 "Europe/Moscow" "zones without zone files" "${inside[@]}" resolve /pbx/quickstart
expect 0 "/tmp/demo" "a demo" "${inside[@]}" init --demo /tmp/demo
expect 0 "2 applied" "an apply" "${inside[@]}" apply --yes /tmp/demo
expect 0 "No difference" "a plan after it" "${inside[@]}" plan /tmp/demo
expect 0 "succeeded" "the past runs" "${inside[@]}" log /tmp/demo
expect 1 'help: --base reads the revision with git: install it, or leave out --base' "--base without git" \
    "${inside[@]}" plan --base HEAD /pbx/quickstart
expect 127 "No such file" "no shell in the root" "${enter[@]}" /bin/sh -c true

# The standard input of both servers ends with this script.
mkfifo "$work/stdin"
exec 9<> "$work/stdin"
endpoint='' port=''
begin endpoint "$work/sandbox" "${inside[@]}" sandbox --quiet --clients 2
begin port "$work/front" python3 packaging/tls-front.py "$work/host.crt" "$work/host.key" "${endpoint##*:}"
printf 'endpoint: https://pbx.test:%s\n' "$port" > "$root/pbx/ringform.yaml"
mkdir "$root/pbx/clients"
printf 'client: "@me"\nsettings: {timezone: UTC}\n' > "$root/pbx/clients/me.yaml"
expect 0 "1 to change" "http through the name of a host" \
    "${inside[@]}" plan --endpoint "http://localhost:${endpoint##*:}" --project /pbx/ringform.yaml
expect 0 "1 to change" "https, and the bundle of certificates" "${inside[@]}" plan --project /pbx/ringform.yaml
printf 'endpoint: https://absent.test\n' > "$root/pbx/ringform.yaml"
expect 1 "absent.test" "a host that does not exist" "${inside[@]}" plan --project /pbx/ringform.yaml
: > "$root/etc/ssl/certs/ca-certificates.crt"
expect 1 "install the package ca-certificates" "no certificate to trust" \
    "${inside[@]}" plan --project /pbx/ringform.yaml
