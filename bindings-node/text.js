'use strict'

const { stringify } = JSON
const { toString } = Object.prototype

/** No format of the engine goes as deep. */
const MAX_DEPTH = 64

/** So many values are written at most: an object that stands in many places counts in each of them. */
const MAX_VALUES = 50_000_000

const REMEDIES = {
  ArrayBuffer: 'decode it',
  Map: '`Object.fromEntries(map)`',
  Promise: '`await` it',
  Set: 'make it a sorted array',
  Uint8Array: 'decode it',
}

/** Where and why a value has no JSON form. */
class Fault {
  constructor(path, message, remedy) {
    this.path = path
    this.message = message
    this.remedy = remedy
  }
}

/**
 * A caller's value as JSON text, alone in a list; or a message, a remedy and the keys that lead to the fault. What
 * `JSON.stringify` would drop or write as null is a fault. What code of the caller's throws on the way is thrown on.
 */
function textOf(root) {
  // The containers that are being written, and the keys under which they stand.
  const open = []
  const keys = []
  let values = 0
  try {
    const text = stringify(root, function (key, value) {
      while (open.length > 0 && open.at(-1) !== this) {
        open.pop()
        keys.pop()
      }
      const path = () => [...keys, key].slice(1)
      values += 1
      if (values > MAX_VALUES) throw new Fault(path(), `more than ${MAX_VALUES} values`, 'write them into a file, and read that')
      const written = scalar(this, key, value, path)
      if (typeof written !== 'object' || written === null) return written
      if (open.includes(written)) throw new Fault(path(), 'a value that contains itself', '')
      if (open.length > MAX_DEPTH) throw new Fault(path(), `more than ${MAX_DEPTH} levels deep`, '')
      open.push(written)
      keys.push(key)
      return written
    })
    return [text]
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    return [fault.message, fault.remedy, ...fault.path]
  }
}

/** What is written for a value: itself, where JSON has a form for it. */
function scalar(holder, key, value, path) {
  switch (typeof value) {
    case 'bigint':
      if (BigInt.asIntN(54, value) === value) return Number(value)
      throw new Fault(path(), 'a whole number beyond 2^53', 'write it as a text')
    case 'function':
    case 'symbol':
      throw new Fault(path(), `JSON has no form for a ${typeof value}`, '')
    case 'number':
      if (Number.isFinite(value)) return value
      throw new Fault(path(), 'NaN and infinity are no numbers in JSON', 'write null for what is known to be unknown')
    case 'undefined':
      if (!Array.isArray(holder)) return value
      throw new Fault(path(), 'undefined in a list', 'write null for what is known to be unknown')
    case 'object':
      return structure(holder, key, value, path)
    default:
      return value
  }
}

function structure(holder, key, value, path) {
  // The only dates that become null are invalid ones.
  if (value === null && !(holder[key] instanceof Date)) return value
  const kind = value === null ? 'Invalid Date' : toString.call(value).slice(8, -1)
  if (kind === 'Object' || kind === 'Array') return value
  throw new Fault(path(), `JSON has no form for a value of the class ${kind}`, REMEDIES[kind] ?? '')
}

module.exports = { textOf }
