"""The way of a change in Python: proposed, signed, carried out, taken back, proved. `gate.mjs` goes the same way in Node."""

import pathlib
import subprocess
import tempfile

import vcto

folder = pathlib.Path(tempfile.mkdtemp())
key = folder / "alice"  # a person's key: a file, an agent's or a FIDO token
subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)

practice = vcto.open(folder / "practice")  # each client has a sealed ledger of its own in it
practice.register(vcto.WorkOrders(folder / "orders"))  # or any object with the methods of vcto.types.Executor
alice = {"person": "alice", "key": key.with_suffix(".pub").read_text()}
tenant = practice.create_tenant("halden", region="eu", approvers=[alice])

estate = vcto.Estate(vcto.read("examples/data/erp.json"))
review = tenant.review(estate, as_of="2026-11-22")  # recorded: levels and approvals rest on it
staged = tenant.submit(review.recommendations[0].change, by="svc-review")
print(staged.level, staged.why[0].why)

# Another day, another process: open the practice, register, and go on from what the ledger says.
staged = practice.tenant("halden").resume(tenant.pending()[0].id)
assert isinstance(staged, vcto.StagedApproval)  # L2; L0 and L1 have `authorize`, L3 is left to people
approved = staged.approve("alice", signer=vcto.SshKeygen(key))
assert isinstance(approved, vcto.Approved)  # or Waiting for more approvals
execution = approved.execute()
print(execution.status)

back = execution.rollback()  # the way back is a proposal of its own
assert isinstance(back, vcto.StagedApproval)
undone = back.approve("alice", signer=vcto.SshKeygen(key))
assert isinstance(undone, vcto.Approved)
print(undone.execute().status)

print(tenant.ledger.verify().policy)
tenant.prove(folder / "proof")  # keep the checkpoint that it gives elsewhere
print(vcto.verify_bundle(folder / "proof").integrity)
subprocess.run(["sh", folder / "proof" / "verify.sh"], check=True)  # the same with stock tools
