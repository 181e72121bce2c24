/** How it looks when a bound answer was judged and found wanting, to the wallet and to the relying party. */
import assert from 'node:assert/strict'
import { type Requested, verificationResult } from './stages.ts'

/** The wallet is told that it was refused, and not why (OpenID4VP 1.0 §8.2, HAIP 1.0). */
export const refused = {
  status: 400,
  error: 'access_denied',
  message: /^The presentation was not accepted$/,
} as const

interface FailedCheck {
  readonly name: string
  readonly outcome: string
  readonly detail?: string
}

/** How it looks when nothing speaks against it and not all can be found out: as a success (OpenID4VP 1.0 §8.2). */
export const taken = { status: 200, message: /^\{\}$/ } as const

/**
 * Every check that is neither passed nor skipped: of what was rejected for good, of a stranger's attempt, which leaves the
 * verification open, and of an answer that waits.
 */
export async function objectionsTo(at: Requested): Promise<readonly FailedCheck[]> {
  const result = await verificationResult(at.verifierUrl, at.id)
  const checks = checksOf(result)
  return checks.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
}

function checksOf(result: Record<string, unknown>): readonly FailedCheck[] {
  if (result['state'] === 'rejected') {
    assert.equal(result['verificationResult'], false)
    return result['checks'] as readonly FailedCheck[]
  }
  assert.equal(result['verificationResult'], undefined)
  if (result['state'] === 'answered') {
    const missing = result['missing'] as readonly Omit<FailedCheck, 'outcome'>[]
    return missing.map((one) => ({ ...one, outcome: 'undetermined' }))
  }
  assert.equal(result['state'], 'requested')
  const attempts = (result['attempts'] ?? []) as readonly { readonly checks?: readonly FailedCheck[] }[]
  return attempts.flatMap(({ checks = [] }) => checks)
}

/** The check that was expected to object, among others or alone. */
export function expectObjection(
  objections: readonly FailedCheck[],
  name: string,
  detail: RegExp,
  outcome = 'failed',
): void {
  const found = objections.find((one) => one.name === name)
  assert.ok(found, `no ${name} among ${JSON.stringify(objections)}`)
  assert.equal(found.outcome, outcome)
  assert.match(found.detail ?? '', detail)
}
