/** What there are rates of, and over how many of the last seconds. The names of all rates are made of these two. */
export const ratedFields = ['framesReceived', 'framesSent', 'bytesReceived', 'bytesSent'] as const
export const rateWindowsSeconds = [1, 10, 60] as const

export type RatedField = (typeof ratedFields)[number]
export type RateWindowSeconds = (typeof rateWindowsSeconds)[number]
export type RateKey = `${RatedField}PerSecond${RateWindowSeconds}s`
export type ConnectionRates = Readonly<Record<RateKey, number>>

export const rateKey = (field: RatedField, seconds: RateWindowSeconds): RateKey => `${field}PerSecond${seconds}s`

export const rateKeys: readonly RateKey[] = rateWindowsSeconds.flatMap(seconds =>
  ratedFields.map(field => rateKey(field, seconds))
)

/** All rates, each as `rateOf` tells it. Written out: a page has a hundred of these, made on the data plane's event loop. */
export function ratesBy(rateOf: (field: RatedField, seconds: RateWindowSeconds) => number): ConnectionRates {
  return {
    framesReceivedPerSecond1s: rateOf('framesReceived', 1),
    framesSentPerSecond1s: rateOf('framesSent', 1),
    bytesReceivedPerSecond1s: rateOf('bytesReceived', 1),
    bytesSentPerSecond1s: rateOf('bytesSent', 1),
    framesReceivedPerSecond10s: rateOf('framesReceived', 10),
    framesSentPerSecond10s: rateOf('framesSent', 10),
    bytesReceivedPerSecond10s: rateOf('bytesReceived', 10),
    bytesSentPerSecond10s: rateOf('bytesSent', 10),
    framesReceivedPerSecond60s: rateOf('framesReceived', 60),
    framesSentPerSecond60s: rateOf('framesSent', 60),
    bytesReceivedPerSecond60s: rateOf('bytesReceived', 60),
    bytesSentPerSecond60s: rateOf('bytesSent', 60)
  }
}
