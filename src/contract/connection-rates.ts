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

/** All rates, each as `rateOf` tells it. */
export function ratesBy(rateOf: (field: RatedField, seconds: RateWindowSeconds) => number): ConnectionRates {
  const entries = rateWindowsSeconds.flatMap(seconds =>
    ratedFields.map(field => [rateKey(field, seconds), rateOf(field, seconds)])
  )
  return Object.fromEntries(entries) as ConnectionRates
}
