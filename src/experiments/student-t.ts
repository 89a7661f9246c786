import { bisect, gammaln } from 'simple-statistics'

/** Student's t distribution, by the regularised incomplete beta function (Abramowitz and Stegun 26.7.1, 26.5.8). */

/** P(|T| ≥ |t|). */
export function studentTwoSidedP(t: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0)) throw new RangeError('there are no degrees of freedom')
  if (Number.isNaN(t)) throw new RangeError('t is not a number')
  return incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
}

/** The t beyond which, on both sides together, lies `p` of the distribution. */
export function studentTwoSidedT(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError('p must lie between 0 and 1')
  let upper = 1
  while (studentTwoSidedP(upper, degreesOfFreedom) > p) upper *= 2
  return bisect(t => studentTwoSidedP(t, degreesOfFreedom) - p, 0, upper, 200, 1e-12)
}

/** I_x(a, b), by its continued fraction, on the side where that converges quickly. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b
}

const MOST_TERMS = 500
const TINY = 1e-300

/** Evaluated forwards after Lentz (1976). */
function continuedFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let change = 1
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d)
      c = away(1 + term / c)
      change = c * d
      value *= change
    }
    if (Math.abs(change - 1) < 1e-15) break
  }
  return value
}
