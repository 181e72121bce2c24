/** The three formats of W3C credentials with a forger for each, so that one test speaks of all. */

import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { bindTo } from '@countersign/testing/forging/credential-fixtures'
import { expect } from 'vitest'
import type { Check } from '../contract/checks.ts'
import type { CredentialFormat, VerifyInput } from '../contract/format.ts'
import { jwtVcJson, vcJwt, vcSdJwt } from './format.ts'
import {
  forgeCredential11,
  forgeCredential20,
  forgePresentation11,
  forgePresentation20,
  forgeSdJwt,
  type W3cForgery,
  w3cVerifyInput,
} from './w3c.testing.ts'

export interface Kind {
  readonly format: CredentialFormat
  readonly credential: (forgery?: W3cForgery) => Promise<string>
  readonly presentation: (forgery?: W3cForgery) => Promise<string>
}

export const older: Kind = {
  format: jwtVcJson,
  credential: forgeCredential11,
  presentation: forgePresentation11,
}
export const newer: Kind = { format: vcJwt, credential: forgeCredential20, presentation: forgePresentation20 }
export const sdJwt: Kind = {
  format: vcSdJwt,
  credential: forgeSdJwt,
  presentation: async (forgery) => bindTo(await forgeSdJwt(forgery)),
}
export const ALL = [older, newer, sdJwt]
export const JWTS = [older, newer]

export async function verified({ format }: Kind, presentation: string, changes: Partial<VerifyInput> = {}) {
  return format.verify(w3cVerifyInput(presentation, changes), nodeEngine)
}

export function faults(checks: readonly Check[]) {
  return checks.filter(({ outcome }) => outcome !== 'passed').map(({ name, detail }) => `${name}: ${detail}`)
}

export async function faultsOf(kind: Kind, forgery: W3cForgery, changes: Partial<VerifyInput> = {}) {
  return faults((await verified(kind, await kind.presentation(forgery), changes)).checks)
}

export async function structureOf(kind: Kind, forgery: W3cForgery) {
  const { checks, presentation } = await verified(kind, await kind.presentation(forgery))
  if (checks[0]?.outcome === 'failed') expect(presentation).toBeUndefined()
  return checks[0]?.detail ?? checks[0]?.outcome
}
