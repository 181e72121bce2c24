/**
 * A sixth format that no standard knows, to show that one more is a folder and an entry in a list: nothing of the product
 * has its name. A credential is `toy.` and a JWS over everything at once; a presentation has the holder's proof after a
 * semicolon. Nothing can be withheld. It says its facts, and all services do with it what those facts ask for.
 */
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Check } from '@countersign/credential/contract/checks'
import type {
  CredentialFormat,
  FormatRefusal,
  HeldCredential,
  IssueInput,
  PresentInput,
  VerifyInput,
  VerifyOutcome,
} from '@countersign/credential/contract/format'
import {
  check,
  findPeriodFault,
  issuedBy,
  judgeIssuer,
  readHeaderReference,
  toCheck,
  unreadable,
} from '@countersign/credential/contract/judge-issuer'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type DecodedJws, decodeJws, signJws, verifyJws } from '@countersign/crypto/jose/jws'
import { bareKey, type PublicJwk, parsePublicJwk, sameKey } from '@countersign/crypto/jwk'

const ID = 'toy'
const PREFIX = 'toy.'

export const toy: CredentialFormat = {
  id: ID,
  family: 'sd-jwt-vc',
  securedBy: 'jwt',
  signerProfile: 'jose',
  statusList: 'token-jwt',
  bindingMethods: ['jwk'],
  envelope: () => [],
  defaultLifetimeDays: 10,
  claimsAt: () => [],
  frame: () => ({}),
  issue: issueToy,
  open: async (credential) => openToy(credential),
  present: presentToy,
  verify: verifyToy,
  matchesMeta: ({ vct_values: types }, { type }) => Array.isArray(types) && types.includes(type),
}

interface ToyCredential extends HeldCredential {
  readonly jws: DecodedJws
  readonly holderKey: PublicJwk
}

async function issueToy(input: IssueInput): Promise<Result<string, FormatRefusal>> {
  const { claims, expiresAt, holderKey, issuedAt, issuer = '', signer, statuses = [], type } = input
  if (holderKey === undefined) return refuse({ code: 'toy_unbound' })
  const places: JsonObject[] = []
  for (const status of statuses) {
    if (status.mechanism !== 'token_status_list') return refuse({ code: 'status_mechanism_unsupported' })
    places.push({ uri: status.uri, index: status.index })
  }
  const header = { typ: ID, kid: signer.keyId, ...(signer.x5c && { x5c: signer.x5c }) }
  const times = { iat: issuedAt, ...(expiresAt !== undefined && { exp: expiresAt }) }
  const payload = { type, claims, issuer, holder: bareKey(holderKey), places, ...times }
  return ok(PREFIX + (await signJws(header, payload, signer)))
}

function openToy(credential: string): Result<ToyCredential, FormatRefusal> {
  const jws = decodeJws(credential.startsWith(PREFIX) ? credential.slice(PREFIX.length) : '')
  if (!jws.ok) return jws
  const { claims, exp, holder, iat, issuer, places, type } = jws.value.payload
  const holderKey = parsePublicJwk(holder)
  if (!holderKey.ok || !isJsonObject(claims) || typeof type !== 'string' || typeof issuer !== 'string')
    return refuse({ code: 'toy_broken' })
  return ok({
    jws: jws.value,
    format: ID,
    type,
    claims,
    issuer,
    holderKey: holderKey.value,
    issuedAt: typeof iat === 'number' ? iat : undefined,
    expiresAt: typeof exp === 'number' ? exp : undefined,
    statuses: Array.isArray(places) ? places.map(readPlace) : [],
    authorityKeyIds: [],
  })
}

function readPlace(place: unknown): StatusReference {
  const { uri, index } = Object(place) as { uri?: unknown; index?: unknown }
  return typeof uri === 'string' && typeof index === 'number'
    ? { mechanism: 'token_status_list', uri, index }
    : { mechanism: 'unknown', type: ID }
}

async function presentToy(
  { binding, credential }: PresentInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const opened = openToy(credential)
  if (!opened.ok || binding === undefined) return opened.ok ? ok(credential) : opened
  const { audience, issuedAt, nonce, signer } = binding
  if (!sameKey(opened.value.holderKey, signer.publicJwk)) return refuse({ code: 'holder_key_wrong' })
  const over = await crypto.digestBase64url('sha-256', credential)
  const proof = { aud: audience, nonce, iat: issuedAt, over }
  return ok(`${credential};${await signJws({ typ: 'toy-proof' }, proof, signer)}`)
}

async function verifyToy(input: VerifyInput, crypto: CryptoEngine): Promise<VerifyOutcome> {
  const [credential = '', proof = ''] = input.presentation.split(';')
  const opened = openToy(credential)
  if (!opened.ok) return unreadable(opened.error.code)
  const { jws, ...presentation } = opened.value
  const header = readHeaderReference(jws.header)
  if (!header.ok) return unreadable(header.error.code)
  const reference = { format: ID, credentialType: presentation.type, ...header.value }
  const judged = await judgeIssuer(jws, reference, input, crypto)
  const checks = [
    check('structure', 'passed'),
    judged.signature,
    judged.trust,
    toCheck('validity_period', findPeriodFault(jws.payload, input)),
    await judgeProof(opened.value, credential, proof, input, crypto),
  ]
  return { checks, presentation: { ...presentation, ...issuedBy(judged, undefined) } }
}

async function judgeProof(
  { holderKey }: ToyCredential,
  credential: string,
  proof: string,
  { binding }: VerifyInput,
  crypto: CryptoEngine,
): Promise<Check> {
  if (binding === undefined) return check('holder_binding', 'skipped')
  const jws = decodeJws(proof)
  if (!jws.ok) return check('holder_binding', 'failed', 'toy_proof_missing')
  const { aud, nonce, over } = jws.value.payload
  const isForThis = aud === binding.audience && nonce === binding.nonce
  if (!isForThis || over !== (await crypto.digestBase64url('sha-256', credential)))
    return check('holder_binding', 'failed', 'toy_proof_of_something_else')
  const verified = await verifyJws(jws.value, holderKey, ALLOWED_ALGORITHMS.key_binding, crypto)
  return toCheck('holder_binding', verified.ok ? undefined : verified.error.code)
}
