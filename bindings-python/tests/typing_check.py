"""Passes `mypy --strict` only when the declared types are right; nothing here runs."""

import pathlib

import vcto

inventory: vcto.Inventory = vcto.read([pathlib.Path("a.json"), pathlib.Path("b.csv")], format=None)
vcto.read("a.json", progress=lambda stage, done, total: print(stage, done, total))
estate = vcto.Estate("{}")
estate = vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "x"}})
estate = vcto.Estate(inventory)
count: int = estate.asset_count
estate.asset_count = 3  # type: ignore[misc]
touched: list[str] = estate.blast_radius("a")["assets"]
failed: list[str] = estate.fail(["a", "b"])["failed"]
estate.fail("a")["nothing"]  # type: ignore[arg-type,typeddict-item]
sets: list[list[str]] = estate.cut_sets("a", order=1)
chain: list[str] | None = estate.path("a", "b")
bridges: list[list[str]] = estate.network().bridges()
review = vcto.review(estate, as_of="2026-11-22")
change: vcto.types.Change = review.recommendations[0].change
title: str = review.findings[0].title
