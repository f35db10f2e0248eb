"""Runs the parts of the pipelines that talk to GitHub and GitLab. Fakes of `gh` and `curl` answer from a list and record each
request. Needs PyYAML, bash and jq. Prints only failures."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).parent / "ci"

# A fake program: records its arguments, and answers a request whose arguments contain one of the keys. jq runs `--jq`.
FAKE = """#!/usr/bin/env python3
import json, os, subprocess, sys
words = sys.argv[1:]
line = " ".join(words)
with open(os.environ["ASKED"], "a") as asked:
    asked.write(json.dumps(words) + "\\n")
for key, answer in json.loads(os.environ["ANSWERS"]).items():
    if key in line and not {"POST", "PUT", "PATCH"} & set(words):
        if "--jq" in words:
            done = subprocess.run(["jq", "--raw-output", words[words.index("--jq") + 1]], input=json.dumps(answer), text=True)
            sys.exit(done.returncode)
        print(json.dumps(answer))
"""

MARKER = "<!-- ringform plan -->\n\nold"


def run(script, files, answers, env):
    """The requests that the fakes received, one line each."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ("gh", "curl"):
            (folder / name).write_text(FAKE)
            (folder / name).chmod(0o755)
        work = folder / "work"
        for name, text in files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        work.mkdir(exist_ok=True)
        (folder / "asked").write_text("")
        env = {**env, "PATH": f"{folder}:{os.environ['PATH']}", "ASKED": str(folder / "asked"), "RUNNER_TEMP": str(work)}
        env["ANSWERS"] = json.dumps(answers)
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=work, env=env, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        asked = [json.loads(line) for line in (folder / "asked").read_text().splitlines()]
        return [" ".join(words).replace(str(work) + "/", "") for words in asked]


def has(asked, *parts):
    assert any(all(part in line for part in parts) for line in asked), (parts, asked)


def lacks(asked, *parts):
    assert not any(all(part in line for part in parts) for line in asked), (parts, asked)


def report(**states):
    """A drift report with this many findings of each state, and one waived finding."""
    findings = [{"state": state, "waived": None} for state, number in states.items() for _ in range(number)]
    return json.dumps({"run": {"drift": {"findings": findings + [{"state": "new", "waived": {"owner": "noc"}}]}}})


def step(workflow, job, name):
    steps = yaml.safe_load((HERE / "github" / workflow).read_text())["jobs"][job]["steps"]
    return next(step["run"] for step in steps if step.get("name") == name)


def github():
    env = {"GITHUB_REPOSITORY": "acme/pbx", "PULL_REQUEST": "7"}
    comment = step("ringform-plan.yml", "plan", "Create or update the comment")
    strangers = [{"id": 1, "user": {"login": "mallory"}, "body": MARKER}, {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "tests"}]
    ours = {"id": 3, "user": {"login": "github-actions[bot]"}, "body": MARKER}
    asked = run(comment, {"plan.md": "new"}, {"issues/7/comments": strangers}, env)
    has(asked, "--method POST repos/acme/pbx/issues/7/comments", "body=@comment.md")
    asked = run(comment, {"plan.md": "new"}, {"issues/7/comments": [*strangers, ours]}, env)
    has(asked, "--method PATCH repos/acme/pbx/issues/comments/3 ", "body=@comment.md")
    lacks(asked, "POST")
    assert run(comment, {}, {}, env) == []

    issue = step("ringform-drift.yml", "drift", "Open, update or close the issue")
    one, none = {"issue list": [{"number": 5}]}, {"issue list": []}
    drift = lambda report, answers: run(issue, {"drift.json": report, "drift.md": "text"}, answers, env)
    has(drift(report(new=1), none), "issue create", "--body-file drift.md")
    asked = drift(report(new=2, continuing=1), one)
    has(asked, "issue edit 5")
    has(asked, "issue comment 5", "last run: 2.")
    lacks(asked, "issue create")
    asked = drift(report(continuing=1, unread=1), one)
    has(asked, "issue edit 5")
    lacks(asked, "issue comment")
    has(drift(report(resolved=1), one), "issue close 5")
    assert len(drift(report(resolved=1), none)) == 1
    # A run that did not start has no findings, so the issue stays as it is.
    assert drift(json.dumps({"run": {"drift": None}}), one) == []


def gitlab():
    files = [HERE / "gitlab" / name for name in ("ringform-plan.yml", "ringform-drift.yml")]
    jobs = {name: job for file in files for name, job in yaml.safe_load(file.read_text()).items()}
    script = lambda job: "\n".join(line for line in jobs[job]["script"] if not line.startswith("apk "))
    env = {"CI_API_V4_URL": "https://git.example/api/v4", "CI_PROJECT_ID": "9", "CI_MERGE_REQUEST_PROJECT_ID": "9"}
    env |= {"CI_MERGE_REQUEST_IID": "7", "RINGFORM_TALK_TOKEN": "t"}
    stranger = {"id": 1, "author": {"id": 66}, "body": MARKER}
    ours = {"id": 3, "author": {"id": 42}, "body": MARKER}
    answers = lambda notes: {"v4/user": {"id": 42}, "merge_requests/7/notes": notes}
    has(run(script("note"), {"plan.md": "new"}, answers([stranger]), env), "--request POST", "merge_requests/7/notes --data @note.json")
    asked = run(script("note"), {"plan.md": "new"}, answers([stranger, ours]), env)
    has(asked, "--request PUT", "merge_requests/7/notes/3 --data @note.json")
    lacks(asked, "POST")

    one, none = {"issues?state=opened": [{"iid": 5}]}, {"issues?state=opened": []}
    files = lambda report: {".ringform-drift/drift.json": report, ".ringform-drift/drift.md": "text"}
    drift = lambda report, answers: run(script("drift issue"), files(report), answers, env)
    has(drift(report(new=1), none), "--request POST", "projects/9/issues --data @issue.json")
    asked = drift(report(new=2, continuing=1), one)
    has(asked, "--request PUT", "issues/5 --data @issue.json")
    has(asked, "--request POST", "issues/5/notes", "last run: 2.")
    lacks(drift(report(continuing=1), one), "POST")
    has(drift(report(resolved=1), one), "--request PUT", "issues/5", "close")
    lacks(drift(report(resolved=1), none), "--request")
    assert drift(json.dumps({"run": {"drift": None}}), one) == []


if __name__ == "__main__":
    github()
    gitlab()
    sys.exit(0)
