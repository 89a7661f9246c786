import type { ComponentChildren } from 'preact'
import { instant, runningLoad, snapshot, switches, timeline } from '../live/lab.ts'
import { count, short } from '../live/units.ts'

/** What a learner asks on the way, each answered beside the figures that show it. */

type Shown = readonly (readonly [title: string, value: string])[]

interface AnswerProps {
  readonly question: string
  readonly figures: () => Shown
  readonly children: ComponentChildren
}

function Answer({ question, figures, children }: AnswerProps) {
  return (
    <details class="answer">
      <summary>{question}</summary>
      <div>
        <Figures figures={figures} />
        <p>{children}</p>
      </div>
    </details>
  )
}

/** As they are now. */
export function Figures({ figures }: Pick<AnswerProps, 'figures'>) {
  instant.value
  return (
    <dl class="tiles">
      {figures().map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const readsPerFrame = (): number | null => timeline.latest('reads')

function framesPerRead(): string {
  const reads = readsPerFrame()
  return short(reads === null || reads === 0 ? null : 1 / reads)
}

export function WhyTwoReads() {
  return (
    <Answer
      question="Why two reads and one write for each frame?"
      figures={() => [
        ['reads per frame', short(readsPerFrame())],
        ['writes per frame', short(timeline.latest('writes'))]
      ]}
    >
      A frame says its length in its first four bytes. A plain program reads those, then the rest, and answers each
      frame by itself: three system calls for a few bytes, and each of them costs far more than the bytes.
    </Answer>
  )
}

export function HalfFrame() {
  return (
    <Answer
      question="Where does half a frame go?"
      figures={() => [
        ['frames in one read', framesPerRead()],
        ['connections that ended within a frame', count(snapshot.value?.totals.refused.frame_incomplete)]
      ]}
    >
      TCP knows no frames: a read may end in the middle of one, which is why the first figure is seldom whole. What has
      come of a frame is kept for its connection and put before what comes next, so none is lost or read twice; only a
      peer that leaves in the middle of one is counted by the second figure.
    </Answer>
  )
}

export function WhyFewerReads() {
  return (
    <Answer
      question="Why fewer reads?"
      figures={() => [
        ['reads per frame', short(readsPerFrame())],
        ['frames in one read', framesPerRead()]
      ]}
    >
      While the worker was busy, many frames have arrived. With the buffer one read brings all of them; without it each
      is fetched with two. The busier the server, the more there is to bring, so reads per frame fall with load.
    </Answer>
  )
}

export function PooledPacket() {
  return (
    <Answer
      question="Can a pooled packet show another client’s data?"
      figures={() => {
        const second = runningLoad.value?.lastSecond ?? null
        const wrong = (second?.errors.wrong_id ?? 0) + (second?.errors.malformed ?? 0)
        const pool = switches.value?.optimizations.find(({ name }) => name === 'packetPool')?.enabled
        return [
          ['packetPool', pool === 'mixed' ? 'mixed' : pool === true ? 'on' : 'off'],
          ['acks checked in the last second', count(second?.acked)],
          ['of them with another id than was sent', second === null ? '–' : count(wrong)]
        ]
      }}
    >
      It could, if it were used after it was given back. So a packet is reset when it is given back, a stale handle is
      refused by its generation, and <code>--pool-guard</code> poisons what was given back. The load generator holds
      every ack against the Submit it belongs to: another client’s bytes would be counted here.
    </Answer>
  )
}
