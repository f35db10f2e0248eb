#!/usr/bin/env bash
# Checks the CI examples against the schemas that GitHub, GitLab and Kubernetes publish. Needs python3 with venv and PyPI.
set -euo pipefail
cd "$(dirname "$0")/fleet/ci"
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check check-jsonschema kubernetes-validate
"$venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows github-actions.yml
"$venv/bin/check-jsonschema" --builtin-schema vendor.gitlab-ci gitlab-ci.yml
"$venv/bin/kubernetes-validate" --strict kubernetes-job.yaml
