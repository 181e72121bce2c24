/** What went wrong, in words: one sentence a refusal, with what to do where there is something. */
import type { WireError } from '@countersign/service/http/wire-errors'
import type { LoginRefusal } from '../account/login.ts'
import type { RegisterRefusal } from '../account/register-account.ts'
import type { CredentialUnknown } from '../credentials/credentials.ts'
import type { CreateDidRefusal, DidUnknown } from '../dids/dids.ts'
import type { ImportDidRefusal } from '../dids/import-did.ts'
import type { PublicKeyUnusable } from '../keys/key-operations.ts'
import { HOLDER_ALGORITHMS } from '../keys/key-types.ts'
import type { DeleteKeyRefusal, GenerateKeyRefusal, ImportKeyRefusal } from '../keys/keys.ts'
import type { PresentRefusal } from '../present/present-credential.ts'
import type { UnusableReason } from '../receive/issuance-plan.ts'
import type { UnacceptableReason } from '../receive/obtain-credential.ts'
import type { IssuerError } from '../receive/post-to-issuer.ts'
import type { ReceiveRefusal } from '../receive/receive-credential.ts'

export type WalletRefusal =
  | RegisterRefusal
  | LoginRefusal
  | DeleteKeyRefusal
  | GenerateKeyRefusal
  | ImportKeyRefusal
  | PublicKeyUnusable
  | CreateDidRefusal
  | ImportDidRefusal
  | DidUnknown
  | CredentialUnknown
  | ReceiveRefusal
  | PresentRefusal
  | { readonly code: 'wallet_unknown' }

type Code = WalletRefusal['code']
type Refusal<C extends Code> = Extract<WalletRefusal, { readonly code: C }>
type Words = { readonly [C in Code]?: (refusal: Refusal<C>) => WireError }

export const notLoggedIn: WireError = {
  status: 401,
  message: 'Log in first: the token is missing, unknown, expired or revoked',
  headers: { 'www-authenticate': 'Bearer realm="wallet"' },
}

/** What has no words of its own is a request that cannot be taken, with the code as the reason. */
export function refusalError(refusal: WalletRefusal): WireError {
  const words = [accountWords, holdingWords, outgoingWords, receivingWords, presentingWords]
  for (const chapter of words) {
    const found = wordsFor(chapter, refusal)
    if (found !== undefined) return found
  }
  return badRequest(`This cannot be accepted: ${refusal.code}${reasonOf(refusal)}`)
}

function wordsFor(chapter: Words, refusal: WalletRefusal): WireError | undefined {
  const say = Object.hasOwn(chapter, refusal.code) ? chapter[refusal.code] : undefined
  // Each entry takes the refusal that has its code; the compiler cannot follow that through the lookup.
  return (say as ((refusal: WalletRefusal) => WireError) | undefined)?.(refusal)
}

const accountWords: Words = {
  account_exists: () => ({ status: 409, message: 'An account with this e-mail address exists already' }),
  email_malformed: () => badRequest('email is not an e-mail address'),
  password_length: ({ minimum, maximum }) =>
    badRequest(`The password must have ${minimum} to ${maximum} characters`),
  login_failed: () => ({ status: 401, message: 'The e-mail address or the password is wrong' }),
  too_many_attempts: ({ retryAfterSeconds }) => ({
    status: 429,
    message: `Too many attempts; try again in ${retryAfterSeconds} s`,
    headers: { 'retry-after': String(retryAfterSeconds) },
  }),
}

const holdingWords: Words = {
  wallet_unknown: () => notFound('wallet'),
  key_unknown: () => notFound('key'),
  did_unknown: () => notFound('DID'),
  credential_unknown: () => notFound('credential'),
  key_in_use: () => ({
    status: 409,
    message: 'A DID, a credential or an unfinished offer still needs this key',
  }),
  too_many_keys: ({ max }) => ({ status: 409, message: `A wallet has at most ${max} keys` }),
  too_many_dids: ({ max }) => ({ status: 409, message: `A wallet has at most ${max} DIDs` }),
  too_many_credentials: ({ max }) => ({ status: 409, message: `A wallet holds at most ${max} credentials` }),
  key_exists: ({ id }) => ({ status: 409, message: `The wallet has this key already: ${id}` }),
  key_unusable: ({ reason, detail }) =>
    badRequest(`The key cannot be imported: ${reason}${detail === undefined ? '' : ` (${detail})`}`),
  key_maker_busy: () => ({
    status: 503,
    message: 'Others are waiting for RSA keys: try again in a few seconds',
    headers: { 'retry-after': '5' },
  }),
  public_key_unusable: ({ reason }) => badRequest(`JWK is not a public key that can be used: ${reason}`),
  did_place_unusable: () =>
    badRequest('domain and path make no did:web: a host name with an optional port, and a plain path'),
  did_taken: () => ({ status: 409, message: 'This name is, or was, the did:web of another wallet' }),
  did_unreadable: ({ reason }) => badRequest(`The DID does not resolve: ${reason}`),
  did_key_differs: () =>
    badRequest('The document of the DID does not name this key for authentication: nothing was imported'),
  did_exists: () => ({ status: 409, message: 'The wallet has this DID already' }),
}

const outgoingWords: Words = {
  outgoing_unreachable: ({ host, reason }) => ({
    status: 502,
    message: `${host} cannot be reached (${reason}). Nothing is lost: make the same call again`,
  }),
  outgoing_timeout: ({ host }) => ({
    status: 504,
    message: `${host} does not answer in time. Nothing is lost: make the same call again`,
  }),
  outgoing_unavailable: ({ host, status }) => ({
    status: 502,
    message: `${host} is not available (${status}). Nothing is lost: make the same call again`,
  }),
  outgoing_not_allowed: ({ host, reason }) =>
    badRequest(
      `The wallet does not go to ${host}: ${reason} is not allowed (allowHttp, allowPrivateAddresses)`,
    ),
  outgoing_answer_refused: ({ host, reason }) => ({
    status: 502,
    message: `${host} answered something that cannot be used: ${reason}`,
  }),
  issuer_error: (refusal) => issuerError(refusal),
}

const unusableReasons: Readonly<Record<UnusableReason, string>> = {
  not_in_metadata: 'the issuer does not describe it',
  format: 'its format is not supported',
  proof_type: 'its key proof type is not supported',
  proof_algorithm: 'the key of this DID has an algorithm that the issuer does not take',
  key_attestation: 'it asks for a key attestation',
  binding_method: 'it cannot be bound to a key that this wallet has',
}

const unacceptableReasons: Readonly<Record<UnacceptableReason, string>> = {
  count: 'there is not exactly one',
  size: 'it is too large',
  unreadable: 'it is malformed',
  type: 'it has another type than was offered',
  binding: 'it is bound to a key that is not ours',
}

const receivingWords: Words = {
  offer_url_malformed: () => badRequest('This is not the URL of a credential offer'),
  offer_missing: () => badRequest('The URL holds no credential offer'),
  offer_ambiguous: () => badRequest('The URL holds more than one credential offer'),
  offer_uri_unacceptable: () => badRequest('The address of the credential offer is not an https URL'),
  offer_malformed: ({ at }) => badRequest(`The credential offer is malformed at ${at}`),
  offer_not_json: ({ reason }) => badRequest(`The credential offer is not JSON: ${reason}`),
  offer_not_available: ({ host, status }) =>
    badRequest(`${host} does not give out this offer (${status}): it may have expired`),
  too_many_configurations: ({ max }) => badRequest(`An offer of more than ${max} credentials is not taken`),
  metadata_identity: ({ expected }) => badRequest(`The metadata of ${expected} names somebody else`),
  metadata_malformed: ({ at }) => badRequest(`The issuer's metadata is malformed at ${at}`),
  issuer_malformed: () => badRequest('issuer is not the https URL of an issuer'),
  authorization_server_unknown: ({ server }) =>
    badRequest(`The offer names the authorization server ${server}, which its issuer does not`),
  grant_unsupported: () => badRequest('Only offers with a pre-authorized code can be taken up'),
  tx_code_needed: () => badRequest('The offer needs a transaction code: give it as pinOrTxCode'),
  encryption_required: () => badRequest('The issuer asks for encrypted messages, which are not supported'),
  key_cannot_prove: ({ algorithm }) =>
    badRequest(
      `The key of this DID signs with ${algorithm}, which proves possession to no issuer: choose a DID of a key that signs with ${HOLDER_ALGORITHMS.join(', ')}. Nothing was asked of the issuer`,
    ),
  configuration_unusable: ({ configurationId, reason }) =>
    badRequest(`${configurationId} cannot be received: ${unusableReasons[reason]}`),
  deferred_unsupported: () => badRequest('The issuer issues later, which is not supported'),
  credential_unacceptable: ({ reason }) => ({
    status: 502,
    message: `The issuer sent a credential that is not kept: ${unacceptableReasons[reason]}`,
  }),
}

const presentingWords: Words = {
  url_malformed: () => badRequest('This is not the URL of a presentation request'),
  client_id_missing: () => badRequest('This is not a presentation request: it has no client_id'),
  request_missing: () => badRequest('The presentation request is not signed: it has no request_uri'),
  request_uri_not_allowed: () => badRequest('The request_uri is not an https URL'),
  request_not_available: ({ host, status }) =>
    badRequest(`${host} does not give out this request (${status}): it may have expired`),
  request_expired: () => badRequest('The presentation request has expired: ask the verifier for a new one'),
  verifier_untrusted: ({ reason }) =>
    badRequest(`Nobody who is trusted vouches for this verifier (${reason}): nothing was sent`),
  access_denied: ({ unanswered }) =>
    badRequest(
      `No credential in this wallet answers the request (${unanswered.join(', ')}): nothing was sent`,
    ),
  not_a_candidate: ({ credentialId }) =>
    badRequest(`The credential ${credentialId} does not answer this request: nothing was sent`),
  disclosure_unknown: ({ credentialId }) =>
    badRequest(`The credential ${credentialId} has no such disclosure: nothing was sent`),
  presentation_failed: ({ reason }) => badRequest(`The credential cannot be presented: ${reason}`),
  answered_otherwise: () => ({
    status: 409,
    message: 'This request was answered in another way; repeat that, or ask the verifier for a new request',
  }),
}

/** The issuer's own words are passed on as such. A fault of its server is not the caller's. */
function issuerError({ host, status, error, description }: IssuerError): WireError {
  const said = description === undefined ? error : `${error}, ${description}`
  const message = `${host} refused: ${said.slice(0, 400)}${adviceFor(error)}`
  return { status: status >= 500 ? 502 : 400, code: error, message }
}

function adviceFor(error: string): string {
  if (error === 'invalid_grant') return '. The offer was used, has expired, or the transaction code is wrong'
  if (error === 'invalid_token') return '. The time for this offer is over: ask the issuer for a new one'
  return ''
}

function reasonOf(refusal: WalletRefusal): string {
  return 'reason' in refusal && typeof refusal.reason === 'string' ? ` (${refusal.reason})` : ''
}

function notFound(what: string): WireError {
  return { status: 404, message: `There is no such ${what}` }
}

function badRequest(message: string): WireError {
  return { status: 400, message }
}
