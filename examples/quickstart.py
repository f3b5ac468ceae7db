"""The first steps in Python; `quickstart.rs` and `quickstart.mjs` print the same bytes."""

import vcto

estate = vcto.Estate(vcto.read("examples/data/erp.json"))
print(f"{estate.asset_count} assets, {estate.relation_count} relations")

san = estate.find("SAN")
print("could be touched:", estate.blast_radius(san)["total"])
print("stops with SQL A:", len(estate.fail(["sql-1"])["failed"]) - 1)
print("stops with the SAN:", len(estate.fail([san])["failed"]) - 1)

review = vcto.review(estate, as_of="2026-11-22")
print(len(review.findings), "findings")
print(review.to_json())
