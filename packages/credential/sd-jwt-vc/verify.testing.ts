/** What the tests of a judged presentation share. */
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { digestOf, disclosureOf, verifyInput } from '@countersign/testing/forging/credential-fixtures'
import type { Check } from '../contract/checks.ts'
import type { VerifyInput } from '../contract/format.ts'
import { verifySdJwtVc } from './verify.ts'

export async function checksOf(presentation: string, changes: Partial<VerifyInput> = {}) {
  const { checks } = await verifySdJwtVc(verifyInput(presentation, changes), nodeEngine)
  return checks
}

export function faults(checks: readonly Check[]) {
  return checks.filter(({ outcome }) => outcome !== 'passed').map(({ name, detail }) => `${name}: ${detail}`)
}

/** A disclosure and the digest that stands for it. */
export async function hidden(value: unknown): Promise<readonly [text: string, digest: string]> {
  const text = disclosureOf(value)
  return [text, await digestOf(text)]
}
