#!/usr/bin/env python3
"""Serves https on a free loopback port and passes every byte to a port of http.

    tls-front.py CERTIFICATE KEY PORT

Prints its own port. Ends with its standard input, so that it never outlives the script that starts it.
"""

import socket
import ssl
import sys
import threading


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other side closed its connection


def serve(listener, context, port):
    while True:
        client, _ = listener.accept()
        try:
            client = context.wrap_socket(client, server_side=True)
            server = socket.create_connection(("127.0.0.1", port))
        except OSError as error:
            print(f"tls-front: {error}", file=sys.stderr)
            continue
        for pair in ((client, server), (server, client)):
            threading.Thread(target=copy, args=pair, daemon=True).start()


def main():
    certificate, key, port = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=serve, args=(listener, context, int(port)), daemon=True).start()
    sys.stdin.read()


main()
