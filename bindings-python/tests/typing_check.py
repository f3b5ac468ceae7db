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
estate.fail("a")["nothing"]  # type: ignore[typeddict-item]
sets: list[list[str]] = estate.cut_sets("a", order=1)
chain: list[str] | None = estate.path("a", "b")
bridges: list[list[str]] = estate.network().bridges()
review = vcto.review(estate, as_of="2026-11-22")
change: vcto.types.Change = review.recommendations[0].change
title: str = review.findings[0].title

practice = vcto.open("folder", operator="vcto")
practice.register(vcto.WorkOrders("orders"))
tenant = practice.create_tenant("halden", region="eu", approvers="")
recorded: vcto.Review = tenant.review(estate, as_of="2026-11-22", trigger="manual")
staged = tenant.submit(change, by="svc-review")
if isinstance(staged, vcto.StagedApproval):
    text: bytes = staged.decision("alice", "approve", reason=None, role=None)
    decided = staged.decide(text, "signature")
    decided = staged.approve("alice", signer=vcto.SshKeygen("~/.ssh/id_ed25519"))
    decided = staged.approve("alice", signer=lambda text: "signature")
    staged.execute()  # type: ignore[attr-defined]
    if isinstance(decided, vcto.Approved):
        execution: vcto.Execution = decided.execute()
        states: list[str] = [step.state for step in execution.steps]
        back = execution.rollback()
    elif isinstance(decided, vcto.Waiting):
        staged = decided.staged
elif isinstance(staged, vcto.StagedHumanOnly):
    staged.authorize()  # type: ignore[attr-defined]
    staged.decide(b"", b"")  # type: ignore[attr-defined]
else:
    approved: vcto.Approved = staged.authorize()
resumed = tenant.resume(tenant.pending()[0].id)
if isinstance(resumed, vcto.InDoubt):
    resumed.execute()  # type: ignore[attr-defined]
verdict: str = tenant.ledger.verify()["integrity"]
