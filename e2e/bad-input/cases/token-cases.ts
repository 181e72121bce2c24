/** The token endpoint: OpenID4VCI 1.0 §6.3, RFC 6749 §5.2, RFC 9449 §5. */
import { randomUUID } from 'node:crypto'
import { expectStatus } from '@countersign/testing/client/http'
import { requestNonce, unknownId } from '@countersign/testing/client/protocol-wallet'
import { forgeJws, tampered } from '@countersign/testing/forging/jws'
import { newKey, now } from '@countersign/testing/people/keys'
import { type BadInput, chapter, expectRefused } from '../case.ts'
import { dpopFaults, proofClaims, proofHeader } from '../dpop-faults.ts'
import {
  grant,
  granted,
  grantedToBearer,
  type Offered,
  offered,
  offeredWithPin,
  offerOfIssuer,
  takeCredential,
} from '../stages.ts'
import { sendForm, type TimedAnswer } from '../wire.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const malformed = { status: 400, error: 'invalid_request', message: /malformed|repeated|too many/ } as const
const txCodeUnexpected = { ...malformed, message: /^The parameter tx_code is not expected/ } as const
const txCodeMissing = { ...malformed, message: /^The parameter tx_code is missing/ } as const
const malformedParameter = (name: string) => ({
  ...malformed,
  message: new RegExp(`^The parameter ${name} is missing or malformed$`),
})
const badGrant = { status: 400, error: 'invalid_grant', message: /^The code is wrong/ } as const

/** The honest form with some parameters replaced; undefined leaves one out. */
function ask(
  { issuerUrl, offer }: Offered,
  change: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TimedAnswer> {
  const form = { grant_type: GRANT, 'pre-authorized_code': offer.code, ...change }
  const present = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return sendForm(`${issuerUrl}/token`, present, headers)
}

const forms: readonly BadInput<Offered>[] = [
  {
    name: 'no grant type',
    ...malformedParameter('grant_type'),
    send: (at) => ask(at, { grant_type: undefined }),
  },
  {
    name: 'an empty grant type',
    ...malformedParameter('grant_type'),
    send: (at) => ask(at, { grant_type: '' }),
  },
  ...['password', 'client_credentials', `${GRANT} `, '__proto__', 'x'.repeat(15_000)].map((type) => ({
    name: `the grant type ${type.slice(0, 60)}`,
    status: 400,
    error: 'unsupported_grant_type',
    message: /not supported/,
    send: (at: Offered) => ask(at, { grant_type: type }),
  })),
  {
    name: 'no code',
    ...malformedParameter('pre-authorized_code'),
    send: (at) => ask(at, { 'pre-authorized_code': undefined }),
  },
  {
    name: 'an empty code',
    ...malformedParameter('pre-authorized_code'),
    send: (at) => ask(at, { 'pre-authorized_code': '' }),
  },
  {
    name: 'a code that is too long',
    ...malformed,
    send: (at) => ask(at, { 'pre-authorized_code': 'a'.repeat(1025) }),
  },
  { name: 'an unexpected transaction code', ...txCodeUnexpected, send: (at) => ask(at, { tx_code: '1234' }) },
  {
    name: 'a client id that is too long',
    ...malformedParameter('client_id'),
    send: (at) => ask(at, { client_id: 'c'.repeat(1025) }),
  },
  {
    name: 'the code twice',
    ...malformed,
    send: ({ issuerUrl, offer }) =>
      sendForm(`${issuerUrl}/token`, [
        ['grant_type', GRANT],
        ['pre-authorized_code', offer.code],
        ['pre-authorized_code', offer.code],
      ]),
  },
  {
    name: 'an unknown parameter twice',
    ...malformed,
    send: ({ issuerUrl, offer }) =>
      sendForm(`${issuerUrl}/token`, [
        ['grant_type', GRANT],
        ['pre-authorized_code', offer.code],
        ['extra', '1'],
        ['extra', '1'],
      ]),
  },
  {
    name: '201 parameters',
    ...malformed,
    send: ({ issuerUrl }) =>
      sendForm(
        `${issuerUrl}/token`,
        Array.from({ length: 201 }, (_, at) => [`p${at}`, 'x']),
      ),
  },
  {
    name: 'parameters in the query instead of the body',
    ...malformed,
    send: ({ issuerUrl, offer }) =>
      sendForm(
        `${issuerUrl}/token?${new URLSearchParams({ grant_type: GRANT, 'pre-authorized_code': offer.code }).toString()}`,
        '',
      ),
  },
  {
    name: 'parameters under __proto__',
    ...malformed,
    send: ({ issuerUrl }) =>
      sendForm(`${issuerUrl}/token`, `__proto__[grant_type]=${GRANT}&__proto__=x&constructor=y`),
  },
]

const codes: readonly BadInput<Offered>[] = [
  {
    name: 'an unknown code',
    ...badGrant,
    send: (at) => ask(at, { 'pre-authorized_code': `${unknownId()}.${unknownId()}` }),
  },
  {
    name: 'a code that was tampered with',
    ...badGrant,
    send: (at) => ask(at, { 'pre-authorized_code': tampered(at.offer.code) }),
  },
  {
    name: 'a code without its secret',
    ...badGrant,
    send: (at) => ask(at, { 'pre-authorized_code': `${at.id}.` }),
  },
  { name: 'the session id alone', ...badGrant, send: (at) => ask(at, { 'pre-authorized_code': at.id }) },
  {
    name: 'a code with NUL behind it',
    ...badGrant,
    send: (at) => ask(at, { 'pre-authorized_code': `${at.offer.code}\0` }),
  },
  {
    name: 'a code in look-alike characters',
    ...badGrant,
    send: (at) => ask(at, { 'pre-authorized_code': at.offer.code.replace('.', '．') }),
  },
  {
    name: 'the code __proto__',
    ...badGrant,
    send: (at) => ask(at, { 'pre-authorized_code': '__proto__.__proto__' }),
  },
  {
    name: 'the code of another deployment',
    ...badGrant,
    send: async (at, { foreignIssuer }) => {
      const foreign = await offerOfIssuer(foreignIssuer.url)
      return ask(at, { 'pre-authorized_code': foreign.offer.code })
    },
  },
  {
    name: 'an access token as code',
    ...badGrant,
    send: async (at) => {
      const other = await grant(await offerOfIssuer(at.issuerUrl))
      return ask(at, { 'pre-authorized_code': other.accessToken })
    },
  },
]

const pins: readonly BadInput<Offered & { readonly pin: string }>[] = [
  { name: 'no transaction code', ...txCodeMissing, send: (at) => ask(at, {}) },
  { name: 'an empty transaction code', ...txCodeMissing, send: (at) => ask(at, { tx_code: '' }) },
  {
    name: 'a transaction code that is too long',
    ...malformedParameter('tx_code'),
    send: (at) => ask(at, { tx_code: '4'.repeat(129) }),
  },
  { name: 'a wrong transaction code', ...badGrant, send: (at) => ask(at, { tx_code: '4712' }) },
  { name: 'a right transaction code with a space', ...badGrant, send: (at) => ask(at, { tx_code: '4711 ' }) },
  {
    name: 'a right transaction code in other digits',
    ...badGrant,
    send: (at) => ask(at, { tx_code: '４７１１' }),
  },
  {
    name: 'a wrong transaction code for the fifth time',
    ...badGrant,
    send: async (at) => {
      for (const tried of ['0000', '0001', '0002', '0003'])
        expectRefused(await ask(at, { tx_code: tried }), badGrant)
      return ask(at, { tx_code: '0004' })
    },
    ends: {
      because: 'attempts are bounded, OpenID4VCI §13.6.3',
      after: async (at) => expectRefused(await ask(at, { tx_code: at.pin }), badGrant),
    },
  },
]

const badProof = { status: 400, error: 'invalid_dpop_proof', message: /DPoP proof/ } as const

export const tokenChapters = [
  chapter('token endpoint, the form', offered, forms),
  chapter('token endpoint, the code', offered, codes),
  chapter('token endpoint, the transaction code', offeredWithPin, pins),
  chapter(
    'token endpoint, the DPoP proof',
    offered,
    dpopFaults.map(({ name, make }) => ({
      name,
      ...badProof,
      send: async ({ dpopKey, issuerUrl, offer }: Offered) => {
        const dpop = await make({ key: dpopKey, url: `${issuerUrl}/token` })
        const form = { grant_type: GRANT, 'pre-authorized_code': offer.code }
        return sendForm(`${issuerUrl}/token`, form, { dpop })
      },
    })),
  ),
  chapter('token endpoint, DPoP across requests', offered, [
    {
      name: 'a proof that was used for another session',
      ...badProof,
      send: async (at) => {
        const url = `${at.issuerUrl}/token`
        const dpop = await forgeJws(
          proofHeader(at.dpopKey),
          proofClaims(url, { jti: randomUUID() }),
          at.dpopKey,
        )
        expectStatus(await ask(await offerOfIssuer(at.issuerUrl), {}, { dpop }), 200)
        return ask(at, {}, { dpop })
      },
    },
    {
      name: 'a proof that was used for a refused request',
      ...badProof,
      send: async (at) => {
        const url = `${at.issuerUrl}/token`
        const dpop = await forgeJws(proofHeader(at.dpopKey), proofClaims(url), at.dpopKey)
        expectRefused(await ask(at, { 'pre-authorized_code': 'unknown' }, { dpop }), badGrant)
        return ask(at, {}, { dpop })
      },
    },
  ]),
  chapter('token endpoint, a spent code', granted, [
    { name: 'again with another key', ...badGrant, send: async (at) => again(at, newKey()) },
    { name: 'again as a bearer client', ...badGrant, send: (at) => ask(at, {}) },
  ]),
  chapter('token endpoint, a code spent by a bearer client', grantedToBearer, [
    { name: 'again as a bearer client', ...badGrant, send: (at) => ask(at, {}) },
    { name: 'again with a key', ...badGrant, send: async (at) => again(at, newKey()) },
  ]),
  chapter('token endpoint, after the credential', granted, [
    {
      name: 'the code again with another key',
      ...badGrant,
      send: async (at) => {
        await takeCredential(at)
        return again(at, newKey())
      },
      ends: {
        because: 'it had come to its good end before; the holder may still ask again',
        after: async (at) => {
          const { c_nonce } = expectStatus(await requestNonce(at.issuerUrl), 200).json()
          await takeCredential({ ...at, nonce: String(c_nonce) })
        },
      },
    },
  ]),
]

async function again(at: Offered, key: ReturnType<typeof newKey>): Promise<TimedAnswer> {
  const claims = proofClaims(`${at.issuerUrl}/token`, { iat: now() })
  return ask(at, {}, { dpop: await forgeJws(proofHeader(key), claims, key) })
}
