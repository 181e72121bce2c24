/** Wallets of chance: credentials in three formats whose claims have every shape that a path can meet. */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { HeldForQuery } from '@countersign/protocol/openid4vp/dcql/match'
import type { Random } from './random.testing.ts'

export const types = {
  'dc+sd-jwt': ['https://types.example/person', 'https://types.example/residence', 'urn:eudi:pid:1'],
  mso_mdoc: ['org.iso.18013.5.1.mDL', 'eu.europa.ec.eudi.pid.1', 'org.iso.7367.1.mVRC'],
  jwt_vc_json: ['https://types.example/Degree', 'https://types.example/Member'],
} as const

export type QueriedFormat = keyof typeof types
export const queriedFormats = Object.keys(types) as readonly QueriedFormat[]

export const namespaces = ['org.iso.18013.5.1', 'org.iso.18013.5.1.DE'] as const

export const authorityKeyIds = [
  's9tIpPmhxdiuNkHMEWNpYim8S8Y',
  'AQIDBAUGBwgJCgsMDQ4PEBESExQ',
  '_-7dzLuq',
  'AAAA',
]

const W3C_CONTEXT = 'https://www.w3.org/2018/credentials/v1'
export const W3C_BASE_TYPE = 'https://www.w3.org/2018/credentials#VerifiableCredential'

const holderKey: HeldCredential['holderKey'] = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

export function makeWallet(random: Random): readonly HeldForQuery[] {
  return Array.from({ length: 1 + random.below(4) }, (_, index) => ({
    id: `c${index}`,
    held: makeCredential(random),
  }))
}

function makeCredential(random: Random): HeldCredential {
  const format = random.pick(queriedFormats)
  const type = random.pick(types[format])
  return {
    format: format satisfies FormatId,
    type,
    claims: makeClaims(format, type, random),
    ...(random.chance(0.85) && { holderKey }),
    statuses: [],
    authorityKeyIds: random.some(authorityKeyIds, 0, 2),
  }
}

function makeClaims(format: QueriedFormat, type: string, random: Random): JsonObject {
  switch (format) {
    case 'dc+sd-jwt':
      return { vct: type, ...makePerson(random) }
    case 'mso_mdoc':
      return Object.fromEntries(
        random.some(namespaces, 1, 2).map((namespace) => [namespace, makePerson(random)]),
      )
    case 'jwt_vc_json':
      return {
        '@context': [W3C_CONTEXT],
        type: ['VerifiableCredential', type],
        issuer: 'https://issuer.example',
        credentialSubject: makePerson(random),
      }
  }
}

export const names = ['Erika', 'Max', 'Zoë', '1', 'true', '']
export const countries = ['DE', 'FR', 'AT']

const members: Readonly<Record<string, (random: Random) => JsonValue>> = {
  given_name: (random) => random.pick(names),
  age: (random) => random.below(3),
  is_over_18: (random) => random.chance(0.5),
  share: (random) => random.pick([0.5, 1.25, 2]),
  note: (random) => random.pick([null, null, 'x']),
  nothing: (random) => random.pick<JsonValue>([{}, []]),
  address: (random) => ({
    country: random.pick(countries),
    ...(random.chance(0.7) && { locality: random.pick(['Köln', 'Wien']) }),
    ...(random.chance(0.4) && { geo: { lat: random.below(2), lon: random.below(2) } }),
  }),
  nationalities: (random) => random.some([...countries, ...countries], 0, 4),
  degrees: (random) => Array.from({ length: random.below(4) }, () => makeDegree(random)),
  matrix: (random) => Array.from({ length: 1 + random.below(3) }, () => random.some([0, 1, 2], 0, 3)),
}

export const memberNames = Object.keys(members)

function makePerson(random: Random): JsonObject {
  return Object.fromEntries(
    random.some(Object.entries(members), 4, 10).map(([name, make]) => [name, make(random)]),
  )
}

/** Mostly objects: what stands in one array need not be of one kind. */
function makeDegree(random: Random): JsonValue {
  if (random.chance(0.2)) return random.pick<JsonValue>(['BSc', 1, null, ['BSc']])
  return {
    ...(random.chance(0.8) && { type: random.pick(['BSc', 'MSc']) }),
    ...(random.chance(0.5) && { university: random.pick(['A', 'B', null]) }),
    ...(random.chance(0.5) && { years: random.some([2020, 2021, 2022], 0, 3) }),
  }
}
