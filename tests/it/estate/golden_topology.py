"""Makes golden_topology.bin of golden_topology.json from docs/formats/topology.md alone (needs the package blake3)."""
import json
import pathlib
import struct

import blake3

import golden

KINDS = ["authenticates_with", "depends_on", "hosted_on", "runs_on", "uses"]
MEMBER = 5
HERE = pathlib.Path(__file__).parent
doc = json.loads((HERE / "golden_topology.json").read_text())

assets = sorted(doc["assets"], key=lambda a: a["id"].encode())
position = {a["id"]: at for at, a in enumerate(assets)}
stated, inferred = [], []
for r in doc["relations"]:
    (inferred if "inferred_by" in r else stated).append((position[r["from"]], position[r["to"]], r))
groups = sorted(
    (position[g["asset"]], sorted({position[m] for m in g["members"]}), g["needs"]) for g in doc["requirements"]
)
groups = sorted((asset, members, len(members) - needs + 1) for asset, members, needs in groups)

# Pair by pair: the run, and the kind.
said = {}
for f, t, r in stated + inferred:
    if r["kind"] in KINDS:
        said.setdefault((f, t), []).append((2 if r.get("strength") == "soft" else 0, KINDS.index(r["kind"])))
in_groups = {}
for asset, members, quorum in groups:
    for member in members:
        in_groups.setdefault((asset, member), []).append(0 if quorum == 1 else 1)
edges = {}
for pair in said.keys() | in_groups.keys():
    first = min(said[pair]) if pair in said else (None, MEMBER)
    run = min(in_groups[pair]) if pair in in_groups else first[0]
    edges[pair] = (run, first[1])

bounds, ends, kinds = [0], [], []
for asset in range(len(assets)):
    for run in range(3):
        for (f, t), (r, kind) in sorted(edges.items()):
            if f == asset and r == run:
                ends.append(t)
                kinds.append(kind)
        bounds.append(len(ends))

links = lambda of: sorted((min(f, t), max(f, t)) for f, t, r in of if r["kind"] == "connects_to")
pairs = lambda test: sorted({(f, t) for f, t, r in stated if test(r)})
hosted = pairs(lambda r: r["kind"] in ("runs_on", "hosted_on") and r.get("strength") != "soft")
located = pairs(lambda r: r["kind"] == "located_at")
within = pairs(lambda r: r["kind"] in ("member_of", "part_of"))
named = {(f, t) for f, t, r in stated if r["kind"] in KINDS}
guessed = sorted({(f, t) for f, t, r in inferred if r["kind"] in KINDS} - named)

classes = sorted({(a["kind"].encode(), a.get("criticality", "").encode()) for a in assets})
class_bytes = b"".join(bytes([len(k)]) + k + bytes([len(c)]) + c for k, c in classes)
ids = [a["id"].encode() for a in assets]
lists = [links(stated), links(inferred), hosted, located, within, guessed]
members = [m for _, ms, _ in groups for m in ms]


def u32(numbers):
    numbers = list(numbers)
    return struct.pack(f"<{len(numbers)}I", *numbers)


counts = [len(assets), len(classes), len(class_bytes), len(ends), len(groups), len(members)] + [len(l) for l in lists]
body = (
    b"vcto.topology/1\n"
    + b"\1"
    + blake3.blake3(golden.estate(doc), derive_key_context="vcto estate v1").digest()
    + struct.pack("<Q", sum(map(len, ids)))
    + u32(counts)
    + class_bytes
    + struct.pack(f"<{len(ids)}H", *map(len, ids))
    + b"".join(ids)
    + u32(classes.index((a["kind"].encode(), a.get("criticality", "").encode())) for a in assets)
    + u32(bounds)
    + u32(ends)
    + bytes(kinds)
    + u32(g[0] for g in groups)
    + u32(g[2] for g in groups)
    + u32(len(g[1]) for g in groups)
    + u32(members)
    + b"".join(u32(n for pair in l for n in pair) for l in lists)
)
(HERE / "golden_topology.bin").write_bytes(body + blake3.blake3(body, derive_key_context="vcto topology v1").digest())
