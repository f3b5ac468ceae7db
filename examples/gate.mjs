// The way of a change in Node: proposed, signed, carried out, taken back, proved. `gate.py` goes the same way in Python.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as vcto from '../bindings-node/index.mjs'

const folder = mkdtempSync(join(tmpdir(), 'vcto-'))
const key = join(folder, 'alice') // a person's key: a file, an agent's or a FIDO token
execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])

const practice = await vcto.open(join(folder, 'practice')) // each client has a sealed ledger of its own in it
practice.register(new vcto.WorkOrders(join(folder, 'orders'))) // or any object with the methods of the interface Executor
const alice = { person: 'alice', key: readFileSync(`${key}.pub`, 'utf8') }
const tenant = await practice.createTenant('halden', { region: 'eu', approvers: [alice] })

const estate = new vcto.Estate(await vcto.read('examples/data/erp.json'))
const review = await tenant.review(estate, { asOf: '2026-11-22' }) // recorded: levels and approvals rest on it
const staged = await tenant.submit(review.recommendations[0].change, { by: 'svc-review' })
console.log(staged.level, staged.why[0].why)

// Another day, another process: open the practice, register, and go on from what the ledger says.
const [waiting] = await tenant.pending()
const again = await (await practice.tenant('halden')).resume(waiting.id) // L0 and L1 have `authorize`, L3 is left to people
const approved = await again.approve('alice', { signer: new vcto.SshKeygen(key) }) // or Waiting for more approvals
const execution = await approved.execute()
console.log(execution.status)

const back = await execution.rollback() // the way back is a proposal of its own
const undone = await back.approve('alice', { signer: new vcto.SshKeygen(key) })
console.log((await undone.execute()).status)

console.log((await tenant.ledger.verify()).policy)
await tenant.prove(join(folder, 'proof')) // keep the checkpoint that it gives elsewhere
console.log((await vcto.verifyBundle(join(folder, 'proof'))).integrity)
execFileSync('sh', [join(folder, 'proof', 'verify.sh')], { stdio: 'inherit' }) // the same with stock tools
