"""The first steps in Python; `quickstart.rs` and `quickstart.mjs` print the same bytes."""

import pathlib

import vcto

estate = vcto.Estate(pathlib.Path("examples/data/erp.json").read_text())
print(f"{estate.asset_count} assets, {estate.relation_count} relations")
print(estate.digest)
