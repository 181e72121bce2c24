/**
 * Every endpoint of every service with what it takes, so that what holds for all is tried on all. The tests compare
 * the list with the services' own API descriptions: an endpoint that is missing here fails them.
 */
import type { ApiServiceName } from '../api-services.ts'
import type { World } from './world.ts'

export type BodyKind = 'json' | 'form' | 'text' | 'jwt' | 'jsonl' | 'ndjson' | 'csv'
export interface Endpoint {
  readonly service: ApiServiceName
  /** As in the API description. */
  readonly path: string
  readonly methods: Readonly<Record<string, readonly BodyKind[]>>
  /** OAuth error code of a body that cannot be read; absent: errors have the management shape. */
  readonly oauth?: string
}

const read = { GET: [] } as const
const json = { POST: ['json'] } as const
const form = { POST: ['form'] } as const
/** Scripts of the field use either. */
const change = { POST: ['json'], PUT: ['json'] } as const

/** At every service that has sessions, or shares their store, and signs with keys of its own or believes somebody. */
const operation: readonly Omit<Endpoint, 'service'>[] = [
  { path: '/cluster/instances', methods: read },
  { path: '/cluster/counts', methods: read },
  { path: '/trust', methods: read },
]

const issuer: readonly Omit<Endpoint, 'service'>[] = [
  ...operation,
  { path: '/onboard/issuer', methods: json },
  { path: '/onboard/iso-mdl/iacas', methods: json },
  { path: '/onboard/iso-mdl/document-signers', methods: json },
  ...['sdjwt', 'jwt', 'mdoc'].flatMap((family) => [
    { path: `/openid4vc/${family}/issue`, methods: json },
    { path: `/openid4vc/${family}/issueBatch`, methods: json },
  ]),
  { path: '/audit', methods: read },
  { path: '/api-keys', methods: { GET: [], POST: ['json'] } },
  { path: '/api-keys/{id}', methods: { DELETE: [] } },
  { path: '/openid4vc/profiles', methods: read },
  { path: '/openid4vc/profiles/{name}', methods: { GET: [], PUT: ['json'], DELETE: [] } },
  { path: '/openid4vc/profiles/{name}/offers', methods: json },
  { path: '/openid4vc/profiles/{name}/bulk', methods: { POST: ['jsonl', 'ndjson', 'csv'] } },
  { path: '/openid4vc/offers/{name}', methods: read },
  { path: '/openid4vc/bulk/{id}', methods: { GET: [], DELETE: [] } },
  { path: '/openid4vc/bulk/{id}/offers', methods: read },
  { path: '/openid4vc/sessions', methods: read },
  { path: '/openid4vc/session/{id}', methods: read },
  { path: '/openid4vc/session/{id}/events', methods: read },
  { path: '/openid4vc/session/{id}/deferred', methods: json },
  { path: '/openid4vc/session/{id}/callback', methods: read },
  { path: '/openid4vc/session/{id}/callback/redeliver', methods: json },
  { path: '/openid4vc/credentials', methods: read },
  { path: '/openid4vc/credentials/log', methods: read },
  { path: '/openid4vc/credentials/{id}', methods: read },
  { path: '/openid4vc/credentials/{id}/status', methods: change },
  { path: '/openid4vc/credentials/status', methods: change },
  { path: '/status/token/{listId}', methods: read },
  { path: '/status/bitstring/{listId}/{purpose}', methods: read },
  { path: '/.well-known/openid-credential-issuer', methods: read, oauth: 'invalid_request' },
  { path: '/.well-known/oauth-authorization-server', methods: read, oauth: 'invalid_request' },
  { path: '/.well-known/jwt-vc-issuer', methods: read, oauth: 'invalid_request' },
  { path: '/credentialOffer', methods: read },
  { path: '/par', methods: form, oauth: 'invalid_request' },
  { path: '/token', methods: form, oauth: 'invalid_request' },
  { path: '/revoke', methods: form, oauth: 'invalid_request' },
  { path: '/introspect', methods: form },
  { path: '/nonce', methods: { POST: ['json', 'form', 'text'] }, oauth: 'invalid_request' },
  { path: '/challenge', methods: { POST: ['json', 'form', 'text'] }, oauth: 'invalid_request' },
  { path: '/credential', methods: { POST: ['json', 'jwt'] }, oauth: 'invalid_credential_request' },
  { path: '/deferred_credential', methods: { POST: ['json', 'jwt'] }, oauth: 'invalid_credential_request' },
  { path: '/notification', methods: json, oauth: 'invalid_notification_request' },
]

const verifier: readonly Omit<Endpoint, 'service'>[] = [
  ...operation,
  { path: '/openid4vc/verify', methods: json },
  { path: '/openid4vc/sessions', methods: read },
  { path: '/openid4vc/session/{id}', methods: { GET: [], DELETE: [] } },
  { path: '/openid4vc/session/{id}/presented-credentials', methods: read },
  { path: '/openid4vc/session/{id}/events', methods: read },
  { path: '/openid4vc/session/{id}/callback', methods: read },
  { path: '/openid4vc/session/{id}/callback/redeliver', methods: json },
  { path: '/openid4vc/session/{id}/returned', methods: json },
  { path: '/openid4vc/session/{id}/digital-request', methods: read },
  { path: '/openid4vc/policy-list', methods: read },
  { path: '/openid4vc/transaction-data-profiles', methods: read },
  { path: '/openid4vc/request/{id}', methods: { GET: [], POST: ['form'] }, oauth: 'invalid_request' },
  { path: '/openid4vc/verify/{id}', methods: { POST: ['form', 'json'] }, oauth: 'invalid_request' },
]

const repository: readonly Omit<Endpoint, 'service'>[] = [
  '/api/list',
  '/api/types',
  '/api/mdoc/list',
  '/api/mdoc/{name}',
  '/api/vc/list',
  '/api/sdjwt-vc/list',
  '/api/vc/{name}',
  '/api/sdjwt-vc/{name}',
  '/api/mapping/{name}',
  '/api/manifest/{name}',
  '/api/schema/{name}',
  '/api/type-metadata/{name}',
  '/api/type-metadata',
].map((path) => ({ path, methods: read }))

const inWallet = '/wallet-api/wallet/{wallet}'
const exchange = `${inWallet}/exchange`
const anyBody = ['json', 'text', 'form'] as const

const wallet: readonly Omit<Endpoint, 'service'>[] = [
  ...operation,
  { path: '/wallet-api/auth/register', methods: json },
  { path: '/wallet-api/auth/login', methods: json },
  { path: '/wallet-api/auth/logout', methods: { POST: anyBody } },
  { path: '/wallet-api/auth/user-info', methods: read },
  { path: '/wallet-api/auth/session', methods: read },
  { path: '/wallet-api/auth/passkeys', methods: { GET: [], POST: ['json'] } },
  { path: '/wallet-api/auth/passkeys/options', methods: json },
  { path: '/wallet-api/auth/passkeys/login', methods: json },
  { path: '/wallet-api/auth/passkeys/login/options', methods: json },
  { path: '/wallet-api/auth/passkeys/{passkey}', methods: { DELETE: [] } },
  { path: '/wallet-api/auth/ways', methods: read },
  { path: '/wallet-api/auth/password', methods: { PUT: ['json'] } },
  { path: '/wallet-api/auth/confirmation/options', methods: { POST: anyBody } },
  { path: '/wallet-api/auth/recovery-codes', methods: { GET: [], POST: ['json'] } },
  { path: '/wallet-api/auth/recovery-codes/login', methods: json },
  { path: '/wallet-api/auth/reset', methods: json },
  { path: '/wallet-api/auth/reset/options', methods: json },
  { path: '/wallet-api/auth/logins', methods: { GET: [], DELETE: [] } },
  { path: '/wallet-api/auth/logins/{login}', methods: { DELETE: [] } },
  { path: '/wallet-api/auth/delete-account', methods: json },
  { path: '/wallet-api/registry/{id}/did.json', methods: read },
  { path: '/wallet-api/provider/anchor', methods: read },
  { path: '/wallet-api/wallet/accounts/wallets', methods: { GET: [], POST: ['json'] } },
  { path: '/wallet-api/wallet/accounts/wallets/{wallet}', methods: { PUT: ['json'] } },
  { path: '/wallet-api/wallet/accounts/wallets/{wallet}/delete', methods: json },
  { path: `${inWallet}/export`, methods: json },
  { path: `${inWallet}/settings`, methods: { GET: [], POST: ['json'] } },
  { path: `${inWallet}/categories`, methods: read },
  { path: `${inWallet}/categories/{name}`, methods: { DELETE: [] } },
  { path: `${inWallet}/categories/{name}/add`, methods: { POST: anyBody } },
  { path: `${inWallet}/categories/{name}/rename/{newName}`, methods: { PUT: anyBody } },
  {
    path: `${inWallet}/credentials/{credential}/category`,
    methods: { GET: [], PUT: ['json'], DELETE: ['json'] },
  },
  { path: `${inWallet}/eventlog`, methods: { GET: [], DELETE: [] } },
  { path: `${inWallet}/eventlog/export`, methods: read },
  { path: `${inWallet}/eventlog/{event}`, methods: { GET: [], DELETE: [] } },
  { path: `${inWallet}/keys`, methods: read },
  { path: `${inWallet}/keys/generate`, methods: json },
  { path: `${inWallet}/keys/import`, methods: { POST: ['text', 'json'] } },
  { path: `${inWallet}/keys/verify`, methods: { POST: ['text'] } },
  { path: `${inWallet}/keys/{key}/load`, methods: read },
  { path: `${inWallet}/keys/{key}/meta`, methods: read },
  { path: `${inWallet}/keys/{key}/export`, methods: read },
  { path: `${inWallet}/keys/{key}/sign`, methods: json },
  { path: `${inWallet}/keys/{key}/remove`, methods: { DELETE: [] } },
  { path: `${inWallet}/keys/{key}`, methods: { DELETE: [] } },
  { path: `${inWallet}/dids`, methods: read },
  { path: `${inWallet}/dids/create/{method}`, methods: { POST: anyBody } },
  { path: `${inWallet}/dids/import`, methods: json },
  { path: `${inWallet}/dids/default`, methods: { POST: anyBody } },
  { path: `${inWallet}/dids/{did}`, methods: { GET: [], DELETE: [] } },
  { path: `${inWallet}/cards`, methods: read },
  { path: `${inWallet}/cards/taken-back`, methods: read },
  { path: `${inWallet}/cards/{credential}`, methods: read },
  { path: `${inWallet}/credentials`, methods: read },
  { path: `${inWallet}/credentials/{credential}`, methods: { GET: [], DELETE: [] } },
  { path: `${inWallet}/credentials/{credential}/view`, methods: read },
  { path: `${inWallet}/credentials/{credential}/status`, methods: read },
  { path: `${inWallet}/credentials/{credential}/pictures/{picture}`, methods: read },
  { path: `${inWallet}/credentials/{credential}/restore`, methods: { POST: anyBody } },
  { path: `${inWallet}/credentials/{credential}/refresh`, methods: { POST: anyBody } },
  { path: `${exchange}/resolveCredentialOffer`, methods: { POST: ['text', 'json'] } },
  { path: `${exchange}/useOfferRequest`, methods: { POST: ['text', 'json'] } },
  { path: `${exchange}/resolveIssuerOpenIDMetadata`, methods: read },
  { path: `${exchange}/resolvePresentationRequest`, methods: { POST: ['text'] } },
  { path: `${exchange}/matchCredentialsForPresentationRequest`, methods: { POST: ['text'] } },
  { path: `${exchange}/usePresentationRequest`, methods: json },
  { path: `${exchange}/issuances`, methods: json },
  { path: `${exchange}/offers/{exchange}/authorized`, methods: json },
  { path: `${exchange}/deferred`, methods: read },
  { path: `${exchange}/deferred/{deferred}/ask`, methods: json },
  ...['offers', 'requests'].flatMap((what) => [
    { path: `${exchange}/${what}`, methods: json },
    { path: `${exchange}/${what}/{exchange}`, methods: read },
    { path: `${exchange}/${what}/{exchange}/use`, methods: json },
    { path: `${exchange}/${what}/{exchange}/reject`, methods: json },
  ]),
]

export const endpoints: readonly Endpoint[] = [
  ...issuer.map((one) => ({ ...one, service: 'issuer' as const })),
  ...verifier.map((one) => ({ ...one, service: 'verifier' as const })),
  ...repository.map((one) => ({ ...one, service: 'repository' as const })),
  ...wallet.map((one) => ({ ...one, service: 'wallet' as const })),
]

/** With an id that leads nowhere in the place of each parameter; a wallet is that of the login. */
export function urlOf({ service, path }: Pick<Endpoint, 'service' | 'path'>, world: World): string {
  const own = path
    .replace('{wallet}', world.login.walletId)
    .replace('{method}', 'jwk')
    // The verifier looks for the session before it reads an answer.
    .replace('verify/{id}', `verify/${world.verificationId}`)
  return world[service].url + own.replace(/\{\w+\}/g, 'AAAAAAAAAAAAAAAAAAAAAA')
}

/** What lets a request through to where its body is looked at. */
export function admission(
  { path, service }: Pick<Endpoint, 'service' | 'path'>,
  world: World,
): Readonly<Record<string, string>> {
  if (path === '/credential' || path === '/deferred_credential' || path === '/notification')
    return { authorization: `Bearer ${world.accessToken}` }
  return service === 'wallet' ? { authorization: `Bearer ${world.login.token}` } : {}
}
