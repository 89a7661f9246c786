import { connect } from 'node:net'

/**
 * A process that holds connections on which nothing happens, each of which has sent something: `idle-connections.ts port
 * count`. Says `open` when they are, and ends with its standard input.
 */
const [port = 0, count = 0] = process.argv.slice(2).map(Number)
const AT_ONCE = 100
const submit = Buffer.from([0, 0, 0, 13, 2, 48, 48, 48, 48, 48, 48, 48, 49])

for (let opened = 0; opened < count; opened += AT_ONCE) {
  const batch = Array.from({ length: Math.min(AT_ONCE, count - opened) }, async () => {
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    const answered = new Promise(resolve => socket.once('data', resolve))
    socket.write(submit)
    await answered
  })
  await Promise.all(batch)
}
process.stdout.write('open\n')
process.stdin.resume()
process.stdin.once('end', () => process.exit())
