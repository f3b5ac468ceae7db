"""`vcto review` and `vcto what-if`."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from collections.abc import Mapping
from typing import Any, Literal

import vcto

from . import gate
from .given import SHEETS, is_filled
from .show import document, line, listed, plain, progress


_BUDGET = ("budget.json", "budget.xlsx")
"""What an earlier run may have left, and would speak of another review now."""


def _estate(options: argparse.Namespace) -> vcto.Estate:
    inventory = vcto.read(options.input, format=options.format, scope=options.scope, infer=options.infer, progress=progress)
    return vcto.Estate(inventory)


def run(options: argparse.Namespace) -> int:
    """Reviews; records and stages what was asked for."""
    if options.prices and options.json and not options.out:
        options.misused("--json prints the review alone: --out says where to leave the budget")
    if options.stage is not None and not all(options.stage.split(",")):
        options.misused("--stage: write `all`, or ranks such as 1,2")
    if options.out:
        _spare(options)
    estate = _estate(options)
    tenant = gate.tenant(options) if options.record or options.stage is not None else None
    if tenant is None:
        review = vcto.review(estate, as_of=options.as_of, waivers=options.waivers, progress=progress)
    else:
        review = tenant.review(estate, as_of=options.as_of, waivers=options.waivers, progress=progress)
    budget = None
    if options.prices:
        budget = vcto.budget(estate, review, options.prices, fiscal_year_start=options.fiscal_year_start)
    staged = None
    if tenant is not None and options.stage is not None:
        staged = _stage(tenant, _chosen(review.recommendations, options.stage), options.by)
    if options.json:
        print(review.to_json() if staged is None else json.dumps(json.loads(review.to_json()) | {"staged": staged}, ensure_ascii=False))
    elif tenant is None:
        print(review.to_page_text(estate, client=options.client, budget=budget), end="")
    else:
        print(tenant.page_text(estate, review, client=options.client, budget=budget), end="")
    if options.out:
        if tenant is None:
            page = review.to_page(estate, client=options.client, budget=budget)
        else:
            page = tenant.page(estate, review, client=options.client, budget=budget)
        documents = {"review.json": review.to_json().encode(), "review.html": page.encode(), "questions.csv": review.questions_csv().encode()}
        if options.infer:
            documents["inferred.csv"] = vcto.inferred_csv(estate).encode()
        if budget is not None:
            documents |= {"budget.json": budget.to_json().encode(), "budget.xlsx": budget.to_xlsx()}
        _leave(options, documents)
    return 0


def _chosen(recommendations: list[vcto.types.Recommendation], wanted: str) -> list[vcto.types.Recommendation]:
    if wanted == "all":
        return recommendations
    by_rank = {str(recommendation.rank): recommendation for recommendation in recommendations}
    ranks = list(dict.fromkeys(rank.strip() for rank in wanted.split(",")))
    unknown = [rank for rank in ranks if rank not in by_rank]
    if unknown:
        raise vcto.NotFound(f"no recommendation has the rank {plain(', '.join(unknown))}; there are {len(by_rank)}")
    return [by_rank[rank] for rank in ranks]


def _stage(tenant: vcto.Tenant, chosen: list[vcto.types.Recommendation], by: str) -> list[dict[str, Any]]:
    """Submits the changes, but for those that wait already: the same change twice is one thing to decide."""
    waiting = tenant.pending()
    told = []
    for recommendation in chosen:
        alike = (entry.id for entry in waiting if entry.title == recommendation.change.title)
        same = (proposal for proposal in map(tenant.resume, alike) if proposal.change == recommendation.change)
        known = next(same, None)
        proposal = tenant.submit(recommendation.change, by=by) if known is None else known
        word = "submitted" if known is None else "waits already"
        level = getattr(proposal, "level", "")
        print(f"{word}: {proposal.id} {level} {plain(recommendation.title)}", file=sys.stderr)
        told.append({"rank": recommendation.rank, "id": proposal.id, "level": level, "is_new": known is None})
    return told


def _spare(options: argparse.Namespace) -> None:
    """Refuses to write over a file, over a sheet that is read, and over what people wrote in one that is not."""
    if options.out.exists() and not options.out.is_dir():
        options.misused(f"--out {plain(options.out)} is a file: name a folder")
    read = {pathlib.Path(given).resolve() for given in options.input}
    for name in SHEETS:
        sheet = options.out / name
        if sheet.resolve() in read:
            options.misused(f"{plain(sheet)} is an input and would be written over: move it, or leave the results elsewhere")
        if (name != "inferred.csv" or options.infer) and is_filled(sheet):
            options.misused(f"{plain(sheet)} is filled in, is not among the inputs and would be written over: read it with them, and leave the results elsewhere")


def _leave(options: argparse.Namespace, documents: Mapping[str, bytes]) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    for name in _BUDGET:
        if name not in documents:
            (options.out / name).unlink(missing_ok=True)
    for name, content in documents.items():
        (options.out / name).write_bytes(content)
    print(f"left in {plain(options.out)}: {', '.join(documents)}", file=sys.stderr)


def what_if(options: argparse.Namespace) -> int:
    """Tells what stops, what gets worse, what is cut off, and what nobody knows."""
    estate = _estate(options)
    seeds = [estate.find(name) for name in options.fails]
    answer = estate.what_if(seeds)
    if options.json:
        document(answer)
        return 0
    why = answer["why"]
    line(answer["summary"])
    lists = (
        ("stop", answer["failed"]),
        ("get worse", answer["degraded"]),
        ("are cut off", answer["cut_off"]),
        ("unknown", answer["unknown"]),
    )
    for title, assets in lists:
        listed(title, (f"{asset}  {why.get(asset, '')}" for asset in assets if asset not in seeds))
    listed("sites", map(_site, answer["sites"]))
    listed("services", (f"{each['service']}  {each['state']}, {_people(each['people'])}" for each in answer["services"]))
    listed("ask", (f"{each['ask']} (tells {each['unlocks']})" for each in answer["questions"]))
    return 0


def _site(site: vcto.types.SiteEffect) -> str:
    counts = ", ".join(f"{title} {site[key]}" for title, key in _COUNTS if site[key])
    return f"{site['site']}  {counts}; way out {site['way_out']}; {_people(site['people'])}"


_COUNTS: tuple[tuple[str, Literal["failed", "degraded", "cut_off", "unknown"]], ...] = (
    ("stop", "failed"),
    ("get worse", "degraded"),
    ("cut off", "cut_off"),
    ("unknown", "unknown"),
)


def _people(count: int | None) -> str:
    return "people not recorded" if count is None else f"{count} people"
