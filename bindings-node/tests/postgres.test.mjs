// A practice in a PostgreSQL database, by a server of the tests' own (`.ci/postgres`).

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import * as vcto from '../index.mjs'

const root = join(import.meta.dirname, '..', '..')

/** The URL of a new, empty database; nothing where there is no PostgreSQL. */
async function database(t) {
  const server = spawn(join(root, '.ci', 'postgres'), { stdio: ['pipe', 'pipe', 'inherit'] })
  server.stdin.on('error', () => {})
  const ended = once(server, 'close')
  t.after(() => {
    server.stdin.end()
    return ended
  })
  server.stdin.write('node\n')
  const { value } = await createInterface(server.stdout)[Symbol.asyncIterator]().next()
  return value
}

test('a practice in a database is found again', async (t) => {
  const url = await database(t)
  if (url === undefined) {
    const notes = join(root, 'target', 'not-run')
    mkdirSync(notes, { recursive: true })
    writeFileSync(join(notes, 'node.postgres'), 'needs PostgreSQL (on Debian: apt-get install postgresql)')
    return t.skip('NOT RUN: needs PostgreSQL')
  }
  const folder = mkdtempSync(join(tmpdir(), 'vcto-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const practice = await vcto.open(url, { folder })
  const tenant = await practice.createTenant('halden', { region: 'eu' })
  assert.equal((await tenant.ledger.verify()).integrity, 'ok')
  // The keys are in the folder, and nowhere else.
  const [id] = readdirSync(folder)
  assert.deepEqual(readdirSync(join(folder, id, 'keys')), ['halden.key'])
  const again = await vcto.open(url, { folder })
  assert.equal((await again.tenant('halden')).region, 'eu')
})

test('a URL is not told in an error', async () => {
  await assert.rejects(
    vcto.open('postgres://bob:tiger@db.example/practice', { folder: tmpdir() }),
    (error) => error.code === 'unsupported' && !error.message.includes('tiger'),
  )
  assert.match(vcto.postgresSchema(), /CREATE ROLE vcto_app/)
})
