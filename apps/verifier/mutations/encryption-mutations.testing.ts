/**
 * Encrypted answers (OpenID4VP 1.0 §8.3, §8.3.1; RFC 7516; RFC 7518 §4.6, §5.3): the header, the key that was agreed on, every part of the message,
 * and what is within. What it says of credentials is in order.
 */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { EncryptionKey } from '@countersign/crypto/jwe-engine'
import type { Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import { type Kind, kinds } from '@countersign/testing/forging/credential-kinds'
import {
  forgeJwe,
  JWE_PART,
  type JweForgery,
  strangeKey,
  withJweHeader,
  withJwePart,
} from '@countersign/testing/forging/jwe'
import { base64url, forgeJws } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { FORM_TYPE, formText } from '../testing/response-ways.testing.ts'
import { type Asked, answerOf, asked, shown, stateOf } from '../testing/two-instances.testing.ts'
import { ENCRYPTED_MODES, type Mutation, ofBody, POSTED_MODES } from './mutation.testing.ts'
import { flipped } from './parts.testing.ts'

const NO_JWE = 'must be an encrypted message'
const ALGORITHM = 'must be encrypted by ECDH-ES'
const KEY = 'must be encrypted for the key in client_metadata'
const UNDECRYPTABLE = 'cannot be decrypted'

interface Recipient {
  readonly key: EncryptionKey
  readonly keyId: string
}

/** As the request says it. */
export function recipientOf({ payload }: Asked): Recipient {
  const metadata = payload['client_metadata'] as { readonly jwks?: { readonly keys?: readonly JsonObject[] } }
  const [{ crv, kid, kty, x, y } = {}] = metadata.jwks?.keys ?? []
  return { key: { crv, kty, x, y } as unknown as EncryptionKey, keyId: String(kid as string) }
}

const POSTED_ENCRYPTED = ENCRYPTED_MODES.filter((mode) => POSTED_MODES.includes(mode))
const row = (what: string, by: string) => ({ what, by, ends: 'refused', modes: ENCRYPTED_MODES }) as const

/** The message of an honest wallet, changed on the way. */
function onTheWay(
  what: string,
  by: string,
  change: (jwe: string, request: Asked) => string | Promise<string>,
): Mutation {
  return ofBody(row(what, by), async ({ response = '' }, request) =>
    request.body({ response: await change(response, request) }),
  )
}

/** The answer in good order, encrypted in another way. */
function otherwise(
  what: string,
  by: string,
  forgery: JweForgery,
  to: (request: Asked) => Promise<Recipient> | Recipient = recipientOf,
): Mutation {
  return ofBody(row(what, by), async (_, request) => {
    const answer = JSON.stringify(answerOf(request, await shown(request)))
    return request.body({ response: forgeJwe(answer, await to(request), forgery) })
  })
}

/** Something else within, encrypted as it should be. */
function within(
  what: string,
  by: string,
  write: (answer: JsonObject, request: Asked) => string | Promise<string>,
): Mutation {
  return ofBody(row(what, by), async (_, request) => {
    const text = await write(answerOf(request, await shown(request)), request)
    return request.body({ response: forgeJwe(text, recipientOf(request)) })
  })
}

const parts = (['iv', 'ciphertext', 'tag'] as const).flatMap((part) => [
  onTheWay(`the ${part}: a bit of its first byte flipped`, UNDECRYPTABLE, (jwe) =>
    withJwePart(jwe, part, flipped(0)),
  ),
  onTheWay(`the ${part}: a bit of its last byte flipped`, UNDECRYPTABLE, (jwe) =>
    withJwePart(jwe, part, flipped(-1)),
  ),
  onTheWay(`the ${part}: its last byte missing`, UNDECRYPTABLE, (jwe) =>
    withJwePart(jwe, part, (bytes) => bytes.subarray(0, -1)),
  ),
  onTheWay(`the ${part}: a byte more`, UNDECRYPTABLE, (jwe) =>
    withJwePart(jwe, part, (bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  ),
  onTheWay(`the ${part}: empty`, part === 'ciphertext' ? UNDECRYPTABLE : NO_JWE, (jwe) =>
    withJwePart(jwe, part, () => Buffer.of()),
  ),
])

const ofOther = (part: keyof typeof JWE_PART) => async (jwe: string, request: Asked) => {
  const { response: other = '' } = await request.write(answerOf(request, await shown(request)))
  const mixed = jwe.split('.')
  mixed[JWE_PART[part]] = other.split('.')[JWE_PART[part]] ?? ''
  return mixed.join('.')
}

const mixtures = (['header', 'iv', 'ciphertext', 'tag'] as const).map((part) =>
  onTheWay(`the ${part}: that of another answer to the same request`, UNDECRYPTABLE, ofOther(part)),
)

const header = (what: string, by: string, change: Readonly<Record<string, JsonValue | undefined>>) =>
  onTheWay(`the header on the way: ${what}`, by, (jwe) => withJweHeader(jwe, change))

const headers = [
  header('enc of the other key length', UNDECRYPTABLE, { enc: 'A128GCM' }),
  header('enc of none', ALGORITHM, { enc: 'none' }),
  header('enc without', ALGORITHM, { enc: undefined }),
  header('enc of A192GCM', ALGORITHM, { enc: 'A192GCM' }),
  header('enc of A128CBC-HS256', ALGORITHM, { enc: 'A128CBC-HS256' }),
  ...[
    'none',
    'dir',
    'RSA-OAEP',
    'RSA1_5',
    'ECDH-ES+A128KW',
    'ECDH-ES+A256KW',
    'PBES2-HS256+A128KW',
    'A128KW',
    'ecdh-es',
  ].map((alg) => header(`alg of ${alg}`, ALGORITHM, { alg })),
  header('alg without', ALGORITHM, { alg: undefined }),
  header('kid of nobody', KEY, { kid: 'nobody' }),
  header('kid without', UNDECRYPTABLE, { kid: undefined }),
  header('kid as a number', KEY, { kid: 1 }),
  onTheWay('the header on the way: kid of another session', KEY, async (jwe, request) => {
    const { keyId } = recipientOf(await asked(request.stage, request.kind, request.mode))
    return withJweHeader(jwe, { kid: keyId })
  }),
  header('epk of somebody else', UNDECRYPTABLE, { epk: strangeKey() }),
  header('epk of another curve', UNDECRYPTABLE, { epk: strangeKey('P-384') }),
  header('epk that is no point', UNDECRYPTABLE, { epk: { ...strangeKey(), x: 'A'.repeat(43) } }),
  header('epk at zero', UNDECRYPTABLE, {
    epk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
  }),
  header('epk without', UNDECRYPTABLE, { epk: undefined }),
  header('epk as text', UNDECRYPTABLE, { epk: 'x' }),
  onTheWay("the header on the way: epk of the verifier's own key", UNDECRYPTABLE, (jwe, request) =>
    withJweHeader(jwe, { epk: { ...recipientOf(request).key } }),
  ),
  header('apu added', UNDECRYPTABLE, { apu: 'TWFsbG9yeQ' }),
  header('apv added', UNDECRYPTABLE, { apv: 'TWFsbG9yeQ' }),
  header('apu as a number', UNDECRYPTABLE, { apu: 1 }),
  header('zip added', ALGORITHM, { zip: 'DEF' }),
  header('crit added', ALGORITHM, { crit: ['exp'], exp: 1 }),
  header('cty added', UNDECRYPTABLE, { cty: 'JWT' }),
]

const encryptions = [
  otherwise('encrypted to a key of the sender', KEY, {}, () => ({
    key: strangeKey() as never,
    keyId: 'mine',
  })),
  otherwise("encrypted to a key of the sender, under the verifier's kid", UNDECRYPTABLE, {}, (request) => ({
    ...recipientOf(request),
    key: strangeKey() as never,
  })),
  otherwise("encrypted to another session's key", KEY, {}, async (request) =>
    recipientOf(await asked(request.stage, request.kind, request.mode)),
  ),
  otherwise(
    "encrypted to another session's key, under this one's kid",
    UNDECRYPTABLE,
    {},
    async (request) => ({
      ...recipientOf(await asked(request.stage, request.kind, request.mode)),
      keyId: recipientOf(request).keyId,
    }),
  ),
  otherwise("encrypted to this session's key, under another one's kid", KEY, {}, async (request) => ({
    ...recipientOf(request),
    keyId: recipientOf(await asked(request.stage, request.kind, request.mode)).keyId,
  })),
  otherwise('encrypted with A192GCM', ALGORITHM, { content: 'A192GCM' }),
  otherwise('encrypted with A128CBC-HS256', ALGORITHM, { content: 'A128CBC-HS256' }),
  otherwise('encrypted with a wrapped key', NO_JWE, { wrapped: true }),
  otherwise('encrypted with a wrapped key, under ECDH-ES', NO_JWE, {
    wrapped: true,
    header: { alg: 'ECDH-ES' },
  }),
  otherwise('encrypted with A128GCM, under A256GCM', UNDECRYPTABLE, {
    content: 'A128GCM',
    header: { enc: 'A256GCM' },
  }),
  otherwise('packed', ALGORITHM, { packed: true, header: { zip: 'DEF' } }),
  otherwise('packed, and not said so', UNDECRYPTABLE, { packed: true }),
  otherwise('encrypted with an extension that must be understood', ALGORITHM, {
    header: { crit: ['x'], x: 1 },
  }),
  otherwise('encrypted over another curve', UNDECRYPTABLE, { ephemeral: 'P-384' }),
]

const compact = (what: string, by: string, change: (jwe: string) => string) =>
  onTheWay(`the message: ${what}`, by, change)

const serializations = [
  compact('four parts', NO_JWE, (jwe) => jwe.split('.').slice(0, 4).join('.')),
  compact('six parts', NO_JWE, (jwe) => `${jwe}.AAAA`),
  compact('an encrypted key where there is none', NO_JWE, (jwe) => jwe.replace('..', '.AAAA.')),
  compact('padded', NO_JWE, (jwe) => `${jwe}==`),
  compact('a line end behind it', NO_JWE, (jwe) => `${jwe}\n`),
  compact('in the flattened form', NO_JWE, (jwe) => {
    const [head, , iv, ciphertext, tag] = jwe.split('.')
    return JSON.stringify({ protected: head, iv, ciphertext, tag })
  }),
  compact('a header that is no JSON', NO_JWE, (jwe) => `eA.${jwe.split('.').slice(1).join('.')}`),
  compact('a member of the header twice', NO_JWE, (jwe) => {
    const [head = '', ...rest] = jwe.split('.')
    const text = Buffer.from(head, 'base64url').toString().replace('{', '{"alg":"dir",')
    return [Buffer.from(text).toString('base64url'), ...rest].join('.')
  }),
  compact('a mark before its header', NO_JWE, (jwe) => {
    const [head = '', ...rest] = jwe.split('.')
    return [base64url(`\ufeff${Buffer.from(head, 'base64url').toString()}`), ...rest].join('.')
  }),
  compact('twice, one behind the other', NO_JWE, (jwe) => `${jwe} ${jwe}`),
  compact('empty', 'The response cannot be read', () => ''),
]

const contents = [
  within('within: no JSON', 'JSON', () => 'x'),
  within('within: a list', 'JSON', (answer) => JSON.stringify([answer])),
  within('within: half of it', 'JSON', (answer) => JSON.stringify(answer).slice(0, -20)),
  within('within: the parameters as a form', 'JSON', ({ state, vp_token: token }) =>
    formText({ ...texts({ state: state ?? '' }), vp_token: JSON.stringify(token) }),
  ),
  within('within: a vp_token that is text', 'vp_token', ({ vp_token: token, ...rest }) =>
    JSON.stringify({ ...rest, vp_token: JSON.stringify(token) }),
  ),
  within('within: the vp_token twice', 'JSON', (answer) =>
    JSON.stringify(answer).replace('{', '{"vp_token":{},'),
  ),
  within('within: nothing', 'The response cannot be read', () => '{}'),
  within('within: encrypted once more', 'JSON', (answer, request) =>
    forgeJwe(JSON.stringify(answer), recipientOf(request)),
  ),
  within('within: a JWT of the sender', 'JSON', (answer) => forgeJws({ alg: 'ES256' }, answer, newKey())),
  within('within: a JWT that nobody signed', 'JSON', (answer) => forgeJws({ alg: 'none' }, answer, '')),
  within('within: a mark before it', 'JSON', (answer) => `\ufeff${JSON.stringify(answer)}`),
]

const clear = [
  ofBody(row('in the clear', 'wants an encrypted answer'), async (_, request) =>
    request.body(asClearForm(answerOf(request, await shown(request)))),
  ),
  ofBody(row('in the clear, beside a response that is none', NO_JWE), async (_, request) =>
    request.body({ ...asClearForm(answerOf(request, await shown(request))), response: 'x' }),
  ),
  ofBody(row('in the clear, beside an empty response', 'wants an encrypted answer'), async (_, request) =>
    request.body({ ...asClearForm(answerOf(request, await shown(request))), response: '' }),
  ),
  ofBody(row('the response as a vp_token', 'wants an encrypted answer'), ({ response = '' }, request) =>
    request.body({ ...texts(stateOf(request)), vp_token: JSON.stringify(response) }),
  ),
  ofBody(
    { ...row('the response twice', 'response is repeated'), modes: POSTED_ENCRYPTED },
    ({ response = '' }) => ({ body: `${formText({ response })}&${formText({ response })}`, type: FORM_TYPE }),
  ),
  ofBody({ ...row('the state in the form alone', 'state'), modes: POSTED_ENCRYPTED }, async (_, request) => {
    const { state: _state, ...rest } = answerOf(request, await shown(request))
    const response = forgeJwe(JSON.stringify(rest), recipientOf(request))
    return request.body({ response, ...texts(stateOf(request)) })
  }),
]

function asClearForm({ vp_token: token, ...rest }: JsonObject): Form {
  return { ...texts(rest), vp_token: JSON.stringify(token) }
}

/** Members that are texts. */
function texts(members: JsonObject): Form {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value as string)]))
}

const ALL = [...parts, ...mixtures, ...headers, ...encryptions, ...serializations, ...contents, ...clear]

/** Which format is within makes no difference: each row has one, in turn. */
export const ENCRYPTION_MUTATIONS: readonly Mutation[] = ALL.map((mutation, at) => ({
  ...mutation,
  kinds: [kinds[at % kinds.length] as Kind],
}))
