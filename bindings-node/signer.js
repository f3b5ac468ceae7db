'use strict'

const { spawn } = require('node:child_process')
const { homedir } = require('node:os')
const { join } = require('node:path')

/** Signs with a key of OpenSSH: a file, an agent's key named by its public file, or a FIDO token. */
class SshKeygen {
  #key
  #program

  constructor(key, { program = 'ssh-keygen' } = {}) {
    if (typeof key !== 'string') throw new TypeError('SshKeygen: the path of a key belongs here')
    this.#key = key.startsWith('~/') ? join(homedir(), key.slice(2)) : key
    this.#program = program
  }

  /** The signature over these bytes. */
  sign(text) {
    return new Promise((resolve, reject) => {
      const parameters = ['-Y', 'sign', '-n', 'vcto-approval-v1', '-f', this.#key]
      const child = spawn(this.#program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] })
      const fail = (message) => reject(Object.assign(new Error(message), { code: 'unavailable' }))
      const [signature, said] = [[], []]
      child.stdout.on('data', (part) => signature.push(part))
      child.stderr.on('data', (part) => said.push(part))
      child.on('error', () => fail(`${this.#program} is not installed (on Debian: apt-get install openssh-client)`))
      child.on('close', (status) =>
        status === 0
          ? resolve(Buffer.concat(signature).toString('ascii'))
          : fail(`${this.#program} did not sign with ${this.#key}: ${Buffer.concat(said).toString().trim()}`),
      )
      child.stdin.on('error', () => {})
      child.stdin.end(text)
    })
  }
}

module.exports = { SshKeygen }
