"""Runs every task of every library, each in a process of its own, and prints the table.

Builds the bench `peers` first. From the environment:
INSTANCES  which, of g10k c10k d10k g100k c100k g1M p1M d100k (default: all)
TASKS      which tasks (default: all)
ROUNDS     how many rounds; libraries take turns within a round, the table shows medians (default 3)
FULL=1     also what takes many minutes
TIMEOUT    seconds that one process may take (default 600); with FULL=1 without bound
PROFILE    the cargo profile (default release); PROGRAM: a bench that is built already
SEED, RING, VCTO_SHARED as in instances.py

It fails, after everything has run, where a library counts otherwise than ours or ends with an error. Nothing is extrapolated: what was not run to its end is said to be so.
"""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import instances

HERE = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path(os.environ.get("OUT", HERE.parents[1] / "target" / "bench-peers"))
FULL = bool(os.environ.get("FULL"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
TIMEOUT = None if FULL else float(os.environ.get("TIMEOUT", "600"))

PEERS = ["petgraph", "rustworkx", "networkit", "igraph", "networkx", "scipy"]
ALL = ["g10k", "c10k", "d10k", "g100k", "c100k", "g1M", "p1M", "d100k"]

# Which libraries have a task at all.
TASKS = {
    "build": ("make the graph from a list of edges", PEERS),
    "load": ("read an inventory to a graph", ["petgraph"]),
    "scc": ("strongly connected components", PEERS),
    "condensation": ("components and the graph between them", ["petgraph", "rustworkx", "igraph", "networkx"]),
    "layers": ("layers, components found first", ["petgraph", "rustworkx", "networkx"]),
    "dominators": ("dominators under a virtual root", ["petgraph", "rustworkx", "igraph", "networkx"]),
    "cuts": ("articulation points and bridges", ["petgraph", "rustworkx", "networkit", "igraph", "networkx"]),
    "radii": ("blast radius of every asset", ["petgraph", "rustworkx", "networkit", "igraph", "networkx"]),
    "hub": ("what the most used asset stops", PEERS),
    "single_failures": ("what each asset alone stops, all", []),
}

# What ours must reach beside a library, or alone: (task, instance, library or measure, at least / at most).
GOALS = [
    ("radii", "g100k", "rustworkx", 100), ("radii", "g100k", "petgraph", 25), ("radii", "g100k", "networkit", 12),
    ("radii", "g100k", "cpu_ms", 100), ("radii", "g1M", "networkit", 10), ("radii", "g1M", "cpu_ms", 5_000),
    ("radii", "g1M", "peak_kib", 300_000), ("radii", "d100k", "cpu_ms", 600),
    ("condensation", "g100k", "petgraph", 5), ("condensation", "g100k", "rustworkx", 10),
    ("layers", "g100k", "rustworkx", 30), ("dominators", "g100k", "petgraph", 8),
    ("hub", "g100k", "cpu_ms", 0.1), ("single_failures", "g100k", "cpu_ms", 200), ("load", "g1M", "petgraph", 2),
]


def sparing(task, instance, peer):
    """Whether this takes so long that only FULL=1 runs it."""
    large = instance in ("g1M", "p1M")
    if peer == "networkx":
        small = instance == "g10k" if task == "radii" else instance in ("g10k", "c10k", "d10k")
        return not small and (task in ("radii", "layers", "dominators") or instance != "g100k")
    if task == "radii":
        if instance == "d100k":
            return True
        if instance == "c100k":
            return peer != "networkit"
        return large and peer != "networkit"
    if task == "layers" and peer == "rustworkx":
        return instance not in ("g10k", "c10k", "d10k", "g100k")
    return False


def has(task, instance):
    """Whether this is looked at: the variants are for what depends on their shape."""
    if task == "load":
        return instance in ("g10k", "g100k", "g1M")
    return FULL or instance not in ("c100k", "p1M", "d100k") or task in ("scc", "condensation", "radii")


def build():
    """The built bench, which has our tasks and petgraph's."""
    words = [os.environ.get("CARGO", "cargo"), "build", "--locked", "--quiet", "--profile", os.environ.get("PROFILE", "release")]
    done = subprocess.run(
        [*words, "--bench", "peers", "--message-format=json"], cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit("the bench could not be built")
    messages = map(json.loads, done.stdout.splitlines())
    return [message["executable"] for message in messages if message.get("target", {}).get("name") == "peers"][-1]


def wanted():
    tasks = os.environ.get("TASKS", " ".join(TASKS)).split()
    names = os.environ.get("INSTANCES", " ".join(ALL)).split()
    unknown = [word for word in tasks if word not in TASKS] + [word for word in names if word not in ALL]
    if unknown:
        sys.exit(f"not known: {' '.join(unknown)}; there are the tasks {' '.join(TASKS)} and the instances {' '.join(ALL)}")
    return tasks, names


def call(program, peer, task, path):
    """One process. Its record, or why there is none."""
    words = [program, peer] if peer in ("ours", "petgraph") else [sys.executable, HERE / "peer.py", peer]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run([*words, task, path], capture_output=True, text=True, timeout=TIMEOUT, env=environment)
    except subprocess.TimeoutExpired:
        return f"not done in {TIMEOUT:.0f} s"
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return f"{FAILED}: {last}"
    return json.loads(done.stdout.splitlines()[-1])


FAILED = "failed"


def agree(task, instance, peer, ours, theirs):
    """What both count must be the same."""
    shared = ours["totals"].keys() & theirs["totals"].keys()
    if not shared:
        return [f"{task} on {instance}: ours and {peer} have no total in common"]
    return [
        f"{task} on {instance}, {key}: ours {ours['totals'][key]}, {peer} {theirs['totals'][key]}"
        for key in sorted(shared)
        if ours["totals"][key] != theirs["totals"][key]
    ]


def bench(program, task, instance, path):
    """All rounds of one task: the records by library, and what disagrees."""
    peers = ["ours"] + TASKS[task][1]
    records = {peer: [] for peer in peers}
    reasons = {peer: "not run: FULL=1 does" for peer in peers if peer != "ours" and not FULL and sparing(task, instance, peer)}
    quarrels = []
    for number in range(ROUNDS):
        for peer in peers:
            if peer in reasons:
                continue
            record = call(program, peer, task, path)
            if isinstance(record, str):
                reasons[peer] = record
                if record.startswith(FAILED):
                    quarrels.append(f"{task} on {instance}: {peer} {record}")
                continue
            records[peer].append(record)
            if peer != "ours" and number == 0 and records["ours"]:
                quarrels += agree(task, instance, peer, records["ours"][0], record)
            # A minute each is enough to tell them apart.
            if number == 0 and record["wall_ms"] > 60_000:
                reasons[peer] = "one round"
    return {
        peer: median(records[peer]) if records[peer] else {"reason": reasons.get(peer, "not run")} for peer in peers
    }, quarrels


def median(records):
    keys = ("cpu_ms", "wall_ms", "build_cpu_ms", "build_wall_ms", "peak_kib", "process_kib")
    found = {
        key: statistics.median(values) if (values := [r[key] for r in records if r[key] is not None]) else None for key in keys
    }
    times = [record["cpu_ms"] for record in records]
    return found | {"range_cpu_ms": [min(times), max(times)], "rounds": len(records), "totals": records[0]["totals"]}


def show(task, instance, found):
    ours = found["ours"]
    if "reason" in ours:
        print(f"\n{instance}  {TASKS[task][0]}: ours {ours['reason']}")
        return
    print(f"\n{instance}  {TASKS[task][0]}")
    for peer, record in found.items():
        if "reason" in record:
            print(f"  {peer:<10} {record['reason']}")
            continue
        low, high = record["range_cpu_ms"]
        ratio = "" if peer == "ours" else f"{record['cpu_ms'] / ours['cpu_ms']:>8.1f} x"
        memory = "" if record["peak_kib"] is None else f"{record['peak_kib'] / 1024:>8.1f} MiB"
        print(f"  {peer:<10} {record['cpu_ms']:>11.3f} ms ({low:.3f} to {high:.3f}) {memory} {ratio}", flush=True)


def goals(results):
    """The table of what is to be reached: one line a goal."""
    lines = []
    for task, instance, measure, goal in GOALS:
        name = f"times {measure}" if measure in PEERS else measure
        found = results.get(task, {}).get(instance)
        if not found or "reason" in found["ours"]:
            value, verdict = None, "not run"
        elif measure in PEERS:
            peer = found[measure]
            value = None if "reason" in peer else peer["cpu_ms"] / found["ours"]["cpu_ms"]
            verdict = peer.get("reason") or ("met" if value >= goal else "missed")
        else:
            value = found["ours"][measure]
            verdict = "not told by this system" if value is None else "met" if value <= goal else "missed"
        lines.append((task, instance, name, goal, value, verdict))
    print(f"\n{'task':<16} {'instance':<9} {'measure':<18} {'goal':>10} {'measured':>10}")
    for task, instance, measure, goal, value, verdict in lines:
        bound = f"{'>=' if measure.startswith('times') else '<='} {goal:g}"
        number = "-" if value is None else f"{value:.2f}" if value < 1000 else f"{value:.0f}"
        print(f"{task:<16} {instance:<9} {measure:<18} {bound:>10} {number:>10}  {verdict}")
    return [dict(zip(("task", "instance", "measure", "goal", "measured", "verdict"), line, strict=True)) for line in lines]


def main():
    tasks, names = wanted()
    program = os.environ.get("PROGRAM") or build()
    results, quarrels, start = {}, [], time.time()
    print(f"processor time of the task alone, medians of {ROUNDS} rounds, and what memory it took; seed {instances.SEED}")
    for instance in names:
        for task in tasks:
            if not has(task, instance):
                continue
            path = instances.make(OUT, f"{instance}.json" if task == "load" else instance)
            found, differing = bench(program, task, instance, path)
            results.setdefault(task, {})[instance] = found
            quarrels += differing
            show(task, instance, found)
    verdicts = goals(results)
    about = {"machine": platform.machine(), "cores": os.cpu_count(), "rounds": ROUNDS, "seed": instances.SEED, "seconds": time.time() - start}
    (OUT.parent / "bench-peers.json").write_text(json.dumps({"about": about, "results": results, "goals": verdicts}, indent=1))
    print(f"\nall of it in {OUT.parent / 'bench-peers.json'}; {about['seconds']:.0f} s")
    if quarrels:
        sys.exit("\n".join(["", "what failed, and where the libraries do not count the same:", *quarrels]))


main()
