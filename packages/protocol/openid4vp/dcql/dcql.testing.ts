/** For tests: the formats, credentials as a wallet holds them, and the example queries. */

import type { JsonObject } from '@countersign/core/json'
import type { HeldCredential, VerifiedPresentation } from '@countersign/credential/contract/format'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import type { HeldForQuery } from './match.ts'
import { parseDcqlQuery } from './parse.ts'
import type { DcqlQuery } from './query.ts'

export const formats = formatRegistry([sdJwtVc, jwtVcJson, vcJwt, vcSdJwt])

export const IDENTITY = 'https://credentials.example.com/identity_credential'

const HOLDER_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
} as const

export const person: JsonObject = {
  given_name: 'Erika',
  family_name: 'Mustermann',
  age: 44,
  is_over_18: true,
  address: { locality: 'Köln', postal_code: '51147', country: 'DE' },
  nationalities: ['DE', 'FR'],
  degrees: [{ type: 'BSc', university: 'A' }, { type: 'MSc' }, { university: 'C' }],
}

export function held(id: string, changes: Partial<HeldCredential> = {}): HeldForQuery {
  const credential: HeldCredential = {
    format: 'dc+sd-jwt',
    type: IDENTITY,
    claims: person,
    holderKey: HOLDER_KEY,
    statuses: [],
    authorityKeyIds: ['s9tIpPmhxdiuNkHMEWNpYim8S8Y'],
  }
  return { id, held: { ...credential, ...changes } }
}

export function presentation(changes: Partial<VerifiedPresentation> = {}): VerifiedPresentation {
  return {
    format: 'dc+sd-jwt',
    type: IDENTITY,
    claims: person,
    statuses: [],
    authorityKeyIds: [],
    ...changes,
  }
}

/** A credential query for the identity credential with the members given. */
export function identityQuery(id: string, changes: JsonObject = {}): JsonObject {
  return { id, format: 'dc+sd-jwt', meta: { vct_values: [IDENTITY] }, ...changes }
}

export function parsed(query: unknown): DcqlQuery {
  const result = parseDcqlQuery(query)
  if (!result.ok) throw new Error(`${result.error.code} at ${result.error.at}`)
  return result.value
}
