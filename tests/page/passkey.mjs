// A person approves with a passkey: a real browser with a virtual authenticator, the package for Node, and stock ssh-keygen.
//
// `node passkey.mjs FOLDER` leaves the practice in FOLDER. The page is served on this machine only.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import * as vcto from '../../bindings-node/index.mjs'

const folder = resolve(process.argv[2])
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const server = createServer((_, response) => {
  response.setHeader('content-type', 'text/html')
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  response.end('<!doctype html><title>Decide</title>')
})
await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
const address = `http://localhost:${server.address().port}/`

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage()
  await page.goto(address)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true }
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options })

  const made = await page.evaluate(async () => {
    const bytes = (buffer) => Array.from(new Uint8Array(buffer))
    const credential = await navigator.credentials.create({
      publicKey: {
        rp: { id: 'localhost', name: 'Practice' },
        user: { id: new Uint8Array([1]), name: 'alice', displayName: 'Alice' },
        challenge: new Uint8Array(32),
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { userVerification: 'required' },
      },
    })
    return { id: bytes(credential.rawId), key: bytes(credential.response.getPublicKey()) }
  })
  const key = vcto.passkeyKey('localhost', Uint8Array.from(made.key))

  const practice = await vcto.open(join(folder, 'practice'))
  practice.register(new vcto.WorkOrders(join(folder, 'orders')))
  const approvers = [{ person: 'alice', key, party: 'client' }]
  const tenant = await practice.createTenant('halden', { region: 'eu', approvers })
  const inventory = {
    format: 'vcto.inventory/1',
    source: { name: 'crm-export', captured_at: '2026-11-22T08:00:00Z', complete: true },
    assets: [{ id: 'erp', kind: 'business_application' }, { id: 'sql', kind: 'database' }],
    relations: [{ from: 'erp', to: 'sql', kind: 'depends_on' }],
  }
  await tenant.review(new vcto.Estate(inventory), { asOf: '2026-11-22' })
  const change = (title) => ({
    format: 'vcto.change/1',
    title,
    reason: 'It ends this year.',
    area: 'architecture-review',
    steps: [{ id: 's1', title, executor: 'work_orders', action: 'work_order.create', target: 'sql', undo: { action: 'work_order.withdraw' } }],
  })

  /** What the browser signs for a text. */
  const assertion = async (text) => {
    const challenge = Array.from(vcto.passkeyChallenge(text))
    const given = await page.evaluate(async ({ challenge, id }) => {
      const bytes = (buffer) => Array.from(new Uint8Array(buffer))
      const { response } = await navigator.credentials.get({
        publicKey: {
          rpId: 'localhost',
          challenge: Uint8Array.from(challenge),
          allowCredentials: [{ type: 'public-key', id: Uint8Array.from(id) }],
          userVerification: 'required',
        },
      })
      return [response.authenticatorData, response.clientDataJSON, response.signature].map(bytes)
    }, { challenge, id: made.id })
    const [authenticatorData, clientDataJSON, signature] = given.map((part) => Uint8Array.from(part))
    return { authenticatorData, clientDataJSON, signature }
  }

  const staged = await tenant.submit(change('Renew'), 'svc-review')
  const text = staged.decision('alice', 'approve')
  const signed = await assertion(text)
  const signature = vcto.passkeySignature(key, signed)

  // What was signed for one proposal is nothing for another, and a rejection is not an approval.
  const other = await tenant.submit(change('Renew again'), 'svc-review')
  await assert.rejects(other.decide(text, signature), { isRefusal: true })
  const rejects = staged.decision('alice', 'reject')
  await assert.rejects(staged.decide(rejects, signature), { isRefusal: true })
  for (const part of ['authenticatorData', 'clientDataJSON', 'signature']) {
    for (let at = 0; at < signed[part].length; at += 5) {
      const changed = Uint8Array.from(signed[part])
      changed[at] ^= 1
      const again = await tenant.resume(staged.id)
      await assert.rejects(async () => again.decide(text, vcto.passkeySignature(key, { ...signed, [part]: changed })), vcto.VctoError ?? Error)
    }
  }

  const approved = await (await tenant.resume(staged.id)).decide(text, signature)
  assert.ok(approved instanceof vcto.Approved)
  assert.equal((await approved.execute()).status, 'handed_over')

  // An outsider with the stock tool.
  const [decision] = await tenant.decisions()
  writeFileSync(join(folder, 'signers'), `alice ${key}\n`)
  writeFileSync(join(folder, 'signature'), decision.signature)
  const stock = (input) => spawnSync('ssh-keygen', ['-Y', 'verify', '-f', 'signers', '-I', 'alice', '-n', 'vcto-approval-v1', '-s', 'signature'], { cwd: folder, input })
  assert.equal(stock(decision.text).status, 0)
  assert.notEqual(stock(decision.text.replace('"approve"', '"reject"')).status, 0)

  // A device that does not know who holds it signs nothing.
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  const text2 = (await tenant.resume(other.id)).decision('alice', 'approve')
  await assert.rejects(assertion(text2), /NotAllowedError/)
  assert.equal((await tenant.pending())[0].state, 'staged')
  console.log('a passkey in a real browser approves, stock ssh-keygen accepts it, and nothing else of it is taken')
} finally {
  await browser.close()
  server.close()
}
