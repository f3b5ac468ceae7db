// The rules of a tenant change through the gate, and anybody may stop everything.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as vcto from '../index.mjs'
import { change, step, world } from './world.mjs'

const how = { by: 'svc-desk', reason: 'we agreed on it' }

async function run({ signer, tenant }, edit, ...people) {
  let staged = await tenant.changeRules(edit, how)
  for (const person of people) {
    const { id } = staged
    staged = await staged.approve(person, { signer: signer(person) })
    if (!(staged instanceof vcto.Approved)) staged = await tenant.resume(id)
  }
  assert.ok(staged instanceof vcto.Approved)
  assert.equal((await staged.execute()).status, 'succeeded')
}

test('the rules change through the gate and read back', async () => {
  const here = await world()
  const { keys, signer, tenant } = here
  const freeze = { name: 'year-end', from: '2026-12-18T17:00:00Z', until: '2027-01-04T06:00:00Z', reason: 'payroll' }
  const staged = await tenant.changeRules(
    {
      policy: { approvals: 2 },
      areas: [{ name: 'firewall', zone: 'network', floor: 'L1', analysis: 'taken back exactly' }],
      add_approvers: [{ person: 'carol', key: keys.carol, roles: ['owner'] }],
      freezes: [freeze],
    },
    how,
  )
  const titles = staged.change.steps.map(({ title }) => title)
  assert.ok(titles.includes('Change the policy: approvals from 1 to 2'))
  assert.match(titles[0], /adds carol/)
  const approved = await staged.approve('alice', { signer: signer('alice') })
  assert.equal((await approved.execute()).status, 'succeeded')
  const rules = await tenant.rules()
  assert.deepEqual([rules.policy.approvals, rules.policy.targets], [2, 500])
  assert.ok(rules.areas.some(({ name }) => name === 'firewall'))
  assert.deepEqual(rules.freezes, [{ ...freeze, areas: [] }])
  const last = rules.approvers.at(-1)
  assert.deepEqual([last.person, last.roles, last.revoked_at], ['carol', ['owner'], null])

  // A revoked key stays in the register, and is no approver.
  await run(here, { revoke_keys: [keys.bob] }, 'alice', 'carol')
  assert.deepEqual((await tenant.approvers()).map(({ person }) => person), ['alice', 'carol'])
  const revoked = Object.fromEntries((await tenant.rules()).approvers.map((one) => [one.person, one.revoked_at !== null]))
  assert.deepEqual(revoked, { alice: false, bob: true, carol: false })
  assert.equal((await tenant.ledger.verify()).policy, 'ok')
})

test('while the kill switch is on nothing starts', async () => {
  const here = await world()
  const { approved, tenant } = here
  const waiting = await approved()
  const by = { type: 'engine', name: 'watchdog' }
  const halt = await tenant.halt(by, 'something is wrong')
  assert.deepEqual([halt.by, halt.why], [by, 'something is wrong'])
  await assert.rejects(waiting.execute(), { code: 'denied', message: /watchdog stopped all changes/ })
  assert.deepEqual((await tenant.rules()).halts, [halt])
  await run(here, { lift_halt: true }, 'bob')
  assert.deepEqual((await tenant.rules()).halts, [])
  const again = await tenant.resume(waiting.id)
  assert.equal((await again.execute()).status, 'handed_over')
})

test('an unfit edit is refused with its place', async () => {
  const { tenant } = await world()
  for (const [edit, code, place] of [
    [{}, 'invalid_input', undefined],
    [{ polcy: {} }, 'invalid_input', /^edit/],
    [{ policy: { approvals: 'two' } }, 'invalid_input', /^\/policy\/approvals/],
    [{ add_approvers: [{ person: 'x' }] }, 'invalid_input', /^edit\/add_approvers\/0/],
    [{ revoke_keys: ['SHA256:nobody'] }, 'not_found', undefined],
    [{ policy: { approvals: 3 } }, 'denied', undefined],
  ]) {
    await assert.rejects(tenant.changeRules(edit, how), place ? { code, place } : { code })
  }
  await assert.rejects(tenant.changeRules({ policy: {} }, { by: 'svc-desk', reson: 'x' }), { code: 'invalid_input', message: /reson/ })
})

test('nobody submits what is of the rules by another area', async () => {
  const { tenant } = await world()
  const own = { ...change, steps: [{ ...step, executor: 'vcto.rules' }] }
  await assert.rejects(tenant.submit(own, 'svc-desk'), { code: 'invalid_input' })
})
