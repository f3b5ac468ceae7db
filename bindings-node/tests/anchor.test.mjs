// Anchoring: rounds, anchors outside, and verdicts against what they keep.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import * as vcto from '../index.mjs'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

async function yard(t) {
  const folder = mkdtempSync(join(tmpdir(), 'vcto-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const practice = await vcto.open(join(folder, 'practice'), { origin: 'msp.example/vcto' })
  const tenant = await practice.createTenant('halden', { region: 'eu' })
  return { folder, practice, tenant }
}

test('a round makes the ledger complete against a folder outside', async (t) => {
  const { folder, practice, tenant } = await yard(t)
  const outside = new vcto.FileAnchor('share', join(folder, 'outside'))
  assert.equal(outside.name, 'share')
  practice.registerAnchor(outside)
  assert.equal((await tenant.ledger.verify()).completeness, 'unanchored')
  const taken = await practice.anchor()
  assert.equal(taken.hasFailure, false)
  const [region] = taken.regions
  assert.equal(region.origin, 'msp.example/vcto/anchor/eu')
  assert.deepEqual(taken.tenants.map(({ tenant: name, outcome }) => [name, outcome]), [['halden', 'anchored']])
  const [kept] = await outside.kept(region.origin)
  assert.equal(kept.note, region.checkpoint)
  const verified = await tenant.ledger.verify({ anchors: [kept], anchorKey: region.key })
  assert.equal(verified.completeness, 'ok')
  const fresh = { anchors: [kept], freshWithin: 300, asOf: new Date(Date.now() + 5000) }
  assert.equal((await tenant.ledger.verify(fresh)).freshness, 'ok')
  await tenant.prove(join(folder, 'proof'))
  assert.equal((await vcto.verifyBundle(join(folder, 'proof'), fresh)).freshness, 'ok')
  assert.equal((await vcto.verifyBundle(join(folder, 'proof'))).completeness, 'unanchored')
  const beat = await practice.anchor({ heartbeat: 0 })
  assert.equal(beat.tenants[0].outcome, 'anchored')
  assert.equal((await practice.anchor()).tenants[0].outcome, 'unchanged')
})

test('an anchor in JavaScript may give a promise, and what it throws is a failure', async (t) => {
  const { practice } = await yard(t)
  const requests = []
  practice.registerAnchor({
    name: 'listed',
    async keep(request) {
      requests.push(request)
      return 'noted'
    },
  })
  practice.registerAnchor({
    name: 'full',
    keep() {
      throw new RangeError('no room')
    },
  })
  const warned = []
  process.once('warning', (warning) => warned.push(warning.name))
  const taken = await practice.anchor()
  const [kept, failed] = taken.regions[0].anchors
  assert.deepEqual([kept.outcome, failed.outcome], ['kept', 'failed'])
  assert.match(failed.text, /RangeError: no room/)
  assert.equal(taken.hasFailure, true)
  assert.equal(requests[0].checkpoint, taken.regions[0].checkpoint)
  assert.equal(requests[0].region, 'eu')
  const [, waiting] = (await practice.anchor()).regions[0].anchors
  assert.equal(waiting.outcome, 'waiting')
})

test('a webhook is signed as Standard Webhooks says', async (t) => {
  const { practice } = await yard(t)
  const posted = []
  const server = createServer((request, response) => {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      posted.push([request.headers, Buffer.concat(parts)])
      response.writeHead(204).end()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  practice.registerAnchor(new vcto.WebhookAnchor('hook', `http://127.0.0.1:${server.address().port}/`, SECRET))
  const taken = await practice.anchor()
  assert.equal(taken.hasFailure, false, JSON.stringify(taken))
  const [[headers, body]] = posted
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body])
  assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  assert.equal(JSON.parse(body).data.checkpoint, taken.regions[0].checkpoint)
})

test('what is unfit is refused', async (t) => {
  const { folder, practice, tenant } = await yard(t)
  const invalid = { code: 'invalid_input' }
  assert.throws(() => new vcto.WebhookAnchor('hook', 'http://example.org/', SECRET), invalid)
  assert.throws(() => new vcto.WebhookAnchor('hook', 'https://example.org/', 'secret'), invalid)
  assert.throws(() => practice.registerAnchor({ name: 'x' }), invalid)
  assert.throws(() => practice.registerAnchor(new vcto.FileAnchor('No Name', folder)), invalid)
  practice.registerAnchor(new vcto.FileAnchor('share', folder))
  assert.throws(() => practice.registerAnchor(new vcto.FileAnchor('share', folder)), { code: 'conflict' })
  await assert.rejects(tenant.ledger.verify({ anchors: [7] }), invalid)
  await assert.rejects(tenant.ledger.verify({ freshWithin: 3 }), invalid)
  await assert.rejects(practice.anchor({ heartbeat: -1 }), invalid)
})

test('keys hand over while everything is open, and anchors are told', async (t) => {
  const { folder, practice, tenant } = await yard(t)
  const requests = []
  practice.registerAnchor({ name: 'listed', keep: (request) => void requests.push(request) })
  const outside = new vcto.FileAnchor('share', join(folder, 'outside'))
  practice.registerAnchor(outside)
  const [region] = (await practice.anchor()).regions
  assert.equal(await tenant.ledger.level(0), 'anchored')
  const before = tenant.ledger.verifierKey
  const key = await practice.rotateTenantKey('halden')
  const anchorKey = await practice.rotateAnchorKey('eu')
  assert.notEqual(before, key)
  assert.equal(tenant.ledger.verifierKey, key)
  assert.equal(await tenant.ledger.level((await tenant.ledger.size()) - 1), 'included')
  assert.equal((await practice.anchor()).hasFailure, false)
  assert.deepEqual(requests[0].handovers, [])
  assert.equal(requests[1].key, anchorKey)
  assert.match(requests[1].handovers[0], /^vcto\.rotation\/1\nmsp\.example\/vcto\/anchor\/eu\n/)
  const anchors = await outside.kept(region.origin)
  for (const known of [region.key, anchorKey]) {
    const verified = await tenant.ledger.verify({ key: before, anchors, anchorKey: known })
    assert.deepEqual([verified.authenticity, verified.completeness, verified.problems], ['ok', 'ok', []])
  }
  await assert.rejects(practice.rotateTenantKey('pryce'), { code: 'not_found' })
  await assert.rejects(practice.rotateAnchorKey('us'), { code: 'not_found' })
  await assert.rejects(tenant.ledger.level(10_000), { code: 'not_found' })
  await assert.rejects(tenant.ledger.level(-1), { code: 'invalid_input' })
})

test('evidence of two histories is read and checked', async (t) => {
  const { folder, practice } = await yard(t)
  await practice.anchor()
  const beat = async () => {
    const opened = await vcto.open(join(folder, 'practice'))
    opened.registerAnchor(new vcto.FileAnchor('share', join(folder, 'outside')))
    return (await opened.anchor({ heartbeat: 0 })).regions[0]
  }
  cpSync(join(folder, 'practice'), join(folder, 'backup'), { recursive: true })
  const seen = await beat()
  for (const part of ['anchors', 'marks']) {
    rmSync(join(folder, 'practice', part), { recursive: true })
    cpSync(join(folder, 'backup', part), join(folder, 'practice', part), { recursive: true })
  }
  const forked = await beat()
  assert.equal(forked.anchors[0].outcome, 'failed')
  const place = join(folder, 'outside', encodeURIComponent(seen.origin))
  const file = readFileSync(join(place, readdirSync(place).find((name) => name.startsWith('split-view-'))))
  const split = vcto.splitView(file)
  assert.deepEqual(split, vcto.splitView(file.toString()))
  assert.deepEqual([split.origin, split.key], [seen.origin, seen.key])
  assert.deepEqual(split.checkpoints, [seen, forked].map(({ checkpoint: note, size }) => ({ note, size })))
  assert.throws(() => vcto.splitView('{}'), { code: 'corrupt' })
  assert.throws(() => vcto.splitView(7), { code: 'invalid_input' })
})
