/** Few numbers in, fewer out: what is told of a list of rounds. No averages, since one slow round would move them. */
export interface Summary {
  readonly min: number
  readonly median: number
  readonly p75: number
  readonly max: number
  readonly count: number
}

export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    min: quantile(sorted, 0),
    median: quantile(sorted, 0.5),
    p75: quantile(sorted, 0.75),
    max: quantile(sorted, 1),
    count: sorted.length,
  }
}

export function percentile(values: readonly number[], share: number): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    share,
  )
}

/** The value at the share of the sorted list, between two values in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)]
  const above = sorted[Math.ceil(position)]
  if (below === undefined || above === undefined) throw new Error('no values to summarise')
  return below + (above - below) * (position - Math.floor(position))
}
