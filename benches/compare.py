#!/usr/bin/env python3
"""Measures whole runs of ringform against a fast stub server, and compares them with a load generator that sends the
same GETs.

    cargo build --release && cargo build --release --bench stub_server
    cargo install oha --locked               # the load generator; without it the ratios are missing
    python3 benches/compare.py [--sizes 1,100,1000,10000] [--runs 5] [--latency MS] [--concurrency 32]
    python3 benches/compare.py --ledger [--sizes 10000] [--runs 5]

Every figure is the median of the runs. Runs of ringform and of the generator alternate, so that a machine whose speed
changes slows both. CPU is the user and system time that the operating system reports for the process. The server's CPU is
a separate column.

With `--ledger` it measures what the ledger costs: each run of plan and apply is made with it and with --no-ledger, in turn,
against the simulator, with a bare remote on the same machine. CPU and memory then include git.
"""

import argparse
import glob
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
DOCUMENT = "client: {id}\nsettings:\n  geo_list: [RU, BY]\n  timezone: Europe/Moscow\n  dial_rule_id: 19\n"


def program(pattern):
    paths = [path for path in glob.glob(os.path.join(ROOT, "target/release", pattern)) if os.access(path, os.X_OK) and not path.endswith(".d")]
    if not paths:
        sys.exit(f"target/release/{pattern} does not exist; build it as the first lines of this file show")
    return max(paths, key=os.path.getmtime)


def cpu_of(pid):
    """User and system seconds of a running process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(words, env=None):
    """Runs a command. Returns wall seconds, CPU seconds, peak memory in MiB, exit status and output."""
    start = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, text=True)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode, output


def project(folder, endpoint, size):
    os.makedirs(folder)
    with open(os.path.join(folder, "ringform.yaml"), "w") as file:
        file.write(f"endpoint: {endpoint}\n")
    for part in range(0, size, 1000):
        os.makedirs(os.path.join(folder, str(part)))
        for id in range(part + 1, min(part + 1000, size) + 1):
            with open(os.path.join(folder, str(part), f"{id}.yaml"), "w") as file:
                file.write(DOCUMENT.format(id=id))


def git(folder, *words):
    """Runs git without the settings of this machine, and returns what it prints."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    names = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    return subprocess.run(["git", "-C", folder, *names, *words], env=env, check=True, capture_output=True, text=True).stdout


def packed_bytes(remote):
    """The bytes that the ledger takes once all is packed."""
    git(remote, "repack", "-a", "-d", "--quiet")
    return int(git(remote, "rev-list", "--disk-usage", "--objects", "ringform-ledger"))


def measured(words, env, statuses=(0,)):
    wall, cpu, memory, status, output = run(words, env)
    if status not in statuses:
        sys.exit(f"{' '.join(words[1:])} failed with {status}:\n{output[-2000:]}")
    return wall, cpu, memory


def medians(rows):
    return [statistics.median(column) for column in zip(*rows)]


def difference(name, pairs):
    """One line: medians with the ledger, without, and the median of the differences."""
    columns = [medians([pair[side] for pair in pairs]) for side in (0, 1)]
    more = medians([[a - b for a, b in zip(*pair)] for pair in pairs])
    shown = [f"{wall:>7.3f} s {cpu:>7.3f} s {memory:>6.1f} MiB" for wall, cpu, memory in (*columns, more)]
    print(f"{name:<44} {' | '.join(shown)} | CPU {100 * more[1] / columns[1][1]:+.1f} %", flush=True)


def ledger(words, ringform, env, folder, size):
    """What the ledger costs at this number of clients."""
    one, remote = os.path.join(folder, f"of-{size}"), os.path.join(folder, f"remote-{size}.git")
    seed = os.path.join(folder, f"seed-{size}.json")
    with open(seed, "w") as file:
        live = {"geo_list": "RU BY", "timezone": "Europe/Moscow", "dial_rule_id": 19}
        json.dump({"clients": [{"id": id, "name": f"client {id}", **live} for id in range(1, size + 1)]}, file)
    served = subprocess.Popen([ringform, "sandbox", "--data", seed, "--quota", "1000000000"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        project(one, served.stdout.readline().strip(), size)
        with open(os.path.join(one, "ringform.yaml"), "a") as file:
            file.write("ledger: git\n")
        with open(os.path.join(one, ".gitignore"), "w") as file:
            file.write(".ringform/\n")
        git(folder, "init", "--quiet", "--bare", remote)
        git(one, "init", "--quiet")
        git(one, "remote", "add", "origin", remote)
        commit = lambda: (git(one, "add", "--all"), git(one, "commit", "--quiet", "--message", "bench"))
        commit()
        plan, apply = [ringform, "plan", one], [ringform, "apply", one, "--yes"]
        print(f"{size} clients" + " " * 30 + "with the ledger | without it | the difference")
        # The first record holds every client, and nothing is sent.
        first = []
        for _ in range(words.runs):
            if os.path.exists(os.path.join(remote, "refs/heads/ringform-ledger")) or first:
                git(remote, "update-ref", "-d", "refs/heads/ringform-ledger")
                git(one, "update-ref", "-d", "refs/remotes/origin/ringform-ledger")
            first.append((measured(apply, env), measured([*apply, "--no-ledger"], env)))
        difference("apply, all in sync, first record of all", first)
        pairs = [(measured(plan, env), measured([*plan, "--no-ledger"], env)) for _ in range(2 * words.runs)]
        difference("plan, all in sync", pairs)
        for changed in sorted({1, 100, size}):
            pairs, grown = [], []
            for turn in range(words.runs):
                pair = []
                for more in ([], ["--no-ledger"]):
                    rule = 20 + 2 * turn + len(more) + 1000 * changed
                    for id in range(1, changed + 1):
                        path = os.path.join(one, str((id - 1) // 1000 * 1000), f"{id}.yaml")
                        with open(path, "w") as file:
                            file.write(DOCUMENT.format(id=id).replace("dial_rule_id: 19", f"dial_rule_id: {rule}"))
                    commit()
                    if turn == 0 and not more:
                        difference(f"plan, {changed} of all differ", [(measured(plan, env), measured([*plan, "--no-ledger"], env))
                                                                        for _ in range(2 * words.runs)])
                    before = packed_bytes(remote)
                    pair.append(measured([*apply, *more], env))
                    if not more:
                        grown.append(packed_bytes(remote) - before)
                    else:
                        # The ledger learns what the run without it has sent.
                        measured(apply, env)
                pairs.append(pair)
            difference(f"apply, {changed} sent: claim and record", pairs)
            print(f"{'':<44} the branch grows by {statistics.median(grown) / changed:.0f} bytes for each changed client")
    finally:
        served.terminate()
        served.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1,100,1000,10000")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--latency", type=int, default=0, help="milliseconds before each answer")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--url", help="measure against this server instead of the stub server")
    parser.add_argument("--ledger", action="store_true", help="measure what the ledger costs")
    words = parser.parse_args()
    ringform, oha = program("ringform"), shutil.which("oha") or os.environ.get("OHA")
    if words.ledger:
        env = {"PATH": os.environ["PATH"], "RINGFORM_APP_ID": "a", "RINGFORM_APP_SECRET": "b"}
        with tempfile.TemporaryDirectory() as folder:
            for size in map(int, words.sizes.split(",")):
                ledger(words, ringform, env, folder, size)
        return
    stub = None
    if not words.url:
        stub = subprocess.Popen([program("deps/stub_server-*"), "0", str(words.latency)], stdout=subprocess.PIPE, text=True)
        words.url = stub.stdout.readline().strip()
    env = {"PATH": os.environ["PATH"], "RINGFORM_APP_ID": "a", "RINGFORM_APP_SECRET": "b"}
    print(f"{os.cpu_count()} cores, latency {words.latency} ms, concurrency {words.concurrency}, medians of {words.runs} runs")
    print(f"{'clients':>8} {'wall s':>8} {'CPU µs/client':>14} {'peak MiB':>9} {'requests':>9} {'wall/raw':>9} {'server µs/GET':>14} {'validate s':>11}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            for size in map(int, words.sizes.split(",")):
                one = os.path.join(folder, f"of-{size}")
                project(one, words.url, size)
                urls = os.path.join(folder, f"urls-{size}")
                with open(urls, "w") as file:
                    file.writelines(f"{words.url}/api/ver1.0/client/{id}/client/\n" for id in range(1, size + 1))
                rows, ratios = [], []
                for _ in range(words.runs):
                    served = cpu_of(stub.pid) if stub else 0
                    wall, cpu, memory, status, output = run([ringform, "plan", one, "--concurrency", str(words.concurrency)], env)
                    if status != 0 or "No difference" not in output:
                        sys.exit(f"plan failed with {status}:\n{output[:2000]}")
                    served = (cpu_of(stub.pid) if stub else 0) - served
                    validate = run([ringform, "validate", one], env)[0]
                    rows.append((wall, cpu, memory, served, validate))
                    if oha and size >= 100:
                        raw = run([oha, "-n", str(size), "-c", str(words.concurrency), "--no-tui", "--urls-from-file",
                                   "-H", "authorization: Bearer t", "-H", "accept-encoding: gzip", urls])
                        if raw[3] != 0:
                            sys.exit("the load generator failed")
                        ratios.append(wall / raw[0])
                wall, cpu, memory, served, validate = (statistics.median(column) for column in zip(*rows))
                ratio = f"{statistics.median(ratios):.2f}" if ratios else "-"
                print(f"{size:>8} {wall:>8.3f} {cpu / size * 1e6:>14.1f} {memory:>9.1f} {size + 1:>9} {ratio:>9} {served / size * 1e6:>14.1f} {validate:>11.3f}", flush=True)
    finally:
        if stub:
            stub.terminate()
            stub.wait()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    main()
