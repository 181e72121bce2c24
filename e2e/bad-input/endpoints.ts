/**
 * Every endpoint of every service with what it takes, so that what holds for all is tried on all. The tests compare
 * the list with the services' own API descriptions: an endpoint that is missing here fails them.
 */
import type { World } from './world.ts'

export type BodyKind = 'json' | 'form' | 'text'
export type ServiceName = 'issuer' | 'verifier' | 'repository'

export interface Endpoint {
  readonly service: ServiceName
  /** As in the API description. */
  readonly path: string
  readonly methods: Readonly<Record<string, readonly BodyKind[]>>
  /** OAuth error code of a body that cannot be read; absent: errors have the management shape. */
  readonly oauth?: string
}

const read = { GET: [] } as const
const json = { POST: ['json'] } as const
const form = { POST: ['form'] } as const

const issuer: readonly Omit<Endpoint, 'service'>[] = [
  { path: '/onboard/issuer', methods: json },
  { path: '/openid4vc/sdjwt/issue', methods: json },
  { path: '/openid4vc/sdjwt/issueBatch', methods: json },
  { path: '/openid4vc/session/{id}', methods: read },
  { path: '/openid4vc/session/{id}/events', methods: read },
  { path: '/.well-known/openid-credential-issuer', methods: read, oauth: 'invalid_request' },
  { path: '/.well-known/oauth-authorization-server', methods: read, oauth: 'invalid_request' },
  { path: '/.well-known/jwt-vc-issuer', methods: read, oauth: 'invalid_request' },
  { path: '/credentialOffer', methods: read },
  { path: '/token', methods: form, oauth: 'invalid_request' },
  { path: '/nonce', methods: { POST: ['json', 'form', 'text'] }, oauth: 'invalid_request' },
  { path: '/credential', methods: json, oauth: 'invalid_credential_request' },
]

const verifier: readonly Omit<Endpoint, 'service'>[] = [
  { path: '/openid4vc/verify', methods: json },
  { path: '/openid4vc/session/{id}', methods: read },
  { path: '/openid4vc/session/{id}/events', methods: read },
  { path: '/openid4vc/policy-list', methods: read },
  { path: '/openid4vc/request/{id}', methods: { GET: [], POST: ['form'] }, oauth: 'invalid_request' },
  { path: '/openid4vc/verify/{id}', methods: form, oauth: 'invalid_request' },
]

const repository: readonly Omit<Endpoint, 'service'>[] = [
  '/api/list',
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

export const endpoints: readonly Endpoint[] = [
  ...issuer.map((one) => ({ ...one, service: 'issuer' as const })),
  ...verifier.map((one) => ({ ...one, service: 'verifier' as const })),
  ...repository.map((one) => ({ ...one, service: 'repository' as const })),
]

export const serviceNames: readonly ServiceName[] = ['issuer', 'verifier', 'repository']

/** With an id that leads nowhere in the place of each parameter. */
export function urlOf({ service, path }: Pick<Endpoint, 'service' | 'path'>, world: World): string {
  return world[service].url + path.replace(/\{\w+\}/g, 'AAAAAAAAAAAAAAAAAAAAAA')
}
