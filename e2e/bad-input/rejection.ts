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

/** Every check that is neither passed nor skipped. */
export async function objectionsTo(at: Requested): Promise<readonly FailedCheck[]> {
  const result = await verificationResult(at.verifierUrl, at.id)
  assert.equal(result['state'], 'rejected')
  assert.equal(result['verificationResult'], false)
  const checks = result['checks'] as readonly FailedCheck[]
  return checks.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
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
