/** The optimisations that can be switched while traffic flows. The one list of them: API, flags, metrics and docs read it. */
export const optimizations = [
  {
    name: 'bufferedReader',
    description:
      'On: one read(2) of up to readBufferBytes into one buffer per worker; every whole frame in it is decoded in place. ' +
      'Off: exact reads, the length and then the rest: two read(2) a frame.',
    default: true
  },
  {
    name: 'coalescedWriter',
    description:
      'On: the acks of one read batch leave in one write(2), sent as soon as no whole frame is left. ' +
      'Off: one write(2) an ack.',
    default: true
  },
  {
    name: 'packetPool',
    description:
      'On: Submit objects are borrowed and given back, and a payload is a view that is valid until then. ' +
      'Off: a new Submit and a copied payload for each frame.',
    default: true
  },
  {
    name: 'ackPool',
    description:
      'On: acks are encoded in space that is used again. Off: a new SubmitAck and a new buffer for each ack.',
    default: true
  },
  {
    name: 'noDelay',
    description: "On: TCP_NODELAY, a write leaves at once. Off: Nagle's algorithm may hold a small write back.",
    default: true
  }
] as const

export type OptimizationName = (typeof optimizations)[number]['name']
export type Switches = Record<OptimizationName, boolean>

export const optimizationNames = optimizations.map(({ name }) => name) as [OptimizationName, ...OptimizationName[]]

const off: Switches = {
  bufferedReader: false,
  coalescedWriter: false,
  packetPool: false,
  ackPool: false,
  noDelay: false
}

/** The stages of the lesson, each a full set of switches. */
export const presets = [
  {
    name: 'baseline',
    description: 'What a straightforward program does: exact reads, a write per ack, new objects for every frame.',
    switches: { ...off, noDelay: true }
  },
  {
    name: 'buffered',
    description: 'One read and one write for a whole batch of frames; still new objects for every frame.',
    switches: { ...off, noDelay: true, bufferedReader: true, coalescedWriter: true }
  },
  {
    name: 'pooled',
    description: 'Everything on: buffered, and packets, acks and their memory are used again.',
    switches: { bufferedReader: true, coalescedWriter: true, packetPool: true, ackPool: true, noDelay: true }
  }
] as const satisfies readonly { name: string; description: string; switches: Switches }[]

export type PresetName = (typeof presets)[number]['name']
export const presetNames = presets.map(({ name }) => name) as [PresetName, ...PresetName[]]

export function presetSwitches(name: PresetName): Switches {
  const preset = presets.find(candidate => candidate.name === name)
  if (preset === undefined) throw new RangeError(`no preset '${name}'`)
  return { ...preset.switches }
}
