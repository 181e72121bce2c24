/**
 * The calls of walt.id's first API, as its users' scripts may make any of them: method and path, from its documents and its
 * source. Each is served here, or `docs/compatibility.md` says what is in its place. Versions of the protocols are a part
 * of the path there: `draft13` stands for both.
 */
import type { ServiceName } from './stack.ts'

/** At every service. */
export const CALLS_EVERYWHERE = [
  'GET /',
  'GET /swagger',
  'GET /redoc',
  'GET /api.json',
  'GET /features/registered',
  'GET /features/state',
  'GET /livez',
  'GET /debug/{what}',
]

const ISSUER = [
  'POST /onboard/issuer',
  'POST /onboard/iso-mdl/iacas',
  'POST /onboard/iso-mdl/document-signers',
  'POST /raw/jwt/sign',
  'POST /openid4vc/jwt/issue',
  'POST /openid4vc/jwt/issueBatch',
  'POST /openid4vc/sdjwt/issue',
  'POST /openid4vc/sdjwt/issueBatch',
  'POST /openid4vc/mdoc/issue',
  'GET /draft13/.well-known/openid-credential-issuer',
  'GET /draft13/.well-known/openid-configuration',
  'GET /draft13/.well-known/oauth-authorization-server',
  'GET /.well-known/jwt-vc-issuer/draft13',
  'GET /.well-known/vct/draft13/{type}',
  'GET /draft13/jwks',
  'GET /draft13/credentialOffer',
  'POST /draft13/par',
  'GET /draft13/authorize',
  'POST /draft13/direct_post',
  'GET /external_login/{request}',
  'GET /callback',
  'POST /draft13/token',
  'POST /draft13/credential',
  'POST /draft13/batch_credential',
  'POST /draft13/credential_deferred',
]

const VERIFIER = [
  'POST /openid4vc/verify',
  'POST /openid4vc/verify/{state}',
  'GET /openid4vc/session/{id}',
  'GET /openid4vc/session/{id}/presented-credentials',
  'GET /openid4vc/pd/{id}',
  'GET /openid4vc/request/{id}',
  'GET /openid4vc/policy-list',
  'GET /.well-known/openid-configuration',
  'GET /jwks',
  'GET /authorize',
  'POST /entra/verify',
  'POST /entra/verification-callback/{nonce}',
  'GET /entra/status/{nonce}',
]

const OF_WALLET = '/wallet-api/wallet/{wallet}'

const WALLET = [
  ...[
    'POST /auth/register',
    'POST /auth/login',
    'POST /auth/logout',
    'GET /auth/user-info',
    'GET /auth/session',
    'POST /auth/keycloak/token',
    'POST /auth/keycloak/login',
    'POST /auth/keycloak/create',
    'POST /auth/keycloak/logout',
    'GET /auth/oidc-login',
    'GET /auth/oidc-session',
    'GET /auth/oidc-token',
    'GET /auth/logout-oidc',
    'POST /auth/x5c/login',
    'POST /auth/x5c/register',
    'POST /auth/x5c/logout',
    'POST /auth/account/{method}',
    'GET /auth/oidc-callback-frontend',
    'GET /wallet/accounts/wallets',
    'GET /api/notifications',
    'DELETE /api/notifications',
    'PUT /api/notifications/status/{read}',
    'GET /api/notifications/{id}',
    'DELETE /api/notifications/{id}',
    'POST /api/notifications/send',
    'POST /api/useOfferRequest/{did}',
    'GET /registry',
    'GET /registry/{id}/did.json',
    'POST /trust',
    'GET /reasons',
    'POST /push/subscription',
    'GET /push/shownotif',
    'POST /util/parseMDoc',
    'GET /transaction-data-profiles',
  ].map((call) => call.replace(' ', ' /wallet-api')),
  ...[
    'GET /keys',
    'POST /keys/generate',
    'POST /keys/import',
    'POST /keys/verify',
    'GET /keys/{id}/load',
    'GET /keys/{id}/meta',
    'GET /keys/{id}/export',
    'POST /keys/{id}/sign',
    'DELETE /keys/{id}',
    'DELETE /keys/{id}/remove',
    'GET /dids',
    'GET /dids/{did}',
    'DELETE /dids/{did}',
    'POST /dids/default',
    'POST /dids/create/{method}',
    'POST /dids/import',
    'GET /credentials',
    'POST /credentials/import',
    'GET /credentials/{id}',
    'DELETE /credentials/{id}',
    'POST /credentials/{id}/restore',
    'POST /credentials/{id}/accept',
    'POST /credentials/{id}/reject',
    'GET /credentials/{id}/status',
    'PUT /credentials/{id}/category',
    'DELETE /credentials/{id}/category',
    'POST /exchange/resolveCredentialOffer',
    'GET /exchange/resolveIssuerOpenIDMetadata',
    'GET /exchange/resolveVctUrl',
    'POST /exchange/useOfferRequest',
    'POST /exchange/resolvePresentationRequest',
    'POST /exchange/matchCredentialsForPresentationDefinition',
    'POST /exchange/matchCredentialsForPresentationRequest',
    'POST /exchange/unmatchedCredentialsForPresentationDefinition',
    'POST /exchange/usePresentationRequest',
    'POST /exchange/external_signatures/offer/prepare',
    'POST /exchange/external_signatures/offer/submit',
    'POST /exchange/external_signatures/presentation/prepare',
    'POST /exchange/external_signatures/presentation/submit',
    'GET /categories',
    'POST /categories/{name}/add',
    'DELETE /categories/{name}',
    'PUT /categories/{name}/rename/{new}',
    'GET /eventlog',
    'DELETE /eventlog/{id}',
    'GET /history',
    'GET /issuers',
    'POST /issuers/add',
    'GET /issuers/{issuer}',
    'PUT /issuers/{issuer}/authorize',
    'GET /issuers/{issuer}/credentials',
    'GET /manifest/{credential}',
    'GET /manifest/{credential}/display',
    'GET /manifest/{credential}/issuer',
    'GET /manifest/extract',
    'GET /reports/frequent/credentials',
    'GET /settings',
    'POST /settings',
    'GET /web3accounts',
    'POST /web3accounts/link',
    'POST /web3accounts/unlink',
    'POST /web3accounts/connect',
    'POST /web3accounts/disconnect',
  ].map((call) => call.replace(' ', ` ${OF_WALLET}`)),
]

const REPOSITORY = [
  'GET /api/list',
  'GET /api/vc/list',
  'GET /api/vc/{name}',
  'GET /api/mapping/{name}',
  'GET /api/manifest/{name}',
  'GET /api/sdjwt-vc/list',
  'GET /api/sdjwt-vc/{title}',
  'GET /api/mdoc/list',
  'GET /api/mdoc/{title}',
  'GET /api/endpoints',
  'GET /w3c-credentials/{name}',
  'GET /sd-jwt-credentials/{name}',
  'GET /iso-mdoc-credentials/{name}',
]

export const FIELD_CALLS: Readonly<Record<ServiceName, readonly string[]>> = {
  issuer: ISSUER,
  verifier: VERIFIER,
  wallet: WALLET,
  repository: REPOSITORY,
}

/** What stands for something else has no name here: `GET /a/{}`. */
export function bareCall(call: string): string {
  return call.replace(/\{[^}]*\}/g, '{}')
}

/**
 * What `docs/compatibility.md` says is not there: the calls in the first columns of its tables of calls, by whom the heads
 * of the tables name, with the path that they say is before them.
 */
export function callsNotServed(markdown: string, of: string): readonly string[] {
  const tables = markdown.split(/\n\n/).map((table) => table.split('\n'))
  return tables.flatMap(([head = '', , ...rows]) => {
    const [, title = ''] = head.split('|')
    if (!/\b(Calls|calls|Pages) of /.test(title) || !title.includes(` ${of}`)) return []
    const [, before = ''] = /below `([^`]*)`/.exec(title) ?? []
    const named = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([A-Z]+) ([^`]*)`/g)])
    return named.map(([, method = '', path = '']) => bareCall(`${method} ${before}${path}`))
  })
}
