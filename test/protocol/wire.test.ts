import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as wire from '../../src/protocol/wire.ts'

const sources = fileURLToPath(new URL('../../src', import.meta.url))
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))

/** The code without what is said in comments and texts. */
function codeOf(file: string): string {
  const text = readFileSync(join(sources, file), 'utf8')
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, '')
}

test('only one file knows the numbers of the wire', () => {
  const commands = /\b0x(?:0[1-4]|8[0-4])\b/i
  assert.ok(files.length > 20)
  assert.deepEqual(
    files.filter(file => commands.test(codeOf(file))),
    [join('protocol', 'wire.ts')]
  )
})

test('the sizes and places of the wire follow from its grammar', () => {
  assert.deepEqual([wire.LENGTH_FIELD_BYTES, wire.COMMAND_OFFSET, wire.ID_OFFSET, wire.AFTER_ID_OFFSET], [4, 4, 5, 13])
  assert.deepEqual(
    [wire.MIN_FRAME_BYTES, wire.MIN_REQUEST_BYTES, wire.ACK_FRAME_BYTES, wire.ECHO_FRAME_BYTES],
    [5, 13, 14, 13]
  )
  assert.deepEqual(wire.Request, { Conn: 1, Submit: 2, Ping: 3, Close: 4 })
  assert.deepEqual(wire.Result, { ok: 0, refused: 1, unavailable: 2 })
  assert.equal(wire.DEFAULT_MAX_FRAME_BYTES, 1_048_576)
})
