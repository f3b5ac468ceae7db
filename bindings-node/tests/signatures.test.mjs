// Decisions that are signed with Node's own crypto: the format needs no tool of ours, nor of OpenSSH.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as vcto from '../index.mjs'
import { world } from './world.mjs'

const namespace = 'vcto-approval-v1'

const strings = (...parts) => Buffer.concat(parts.flatMap((part) => {
  const bytes = Buffer.from(part)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return [length, bytes]
}))

/** The last 32 bytes of the DER form are the key (RFC 8410). */
const publicOf = ({ publicKey }) => strings('ssh-ed25519', publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))

const sshsig = (pair, text) => {
  const digest = createHash('sha512').update(text).digest()
  const toSign = Buffer.concat([Buffer.from('SSHSIG'), strings(namespace, '', 'sha512', digest)])
  const signature = strings('ssh-ed25519', sign(null, toSign, pair.privateKey))
  const blob = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), strings(publicOf(pair), namespace, '', 'sha512', signature)])
  const lines = blob.toString('base64').match(/.{1,70}/g).join('\n')
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`
}

test('a signature of Node approves and ssh-keygen accepts it', async () => {
  const pair = generateKeyPairSync('ed25519')
  const approvers = `dora ssh-ed25519 ${publicOf(pair).toString('base64')}\n`
  const { folder, staged, tenant } = await world({ tenant: () => ({ approvers }) })
  const approved = await (await staged()).approve('dora', { signer: (text) => sshsig(pair, text) })
  assert.equal((await approved.execute()).status, 'handed_over')
  const [decision] = await tenant.decisions()
  writeFileSync(join(folder, 'signers'), approvers)
  writeFileSync(join(folder, 'signature'), decision.signature)
  const verify = ['-Y', 'verify', '-f', 'signers', '-I', 'dora', '-n', namespace, '-s', 'signature']
  assert.equal(spawnSync('ssh-keygen', verify, { cwd: folder, input: decision.text }).status, 0)
  const other = generateKeyPairSync('ed25519')
  await assert.rejects((await staged()).approve('dora', { signer: (text) => sshsig(other, text) }), { code: 'denied' })
})

test('a passkey approves', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const key = vcto.passkeyKey('msp.example', publicKey.export({ type: 'spki', format: 'der' }))
  const { staged } = await world({ tenant: () => ({ approvers: [{ person: 'dora', key }] }) })
  const signer = (origin, flags) => (text) => {
    const challenge = vcto.passkeyChallenge(text).toString('base64url')
    const clientDataJSON = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }))
    const relyingParty = createHash('sha256').update('msp.example').digest()
    const authenticatorData = Buffer.concat([relyingParty, Buffer.from([flags, 0, 0, 0, 0])])
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()])
    return vcto.passkeySignature(key, { authenticatorData, clientDataJSON, signature: sign('sha256', signed, privateKey) })
  }
  const page = 'https://gate.msp.example'
  await assert.rejects((await staged()).approve('dora', { signer: signer('https://evil.example', 5) }), { code: 'denied' })
  await assert.rejects((await staged()).approve('dora', { signer: signer(page, 1) }), { code: 'denied', message: /verify who/ })
  assert.ok((await (await staged()).approve('dora', { signer: signer(page, 5) })) instanceof vcto.Approved)
  assert.throws(() => vcto.passkeyKey('msp.example', Buffer.alloc(65)), { code: 'invalid_input', remedy: /alg: -7/ })
})
