// What is open is amended, and what was approved for a window runs in it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import * as vcto from '../index.mjs'
import { change, step, world } from './world.mjs'

const alice = { type: 'person', name: 'alice' }
const wide = { ...change, steps: [step, { ...step, id: 's2', title: 'Renew the support of ERP', target: 'erp' }] }
const inSeconds = (seconds) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')

test('who narrows may approve and who widens may not', async () => {
  const { signer, tenant } = await world()
  const original = await tenant.submit(wide, 'svc-review')
  const narrow = await tenant.amend(original.id, change, { by: alice, reason: 'no_budget: the ERP next year' })
  assert.deepEqual(narrow.amendment, {
    original: original.id,
    by: alice,
    extent: 'narrower',
    reason: 'no_budget: the ERP next year',
  })
  assert.equal(narrow.proposer.name, 'svc-review')
  const over = await tenant.resume(original.id)
  assert.ok(over instanceof vcto.Finished)
  assert.deepEqual([over.outcome, over.supersededBy, over.execution], ['superseded', narrow.id, null])

  const wider = await tenant.amend(narrow.id, wide, { by: alice, reason: 'judged_wrong' })
  assert.throws(() => wider.decision('alice', 'approve'), { code: 'denied', message: /widened this change/ })
  assert.ok((await wider.approve('bob', { signer: signer('bob') })) instanceof vcto.Approved)
  const told = (await tenant.overrides()).map(({ kind, proposal, code, by }) => [kind, proposal, code, by.name])
  assert.deepEqual(told, [
    ['narrowed', original.id, 'no_budget', 'alice'],
    ['widened', narrow.id, 'judged_wrong', 'alice'],
  ])
})

test('a reason without a code is refused and the remedy names the codes', async () => {
  const { tenant } = await world()
  const original = await tenant.submit(wide, 'svc-review')
  const refused = tenant.amend(original.id, change, { by: 'svc-review', reason: 'because' })
  await assert.rejects(refused, { code: 'invalid_input', remedy: /too_risky/ })
  assert.ok((await tenant.resume(original.id)) instanceof vcto.StagedApproval)
})

test('the worker runs what its window allows and nothing else', async () => {
  const { approved, practice, tenant } = await world()
  const due = await approved({ not_before: inSeconds(-60), not_after: inSeconds(600) })
  const later = inSeconds(3600)
  await approved({ title: 'Later', not_before: later, not_after: inSeconds(7200) })
  const report = await practice.runDue()
  assert.deepEqual(report, {
    executed: [{ tenant: 'halden', proposal: due.id, status: 'handed_over' }],
    refused: [],
    missed: [],
    stuck: [],
    next: later,
    isQuiet: true,
  })
  assert.deepEqual((await tenant.runDue()).executed, [])
  await assert.rejects(tenant.runDue({ signl: 1 }), { code: 'invalid_input', message: /signal/ })
})

test('an abort before the first execution starts nothing', async () => {
  const { approved, practice } = await world()
  await approved({ not_before: inSeconds(-60), not_after: inSeconds(600) })
  await assert.rejects(practice.runDue({ signal: AbortSignal.abort() }), { code: 'cancelled' })
  assert.equal((await practice.runDue()).executed.length, 1)
})

test('a missed window is told once', async () => {
  const heard = []
  const open = { notifier() {}, reviewer: 'bob', missed: async (missed) => heard.push(missed) }
  const { approved, practice } = await world({ open })
  const [begin, end] = [inSeconds(-60), inSeconds(3)]
  const missed = await approved({ not_before: begin, not_after: end })
  await setTimeout(4100)
  const report = await practice.runDue()
  assert.deepEqual(report.missed, [{ tenant: 'halden', proposal: missed.id, begin, end, over: true }])
  assert.deepEqual(heard, report.missed)
  assert.deepEqual([(await practice.runDue()).missed, heard.length], [[], 1])
  await assert.rejects(vcto.open('unused', { missed() {} }), { code: 'invalid_input', message: /notifier/ })
})
