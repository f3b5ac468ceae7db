"""Makes the instances that the benches run on, with the generator of the shared data (it stays where it lies).

`instances.py FOLDER NAME...` writes `NAME.edges` ("n m", then "u v" a line: u depends on v) for names like `g100k`, `g1M`, `p1M` (a
portfolio of clients), `d100k` (large closures) and `c100k` (g100k with one ring through a tenth of all assets), and `NAME.json` beside
it for those called `NAME.json`: the same in the format `vcto.inventory/1`. What is there already is left.

SEED (42), RING (10: per cent of the assets in the ring of `c...`), VCTO_SHARED (../shared) are read from the environment.
"""

import json
import os
import pathlib
import runpy
import sys

import numpy as np

SEED = int(os.environ.get("SEED", "42"))
RING = int(os.environ.get("RING", "10"))
ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ["workstation", "server", "service", "virtual_machine", "database", "storage", "switch"]


def generate(*arguments):
    """Runs the generator as its command line would."""
    shared = pathlib.Path(os.environ.get("VCTO_SHARED", ROOT.parent / "shared"))
    script = shared / "bench" / "gen.py"
    if not script.is_file():
        sys.exit(f"{script} is not there: the benches need the shared data (../shared, or where VCTO_SHARED points)")
    before = sys.argv
    sys.argv = [str(script), *map(str, arguments)]
    try:
        runpy.run_path(str(script), run_name="__main__")
    finally:
        sys.argv = before


def size(name):
    digits = name[1:]
    return int(digits.replace("k", "000").replace("M", "000000"))


def read(path):
    numbers = np.fromfile(path, dtype=np.int64, sep=" ")
    return int(numbers[0]), numbers[2:].reshape(-1, 2)


def ring(source, target):
    """One cluster: a ring through so many assets drawn at random, and a chord from every tenth of them."""
    n, edges = read(source)
    random = np.random.default_rng(SEED)
    members = random.permutation(n)[: max(2, n * RING // 100)]
    chords = members[::10]
    more = np.concatenate([
        np.stack([members, np.roll(members, -1)], 1),
        np.stack([chords, random.permutation(members)[: len(chords)]], 1),
    ])
    more = more[more[:, 0] != more[:, 1]]
    keys = np.unique(np.concatenate([edges, more]) @ np.array([n, 1]))
    with target.open("w") as file:
        file.write(f"{n} {len(keys)}\n")
        np.savetxt(file, np.stack([keys // n, keys % n], 1), fmt="%d")


def inventory(source, target):
    """The same in our format, with a name, a criticality and facts of each kind for every asset."""
    n, edges = read(source)
    levels = ["critical", "high", "medium", "low"]

    def asset(i):
        facts = {
            "os": "Windows Server 2022" if i % 3 else "Ubuntu 24.04", "cpu": 1 + i % 32, "ram_gb": i % 97 * 1.5,
            "site": f"site-{i % 211}", "production": i % 4 != 0, "people": i % 40,
        }
        return {
            "id": f"asset-{i:08}", "kind": KINDS[i % len(KINDS)], "name": f"asset {i}.corp.example",
            "criticality": levels[i % 4], "facts": facts,
        }

    with target.open("w") as file:
        file.write('{"format": "vcto.inventory/1", "source": {"name": "bench"},\n"assets": [\n')
        file.write(",\n".join(json.dumps(asset(i)) for i in range(n)))
        file.write('],\n"relations": [\n')
        file.write(",\n".join(
            f'{{"from": "asset-{a:08}", "to": "asset-{b:08}", "kind": "{"uses" if a % 2 else "depends_on"}"}}' for a, b in edges.tolist()
        ))
        file.write("]}\n")


def make(folder, name):
    """The file of this instance."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name if name.endswith(".json") else f"{name}.edges")
    if path.exists():
        return path
    new = path.with_suffix(".new")
    if name.endswith(".json"):
        inventory(make(folder, name.removesuffix(".json")), new)
    elif name.startswith("c"):
        ring(make(folder, f"g{name[1:]}"), new)
    else:
        options = {"g": [], "p": ["--portfolio"], "d": ["--dense"]}[name[0]]
        whole = folder / f"{name}-whole"
        generate(size(name), whole, "--seed", SEED, *options)
        whole.with_suffix(".edges").rename(new)
    new.rename(path)
    return path


if __name__ == "__main__":
    for wanted in sys.argv[2:]:
        print(make(pathlib.Path(sys.argv[1]), wanted))
