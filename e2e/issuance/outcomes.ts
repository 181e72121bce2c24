/** Calls that come at the same time to all issuers, and what they were answered, counted. */
import type { Cluster } from '@countersign/countersign/cluster/start-cluster'
import { queryOf } from '@countersign/testing/client/browser-authorization'
import type { Answer } from '@countersign/testing/client/http'
import { atIssuer } from '../walks/at-instance.ts'

const AT_ONCE = 10

/** The callers of a race, by number. */
export const CALLERS: readonly number[] = Array.from({ length: AT_ONCE }, (_, index) => index)

export type Send = (caller: number) => Promise<Answer>

export interface Outcome {
  /** How many were answered what. */
  readonly told: Readonly<Record<string, number>>
  /** Different answers among those that refuse nothing. */
  readonly different: number
}

export const allHear = (kind: string): Outcome => ({ told: { [kind]: AT_ONCE }, different: 1 })

export const allRefused = (kind: string): Outcome => ({ told: { [kind]: AT_ONCE }, different: 0 })

export const oneOf = (won: string, lost: string): Outcome => ({
  told: { [won]: 1, [lost]: AT_ONCE - 1 },
  different: 1,
})

export const halfOf = (won: string, lost: string): Outcome => ({
  told: { [won]: AT_ONCE / 2, [lost]: AT_ONCE / 2 },
  different: 1,
})

/** Throws where they did not come to all issuers. */
export async function atOnce(cluster: Cluster, send: Send): Promise<readonly Answer[]> {
  const answers = await Promise.all(CALLERS.map((caller) => atIssuer(cluster, caller, () => send(caller))))
  const served = new Set(answers.map(({ instance }) => instance))
  const issuers = cluster.services.filter(({ service }) => service === 'issuer')
  if (served.size !== issuers.length) throw new Error(`served by ${[...served].join(' and ')} alone`)
  return answers
}

export function kindOf(answer: Answer): string {
  const { headers, status } = answer
  if (status === 303) return `303 ${new URLSearchParams(queryOf(answer)).get('error') ?? 'code'}`
  const isJson = headers.get('content-type')?.startsWith('application/json') === true
  const error = isJson ? answer.json()['error'] : undefined
  return typeof error === 'string' ? `${status} ${error}` : `${status}`
}

export function outcomeOf(answers: readonly Answer[]): Outcome {
  const told = [...Map.groupBy(answers, kindOf)].map(([kind, of]) => [kind, of.length] as const)
  const good = answers.filter(({ status }) => status < 400)
  const contents = good.map(({ headers, text }) => headers.get('location') ?? text)
  return { told: Object.fromEntries(told), different: new Set(contents).size }
}

/** What the caller has to itself; those that are fewer than the callers are shared. */
export function ofCaller<T>(all: readonly T[], caller: number): T {
  const own = all[caller % all.length]
  if (own === undefined) throw new Error(`nothing for caller ${caller}`)
  return own
}
