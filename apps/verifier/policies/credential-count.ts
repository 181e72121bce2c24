/** `minimum-credentials` and `maximum-credentials`: how many credentials are presented. */
import type { JudgedPolicy } from './policy.ts'

const MAX_COUNT = 1000

export const minimumCredentials: JudgedPolicy = {
  name: 'minimum-credentials',
  description: 'At least args credentials are presented.',
  argumentsExpected: countExpected,
  judge: async ({ args, credentials }) => {
    const missing = Number(args) - credentials.length
    return missing > 0 ? { outcome: 'failed', detail: `missing_${missing}` } : { outcome: 'passed' }
  },
}

export const maximumCredentials: JudgedPolicy = {
  name: 'maximum-credentials',
  description: 'At most args credentials are presented.',
  argumentsExpected: countExpected,
  judge: async ({ args, credentials }) => {
    const exceeded = credentials.length - Number(args)
    return exceeded > 0 ? { outcome: 'failed', detail: `exceeded_${exceeded}` } : { outcome: 'passed' }
  },
}

function countExpected(args: unknown): string | undefined {
  const count = Number.isInteger(args) ? Number(args) : -1
  return count >= 0 && count <= MAX_COUNT ? undefined : `a whole number from 0 to ${MAX_COUNT}`
}
