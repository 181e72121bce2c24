/** A figure of the run with its limit and its budget, as it is printed and kept. */
import { type Summary, summarise } from '../measure/statistics.ts'

export interface Budget {
  /** What is held against the bound: the median of it, or what three of four rounds stay below. */
  readonly of: 'measured' | 'ratio'
  readonly at?: 'median' | 'p75'
  readonly relation: 'at_least' | 'at_most'
  readonly bound: number
}

export interface Figure {
  readonly what: string
  readonly unit: string
  readonly measured: Summary
  /** What is measured beside it. */
  readonly limit?: Summary
  /** Taken within each round, then summarised. */
  readonly ratio?: Summary
  readonly budget?: Budget
  readonly met?: boolean
  readonly note?: string
}

export interface NotMeasured {
  readonly what: string
  readonly notMeasured: string
}

export type Row = Figure | NotMeasured

export interface FigureInput {
  readonly what: string
  readonly unit: string
  readonly measured: readonly number[]
  readonly limit?: readonly number[]
  readonly ratio?: readonly number[]
  readonly budget?: Budget | undefined
  readonly note?: string
}

export function figure(input: FigureInput): Figure {
  const { what, unit, budget, note } = input
  const measured = summarise(input.measured)
  const ratio = input.ratio && summarise(input.ratio)
  const judged = budget?.of === 'ratio' ? ratio : measured
  return {
    what,
    unit,
    measured,
    ...(input.limit && { limit: summarise(input.limit) }),
    ...(ratio && { ratio }),
    ...(budget && judged && { budget, met: isMet(budget, judged) }),
    ...(note !== undefined && { note }),
  }
}

function isMet({ at = 'median', relation, bound }: Budget, { [at]: value }: Summary): boolean {
  return relation === 'at_least' ? value >= bound : value <= bound
}
