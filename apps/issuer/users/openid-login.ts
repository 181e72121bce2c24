/**
 * Users log in at an OpenID provider (OpenID Connect Core 1.0 §3.1): code flow, PKCE, a nonce, `iss` of the answer (RFC 9207), and an
 * ID token whose signature is looked at although it came over TLS. Loaded with the first such log-in.
 */
import type { webcrypto } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { LoginAttempt } from '@countersign/protocol/openid4vci/authorization/authenticated-user'
import * as client from 'openid-client'
import type { BegunLogin, FoundUser, LoginReturn, UserLogin, UserSourceRefusal } from '../issuer.ts'

export interface Provider {
  readonly issuer: string
  readonly clientId: string
  readonly authentication: ProviderAuthentication
  readonly scopes: readonly string[]
  readonly nameClaim: string
  /** For development. */
  readonly allowHttp: boolean
}

export type ProviderAuthentication =
  | { readonly clientSecret: string }
  | { readonly clientKey: webcrypto.CryptoKey; readonly keyId?: string | undefined }

export interface LoginPorts {
  readonly fetch: typeof globalThis.fetch
  /** Epoch seconds. */
  readonly now: () => number
}

/** Metadata and keys of the provider are asked for again then. */
const KEPT_SECONDS = 600
/** Of each request; the guarded way out has a limit of its own. */
const TIMEOUT_SECONDS = 10
const SKEW_SECONDS = 60

export function openidLogin(provider: Provider, ports: LoginPorts): Pick<UserLogin, 'begin' | 'finish'> {
  const configuration = keptConfiguration(provider, ports)
  return {
    begin: (back) => attempted(async () => ok(await begin(await configuration(), provider, back)), isAway),
    finish: (query, attempt, back) =>
      attempted(async () => finish(await configuration(), provider, query, attempt, back), isDown),
  }
}

async function begin(
  configuration: client.Configuration,
  { scopes }: Provider,
  { redirectUri, state }: LoginReturn,
): Promise<BegunLogin> {
  const [nonce, codeVerifier] = [client.randomNonce(), client.randomPKCECodeVerifier()]
  const address = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  })
  return { nonce, codeVerifier, address: address.href }
}

async function finish(
  configuration: client.Configuration,
  { nameClaim }: Provider,
  query: URLSearchParams,
  { codeVerifier, nonce }: LoginAttempt,
  { redirectUri, state }: LoginReturn,
): Promise<Result<FoundUser, UserSourceRefusal>> {
  const address = new URL(redirectUri)
  address.search = query.toString()
  const tokens = await client.authorizationCodeGrant(configuration, address, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (claims === undefined) return refuse({ code: 'user_not_shown', reason: 'no_id_token' })
  const asked = configuration.serverMetadata().userinfo_endpoint !== undefined
  const more = asked ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}
  const known = { ...claims, ...more } as JsonObject
  const name = [nameClaim, 'preferred_username', 'email', 'sub'].map((one) => known[one]).find(isText)
  return ok({ name, known })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** One question for all who come at once, and none of its failures is kept. */
function keptConfiguration(
  provider: Provider,
  { fetch, now }: LoginPorts,
): () => Promise<client.Configuration> {
  let kept: { readonly asked: Promise<client.Configuration>; readonly until: number } | undefined
  return async () => {
    if (kept === undefined || now() >= kept.until) {
      const asked = discover(provider, fetch)
      const mine = { asked, until: now() + KEPT_SECONDS }
      kept = mine
      asked.catch(() => {
        if (kept === mine) kept = undefined
      })
    }
    return kept.asked
  }
}

function discover(provider: Provider, fetch: typeof globalThis.fetch): Promise<client.Configuration> {
  const { allowHttp, authentication, clientId, issuer } = provider
  const method = methodOf(authentication)
  return client.discovery(new URL(issuer), clientId, { [client.clockTolerance]: SKEW_SECONDS }, method, {
    [client.customFetch]: fetch as client.CustomFetch,
    timeout: TIMEOUT_SECONDS,
    execute: [
      client.enableNonRepudiationChecks,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that nobody has it in production by accident
      ...(allowHttp ? [client.allowInsecureRequests] : []),
    ],
  })
}

function methodOf(authentication: ProviderAuthentication): client.ClientAuth {
  if ('clientSecret' in authentication) return client.ClientSecretBasic(authentication.clientSecret)
  const { clientKey: key, keyId: kid } = authentication
  return client.PrivateKeyJwt(kid === undefined ? key : { key, kid })
}

async function attempted<T>(
  ask: () => Promise<Result<T, UserSourceRefusal>>,
  away: (error: unknown) => boolean,
): Promise<Result<T, UserSourceRefusal>> {
  try {
    return await ask()
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === undefined) throw error
    if (error instanceof client.AuthorizationResponseError && error.error === 'access_denied')
      return refuse({ code: 'login_denied' })
    return refuse(away(error) ? { code: 'user_source_away', reason } : { code: 'user_not_shown', reason })
  }
}

/** Before anybody was sent there, whatever goes wrong is the provider's. */
const isAway = () => true

const DOWN = new Set([
  'temporarily_unavailable',
  'server_error',
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
])

function isDown(error: unknown): boolean {
  return error instanceof TypeError || DOWN.has(reasonOf(error) ?? '')
}

/** A code of the library or of the provider, never a text: it could say who the user is. Undefined: a fault of ours. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return /^[a-z_]{1,60}$/.test(error.error) ? error.error : 'error'
  if (error instanceof client.WWWAuthenticateChallengeError) return 'user_info_refused'
  if (error instanceof client.ClientError) return error.code ?? 'unusable'
  // As `fetch` rejects where there is no answer.
  return error instanceof TypeError && error.message.startsWith('fetch failed') ? 'unreachable' : undefined
}
