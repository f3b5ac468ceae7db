'use strict'

const { textOf } = require('./text.js')

/** How much of an error is recorded, in characters. */
const SHOWN = 500

/**
 * Calls methods of a caller's object. The promise never rejects: it gives the JSON text of the answer, alone in a list, or
 * two texts, of which the first says what went wrong.
 */
const callerOf = (object, who) => async (method, subject) => {
  let answer
  try {
    answer = await object[method](subject)
  } catch (error) {
    const said = `${who} threw ${shown(error)}`
    process.emitWarning(error instanceof Error ? error : said)
    return [said, '']
  }
  try {
    // What a notifier gives back says nothing: it may be the answer of a mail service, which has no JSON form.
    const [text, ...fault] = answer === undefined || method === 'notify' ? ['null'] : textOf(answer)
    return fault.length > 0 ? [`the answer of ${who} is unfit: ${text}`, ''] : [text]
  } catch (error) {
    return [`the answer of ${who} threw ${shown(error)}`, '']
  }
}

/** What an error says of itself, which may fail in its turn. */
function shown(error) {
  try {
    return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, SHOWN)
  } catch {
    return 'something that cannot be shown'
  }
}

module.exports = { callerOf }
