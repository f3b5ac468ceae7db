"""A small practice to test with: keys made by ssh-keygen, a client, and changes of each level."""

from __future__ import annotations

import datetime
import pathlib
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

import vcto

INVENTORY: dict[str, Any] = {
    "format": "vcto.inventory/1",
    "source": {"name": "crm-export", "captured_at": "2026-11-22T08:00:00Z", "complete": True},
    "assets": [
        {"id": "erp", "kind": "business_application", "name": "ERP", "criticality": "high"},
        {"id": "sql", "kind": "database", "name": "SQL"},
    ],
    "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}],
}


def fresh() -> dict[str, Any]:
    """The same client, seen just now."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    source = {**INVENTORY["source"], "captured_at": now.isoformat()}
    return {**INVENTORY, "source": source}


class World:
    """`tenant` and `options` go to `create_tenant` and `open`; `inventory` replaces the client's."""

    def __init__(
        self,
        folder: pathlib.Path,
        *,
        executors: Sequence[Any] = (),
        inventory: dict[str, Any] = INVENTORY,
        tenant: Callable[[World], dict[str, Any]] | None = None,
        **options: Any,
    ) -> None:
        self.folder = folder
        self.practice = vcto.open(folder / "practice", **options)
        self.practice.register(vcto.WorkOrders(folder / "orders"))
        for executor in executors:
            self.practice.register(executor)
        self.keys = {person: self.make_key(person) for person in ("alice", "bob", "carol")}
        signers = "".join(f"{person} {self.keys[person]}\n" for person in ("alice", "bob"))
        given = tenant(self) if tenant else {"approvers": signers}
        self.tenant = self.practice.create_tenant("halden", region="eu", **given)
        self.estate = vcto.Estate(inventory)
        self.tenant.review(self.estate, as_of="2026-11-22")

    def make_key(self, person: str) -> str:
        key = self.folder / person
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
        return key.with_suffix(".pub").read_text().strip()

    def signer(self, person: str) -> vcto.SshKeygen:
        return vcto.SshKeygen(self.folder / person)

    def change(self, **changed: Any) -> dict[str, Any]:
        step = {
            "id": "s1",
            "title": "Renew the support of SQL",
            "executor": "work_orders",
            "action": "work_order.create",
            "target": "sql",
            "parameters": {"priority": "high"},
            "undo": {"action": "work_order.withdraw"},
        }
        change = {
            "format": "vcto.change/1",
            "title": "Renew the support of SQL",
            "reason": "It ends this year.",
            "area": "architecture-review",
            "steps": [step],
        }
        return {**change, **changed}

    def staged(self, **changed: Any) -> vcto.StagedApproval:
        staged = self.tenant.submit(self.change(**changed), by="svc-review")
        assert isinstance(staged, vcto.StagedApproval)
        return staged

    def approved(self) -> vcto.Approved:
        approved = self.staged().approve("alice", signer=self.signer("alice"))
        assert isinstance(approved, vcto.Approved)
        return approved
