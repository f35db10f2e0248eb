#!/usr/bin/env python3
"""What `import` writes must read the same under YAML 1.1: here by PyYAML, beside ringform's own reading.

    python3 tests/yaml11.py target/debug/ringform
"""

import json
import os
import subprocess
import sys
import tempfile

import yaml

NAMES = ["NO", "on", "1_000", "12:30", "2026-11-24", "=", "<<", "~", "null", "0o17", "a: b", "# x", "- y", "é\u0085\u2028x", "'", '"', "\\", "*a", "&a", "!t", "%", "@me", "`", "?", "😀", " x "]


def main():
    ringform = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        clients = [{"id": n, "name": name, "geo_list": "NO SE", "disk_space_notify_email": "no@example.com",
                    "disk_space_notify_threshold": 90, "timezone": "UTC", "hold_music": 8} for n, name in enumerate(NAMES, 1)]
        with open(os.path.join(folder, "seed.json"), "w") as file:
            json.dump({"clients": clients}, file)
        with open(os.path.join(folder, "ringform.yaml"), "w") as file:
            file.write("endpoint: sandbox:seed.json\n")
        run = lambda *words: subprocess.run([ringform, *words], cwd=folder, check=True, capture_output=True, text=True).stdout
        run("import", *(str(client["id"]) for client in clients))
        ours = {client["client_id"]: client for client in json.loads(run("resolve", "--format", "json"))["clients"]}
        read = 0
        for name in os.listdir(os.path.join(folder, "clients")):
            with open(os.path.join(folder, "clients", name), encoding="utf-8") as file:
                theirs = yaml.safe_load(file)
            mine = ours[theirs["client"]]
            assert theirs["expect"] == mine["expect"], (theirs, mine)
            settings = {field: " ".join(value) if isinstance(value, list) else value for field, value in theirs["settings"].items()}
            assert settings == {field: entry["value"] for field, entry in mine["settings"].items()}, (theirs, mine)
            read += 1
        assert read == len(NAMES), read
    print(f"{read} documents read the same under YAML 1.1")


main()
