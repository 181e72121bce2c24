/**
 * What goes wrong, and how often. Faults are drawn from the seed and from a budget: a deployment in which something
 * breaks for ever promises nothing, one whose faults end must lose nothing.
 */
import type { Random } from './random.ts'

export const faultKinds = [
  'command lost', // the store never got it, or gets it later
  'store reply lost', // applied, and nobody heard
  'line down', // for a whole operation, retry included
  'request lost',
  'response lost',
  'crash',
  'callback refused', // by its receiver
  'signal lost',
  'callback unheard', // taken, and the answer was lost
] as const

export type FaultKind = (typeof faultKinds)[number]

export interface Faults {
  /** True: this goes wrong now. */
  strikes(kind: FaultKind): boolean
  readonly seen: Record<FaultKind, number>
}

export interface FaultPlan {
  /** How many faults a seed may have together. */
  readonly budget: number
  readonly probability: Readonly<Record<FaultKind, number>>
}

export function openFaults(random: Random, plan: FaultPlan): Faults {
  const seen = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>
  let left = plan.budget
  return {
    seen,
    strikes: (kind) => {
      // Drawn in any case, so that the budget does not shift what is drawn after it.
      const struck = random.chance(plan.probability[kind]) && left > 0
      if (!struck) return false
      left -= 1
      seen[kind] += 1
      return true
    },
  }
}
