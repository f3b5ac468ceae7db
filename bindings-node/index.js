'use strict'

const native = require('./vcto.node')

// What the engine hands out cannot be made to do something else by a patched method.
for (const item of Object.values(native)) {
  if (typeof item === 'function') {
    Object.freeze(item)
    if (item.prototype) Object.freeze(item.prototype)
  }
}

module.exports = native
