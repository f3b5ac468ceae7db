"""Computes the digests of golden*.json from docs/formats/inventory.md alone (needs the package blake3)."""
import datetime
import decimal
import json
import pathlib
import struct

import blake3

RANKS = [None, "low", "medium", "high"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def option(value, write):
    return b"\0" if value is None else b"\1" + write(value)


def many(items):
    items = list(items)
    return struct.pack("<Q", len(items)) + b"".join(items)


def nanoseconds(value):
    return (datetime.datetime.fromisoformat(value.replace("Z", "+00:00")) - EPOCH) // datetime.timedelta(microseconds=1) * 1000


def time(value):
    total = nanoseconds(value)
    sign = -1 if total < 0 else 1
    return struct.pack("<qi", sign * (abs(total) // 10**9), sign * (abs(total) % 10**9))


def once(items):
    """Sorted, each once. None comes before everything else."""
    result = []
    for item in sorted(items, key=ordered):
        if not result or result[-1] != item:
            result.append(item)
    return result


def ordered(item):
    if isinstance(item, (tuple, list)):
        return tuple(ordered(part) for part in item)
    if item is None:
        return (0,)
    return (1, item.encode() if isinstance(item, str) else item)


def digits(number):
    shown = format(number.normalize(), "f")
    return "0" if shown == "-0" else shown


def scalar(value):
    if value is None:
        return (0, 0), b"\0"
    if isinstance(value, bool):
        return (1, value), b"\1" + bytes([value])
    if isinstance(value, str):
        return (3, value), b"\3" + text(value)
    number = decimal.Decimal(value)
    return (2, number), b"\2" + text(digits(number))


def statement(form):
    if not isinstance(form, dict):
        form = {"value": form}
    rank = RANKS.index(form.get("confidence"))
    at = form.get("at")
    key, value = scalar(form["value"])
    data = value + option(form.get("source"), text) + option(at, time) + option(rank or None, lambda r: bytes([r]))
    return (key, form.get("source"), at and nanoseconds(at), rank), data


def fact(form):
    forms = form if isinstance(form, list) else [form]
    return many(data for _, data in once(statement(form) for form in forms))


def asset(item):
    facts = item.get("facts", {})
    return (
        text(item["id"]) + text(item["kind"]) + option(item.get("name"), text) + option(item.get("criticality"), text)
        + many(text(name) + fact(facts[name]) for name in sorted(facts, key=str.encode))
    )


def source(item):
    scopes = once((scope["name"], scope.get("complete", False)) for scope in item.get("scopes", []))
    notes = once((note.get("at"), note["text"], note.get("asset")) for note in item.get("notes", []))
    return (
        text(item["name"]) + option(item.get("captured_at"), time) + bytes([item.get("complete", False)])
        + many(text(name) + bytes([complete]) for name, complete in scopes)
        + many(option(at, text) + text(said) + option(about, text) for at, said, about in notes)
    )


def relations(items):
    fields = [
        (
            r["from"], r["to"], r["kind"], r.get("strength", "hard") == "soft", r.get("inferred_by"),
            RANKS.index(r.get("confidence")), r.get("note"),
        )
        for r in items
    ]
    links = [f for f in fields if f[2] == "connects_to"]
    return sorted(once(f for f in fields if f[2] != "connects_to") + links, key=ordered)


def inference(method, rank):
    if rank:
        return b"\2" + text(method) + bytes([rank])
    return option(method, text)


def estate(doc):
    groups = once((r["asset"], once(r["members"]), r["needs"]) for r in doc["requirements"])
    return (
        source(doc["source"])
        # Here the names alone tell the merged sources apart.
        + many(source(s) for s in sorted(doc["source"]["merged_from"], key=lambda s: s["name"].encode()))
        + many(asset(a) for a in sorted(doc["assets"], key=lambda a: a["id"].encode()))
        + many(
            text(f) + text(t) + text(k) + bytes([soft]) + inference(by, sure) + option(note, text)
            for f, t, k, soft, by, sure, note in relations(doc["relations"])
        )
        + many(text(a) + many(map(text, members)) + struct.pack("<I", needs) for a, members, needs in groups)
    )


for path in sorted(pathlib.Path(__file__).parent.glob("golden*.json")):
    document = json.loads(path.read_text(), parse_float=decimal.Decimal)
    print(path.name, "blake3:" + blake3.blake3(estate(document), derive_key_context="vcto estate v1").hexdigest())
