import { read, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { WireQuality } from './wire.ts'

/** Between two network devices, which are files NEAR and FAR of this process: what one sends, the other receives. */
const LARGEST_PACKET = 65_536
let quality: Required<WireQuality> = { delayMs: 0, jitterMs: 0, loss: 0, twice: 0, isCut: false }

function carry(from: number, to: number): void {
  const buffer = Buffer.alloc(LARGEST_PACKET)
  read(from, buffer, 0, LARGEST_PACKET, null, (error, length) => {
    if (error !== null) throw error
    pass(Buffer.from(buffer.subarray(0, length)), to)
    carry(from, to)
  })
}

function pass(packet: Buffer, to: number): void {
  const { delayMs, jitterMs, loss, twice, isCut } = quality
  if (isCut || Math.random() < loss) return
  const copies = Math.random() < twice ? 2 : 1
  for (let copy = 0; copy < copies; copy++) {
    // What is on the way when the cable is cut does not arrive.
    setTimeout(() => quality.isCut || deliver(packet, to), delayMs + Math.random() * jitterMs)
  }
}

function deliver(packet: Buffer, to: number): void {
  try {
    writeSync(to, packet)
  } catch {
    // A device that is down, or whose queue is full, has lost it.
  }
}

const files = [Number(process.env.NEAR), Number(process.env.FAR)] as const
carry(files[0], files[1])
carry(files[1], files[0])
createInterface({ input: process.stdin })
  .on('line', line => {
    quality = { ...quality, ...(JSON.parse(line) as WireQuality) }
    process.stdout.write('done\n')
  })
  // Whoever laid the wire is gone. A read under way would keep this process for ever.
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
process.stdout.write('ready\n')
