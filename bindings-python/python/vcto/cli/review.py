"""`vcto review` and `vcto what-if`."""

from __future__ import annotations

import argparse
import sys

import vcto

from . import gate
from .show import document, line, listed, plain, progress


def _estate(options: argparse.Namespace) -> vcto.Estate:
    inventory = vcto.read(options.input, format=options.format, scope=options.scope, progress=progress)
    return vcto.Estate(inventory)


def run(options: argparse.Namespace) -> int:
    """Reviews; records and stages what was asked for."""
    estate = _estate(options)
    tenant = gate.tenant(options) if options.record or options.stage else None
    if tenant is None:
        review = vcto.review(estate, as_of=options.as_of, progress=progress)
    else:
        review = tenant.review(estate, as_of=options.as_of, progress=progress)
    if options.json:
        print(review.to_json())
    else:
        print(review.to_text())
    if tenant is not None and options.stage:
        chosen = _chosen(review.recommendations, options.stage)
        for recommendation in chosen:
            staged = tenant.submit(recommendation.change, by=options.by)
            if not options.json:
                line(staged.id, staged.level, recommendation.title)
    if options.out:
        _leave(options, review, estate, tenant)
    return 0


def _chosen(recommendations: list[vcto.types.Recommendation], wanted: str) -> list[vcto.types.Recommendation]:
    if wanted == "all":
        return recommendations
    by_rank = {str(recommendation.rank): recommendation for recommendation in recommendations}
    ranks = [rank.strip() for rank in wanted.split(",")]
    unknown = [rank for rank in ranks if rank not in by_rank]
    if unknown:
        raise vcto.NotFound(f"no recommendation has the rank {plain(', '.join(unknown))}; there are {len(by_rank)}")
    return [by_rank[rank] for rank in ranks]


def _leave(options: argparse.Namespace, review: vcto.Review, estate: vcto.Estate, tenant: vcto.Tenant | None) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    if tenant is None:
        page = review.to_page(estate, client=options.client)
    else:
        page = tenant.page(estate, review, client=options.client)
    documents = {"review.json": review.to_json(), "review.html": page, "questions.csv": review.questions_csv()}
    for name, text in documents.items():
        (options.out / name).write_bytes(text.encode())
    print(f"left in {plain(options.out)}: {', '.join(documents)}", file=sys.stderr)


def what_if(options: argparse.Namespace) -> int:
    """Tells what stops, what gets worse, what is cut off, and what nobody knows."""
    estate = _estate(options)
    seeds = [estate.find(name) for name in options.fails]
    answer = estate.what_if(seeds)
    if options.json:
        document(answer)
        return 0
    why, people = answer["why"], answer["people"]
    line(f"at least {people['at_least']} people are stopped, {people['degraded']} more work worse, {people['unknown']} unknown")
    lists = (
        ("stop", answer["failed"]),
        ("get worse", answer["degraded"]),
        ("are cut off", answer["cut_off"]),
        ("unknown", answer["unknown"]),
    )
    for title, assets in lists:
        listed(title, (f"{asset}  {why.get(asset, '')}" for asset in assets if asset not in seeds))
    return 0
