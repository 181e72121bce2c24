/** A figure of the run with its limit and its budget, as it is printed and kept. */
import { type Summary, summarise } from '../measure/statistics.ts'

export interface Budget {
  /** What is held against the bound: the median of it, or what three of four rounds stay below. */
  readonly of: 'measured' | 'ratio'
  readonly at?: 'median' | 'p75'
  readonly relation: 'at_least' | 'at_most'
  readonly bound: number
  /** What holds until the bound is met. */
  readonly floor?: number
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
  /** Where a budget has one. */
  readonly floorMet?: boolean
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
    ...(budget && judged && { budget, ...judgement(budget, judged) }),
    ...(note !== undefined && { note }),
  }
}

function judgement(budget: Budget, summary: Summary): Pick<Figure, 'met' | 'floorMet'> {
  const { floor } = budget
  const met = holds(budget, summary, budget.bound)
  return floor === undefined ? { met } : { met, floorMet: holds(budget, summary, floor) }
}

function holds({ at = 'median', relation }: Budget, { [at]: value }: Summary, bound: number): boolean {
  return relation === 'at_least' ? value >= bound : value <= bound
}
