#!/usr/bin/env bash
# Lays out the files of the scratch image: the binary, the certificates of this machine, and an empty /tmp.
#
#     packaging/image-root.sh BINARY DIR [CERTIFICATES]
#
# packaging/Dockerfile calls it. The release calls it too, so that the image holds the binary that was tested.
set -euo pipefail
umask 022
binary=$1
root=$2
certificates=${3:-/etc/ssl/certs/ca-certificates.crt}
mkdir -p "$root"/{bin,etc/ssl/certs,tmp}
chmod 1777 "$root/tmp"
install -m 755 "$binary" "$root/bin/ringform"
install -m 644 "$certificates" "$root/etc/ssl/certs/ca-certificates.crt"
