/** Work that can be left off between any two steps, and its result. */
export type Steps<Result> = Generator<undefined, Result, undefined>

const ITEMS_IN_STEP = 64

/** The items, and null between so many of them and the next: time to take a step. */
export function* inSteps<Item>(items: Iterable<Item>): Generator<Item | null, void, undefined> {
  let left = ITEMS_IN_STEP
  for (const item of items) {
    yield item
    if (--left > 0) continue
    yield null
    left = ITEMS_IN_STEP
  }
}

/** All steps at once. */
export function allSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}
