"""Passes `mypy --strict` only when the declared types are right; nothing here runs."""

import vcto

estate = vcto.Estate("{}")
count: int = estate.asset_count
estate.asset_count = 3  # type: ignore[misc]
