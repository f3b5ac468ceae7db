// The gate: what was approved runs once, and nothing else.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'
import * as vcto from '../index.mjs'
import { change, step, world } from './world.mjs'

test('a signed change is handed over and taken back', async () => {
  const { orders, signer, staged, tenant } = await world()
  const waiting = await staged()
  assert.ok(waiting instanceof vcto.StagedApproval)
  assert.equal(waiting.level, 'L2')
  assert.ok(waiting.why.length > 0)
  assert.equal(waiting.change.title, change.title)
  const text = waiting.decision('alice', 'approve', { reason: 'agreed' })
  assert.ok(text.toString().endsWith('}\n'))
  const approved = await waiting.decide(text, await signer('alice').sign(text))
  assert.ok(approved instanceof vcto.Approved)
  const execution = await approved.execute()
  assert.equal(execution.status, 'handed_over')
  assert.deepEqual(execution.steps.map((step) => step.state), ['handed_over'])
  assert.equal(orders().length, 1)

  const back = await execution.rollback()
  assert.ok(back instanceof vcto.StagedApproval)
  const undone = await back.approve('bob', { signer: (bytes) => signer('bob').sign(bytes) })
  assert.equal((await undone.execute()).status, 'rolled_back')
  const verdicts = await tenant.ledger.verify()
  assert.deepEqual([verdicts.integrity, verdicts.policy, verdicts.firstBadIndex], ['ok', 'ok', null])
})

test('a decision with one byte changed is refused and the right one still counts', async () => {
  const { orders, signer, staged } = await world()
  const waiting = await staged()
  const text = waiting.decision('alice', 'approve')
  const signature = await signer('alice').sign(text)
  for (let at = 0; at < text.length; at += 41) {
    const changed = Buffer.from(text)
    changed[at] ^= 1
    await assert.rejects(waiting.decide(changed, signature), (error) => vcto.errorKinds().includes(error.code))
  }
  assert.deepEqual(orders(), [])
  assert.ok((await waiting.decide(text, signature)) instanceof vcto.Approved)
})

test('another process resumes what this one staged', async () => {
  const { folder, staged, tenant } = await world()
  const waiting = await staged()
  const code = `
    import * as vcto from ${JSON.stringify(new URL('../index.mjs', import.meta.url).href)}
    const practice = await vcto.open(${JSON.stringify(join(folder, 'practice'))})
    practice.register(new vcto.WorkOrders(${JSON.stringify(join(folder, 'orders'))}))
    const tenant = await practice.tenant('halden')
    const again = await tenant.resume((await tenant.pending())[0].id)
    const approved = await again.approve('alice', { signer: new vcto.SshKeygen(${JSON.stringify(join(folder, 'alice'))}) })
    console.log((await approved.execute()).status)`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  assert.equal(said.trim(), 'handed_over')
  const finished = await tenant.resume(waiting.id)
  assert.ok(finished instanceof vcto.Finished)
  assert.equal(finished.outcome, 'handed_over')
})

test('a proof verifies without keys and a changed byte is named', async () => {
  const { approved, folder, tenant } = await world()
  await (await approved()).execute()
  const proof = join(folder, 'proof')
  const { checkpoint, decisions, oscal } = await tenant.prove(proof)
  assert.deepEqual([decisions, oscal], [1, true])
  const verdicts = await vcto.verifyBundle(proof)
  assert.deepEqual([verdicts.integrity, verdicts.authenticity, verdicts.completeness], ['ok', 'self_signed', 'unanchored'])
  const anchored = await vcto.verifyBundle(proof, { key: tenant.ledger.verifierKey, checkpoint })
  assert.deepEqual([anchored.integrity, anchored.authenticity, anchored.completeness], ['ok', 'ok', 'ok'])
  const origin = tenant.ledger.origin.replace(/\/halden$/, '')
  const elsewhere = await vcto.open(join(folder, 'elsewhere'), { origin })
  await assert.rejects(elsewhere.importTenant('halden', proof), { code: 'unavailable' })
  copyFileSync(join(folder, 'practice', 'keys', 'halden.key'), join(folder, 'elsewhere', 'keys', 'halden.key'))
  const back = await elsewhere.importTenant('halden', proof, { checkpoint })
  assert.equal(await back.ledger.size(), anchored.size)
  await assert.rejects(elsewhere.importTenant('halden', proof), { code: 'conflict' })

  const lesser = await vcto.verifyBundle(proof, { headersOnly: true })
  assert.deepEqual([lesser.integrity, lesser.exitCode], ['headers_only', 0])
  const [decision] = readdirSync(join(proof, 'decisions')).filter((name) => name.endsWith('.json'))
  const text = readFileSync(join(proof, 'decisions', decision))
  text[100] ^= 1
  writeFileSync(join(proof, 'decisions', decision), text)
  const failed = await vcto.verifyBundle(proof)
  assert.deepEqual([failed.integrity, failed.exitCode], ['failed', 10])
  assert.ok(failed.problems.some((problem) => problem.text.includes(decision)))
  await assert.rejects(vcto.verifyBundle(join(folder, 'nothing')), { code: 'not_found' })
})

test('what no executor declares is left to humans', async () => {
  const { signer, tenant } = await world()
  const staged = await tenant.submit({ ...change, steps: [{ ...step, action: 'work_order.burn' }] }, 'svc-review')
  assert.ok(staged instanceof vcto.StagedHumanOnly)
  for (const name of ['approve', 'authorize', 'decide', 'execute']) assert.equal(staged[name], undefined)
  assert.throws(() => staged.attestation('alice', 'did', { doneAt: '2020-01-01T00:00:00Z' }), { code: 'denied' })
  const doneAt = new Date().toISOString().replace(/\.\d+Z/, 'Z')
  assert.throws(() => staged.attestation('alice', 'declined', { doneAt }), { code: 'denied' })
  const text = staged.attestation('alice', 'did', { note: 'by hand', doneAt })
  assert.equal(JSON.parse(text).done_at, doneAt)
  assert.equal((await staged.attest(text, await signer('alice').sign(text))).outcome, 'human_did')
})

test('an approval starts once, however often it is called', async () => {
  const { approved, orders } = await world()
  const token = await approved()
  const outcomes = await Promise.allSettled(Array.from({ length: 16 }, () => token.execute()))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.ok(outcomes.every(({ reason }) => !reason || reason.code === 'consumed'))
  assert.equal(orders().length, 1)
})

test('sixteen clients at once do not hold each other up', async () => {
  const worlds = await Promise.all(Array.from({ length: 16 }, world))
  const tokens = await Promise.all(worlds.map(({ approved }) => approved()))
  const executions = await Promise.all(tokens.map((token) => token.execute()))
  assert.ok(executions.every(({ status }) => status === 'handed_over'))
})

test('an approval is neither made, copied nor changed', async () => {
  const { approved, orders, tenant } = await world()
  const token = await approved()
  const { Approved, Rejected, StagedApproval } = vcto
  const attacks = {
    construct: () => new Approved(),
    reflect: () => Reflect.construct(Approved, []),
    extend: () => new (class extends Approved {})(),
    constructor: () => new token.constructor(),
    'other target': () => Reflect.construct(Object, [], Approved).execute(),
    create: () => Object.create(Approved.prototype).execute(),
    call: () => token.execute.call({}),
    'other class': () => token.execute.call(tenant),
    proxy: () => new Proxy(token, {}).execute(),
    json: () => JSON.stringify(token),
    clone: () => structuredClone(token).execute(),
    serialize: () => v8.deserialize(v8.serialize(token)).execute(),
    spread: () => ({ ...token }).execute(),
    patch: () => { Approved.prototype.execute = () => 'done' },
    swap: () => Object.setPrototypeOf(tenant, StagedApproval.prototype).decide('', ''),
    rejected: () => Reflect.construct(Rejected, []),
    'patch the module': () => { vcto.default.Approved = Rejected },
  }
  for (const [name, attack] of Object.entries(attacks)) {
    await assert.rejects(async () => attack(), undefined, name)
  }
  assert.throws(() => JSON.stringify({ token }), { code: 'denied' })
  assert.equal((await token.execute()).status, 'handed_over')
  assert.equal(orders().length, 1)
})

test('a signer that does not sign approves nothing', async () => {
  const { folder, signer, staged, tenant } = await world()
  const waiting = await staged()
  const signers = [() => '', () => Buffer.from('noise'), () => null, () => { throw new Error('no') }, {}, undefined]
  for (const bad of [...signers, new vcto.SshKeygen(join(folder, 'nobody')), new vcto.SshKeygen('x', { program: 'no-such' })]) {
    await assert.rejects(waiting.approve('alice', { signer: bad }))
  }
  assert.ok((await tenant.resume(waiting.id)) instanceof vcto.StagedApproval)
  assert.ok((await waiting.approve('alice', { signer: signer('alice') })) instanceof vcto.Approved)
})

test('bad arguments are refused by name', async () => {
  const { practice, staged, tenant } = await world()
  const waiting = await staged()
  assert.throws(() => waiting.decision('alice', 'perhaps'), { code: 'invalid_input', place: 'verdict' })
  assert.throws(() => waiting.decision('mallory', 'approve'), { code: 'denied' })
  await assert.rejects(tenant.submit({ ...change, level: 'L0' }, 'svc-review'), { code: 'invalid_input' })
  await assert.rejects(practice.tenant('haldne'), { code: 'not_found' })
  await assert.rejects(tenant.resume('p-0'), { code: 'invalid_input' })
  assert.throws(() => practice.register(new vcto.WorkOrders('x')), { code: 'conflict' })
})

test('the program beside that of the readme runs', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const said = execFileSync(process.execPath, ['examples/gate.mjs'], { cwd: root, encoding: 'utf8' }).split('\n')
  assert.match(said[0], /^L2 /)
  assert.deepEqual(said.slice(1, 5), ['handed_over', 'rolled_back', 'ok', 'ok'])
})
