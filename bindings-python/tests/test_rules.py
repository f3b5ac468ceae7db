"""The rules of a tenant change through the gate, and anybody may stop everything."""

import pathlib

import pytest

import vcto
from world import World


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    return World(tmp_path)


def run(world: World, edit: dict[str, object], *people: str) -> vcto.Execution:
    staged: object = world.tenant.change_rules(edit, "we agreed on it", "svc-desk")
    for person in people:
        assert isinstance(staged, vcto.StagedApproval)
        answer = staged.approve(person, signer=world.signer(person))
        staged = answer if isinstance(answer, vcto.Approved) else world.tenant.resume(staged.id)
    assert isinstance(staged, vcto.Approved)
    execution = staged.execute()
    assert execution.status == "succeeded"
    return execution


def test_the_rules_change_through_the_gate_and_read_back(world: World) -> None:
    edit = {
        "policy": {"approvals": 2},
        "areas": [{"name": "firewall", "zone": "network", "floor": "L1", "analysis": "taken back exactly"}],
        "add_approvers": [{"person": "carol", "key": world.keys["carol"], "roles": ["owner"]}],
        "freezes": [
            {"name": "year-end", "from": "2026-12-18T17:00:00Z", "until": "2027-01-04T06:00:00Z", "reason": "payroll"}
        ],
    }
    staged = world.tenant.change_rules(edit, "we agreed on it", "svc-desk")
    assert isinstance(staged, vcto.StagedApproval)
    titles = [step.title for step in staged.change.steps]
    assert "Change the policy: approvals from 1 to 2" in titles and "adds carol" in titles[0]
    assert isinstance(staged.approve("alice", signer=world.signer("alice")), vcto.Approved)
    approved = world.tenant.resume(staged.id)
    assert isinstance(approved, vcto.Approved)
    approved.execute()
    rules = world.tenant.rules()
    assert (rules.policy.approvals, rules.policy.targets) == (2, 500)
    assert "firewall" in [area.name for area in rules.areas]
    assert [(freeze.name, freeze["from"], freeze.areas) for freeze in rules.freezes] == [
        ("year-end", "2026-12-18T17:00:00Z", [])
    ]
    assert [(one.person, one.roles, one.revoked_at) for one in rules.approvers][-1] == ("carol", ["owner"], None)

    # A revoked key stays in the register, and is no approver.
    run(world, {"revoke_keys": [world.keys["bob"]]}, "alice", "carol")
    assert [approver.person for approver in world.tenant.approvers()] == ["alice", "carol"]
    revoked = {one.person: one.revoked_at for one in world.tenant.rules().approvers}
    assert revoked["bob"] is not None and revoked["alice"] is None
    assert world.tenant.ledger.verify().policy == "ok"


def test_while_the_kill_switch_is_on_nothing_starts(world: World) -> None:
    approved = world.approved()
    halt = world.tenant.halt({"type": "engine", "name": "watchdog"}, "something is wrong")
    assert (halt.by.name, halt.why) == ("watchdog", "something is wrong")
    with pytest.raises(vcto.Denied, match="watchdog stopped all changes") as caught:
        approved.execute()
    assert caught.value.remedy is not None
    assert [standing.seq for standing in world.tenant.rules().halts] == [halt.seq]
    run(world, {"lift_halt": True}, "bob")
    assert world.tenant.rules().halts == []
    again = world.tenant.resume(approved.id)
    assert isinstance(again, vcto.Approved)
    assert again.execute().status == "handed_over"


@pytest.mark.parametrize(
    ("edit", "kind", "place"),
    [
        ({}, vcto.InvalidInput, None),
        ({"polcy": {}}, vcto.InvalidInput, "edit"),
        ({"policy": {"approvals": "two"}}, vcto.InvalidInput, "/policy/approvals"),
        ({"add_approvers": [{"person": "x"}]}, vcto.InvalidInput, "edit/add_approvers/0"),
        ({"revoke_keys": ["SHA256:nobody"]}, vcto.NotFound, None),
        ({"policy": {"approvals": 3}}, vcto.Denied, None),
    ],
)
def test_an_unfit_edit_is_refused_with_its_place(
    world: World, edit: dict[str, object], kind: type[vcto.VctoError], place: str | None
) -> None:
    with pytest.raises(kind) as caught:
        world.tenant.change_rules(edit, "because", "svc-desk")
    if place is not None:
        assert caught.value.place is not None and caught.value.place.startswith(place)


def test_nobody_registers_what_is_the_gates_own(world: World) -> None:
    class Mine:
        name = "vcto.rules"

        def actions(self) -> list[dict[str, object]]:
            return [{"name": "set_policy", "reversibility": "exact", "idempotency": "natural"}]

        def observe(self, context: object) -> dict[str, str]:
            return {"effect": "absent"}

        def apply(self, permit: object) -> dict[str, str]:
            return {"outcome": "done"}

        def undo(self, permit: object) -> dict[str, str]:
            return {"outcome": "done"}

    with pytest.raises(vcto.Conflict, match="gate's own"):
        world.practice.register(Mine())
    step = {**world.change()["steps"][0], "executor": "vcto.rules"}
    with pytest.raises(vcto.InvalidInput):
        world.tenant.submit(world.change(steps=[step]), by="svc-desk")
