/** What keeps a wallet from using, keeping or giving up a key, a DID or a credential: one sentence a refusal. */
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { CategoryRefusal } from '../../credentials/categories.ts'
import type { CredentialUnknown } from '../../credentials/credentials.ts'
import type { PictureUnknown } from '../../credentials/pictures.ts'
import type { CreateDidRefusal, DidUnknown } from '../../dids/dids.ts'
import type { ImportDidRefusal } from '../../dids/import-did.ts'
import type { EventUnknown } from '../../history/read-events.ts'
import type { PublicKeyRefusal } from '../../keys/key-operations.ts'
import type { DeleteKeyRefusal, GenerateKeyRefusal, ImportKeyRefusal } from '../../keys/keys.ts'

const badRequest = (message: string): WireError => ({ status: 400, message })
const conflict = (message: string): WireError => ({ status: 409, message })
const notFound = (what: string): WireError => ({ status: 404, message: `There is no such ${what}` })

export const KEY_ERRORS: WireErrors<DeleteKeyRefusal | GenerateKeyRefusal | ImportKeyRefusal> = {
  key_unknown: () => notFound('key'),
  key_in_use: () => conflict('A DID, a credential or an unfinished offer still needs this key'),
  too_many_keys: ({ max }) => conflict(`A wallet has at most ${max} keys: delete one first`),
  key_maker_busy: () => ({
    status: 503,
    message: 'Others are waiting for RSA keys: try again in a few seconds',
    headers: { 'retry-after': '5' },
  }),
  key_exists: ({ id }) => conflict(`The wallet has this key already: ${id}`),
  key_malformed: ({ reason }) =>
    badRequest(`The key is no private JWK and no PKCS#8 in PEM that can be used: ${reason}`),
  key_not_private: () => badRequest('The key is a public one: a private key is needed'),
  key_unsupported: ({ keyType }) => badRequest(`Keys of the type ${keyType} are not supported`),
  key_backend_unsupported: ({ backend }) =>
    badRequest(`The key lives in another system (${backend}): only keys of the type jwk can be imported`),
}

/** Of the query parameter `JWK`, with which a signature is checked. */
export const PUBLIC_KEY_ERRORS: WireErrors<PublicKeyRefusal> = {
  json_invalid: () => badRequest('JWK is not JSON'),
  json_too_large: () => badRequest('JWK is too large, limit 8192 characters'),
  json_too_deep: () => badRequest('JWK is nested too deeply'),
  json_not_object: () => badRequest('JWK is not a JSON object'),
  json_duplicate_member: () => badRequest('JWK has a member twice'),
  json_number_unsafe: ({ at }) => badRequest(`JWK has a number that cannot be carried at ${at}`),
  jwk_private: ({ member }) =>
    badRequest(`JWK has the private member ${member}: a private key is not shown to anybody`),
  jwk_unsupported: ({ member }) => badRequest(`JWK is of a kind that is not supported: see ${member}`),
  jwk_weak: ({ member }) => badRequest(`JWK is a weak key: see ${member}`),
  jwk_contradictory: ({ member }) => badRequest(`JWK cannot do what its ${member} says`),
  jwk_malformed: ({ member }) =>
    badRequest(member === undefined ? 'JWK is not a JWK' : `JWK has a malformed ${member}`),
}

/** A parameter that the method of a new DID does not have: passed over, it would be another DID than the one asked for. */
export function didParameterForeign(parameter: string, method: string): WireError {
  return { ...badRequest(`${parameter} has no meaning for did:${method}`), refusal: 'did_parameter_foreign' }
}

export const DID_ERRORS: WireErrors<CreateDidRefusal | ImportDidRefusal | DidUnknown> = {
  ...KEY_ERRORS,
  did_unknown: () => notFound('DID'),
  did_place_unusable: () =>
    badRequest('domain and path make no did:web: a host name with an optional port, and a plain path'),
  did_taken: () => conflict('This name is, or was, the did:web of another wallet'),
  did_exists: () => conflict('The wallet has this DID already'),
  too_many_dids: ({ max }) => conflict(`A wallet has at most ${max} DIDs: delete one first`),
  did_malformed: () => badRequest('did is not a DID'),
  did_method_unsupported: ({ method }) =>
    badRequest(`DIDs of the method ${method} are not supported: did:jwk, did:key and did:web are`),
  did_key_unusable: ({ reason }) => badRequest(`The DID has a key that cannot be used: ${reason}`),
  did_url_names_no_key: () => badRequest('The DID URL names no key of its document'),
  did_relationship_missing: ({ relationship }) =>
    badRequest(`The document of the DID names no key for ${relationship}`),
  did_not_found: ({ reason }) => badRequest(`The document of the DID cannot be fetched: ${reason}`),
  did_document_malformed: ({ reason }) => badRequest(`The document of the DID is malformed: ${reason}`),
  did_document_of_another: () => badRequest('The document at the place of the DID is about another DID'),
  did_key_differs: () =>
    badRequest('The document of the DID does not name this key for authentication: nothing was imported'),
}

export const PICTURE_ERRORS: WireErrors<PictureUnknown> = {
  picture_unknown: () => notFound('picture'),
}

export const CREDENTIAL_ERRORS: WireErrors<CredentialUnknown> = {
  credential_unknown: () => notFound('credential'),
}

export const CATEGORY_ERRORS: WireErrors<CategoryRefusal> = {
  ...CREDENTIAL_ERRORS,
  category_unknown: ({ name }) => notFound(`category: ${name.slice(0, 100)}`),
  category_exists: () => conflict('The wallet has a category of this name already'),
  too_many_categories: ({ max }) => conflict(`A wallet has at most ${max} categories`),
}

export const EVENT_ERRORS: WireErrors<EventUnknown> = {
  event_unknown: () => notFound('entry'),
}
