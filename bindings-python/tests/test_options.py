"""What a practice and its tenants are set up with: approvers with roles and parties, policies, areas, the operator."""

import pathlib
from typing import Any

import pytest

import vcto
from world import World


def two_of_them(world: World) -> dict[str, Any]:
    return {
        "approvers": [
            {"person": "alice", "key": world.keys["alice"], "roles": ["security", "owner"]},
            {"person": "bob", "key": world.keys["bob"], "party": "client", "roles": ["owner"]},
            {"person": "carol", "key": world.keys["carol"], "valid_before": "2020-01-01T00:00:00Z"},
        ],
        "policy": {"approvals": 2, "roles": ["owner"]},
    }


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    return World(tmp_path, tenant=two_of_them)


def test_two_persons_with_two_keys_approve_one_change(world: World) -> None:
    staged = world.staged()
    assert (staged.approvals.needed, staged.approvals.roles, staged.approvals.given) == (2, ["owner"], [])
    waiting = staged.approve("alice", signer=world.signer("alice"), role="security")
    assert isinstance(waiting, vcto.Waiting) and waiting.approvals.given == ["alice"]
    (pending,) = world.tenant.pending()
    assert (pending.state, pending.approvals_needed, pending.approved_by) == ("staged", 2, ["alice"])
    assert pending.proposer.name == "svc-review"
    # The same person is no second voice, in whichever role, nor with another's key.
    for attempt in (
        lambda: waiting.staged.approve("alice", signer=world.signer("alice"), role="owner"),
        lambda: waiting.staged.approve("bob", signer=world.signer("alice"), role="owner"),
        lambda: waiting.staged.approve("carol", signer=world.signer("carol")),
        lambda: waiting.staged.approve("bob", signer=world.signer("bob"), role="security"),
    ):
        with pytest.raises(vcto.VctoError):
            attempt()
    approved = waiting.staged.approve("bob", signer=world.signer("bob"), role="owner")
    assert isinstance(approved, vcto.Approved)
    assert approved.execute().status == "handed_over"
    decisions = world.tenant.decisions()
    assert [(one.person, one.role, one.statement) for one in decisions] == [("alice", "security", "approve"), ("bob", "owner", "approve")]
    assert decisions[0].text.endswith("\n") and decisions[0].signature.startswith("-----BEGIN SSH SIGNATURE-----")
    assert vcto.verify_bundle(prove(world)).integrity == "ok"


def prove(world: World) -> pathlib.Path:
    folder = world.folder / "proof"
    assert world.tenant.prove(folder).decisions == 2
    return folder


def test_a_role_that_nobody_has_taken_is_waited_for(world: World) -> None:
    staged = world.staged()
    waiting = staged.approve("bob", signer=world.signer("bob"))
    assert isinstance(waiting, vcto.Waiting)
    still = waiting.staged.approve("alice", signer=world.signer("alice"), role="security")
    assert isinstance(still, vcto.Waiting) and sorted(still.approvals.given) == ["alice", "bob"]
    assert isinstance(world.tenant.resume(staged.id), vcto.StagedApproval)


def test_the_register_says_who_may_approve(world: World) -> None:
    alice, bob, carol = world.tenant.approvers()
    assert (alice.person, alice.party, alice.roles, alice.valid_before) == ("alice", "msp", ["owner", "security"], None)
    assert (bob.party, carol.valid_before) == ("client", "2020-01-01T00:00:00Z")
    assert alice.key == world.keys["alice"].rsplit(" ", 1)[0] or alice.key == world.keys["alice"]


def test_the_policy_of_a_practice_is_that_of_its_tenants(tmp_path: pathlib.Path) -> None:
    practice = vcto.open(tmp_path, policy={"approvals": 2, "blast_radius": {"l2": 10}})
    practice.create_tenant("a", region="eu")
    with pytest.raises(vcto.InvalidInput, match="another"):
        practice.create_tenant("b", region="eu", policy={"approvals": 3})
    vcto.open(tmp_path, policy={"approvals": 2, "blast_radius": {"l2": 10}}).tenant("a")
    with pytest.raises(vcto.Conflict):
        vcto.open(tmp_path, policy={"approvals": 3}).tenant("a")
    vcto.open(tmp_path).tenant("a")


def test_an_area_of_ones_own_has_its_floor_and_its_quorum(tmp_path: pathlib.Path) -> None:
    def tenant(world: World) -> dict[str, Any]:
        area = {"name": "firewall", "zone": "network", "floor": "L2", "analysis": "It cuts people off.", "approvals": 2}
        return {"approvers": "".join(f"{who} {key}\n" for who, key in world.keys.items()), "areas": [area]}

    world = World(tmp_path, tenant=tenant)
    assert world.staged(area="firewall").approvals.needed == 2
    assert world.staged().approvals.needed == 1


def test_the_operator_is_no_approver_of_what_it_runs(tmp_path: pathlib.Path) -> None:
    world = World(tmp_path, operator={"type": "person", "name": "alice"})
    own = world.staged().approve("alice", signer=world.signer("alice"))
    assert isinstance(own, vcto.Approved)
    with pytest.raises(vcto.Denied, match="alice"):
        own.execute()
    by_bob = world.staged().approve("bob", signer=world.signer("bob"))
    assert isinstance(by_bob, vcto.Approved)
    operator = by_bob.execute().operator
    assert operator is not None and (operator.type, operator.name) == ("person", "alice")


def test_the_proposer_is_no_approver_either(world: World) -> None:
    staged = world.tenant.submit(world.change(), by={"type": "person", "name": "carol"})
    assert isinstance(staged, vcto.StagedApproval) and staged.proposer.type == "person"
    with pytest.raises(vcto.Denied):
        staged.decision("carol", "approve")
