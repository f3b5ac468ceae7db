#!/usr/bin/env python3
"""Turns a generated instance ("schema": "bench/1", one asset a line, with its "depends_on") into an inventory.

usage: instance_to_inventory.py INSTANCE.json OUT        (OUT ends in .json or .ndjson)
"""
import json
import sys

KINDS = {"service": "service", "app": "business_application", "vm": "virtual_machine", "database": "database",
         "host": "hypervisor_host", "storage": "storage", "site": "site", "device": "device"}
CRITICALITIES = ["low", "low", "medium", "high", "critical"]
SOURCE = {"name": "instance", "captured_at": "2026-11-22T08:00:00Z", "complete": True}
RELATIONS = {"calls": "depends_on", "hosts": "runs_on"}


def records(path):
    """(asset, relations) for each line that holds an asset."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith('{"id"'):
                continue
            item = json.loads(line.rstrip().rstrip(","))
            facts = {"cpu_cores": item["cpu"], "memory_gb": item["ram_gb"], "os_name": item["os"],
                     "tags": ",".join(item["tags"])}
            asset = {"id": item["id"], "kind": KINDS[item["kind"]], "name": item["name"],
                     "criticality": CRITICALITIES[item["criticality"]], "facts": facts}
            yield asset, [{"from": item["id"], "to": to["id"], "kind": RELATIONS[to["type"]]} for to in item["depends_on"]]


def main(instance, out):
    def text(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    with open(out, "w", encoding="utf-8") as file:
        if out.endswith(".ndjson"):
            file.write(text({"format": "vcto.inventory/1", "source": SOURCE}) + "\n")
            for asset, relations in records(instance):
                file.write(text({"asset": asset}) + "\n")
                file.writelines(text({"relation": relation}) + "\n" for relation in relations)
            return
        file.write('{"format":"vcto.inventory/1","source":' + text(SOURCE) + ',"assets":[\n')
        file.write(",\n".join(text(asset) for asset, _ in records(instance)))
        file.write('\n],"relations":[\n')
        file.write(",\n".join(text(relation) for _, relations in records(instance) for relation in relations))
        file.write("\n]}\n")


main(*sys.argv[1:])
