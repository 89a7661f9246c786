import { type RefusalReason, refusalReasons } from '../../contract/reasons.ts'
import { busyWorkers, type Finding, inWords, type Rule, type Severity } from './finding.ts'

const SATURATED = 0.9
/** A peer who is behind for a moment now and then is no trouble. */
const LONG_STALLED_SECONDS = 1
const OFTEN_STALLED = 0.1
const SLOWEST_FIRST = '/api/v1/connections?sort=stalledSeconds&order=desc&limit=10'

const crashes: Rule = ({ report }) => {
  const found = report.workers.filter(worker => worker.crashes > 0)
  if (found.length === 0) return []
  const total = found.reduce((sum, worker) => sum + worker.crashes, 0)
  const isDown = found.some(({ state }) => state === 'restarting')
  return [
    {
      rule: 'worker-crashed',
      severity: isDown ? 'critical' : 'warning',
      summary: `${times(total)} a process of a worker has died${isDown ? ', and one is not back yet' : ' and was replaced'}.`,
      advice: 'The log says how it ended; what died with it are its connections.',
      workers: found.map(({ id }) => id),
      evidence: found.map(({ id, crashes: value }) => ({ worker: id, name: 'crashes', value })),
      trial: { method: 'GET', path: '/api/v1/workers', body: null }
    }
  ]
}

const saturation: Rule = observation => {
  const found = busyWorkers(observation).filter(({ rates }) => rates.loopUse > SATURATED)
  if (found.length === 0) return []
  const { report } = observation
  const idle = report.workers.filter(({ rates }) => rates.loopUse < SATURATED / 2)
  return [
    {
      rule: 'loop-saturated',
      severity: 'warning',
      summary: `A worker's event loop is busy ${inWords(100 * Math.max(...found.map(({ rates }) => rates.loopUse)))} % of the time: frames wait for it.`,
      advice:
        idle.length === 0
          ? 'Turn on what is off; if all is on, start with more --workers, where there are cores for them.'
          : 'Other workers have time: a few busy connections keep this one full. Let peers spread their frames over more connections.',
      workers: found.map(({ id }) => id),
      evidence: found.map(({ id, rates }) => ({ worker: id, name: 'loopUse', value: rates.loopUse })),
      trial: null
    }
  ]
}

const guard: Rule = observation => {
  const busy = busyWorkers(observation)
  if (observation.report.options.poolGuard !== true || busy.length === 0) return []
  return [
    {
      rule: 'pool-guard-on',
      severity: 'hint',
      summary: 'The pool guard is on: it poisons every packet that is given back, which costs time for every frame.',
      advice: 'Figures with it say little about speed. Start without --pool-guard to measure.',
      workers: busy.map(({ id }) => id),
      evidence: busy.map(({ id, rates }) => ({
        worker: id,
        name: 'cpuMicrosecondsPerFrame',
        value: rates.cpuMicrosecondsPerFrame
      })),
      trial: null
    }
  ]
}

const mixture: Rule = observation => {
  const mixed = observation.optimizations.optimizations.filter(({ enabled }) => enabled === 'mixed')
  const busy = busyWorkers(observation)
  if (mixed.length === 0 || busy.length < 2) return []
  return [
    {
      rule: 'switches-mixed',
      severity: 'hint',
      summary: `Workers differ in ${mixed.map(({ name }) => name).join(', ')}: figures of the whole server are a mixture.`,
      advice: 'Compare the workers with each other, and not the server with what it was before.',
      workers: busy.map(({ id }) => id),
      evidence: busy.map(({ id, rates }) => ({
        worker: id,
        name: 'cpuMicrosecondsPerFrame',
        value: rates.cpuMicrosecondsPerFrame
      })),
      trial: { method: 'GET', path: '/api/v1/optimizations', body: null }
    }
  ]
}

const stalls: Rule = ({ slowest }) => {
  if (slowest === null) return []
  const { id, worker, peer, stalledSeconds, longestStallSeconds, ageSeconds } = slowest
  if (stalledSeconds < LONG_STALLED_SECONDS || stalledSeconds < OFTEN_STALLED * ageSeconds) return []
  return [
    {
      rule: 'peer-reads-slowly',
      severity: 'warning',
      summary: `The peer of connection ${id}, ${peer.address}, left its acks unread for ${inWords(stalledSeconds)} s in all: nothing more is read from it meanwhile.`,
      advice:
        'The peer, or the way to it, is too slow for what it sends. It may have company: look at who is stalled most.',
      workers: [worker],
      evidence: Object.entries({ stalledSeconds, longestStallSeconds, ageSeconds }).map(([name, value]) => ({
        worker,
        name,
        value
      })),
      trial: { method: 'GET', path: SLOWEST_FIRST, body: null }
    }
  ]
}

interface Meaning {
  readonly severity: Severity
  readonly says: string
  readonly advice: string
}

const badFrames: Meaning = {
  severity: 'warning',
  says: 'a stream was ended because it is not what this server speaks',
  advice:
    'The log names the peer, the rule and the place in the stream. Is it another protocol, or another dialect (--wire)?'
}

const meanings: Readonly<Record<RefusalReason, Meaning>> = {
  frame_too_short: badFrames,
  unknown_command: badFrames,
  unexpected_command: badFrames,
  packet_truncated: badFrames,
  frame_too_large: {
    severity: 'warning',
    says: 'a frame was longer than is allowed',
    advice: 'If such frames are meant, start with a larger --max-frame-bytes.'
  },
  frame_incomplete: {
    severity: 'hint',
    says: 'a peer left in the middle of a frame',
    advice: 'Peers die, or give up waiting. Look at how long they wait for an answer.'
  },
  frame_timeout: {
    severity: 'warning',
    says: 'a frame was begun and not finished in time',
    advice: 'A peer is very slow, or holds connections open on purpose. --frame-timeout-ms is the limit.'
  },
  idle_timeout: {
    severity: 'hint',
    says: 'a connection was silent for too long',
    advice: 'If peers are meant to be silent for longer, start with a larger --idle-timeout-ms.'
  },
  slow_consumer: {
    severity: 'warning',
    says: 'a connection was ended because its peer did not read its acks',
    advice: 'Look at the connections that are stalled most: they are next.'
  },
  max_connections: {
    severity: 'critical',
    says: 'a connection was turned away because there were too many',
    advice: 'Start with a larger --max-connections, or find out who opens so many.'
  },
  address_denied: {
    severity: 'hint',
    says: 'a connection came from an address that may not connect',
    advice: 'If it may, change --allow-networks or --deny-networks. The log names the addresses.'
  },
  address_connections: {
    severity: 'warning',
    says: 'an address had as many connections as one may',
    advice: 'If many peers share that address, start with a larger --max-connections-per-address.'
  },
  address_rate: {
    severity: 'warning',
    says: 'an address opened connections faster than one may',
    advice: 'Peers that reconnect at once after an error do this. --max-connection-rate-per-address is the limit.'
  },
  tls_failed: {
    severity: 'warning',
    says: 'a TLS handshake failed',
    advice: 'The log says how: a peer without TLS, without the certificate asked for, or one that does not trust ours.'
  }
}

const refusals: Rule = ({ report }) =>
  refusalReasons
    .filter(reason => report.totals.refused[reason] > 0)
    .map((reason): Finding => {
      const value = report.totals.refused[reason]
      const { severity, says, advice } = meanings[reason]
      return {
        rule: `refused-${reason.replaceAll('_', '-')}`,
        severity,
        summary: `${times(value)} since the start ${says}.`,
        advice,
        workers: [],
        evidence: [{ worker: null, name: `refused.${reason}`, value }],
        trial: reason === 'slow_consumer' ? { method: 'GET', path: SLOWEST_FIRST, body: null } : null
      }
    })

export const troubleRules: readonly Rule[] = [crashes, refusals, stalls, saturation, guard, mixture]

const times = (count: number): string => (count === 1 ? 'Once' : `${count} times`)
