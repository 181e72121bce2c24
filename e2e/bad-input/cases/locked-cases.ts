/** Management where a key is configured: nobody without it reads or changes anything, and the lists are everybody's. */
import assert from 'node:assert/strict'
import { call, expectStatus } from '@countersign/testing/client/http'
import { type BadInput, chapter, type Stage } from '../case.ts'
import { endpoints, urlOf } from '../endpoints.ts'
import { type Sending, send } from '../wire.ts'
import type { World } from '../world.ts'

/** Those of the issuer that are not for wallets. */
const management = endpoints.filter(
  ({ path, service }) =>
    service === 'issuer' &&
    /^\/(api-keys|audit|cluster|introspect|onboard|openid4vc|trust)(\/|$)/.test(path) &&
    // What is offered to everybody is open to everybody.
    !path.startsWith('/openid4vc/offers/'),
)

/** Afterwards the key still opens the door. */
const locked: Stage<undefined> = {
  prepare: async () => undefined,
  async goOn(_, { lockedIssuer: { apiKey, url } }) {
    const headers = { 'x-api-key': apiKey }
    expectStatus(await call(`${url}/openid4vc/credentials?sessionId=nobody`, { headers }), 200)
  },
}

type Headers = NonNullable<Sending['headers']>

type Attempt = readonly [name: string, headers: (apiKey: string) => Headers]

/** A credential that is not good. */
const wrong: readonly Attempt[] = [
  ['an empty key', () => ({ 'x-api-key': '' })],
  ['another key', () => ({ 'x-api-key': 'guess' })],
  ['the key and a blank', (apiKey) => ({ 'x-api-key': `${apiKey} x` })],
  ['half of the key', (apiKey) => ({ 'x-api-key': apiKey.slice(0, -1) })],
  ['the key in other letters', (apiKey) => ({ 'x-api-key': apiKey.toUpperCase() })],
  ['the key twice', (apiKey) => ({ 'x-api-key': [apiKey, apiKey] })],
  ['an API key that nobody has', () => ({ 'x-api-key': `csk_${'0'.repeat(20)}_${'A'.repeat(43)}` })],
  ['a token of nobody', () => ({ authorization: 'Bearer e30.e30.e30' })],
  [
    'a wrong key beside the right one',
    (apiKey) => ({ 'x-api-key': 'guess', authorization: `Bearer ${apiKey}` }),
  ],
]

/** No credential at all. */
const missing: readonly Attempt[] = [
  ['no key', () => ({})],
  [
    'the key as Basic',
    (apiKey) => ({ authorization: `Basic ${Buffer.from(`:${apiKey}`).toString('base64')}` }),
  ],
  ['the key without a scheme', (apiKey) => ({ authorization: apiKey })],
  ['the key in a cookie', (apiKey) => ({ cookie: `x-api-key=${apiKey}` })],
]

const refusal = {
  status: 401,
  message: /management credential is needed/,
  headers: { 'www-authenticate': /^Bearer realm="management"$/ },
} as const

const refusalOfWrong = {
  status: 401,
  message: /management credential is not known/,
  headers: { 'www-authenticate': /^Bearer realm="management", error="invalid_token"$/ },
} as const

const attempts = [
  ...missing.map((attempt) => ({ attempt, refusal })),
  ...wrong.map((attempt) => ({ attempt, refusal: refusalOfWrong })),
]

function addressed(world: World, endpoint: (typeof management)[number]): string {
  return urlOf(endpoint, { ...world, issuer: world.lockedIssuer })
}

const calls: readonly BadInput<undefined>[] = management.flatMap((endpoint) =>
  Object.keys(endpoint.methods).flatMap((method) =>
    attempts.map(({ attempt: [name, headers], refusal: refused }) => ({
      name: `${method} ${endpoint.path}, ${name}`,
      ...refused,
      send: (_: undefined, world: World) =>
        send(addressed(world, endpoint), {
          method,
          headers: {
            ...headers(world.lockedIssuer.apiKey),
            ...(method !== 'GET' && { 'content-type': 'application/json' }),
          },
          ...(method !== 'GET' && { body: '{}' }),
        }),
    })),
  ),
)

const others: readonly BadInput<undefined>[] = [
  {
    name: 'the key in the query',
    ...refusal,
    send: (_, { lockedIssuer: { apiKey, url } }) =>
      send(`${url}/openid4vc/credentials?sessionId=a&apiKey=${apiKey}`),
  },
  {
    name: 'a body that cannot be read, without a key',
    ...refusal,
    send: (_, { lockedIssuer: { url } }) =>
      send(`${url}/openid4vc/credentials/status`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{',
      }),
  },
]

export const lockedChapters = [
  chapter('management of the issuer with a key', locked, [...calls, ...others]),
  {
    name: 'status lists beside management with a key',
    cases: [
      {
        name: 'are for everybody',
        async run({ lockedIssuer: { url } }: World) {
          for (const path of [`token/${'A'.repeat(22)}`, `bitstring/${'A'.repeat(22)}/revocation`]) {
            assert.equal((await call(`${url}/status/${path}`)).status, 404)
          }
        },
      },
    ],
  },
]
