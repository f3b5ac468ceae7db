// What a practice and its tenants are set up with: approvers with roles and parties, policies, areas, the operator.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import * as vcto from '../index.mjs'
import { change, world } from './world.mjs'

const two = (keys) => ({
  approvers: [
    { person: 'alice', key: keys.alice, roles: ['security', 'owner'] },
    { person: 'bob', key: keys.bob, party: 'client', roles: ['owner'] },
    { person: 'carol', key: keys.carol, valid_before: '2020-01-01T00:00:00Z' },
  ],
  policy: { approvals: 2, roles: ['owner'] },
})

test('two persons with two keys approve one change', async () => {
  const { folder, signer, staged, tenant } = await world({ tenant: two })
  const first = await staged()
  assert.deepEqual(first.approvals, { needed: 2, roles: ['owner'], given: [], stuck: null })
  const waiting = await first.approve('alice', { signer: signer('alice'), role: 'security' })
  assert.ok(waiting instanceof vcto.Waiting)
  assert.deepEqual(waiting.approvals.given, ['alice'])
  const [pending] = await tenant.pending()
  assert.deepEqual([pending.state, pending.approvalsNeeded, pending.approvedBy, pending.proposer.name], ['staged', 2, ['alice'], 'svc-review'])
  // The same person is no second voice, in whichever role, nor with another's key.
  for (const [person, key, role] of [['alice', 'alice', 'owner'], ['bob', 'alice', 'owner'], ['carol', 'carol'], ['bob', 'bob', 'security']]) {
    await assert.rejects(waiting.staged.approve(person, { signer: signer(key), role }), (error) => vcto.errorKinds().includes(error.code))
  }
  const approved = await waiting.staged.approve('bob', { signer: signer('bob'), role: 'owner' })
  assert.equal((await approved.execute()).status, 'handed_over')
  const decisions = await tenant.decisions()
  assert.deepEqual(decisions.map(({ person, role, statement }) => [person, role, statement]), [['alice', 'security', 'approve'], ['bob', 'owner', 'approve']])
  assert.equal((await tenant.prove(join(folder, 'proof'))).decisions, 2)
  assert.equal((await vcto.verifyBundle(join(folder, 'proof'))).integrity, 'ok')
})

test('the register says who may approve', async () => {
  const { tenant } = await world({ tenant: two })
  const [alice, bob, carol] = await tenant.approvers()
  assert.deepEqual([alice.person, alice.party, alice.roles, alice.valid_before], ['alice', 'msp', ['owner', 'security'], undefined])
  assert.deepEqual([bob.party, carol.valid_before], ['client', '2020-01-01T00:00:00Z'])
})

test('the policy of a practice is that of its tenants', async () => {
  const policy = { approvals: 2, blast_radius: { l2: 10 } }
  const { folder, practice } = await world({ open: { policy } })
  await assert.rejects(practice.createTenant('b', { region: 'eu', policy: { approvals: 3 } }), { code: 'invalid_input' })
  const again = (options) => vcto.open(join(folder, 'practice'), options).then((practice) => practice.tenant('halden'))
  await again({ policy })
  await again()
  await assert.rejects(again({ policy: { approvals: 3 } }), { code: 'conflict' })
})

test('an area of ones own has its floor and its quorum', async () => {
  const area = { name: 'firewall', zone: 'network', floor: 'L2', analysis: 'It cuts people off.', approvals: 2 }
  const approvers = (keys) => Object.entries(keys).map((pair) => `${pair.join(' ')}\n`).join('')
  const { staged } = await world({ tenant: (keys) => ({ approvers: approvers(keys), areas: [area] }) })
  assert.equal((await staged({ area: 'firewall' })).approvals.needed, 2)
  assert.equal((await staged()).approvals.needed, 1)
})

test('neither operator nor proposer approves', async () => {
  const tenantOf = (keys) => ({ approvers: Object.entries(keys).map(([person, key]) => ({ person, key })) })
  const operator = { type: 'person', name: 'alice' }
  const { approved, signer, staged, tenant } = await world({ open: { operator }, tenant: tenantOf })
  await assert.rejects((await approved()).execute(), { code: 'denied' })
  const execution = await (await (await staged()).approve('bob', { signer: signer('bob') })).execute()
  assert.deepEqual(execution.operator, operator)
  const own = await tenant.submit(change, { by: { type: 'person', name: 'bob' } })
  assert.deepEqual(own.proposer, { type: 'person', name: 'bob' })
  assert.throws(() => own.decision('bob', 'approve'), { code: 'denied' })
})

test('an option with an unknown name is refused, and the near one named', async () => {
  const inventory = { format: 'vcto.inventory/1', source: { name: 'x' }, assets: [{ id: 'a', kind: 'server', name: 'A' }] }
  const estate = new vcto.Estate(inventory)
  const review = await vcto.review(estate, { asOf: '2026-11-22' })
  const refused = (remedy) => ({ name: 'TypeError', code: 'invalid_input', isRefusal: false, remedy })
  const prices = Buffer.from('match,term,amount,currency\n')
  await assert.rejects(vcto.budget(estate, review, prices, { fiscal_year_start: 4 }), refused('did you mean `fiscalYearStart`?'))
  await assert.rejects(vcto.review(estate, { asOf: '2026-11-22', waiver: 'x' }), refused('did you mean `waivers`?'))
  assert.throws(() => review.toPage(estate, { toString: 1 }), refused('the options are client, budget'))
  const { tenant, practice } = await world({})
  await assert.rejects(practice.createTenant('b', { region: 'eu', aproverz: [] }), refused('did you mean `approvers`?'))
  await assert.rejects(tenant.ledger.entries({ subjet: 'x' }).next(), refused('did you mean `subject`?'))
  await assert.rejects(tenant.submit(change, { by: 'svc', __proto__: null, constructor: 1 }), { code: 'invalid_input' })
})

test('the options that are known are those that are declared', async () => {
  const { createRequire } = await import('node:module')
  const { readFile } = await import('node:fs/promises')
  const { OPTIONS } = createRequire(import.meta.url)('../options.js')
  const types = await readFile(new URL('../index.d.ts', import.meta.url), 'utf8')
  const fields = (body) => [...body.matchAll(/^ *(\w+)\??:/gm)].map(([, name]) => name)
  const interfaces = Object.fromEntries([...types.matchAll(/^export interface (\w+) \{\n([^]*?)^\}/gm)].map(([, name, body]) => [name, fields(body)]))
  const declared = {}
  // These hand their options on to `decision` and `readOn`, or take a program to run.
  const handOn = new Set(['StagedApproval.approve', 'Ledger.entries', 'SshKeygen.constructor'])
  let inside = ''
  for (const line of types.split('\n')) {
    inside = /^export (?:declare )?(?:class|interface) (\w+)/.exec(line)?.[1] ?? (line === '}' ? '' : inside)
    const [, name, given] = /^(?:  |export declare function )(?:async )?(\w+)\((.*)\): /.exec(line) ?? /^  (constructor)\((.*)\)$/.exec(line) ?? []
    const call = inside ? `${inside}.${name}` : name
    const [before, last] = given?.split(/(?:^|, )(?:options|details)\??: /) ?? []
    if (last === undefined || handOn.has(call)) continue
    const named = /(\w+(?:Options|Details))/.exec(last)?.[1]
    declared[call] = [before === '' ? 0 : before.split(/, (?=\w+\??: )/).length, named ? interfaces[named] : fields(last.replace(/^\{/, ''))]
  }
  assert.deepEqual(declared, OPTIONS)
})
