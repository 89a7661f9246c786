import { EachFrame } from '../../src/protocol/each-frame.ts'
import type { Octets } from '../../src/protocol/octets.ts'
import type { Link, Protocol, Session } from '../../src/protocol/protocol.ts'

const HEADER_BYTES = 2

/** A second, tiny protocol: a two-byte little-endian length that does not count itself, then so many bytes; all is echoed. */
export class EchoProtocol implements Protocol {
  readonly name = 'echo'
  readonly headerBytes = HEADER_BYTES
  /** What it was told about the switches, in order. */
  readonly told: Readonly<Record<string, boolean>>[] = []
  closedSessions = 0

  frameBytes(octets: Octets, start: number): number {
    return HEADER_BYTES + octets.view.getUint16(start, true)
  }

  applySwitches(switches: Readonly<Record<string, boolean>>): void {
    this.told.push({ ...switches })
  }

  /** A frame without a body is echoed and ends the connection. */
  open(link: Link): Session {
    const frames = new EachFrame(this, (octets, start, end) => {
      const { answers } = link
      const at = answers.claim(end - start)
      octets.bytes.copy(answers.space.bytes, at, start, end)
      answers.commit(end - start)
      const isLast = end - start === HEADER_BYTES
      if (isLast) link.end()
      return !isLast
    })
    return {
      owedBytes: 0,
      get frames() {
        return frames.frames
      },
      onFrames: (octets, start, end) => frames.onFrames(octets, start, end),
      refuse: () => {},
      onClose: () => {
        this.closedSessions++
      }
    }
  }
}

export function echoFrame(body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([body.byteLength & 0xff, body.byteLength >> 8]), body])
}
