/**
 * Every route that reads a body from whoever comes, with what makes it work hard beside the bodies of its kind. The test
 * compares the list with the routes of the services: one that is missing here fails it.
 */
import { RECEIVED } from '@countersign/core/size-limits'
import { type CostlyBody, form, jsonTexts } from './costly-bodies.ts'
import { BROWSER, type Known } from './stranger.ts'

export interface Reachable {
  /** In place of the parameters of its path. */
  readonly id?: (known: Known) => string
  readonly headers?: (known: Known) => Readonly<Record<string, string>>
  /** Sizes in bytes; default: `STRANGERS_SIZES`. */
  readonly sizes?: readonly number[]
  readonly bodies?: (known: Known, bytes: number) => readonly CostlyBody[]
}

/** A handful of values, and as large as what a stranger may send, nearly. */
export const STRANGERS_SIZES = [16_000, 65_000]
/** The same for what is read once the session or the token was found. */
const KNOWN_SIZES = [65_000, RECEIVED.exchange - 4000]

const anySession = ({ verifications }: Known) => verifications['dc+sd-jwt'] ?? ''

/** Of the examples of RFC 7518 appendix C. */
const encryptionKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
  y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
}
const offCurve = Array.from({ length: 19 }, () => ({ ...encryptionKey, y: encryptionKey.x }))

export const REACHABLE: Readonly<Record<string, Reachable>> = {
  'issuer POST /token': {
    headers: () => ({ dpop: jwsOf({ typ: 'dpop+jwt', alg: 'ES256', jwk: {} }, 8000) }),
    bodies: ({ code }, bytes) => [
      form('a code and a long rest', {
        grant_type: 'urn:ietf:params:oauth:grant-type:pre-authorized_code',
        'pre-authorized_code': code,
        tx_code: '4'.repeat(100),
        rest: 'x'.repeat(Math.max(0, bytes - 400)),
      }),
    ],
  },
  'issuer POST /par': {
    headers: () => ({ dpop: jwsOf({ typ: 'dpop+jwt', alg: 'ES256', jwk: {} }, 8000) }),
    bodies: (_, bytes) => [
      form('a request with many details and a long rest', {
        response_type: 'code',
        client_id: 'c'.repeat(1000),
        redirect_uri: `https://wallet.example/${'p'.repeat(2000)}`,
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        scope: 's '.repeat(4000),
        authorization_details: `[${'{"type":"openid_credential","credential_configuration_id":"x"},'.repeat(90)}{}]`,
        issuer_state: 'i'.repeat(1000),
        rest: 'x'.repeat(Math.max(0, bytes - 20_000)),
      }),
    ],
  },
  'issuer POST /revoke': {
    bodies: (_, bytes) => [
      form('a token and a long rest', {
        token: 't'.repeat(1000),
        rest: 'x'.repeat(Math.max(0, bytes - 1100)),
      }),
    ],
  },
  'issuer POST /nonce': { sizes: [1000] },
  'issuer POST /challenge': { sizes: [1000] },
  'issuer POST /credential': {
    headers: ({ accessToken }) => ({ authorization: `Bearer ${accessToken}` }),
    sizes: KNOWN_SIZES,
    bodies: (_, bytes) => proofs(bytes),
  },
  'issuer POST /notification': {
    headers: ({ accessToken }) => ({ authorization: `Bearer ${accessToken}` }),
    bodies: (_, bytes) => [
      {
        what: 'a long description',
        type: 'application/json',
        text: JSON.stringify({
          notification_id: 'n'.repeat(1024),
          event: 'credential_accepted',
          event_description: 'x'.repeat(Math.max(0, bytes - 1200)),
        }),
      },
    ],
  },
  'verifier POST /openid4vc/request/{id}': {
    id: anySession,
    bodies: (_, bytes) => [
      form('a nonce and metadata', {
        wallet_nonce: 'n'.repeat(500),
        wallet_metadata: '{"a":[]}'.repeat(bytes / 20),
      }),
      form('a key to encrypt for, behind many that are none', {
        wallet_nonce: 'n'.repeat(500),
        wallet_metadata: JSON.stringify({ jwks: { keys: [...offCurve, encryptionKey] } }),
      }),
      form('twenty keys that are none', {
        wallet_metadata: JSON.stringify({ jwks: { keys: [...offCurve, {}] } }),
      }),
    ],
  },
  ...Object.fromEntries(
    ['dc+sd-jwt', 'mso_mdoc', 'jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'].map((format) => [
      `verifier POST /openid4vc/verify/{id} ${format}`,
      {
        id: ({ verifications }: Known) => verifications[format] ?? '',
        sizes: KNOWN_SIZES,
        bodies: (known: Known, bytes: number) => answers(known, format, bytes),
      },
    ]),
  ),
  [`verifier POST /openid4vc/verify/{id} ${BROWSER}`]: {
    id: ({ verifications }) => verifications[BROWSER] ?? '',
    sizes: KNOWN_SIZES,
    bodies: (known, bytes) => broughtAnswers(known, bytes),
  },
  'wallet POST /wallet-api/auth/register': {},
  'wallet POST /wallet-api/auth/passkeys/options': {},
  'wallet POST /wallet-api/auth/passkeys': {},
  'wallet POST /wallet-api/auth/passkeys/login/options': {},
  'wallet POST /wallet-api/auth/passkeys/login': {
    bodies: (_, bytes) => [
      {
        what: 'a long ceremony and an answer to it',
        type: 'application/json',
        text: JSON.stringify({
          ceremony: 'A'.repeat(4096),
          credential: { id: 'A'.repeat(Math.max(0, bytes - 5000)), response: { clientDataJSON: 'AAAA' } },
        }),
      },
    ],
  },
  'wallet POST /wallet-api/auth/recovery-codes/login': {
    bodies: () => [
      {
        what: 'a code that nobody has',
        type: 'application/json',
        text: JSON.stringify({ code: 'AAAA-AAAA-AAAA-AAAA' }),
      },
    ],
  },
  'wallet POST /wallet-api/auth/reset/options': {
    bodies: () => [
      { what: 'a link of nobody', type: 'application/json', text: JSON.stringify({ link: 'A'.repeat(43) }) },
    ],
  },
  'wallet POST /wallet-api/auth/reset': {
    bodies: () => [
      {
        what: 'a link of nobody and a long password',
        type: 'application/json',
        text: JSON.stringify({ link: 'A'.repeat(43), means: { password: 'x'.repeat(200) } }),
      },
    ],
  },
  'wallet POST /wallet-api/auth/login': {
    bodies: () => [
      {
        what: 'a long password',
        type: 'application/json',
        text: JSON.stringify({ type: 'email', email: 'a@b.example', password: 'x'.repeat(200) }),
      },
    ],
  },
}

function encoded(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64url')
}

/** The payload is filled up to the length. */
function jwsOf(header: object, length: number, payload = ''): string {
  const head = encoded(JSON.stringify(header))
  const room = Math.max(0, Math.floor((length - head.length - 90) * 0.75))
  const filled = payload === '' ? JSON.stringify({ a: 'x'.repeat(Math.max(0, room - 10)) }) : payload
  return `${head}.${encoded(filled.slice(0, room))}.${'A'.repeat(86)}`
}

function proofs(bytes: number): readonly CostlyBody[] {
  const proof = (header: object, length: number, payload?: string) =>
    jwsOf({ typ: 'openid4vci-proof+jwt', alg: 'ES512', ...header }, length, payload)
  const body = (what: string, jwt: readonly string[]) => ({
    what,
    type: 'application/json',
    text: JSON.stringify({ credential_configuration_id: 'identity_credential_dc+sd-jwt', proofs: { jwt } }),
  })
  const one = Math.min(bytes - 150, 16_000)
  const key = { kty: 'EC', crv: 'P-521', x: encoded(Buffer.alloc(66, 1)), y: encoded(Buffer.alloc(66, 1)) }
  return [
    body(
      'many proofs',
      Array.from({ length: bytes / 210 }, () => proof({ jwk: {} }, 200)),
    ),
    body('a proof with a key that is on no curve', [proof({ jwk: key }, one)]),
    body('a proof by did:key', [proof({ kid: `did:key:z${'2'.repeat(1000)}` }, one)]),
    body('a proof with certificates', [proof({ x5c: Array.from({ length: 100 }, () => 'MIIB') }, one)]),
    ...jsonTexts(one * 0.7).map(([what, text]) =>
      body(`a proof of ${what}`, [proof({ jwk: key }, one, `{"a":${text}}`)]),
    ),
  ]
}

function answers(known: Known, format: string, bytes: number): readonly CostlyBody[] {
  const state = known.verifications[format] ?? ''
  const token = (what: string, presentations: readonly string[]) =>
    form(what, { state, vp_token: JSON.stringify({ asked: presentations }) })
  // `~`, `"` and `%` of a form take three bytes.
  const room = bytes - 300
  const one = Math.min(room, RECEIVED.presentation - 1000)
  return [
    form('a token of empty presentations', { state, vp_token: `{"asked":[${'"",'.repeat(room / 12)}""]}` }),
    form('a token of empty arrays', { state, vp_token: `{"asked":[${'[],'.repeat(room / 9)}[]]}` }),
    form('a token of queries', { state, vp_token: `{${memberNames(room / 15)}}` }),
    token('one that says nothing', ['A'.repeat(room)]),
    token(
      'ten that say nothing',
      Array.from({ length: 10 }, () => 'A'.repeat(room / 10 - 10)),
    ),
    token('a credential in good order for another request', times(10, known.presented, room)),
    token('a credential with many disclosures', [
      withDisclosures(known.held.credential, room, () => '["s","a",1]'),
    ]),
    token('a credential with deep disclosures', [
      withDisclosures(known.held.credential, room, () => `["s","a",${'['.repeat(25)}${']'.repeat(25)}]`),
    ]),
    ...jsonTexts(one * 0.7).flatMap(([what, text]) => [
      token(`a payload of ${what}`, [`${jwsOf({ alg: 'ES256', typ: 'dc+sd-jwt' }, one, `{"vp":${text}}`)}~`]),
      token(`a presentation of ${what}`, [
        jwsOf({ alg: 'ES256', kid: 'did:jwk:e30' }, one, `{"vp":${text}}`),
      ]),
    ]),
    token('CBOR of empty arrays', [encoded(cbor(room, 0x80))]),
    token('CBOR of numbers', [encoded(cbor(room, 0x01))]),
    token('CBOR of arrays in arrays', [encoded(Buffer.alloc(Math.floor(room * 0.7), 0x81))]),
  ]
}

/** As many values as JSON of a body may have, and as few as fill it. */
function broughtAnswers(known: Known, bytes: number): readonly CostlyBody[] {
  const brought = (what: string, data: string) => ({
    what,
    type: 'application/json',
    text: `{"protocol":"openid4vp-v1-signed","data":${data}}`,
  })
  const room = bytes - 300
  const one = Math.min(room, RECEIVED.presentation - 1000)
  const token = (what: string, presentations: readonly string[]) =>
    brought(what, JSON.stringify({ vp_token: { asked: presentations } }))
  return [
    brought('a token of empty presentations', `{"vp_token":{"asked":[${'"",'.repeat(9_000)}""]}}`),
    brought('a token of escapes', `{"vp_token":{"asked":["${'\\u0001'.repeat(room / 6)}"]}}`),
    brought('a token of queries', `{"vp_token":{${memberNames(4_000)}}}`),
    brought('a message that nobody can read', `{"response":"${'A'.repeat(room)}"}`),
    token('ten that say nothing', times(10, 'A'.repeat(room / 11), room)),
    token('a credential in good order for another request', times(10, known.presented, room)),
    ...jsonTexts(one * 0.7).map(([what, text]) =>
      token(`a payload of ${what}`, [`${jwsOf({ alg: 'ES256', typ: 'dc+sd-jwt' }, one, `{"vp":${text}}`)}~`]),
    ),
  ]
}

function times(count: number, text: string, room: number): readonly string[] {
  const fitting = Math.max(1, Math.min(count, Math.floor(room / (text.length * 1.1))))
  return Array.from({ length: fitting }, () => text)
}

function memberNames(count: number): string {
  return Array.from({ length: count }, (_, at) => `"${at.toString(36)}":[]`).join(',')
}

function withDisclosures(credential: string, room: number, disclosure: (at: number) => string): string {
  const [issued = ''] = credential.split('~')
  const parts: string[] = []
  for (let at = 0, used = issued.length; used < room && at < 500; at += 1) {
    const part = encoded(disclosure(at))
    used += part.length + 3
    parts.push(part)
  }
  return `${issued}~${parts.join('~')}~`
}

/** An array of as many items of one byte as fit. */
function cbor(room: number, item: number): Buffer {
  const count = Math.floor(room * 0.7)
  const head = Buffer.from([0x9a, 0, 0, 0, 0])
  head.writeUInt32BE(count, 1)
  return Buffer.concat([head, Buffer.alloc(count, item)])
}
