"""Passes `mypy --strict` only when the declared types are right; nothing here runs."""

import datetime
import pathlib

import vcto

inventory: vcto.Inventory = vcto.read([pathlib.Path("a.json"), pathlib.Path("b.csv")], format=None)
vcto.read("folder", "ninjaone", scope="Halden & Pryce LLP")
vcto.read("a.json", progress=lambda stage, done, total: print(stage, done, total))
estate = vcto.Estate("{}")
estate = vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "x"}})
estate = vcto.Estate(inventory)
count: int = estate.asset_count
estate.asset_count = 3  # type: ignore[misc]
touched: list[str] = estate.blast_radius("a")["assets"]
failed: list[str] = estate.fail(["a", "b"])["failed"]
estate.fail("a")["nothing"]  # type: ignore[typeddict-item]
people: int = estate.what_if(["a"])["people"]["at_least"]
why: str = estate.what_if(["a"])["why"]["a"]
estate.what_if(["a"])["questions"][0]["asked"]  # type: ignore[typeddict-item]
sets: list[list[str]] = estate.cut_sets("a", order=1)
chain: list[str] | None = estate.path("a", "b")
bridges: list[list[str]] = estate.network().bridges()
review = vcto.review(estate, as_of="2026-11-22")
change: vcto.types.Change = review.recommendations[0].change
title: str = review.findings[0].title
grade = review.debt.ratio and review.debt.ratio.grade
review.findings[0].titel  # type: ignore[attr-defined]
gaps: int = sum(column.in_use.gap for column in review.matrix.columns)
ends: list[str] = [ending.date for ending in review.calendar.entries]
budget: vcto.Budget = vcto.budget(estate, review, b"", fiscal_year_start=4, years=5, lifetimes={"server": 6})
sums: list[str] = [total.total for total in budget.totals]
budget.costs  # type: ignore[attr-defined]
margins: list[str | None] = [cost.margin for cost in vcto.internal_budget(estate, review, pathlib.Path("prices.csv")).costs]
shown: str = review.to_html() + review.to_text() + estate.to_html()


class Lamp:
    name = "lamp"

    def actions(self) -> list[dict[str, str]]:
        return [{"name": "on", "reversibility": "exact", "idempotency": "natural"}]

    def observe(self, context: vcto.types.StepContext) -> str:
        return "present" if context.step.target else "absent"

    def apply(self, permit: vcto.Permit) -> dict[str, str]:
        return {"outcome": "done", "receipt": permit.idempotency_key}

    def undo(self, permit: vcto.Permit) -> str:
        permit.nothing  # type: ignore[attr-defined]
        return "done"


def tell(duty: vcto.types.ReviewDuty) -> None:
    print(duty.who, duty.by, duty.tenant, duty.proposal)


practice = vcto.open("folder", operator="vcto")
practice = vcto.open("folder", operator={"type": "person", "name": "x"}, policy={"approvals": 2}, notifier=tell, reviewer="bob")
practice.register(vcto.WorkOrders("orders"))
practice.register(Lamp())
practice.register(Lamp)  # type: ignore[arg-type]
tenant = practice.create_tenant("halden", region="eu", approvers="")
tenant = practice.create_tenant("halden", region="eu", approvers=[{"person": "alice", "key": "k", "roles": ["owner"]}])
roles: list[str] = tenant.approvers()[0].roles + [one.statement for one in tenant.decisions()]
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
outside = vcto.FileAnchor("share", "outside")
practice.register_anchor(outside)
taken: vcto.types.AnchorRound = practice.anchor(heartbeat=datetime.timedelta(hours=1))
verdict = tenant.ledger.verify(anchors=outside.kept("msp.example/anchor/eu"), anchor_key="key").completeness
practice.register_anchor("share")  # type: ignore[arg-type]
