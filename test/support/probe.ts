import type { ConnectionInfo } from '../../src/contract/snapshot.ts'
import { ACK_BYTES, submitAcks, submits } from './frames.ts'
import type { LabProcess } from './lab-process.ts'
import { Peer } from './peer.ts'

export interface Behaviour {
  readonly bufferedReader: boolean
  readonly coalescedWriter: boolean
}

/** A connection that finds out how it is served: by how many reads and writes a batch of frames costs. */
export class Probe {
  readonly peer: Peer
  readonly id: string
  readonly worker: number
  readonly #lab: LabProcess

  private constructor(lab: LabProcess, peer: Peer, { id, worker }: ConnectionInfo) {
    this.#lab = lab
    this.peer = peer
    this.id = id
    this.worker = worker
  }

  static async connect(lab: LabProcess): Promise<Probe> {
    const peer = (await Peer.connect(lab.framePort)).read()
    await peer.ask(submits(1), ACK_BYTES)
    const { items } = await lab.get<{ items: ConnectionInfo[] }>('/connections?limit=1000')
    const info = items.find(({ peer: { port } }) => port === peer.port)
    if (info === undefined) throw new Error('the connection is not listed')
    return new Probe(lab, peer, info)
  }

  /** Sends frames in one piece and looks at what they cost. */
  async behaviour(): Promise<Behaviour> {
    const frames = 40
    // The buffer of the next read is chosen when the one before has ended: the first read may still be of the old kind.
    await this.peer.ask(submits(1), ACK_BYTES)
    const before = await this.#info()
    const acks = await this.peer.ask(submits(frames), frames * ACK_BYTES)
    if (!acks.equals(submitAcks(frames))) throw new Error('the acks are not those of the Submits')
    const after = await this.#info()
    return {
      bufferedReader: (after.reads - before.reads) / frames < 1,
      coalescedWriter: (after.writes - before.writes) / frames < 0.9
    }
  }

  #info(): Promise<ConnectionInfo> {
    return this.#lab.get<ConnectionInfo>(`/connections/${this.id}`)
  }
}
