/**
 * An issuer with an authorization server, made of `@openid4vc/openid4vci` and `@openid4vc/oauth2`: the library makes and reads every
 * message, and judges what our wallet proves. Only the credential is ours. In memory, for one test.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { JsonObject } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import { decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { freePort } from '@countersign/local-servers/ports'
import { forgeJws } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { parseX5cEntry } from '@countersign/x509/certificate'
import {
  type AuthorizationServerMetadata,
  type CallbackContext,
  clientAuthenticationAnonymous,
  type Jwk,
  Oauth2AuthorizationServer,
  Oauth2ResourceServer,
  type RequestLike,
} from '@openid4vc/oauth2'
import { Openid4vciIssuer } from '@openid4vc/openid4vci'
import { LIBRARY_CARD, libraryCard } from './library-card.testing.ts'

export const CONFIGURATION = 'library-card'
const SCOPE = 'library_card'
const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

export interface LibraryIssuer {
  readonly url: string
  /** What was asked, by path, in order, as the library read it. */
  readonly asked: readonly { readonly path: string; readonly read: unknown }[]
  /** What the library had against a request. */
  readonly faults: readonly string[]
  /** The JSON of an offer. */
  preAuthorizedOffer(txCode?: string): Promise<JsonObject>
  browserOffer(issuerState: string): Promise<JsonObject>
  close(): Promise<void>
}

export interface LibraryIssuerWish {
  /** How many credentials at once; one when absent. */
  readonly batchSize?: number
  /** Whether whoever asks for a token has to be attested. */
  readonly attested?: boolean
  /** How often a wallet is told to come again before it gets its credentials. */
  readonly timesDeferred?: number
}

export async function startLibraryIssuer(wish: LibraryIssuerWish = {}): Promise<LibraryIssuer> {
  const port = await freePort()
  const issuer = new Hall(`http://localhost:${port}`, wish)
  const server = await listening(port, issuer)
  return {
    url: issuer.url,
    asked: issuer.asked,
    faults: issuer.faults,
    preAuthorizedOffer: (txCode) => issuer.offerByCode(txCode),
    browserOffer: (issuerState) => issuer.offerByBrowser(issuerState),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const tokenKey = newKey()
const signer = { method: 'jwk', alg: 'ES256', publicJwk: tokenKey.publicJwk as unknown as Jwk } as const

const callbacks: CallbackContext = {
  hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
  generateRandom: (length) => randomBytes(length),
  signJwt: async (_signer, { header, payload }) => ({
    jwt: await forgeJws(header, payload, tokenKey),
    signerJwk: signer.publicJwk,
  }),
  verifyJwt: async (by, { compact }) => {
    const key =
      by.method === 'x5c' ? leafKeyOf(by.x5c) : parsePublicJwk(by.method === 'jwk' ? by.publicJwk : {})
    const jws = decodeJws(compact, { maxLength: 65_536 })
    if (!key.ok || !jws.ok) return { verified: false }
    const verified = (await verifyJws(jws.value, key.value, ['ES256'], nodeCrypto)).ok
    return verified ? { verified, signerJwk: key.value as unknown as Jwk } : { verified: false }
  },
  decryptJwe: () => Promise.reject(new Error('nothing is encrypted here')),
  encryptJwe: () => Promise.reject(new Error('nothing is encrypted here')),
  clientAuthentication: clientAuthenticationAnonymous(),
}

/** Of the first certificate; nobody asks here who vouches for it. */
function leafKeyOf([leaf = '']: readonly string[]) {
  const certificate = parseX5cEntry(leaf)
  return certificate.ok ? ok(certificate.value.publicKey) : certificate
}

interface Answer {
  readonly status: number
  readonly body?: object
  readonly location?: string
}

interface Pushed {
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string | undefined
  readonly codeChallenge: string
  readonly issuerState: string | undefined
}

class Hall {
  readonly url: string
  readonly asked: { path: string; read: unknown }[] = []
  readonly faults: string[] = []
  readonly #wish: LibraryIssuerWish
  readonly #issuer = new Openid4vciIssuer({ callbacks })
  readonly #server = new Oauth2AuthorizationServer({ callbacks })
  readonly #resources = new Oauth2ResourceServer({ callbacks })
  /** By code: the transaction code, or what was pushed. */
  readonly #preAuthorized = new Map<string, string | undefined>()
  readonly #codes = new Map<string, Pushed>()
  readonly #pushed = new Map<string, Pushed>()
  readonly #nonces = new Set<string>()
  readonly #deferred = new Map<string, { left: number; readonly keys: readonly Jwk[] }>()

  constructor(url: string, wish: LibraryIssuerWish) {
    this.url = url
    this.#wish = wish
  }

  get #serverMetadata(): AuthorizationServerMetadata {
    const { url } = this
    return this.#server.createAuthorizationServerMetadata({
      issuer: url,
      jwks_uri: `${url}/jwks`,
      token_endpoint: `${url}/token`,
      authorization_endpoint: `${url}/authorize`,
      pushed_authorization_request_endpoint: `${url}/par`,
      require_pushed_authorization_requests: true,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
      dpop_signing_alg_values_supported: ['ES256'],
      'pre-authorized_grant_anonymous_access_supported': this.#wish.attested !== true,
      token_endpoint_auth_methods_supported:
        this.#wish.attested === true ? ['attest_jwt_client_auth'] : ['none'],
    }) as AuthorizationServerMetadata
  }

  get #metadata() {
    const { batchSize, timesDeferred } = this.#wish
    const { url } = this
    const credentialIssuer = this.#issuer.createCredentialIssuerMetadata({
      credential_issuer: url,
      credential_endpoint: `${url}/credential`,
      nonce_endpoint: `${url}/nonce`,
      ...(timesDeferred !== undefined && { deferred_credential_endpoint: `${url}/deferred` }),
      ...(batchSize !== undefined && { batch_credential_issuance: { batch_size: batchSize } }),
      credential_configurations_supported: {
        [CONFIGURATION]: {
          format: 'dc+sd-jwt',
          vct: LIBRARY_CARD,
          scope: SCOPE,
          cryptographic_binding_methods_supported: ['jwk'],
          credential_signing_alg_values_supported: ['ES256'],
          proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
        },
      },
    })
    return {
      originalDraftVersion: 'V1' as never,
      credentialIssuer,
      authorizationServers: [this.#serverMetadata],
      knownCredentialConfigurations: this.#issuer.getKnownCredentialConfigurationsSupported(credentialIssuer),
    }
  }

  async offerByCode(txCode: string | undefined): Promise<JsonObject> {
    const code = randomBytes(16).toString('base64url')
    this.#preAuthorized.set(code, txCode)
    const grant = {
      'pre-authorized_code': code,
      ...(txCode !== undefined && { tx_code: { input_mode: 'numeric' as const, length: txCode.length } }),
    }
    return this.#offer({ [PRE_AUTHORIZED]: grant })
  }

  offerByBrowser(issuerState: string): Promise<JsonObject> {
    return this.#offer({ authorization_code: { issuer_state: issuerState } })
  }

  async #offer(
    grants: Parameters<Openid4vciIssuer['createCredentialOffer']>[0]['grants'],
  ): Promise<JsonObject> {
    const { credentialOfferObject } = await this.#issuer.createCredentialOffer({
      issuerMetadata: this.#metadata,
      credentialConfigurationIds: [CONFIGURATION],
      grants,
    })
    return credentialOfferObject as unknown as JsonObject
  }

  /** A fault of the library's is the refusal that it is about. */
  async answer(request: RequestLike, body: string): Promise<Answer> {
    const { pathname } = new URL(request.url)
    const handler = this.#handlers[pathname]
    if (handler === undefined) return { status: 404, body: {} }
    try {
      return await handler(request, body)
    } catch (error) {
      const { errorResponse } = error as { errorResponse?: object }
      const message = error instanceof Error ? error.message : String(error)
      this.faults.push(`${pathname}: ${message}`)
      return { status: 400, body: errorResponse ?? { error: 'invalid_request', error_description: message } }
    }
  }

  readonly #handlers: Readonly<
    Record<string, (request: RequestLike, body: string) => Answer | Promise<Answer>>
  > = {
    '/.well-known/openid-credential-issuer': () => ({ status: 200, body: this.#metadata.credentialIssuer }),
    '/.well-known/oauth-authorization-server': () => ({ status: 200, body: this.#serverMetadata }),
    '/jwks': () => ({ status: 200, body: { keys: [signer.publicJwk] } }),
    '/par': (request, body) => this.#push(request, body),
    '/authorize': (request) => this.#sendBack(request),
    '/token': (request, body) => this.#token(request, body),
    '/nonce': () => {
      const nonce = randomBytes(16).toString('base64url')
      this.#nonces.add(nonce)
      return { status: 200, body: this.#issuer.createNonceResponse({ cNonce: nonce }) }
    },
    '/credential': (request, body) => this.#credential(request, body),
    '/deferred': (request, body) => this.#collect(request, body),
  }

  async #push(request: RequestLike, body: string): Promise<Answer> {
    const authorizationRequest = Object.fromEntries(new URLSearchParams(body))
    const parsed = await this.#server.parsePushedAuthorizationRequest({ request, authorizationRequest })
    this.asked.push({ path: '/par', read: parsed })
    await this.#server.verifyPushedAuthorizationRequest({
      request,
      authorizationServerMetadata: this.#serverMetadata,
      authorizationRequest: parsed.authorizationRequest,
      ...(parsed.dpop && { dpop: parsed.dpop }),
      clientAttestation: { ...parsed.clientAttestation, required: this.#wish.attested === true },
    })
    const { client_id, code_challenge, issuer_state, redirect_uri, state } = parsed.authorizationRequest
    const requestUri = `urn:ietf:params:oauth:request_uri:${randomBytes(16).toString('base64url')}`
    this.#pushed.set(requestUri, {
      clientId: client_id ?? '',
      redirectUri: redirect_uri ?? '',
      state,
      codeChallenge: code_challenge ?? '',
      issuerState: issuer_state,
    })
    const { pushedAuthorizationResponse } = this.#server.createPushedAuthorizationResponse({
      requestUri,
      expiresInSeconds: 60,
    })
    return { status: 201, body: pushedAuthorizationResponse }
  }

  /** Everybody who comes says yes. */
  #sendBack(request: RequestLike): Answer {
    const pushed = this.#pushed.get(new URL(request.url).searchParams.get('request_uri') ?? '')
    if (pushed === undefined) return { status: 400, body: {} }
    const code = randomBytes(16).toString('base64url')
    this.#codes.set(code, pushed)
    const back = new URL(pushed.redirectUri)
    back.searchParams.set('code', code)
    back.searchParams.set('iss', this.url)
    if (pushed.state !== undefined) back.searchParams.set('state', pushed.state)
    return { status: 302, location: back.href }
  }

  async #token(request: RequestLike, body: string): Promise<Answer> {
    const accessTokenRequest = Object.fromEntries(new URLSearchParams(body))
    const parsed = this.#server.parseAccessTokenRequest({ request, accessTokenRequest })
    this.asked.push({ path: '/token', read: parsed })
    const { clientAttestation, dpop, grant, pkceCodeVerifier } = parsed
    const checks = {
      request,
      accessTokenRequest: parsed.accessTokenRequest,
      authorizationServerMetadata: this.#serverMetadata,
      dpop: { ...dpop, required: true, allowedSigningAlgs: ['ES256'] },
      clientAttestation: { ...clientAttestation, required: this.#wish.attested === true },
    }
    if (grant.grantType === PRE_AUTHORIZED) {
      const code = grant.preAuthorizedCode
      const expectedTxCode = this.#preAuthorized.get(code)
      const verified = await this.#server.verifyPreAuthorizedCodeAccessTokenRequest({
        ...checks,
        grant,
        expectedPreAuthorizedCode: this.#preAuthorized.has(code) ? code : 'none',
        ...(expectedTxCode !== undefined && { expectedTxCode }),
      })
      this.#preAuthorized.delete(code)
      return this.#tokenFor(verified)
    }
    if (grant.grantType !== 'authorization_code') throw new Error(`no tokens by ${grant.grantType}`)
    const pushed = this.#codes.get(grant.code)
    const verified = await this.#server.verifyAuthorizationCodeAccessTokenRequest({
      ...checks,
      grant,
      expectedCode: pushed === undefined ? 'none' : grant.code,
      pkce: {
        codeChallenge: pushed?.codeChallenge ?? '',
        codeChallengeMethod: 'S256' as never,
        ...(pkceCodeVerifier !== undefined && { codeVerifier: pkceCodeVerifier }),
      },
    })
    this.#codes.delete(grant.code)
    return this.#tokenFor(verified)
  }

  async #tokenFor({ dpop }: { readonly dpop?: { readonly jwk: Jwk } }): Promise<Answer> {
    const { url } = this
    const response = await this.#server.createAccessTokenResponse({
      audience: url,
      authorizationServer: url,
      expiresInSeconds: 300,
      signer,
      subject: 'ada',
      ...(dpop && { dpop }),
    })
    return { status: 200, body: response }
  }

  async #credential(request: RequestLike, body: string): Promise<Answer> {
    await this.#judgeToken(request)
    const issuerMetadata = this.#metadata
    const parsed = this.#issuer.parseCredentialRequest({
      issuerMetadata,
      credentialRequest: JSON.parse(body) as Record<string, unknown>,
    })
    this.asked.push({ path: '/credential', read: parsed })
    const keys: Jwk[] = []
    for (const jwt of parsed.proofs?.jwt ?? []) {
      const nonce = String(nonceIn(jwt))
      if (!this.#nonces.has(nonce)) throw new Error('a nonce that was not given')
      const { signer: by } = await this.#issuer.verifyCredentialRequestJwtProof({
        issuerMetadata,
        jwt,
        expectedNonce: nonce,
      })
      keys.push(by.publicJwk)
    }
    const { timesDeferred = 0 } = this.#wish
    if (timesDeferred === 0) {
      const credentials = await this.#credentials(keys)
      const response = this.#issuer.createCredentialResponse({ credentialRequest: parsed, credentials })
      return { status: 200, body: response }
    }
    const transactionId = randomBytes(16).toString('base64url')
    this.#deferred.set(transactionId, { left: timesDeferred - 1, keys })
    const response = this.#issuer.createCredentialResponse({
      credentialRequest: parsed,
      transactionId,
      interval: 1,
    })
    return { status: 202, body: response }
  }

  async #collect(request: RequestLike, body: string): Promise<Answer> {
    await this.#judgeToken(request)
    const { deferredCredentialRequest } = this.#issuer.parseDeferredCredentialRequest({
      deferredCredentialRequest: JSON.parse(body) as Record<string, unknown>,
    })
    this.asked.push({ path: '/deferred', read: deferredCredentialRequest })
    const { transaction_id: transactionId } = deferredCredentialRequest
    const waiting = this.#deferred.get(transactionId)
    if (waiting === undefined) return { status: 400, body: { error: 'invalid_transaction_id' } }
    if (waiting.left > 0) {
      waiting.left--
      const response = this.#issuer.createDeferredCredentialResponse({ transactionId, interval: 1 })
      return { status: 202, body: response }
    }
    this.#deferred.delete(transactionId)
    const credentials = await this.#credentials(waiting.keys)
    const response = this.#issuer.createDeferredCredentialResponse({ credentials: credentials as never })
    return { status: 200, body: response }
  }

  async #judgeToken(request: RequestLike): Promise<void> {
    const { tokenPayload } = await this.#resources.verifyResourceRequest({
      request,
      resourceServer: this.url,
      authorizationServers: [this.#serverMetadata],
    })
    this.asked.push({ path: 'token of the request', read: tokenPayload })
  }

  #credentials(keys: readonly Jwk[]) {
    return Promise.all(keys.map(async (key) => ({ credential: await libraryCard(this.url, key) })))
  }
}

function nonceIn(jwt: string): unknown {
  const proof = decodeJws(jwt, { maxLength: 65_536 })
  return proof.ok ? proof.value.payload['nonce'] : undefined
}

function listening(port: number, issuer: Hall): Promise<Server> {
  const server = createServer((request, response) => void respond(issuer, request, response))
  return new Promise((resolve) => server.listen(port, () => resolve(server)))
}

async function respond(issuer: Hall, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { body, location, status } = await issuer.answer(
    requestLike(request, issuer.url),
    Buffer.concat(chunks).toString(),
  )
  const headers = { 'content-type': 'application/json', ...(location !== undefined && { location }) }
  response.writeHead(status, headers).end(body === undefined ? '' : JSON.stringify(body))
}

function requestLike({ headers, method, url }: IncomingMessage, base: string): RequestLike {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string])
  return {
    headers: new Headers(entries),
    method: (method ?? 'GET') as 'GET' | 'POST',
    url: base + (url ?? '/'),
  }
}
