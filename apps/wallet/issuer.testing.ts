/** An issuer for the wallet's tests: OpenID4VCI 1.0 over our own protocol package, with state in this process. */
import { randomBytes } from 'node:crypto'
import type { JsonObject } from '@countersign/credential/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { nodeCrypto } from '@countersign/keys/node-crypto'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/software'
import { verifyDpopProof } from '@countersign/protocol/oauth/dpop'
import {
  parseCredentialRequest,
  writeCredentialResponse,
} from '@countersign/protocol/openid4vci/credential-request'
import {
  type BindingMethod,
  writeAuthorizationServerMetadata,
  writeIssuerMetadata,
} from '@countersign/protocol/openid4vci/metadata'
import {
  offerUrlByReference,
  offerUrlByValue,
  writeCredentialOffer,
} from '@countersign/protocol/openid4vci/offer'
import { type VerifiedKeyProof, verifyKeyProof } from '@countersign/protocol/openid4vci/proof'
import { parseTokenRequest, writeTokenResponse } from '@countersign/protocol/openid4vci/token'
import { type Answer, type FaultyServer, startFaultyServer } from './faulty-server.testing.ts'

export const identity = { id: 'identity', type: 'urn:test:identity' }
export const badge = { id: 'badge', type: 'urn:test:badge' }

export interface TestIssuerOptions {
  /** A code is spent at once: no honest client is heard again. */
  readonly strict?: boolean
  readonly bindingMethods?: readonly BindingMethod[]
  /** Another type than was promised, or another key than was proven. */
  readonly cheats?: 'type' | 'key'
}

export interface TestIssuer extends FaultyServer {
  /** URL of a new offer. */
  offer(options?: { configurations?: readonly string[]; txCode?: string; byValue?: boolean }): string
  /** Every token handed out, every credential signed. */
  readonly tokens: Set<string>
  readonly signed: string[]
  readonly proofs: VerifiedKeyProof[]
  /** What was asked for up to now must be asked for with a new nonce. */
  forgetNonces(): void
}

interface Offer {
  readonly code: string
  readonly configurations: readonly string[]
  readonly txCode?: string
  sender?: string
  token?: string
  readonly issued: Map<string, { key: string; credential: Promise<string> }>
}

interface State {
  readonly options: TestIssuerOptions
  readonly offers: Map<string, Offer>
  readonly nonces: Map<string, string>
  readonly jtis: Set<string>
  readonly tokens: Set<string>
  readonly signed: string[]
  readonly proofs: VerifiedKeyProof[]
  url: string
}

const signer = softwareSigner(generateSoftwareKey('ES256'))
const secret = () => randomBytes(16).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)
const window = { maxAgeSeconds: 300, skewSeconds: 60 }

export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const state: State = {
    options,
    offers: new Map(),
    nonces: new Map(),
    jtis: new Set(),
    tokens: new Set(),
    signed: [],
    proofs: [],
    url: '',
  }
  const server = await startFaultyServer((request) => handle(state, request))
  state.url = server.url
  return {
    ...server,
    tokens: state.tokens,
    signed: state.signed,
    proofs: state.proofs,
    offer: (wish = {}) => newOffer(state, wish),
    forgetNonces: () => state.nonces.clear(),
  }
}

function newOffer(state: State, wish: Parameters<TestIssuer['offer']>[0] = {}): string {
  const { configurations = [identity.id], txCode, byValue = false } = wish
  const offer: Offer = { code: secret(), configurations, issued: new Map(), ...(txCode && { txCode }) }
  state.offers.set(offer.code, offer)
  return byValue
    ? offerUrlByValue(offerJson(state, offer))
    : offerUrlByReference(`${state.url}/offer/${offer.code}`)
}

function offerJson(state: State, offer: Offer): JsonObject {
  return writeCredentialOffer({
    issuer: state.url,
    configurationIds: offer.configurations,
    preAuthorizedCode: offer.code,
    ...(offer.txCode && { txCode: { inputMode: 'numeric', length: offer.txCode.length } }),
  })
}

async function handle(
  state: State,
  request: Parameters<Parameters<typeof startFaultyServer>[0]>[0],
): Promise<Answer> {
  const { path, headers, body } = request
  if (path.startsWith('/offer/')) return offerAnswer(state, path.slice('/offer/'.length))
  const dpop = typeof headers['dpop'] === 'string' ? headers['dpop'] : undefined
  switch (path) {
    case '/.well-known/openid-credential-issuer':
      return json(200, metadata(state))
    case '/.well-known/oauth-authorization-server':
      return json(200, writeAuthorizationServerMetadata({ issuer: state.url }))
    case '/token':
      return token(state, Object.fromEntries(new URLSearchParams(body)), await sender(state, dpop, path))
    case '/nonce': {
      const nonce = secret()
      state.nonces.set(nonce, '')
      return json(200, { c_nonce: nonce })
    }
    case '/credential': {
      const accessToken = /^DPoP (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
      return credential(state, accessToken, await sender(state, dpop, path, accessToken), JSON.parse(body))
    }
    default:
      return json(404, {})
  }
}

function offerAnswer(state: State, code: string): Answer {
  const offer = state.offers.get(code)
  return offer === undefined ? json(404, {}) : json(200, offerJson(state, offer))
}

function metadata(state: State): JsonObject {
  const configurations = [identity, badge].map(({ id, type }) => ({
    id,
    type,
    format: 'dc+sd-jwt' as const,
    scope: id,
    display: [],
    claims: [],
    ...(state.options.bindingMethods && { bindingMethods: state.options.bindingMethods }),
  }))
  return writeIssuerMetadata({ issuer: state.url, configurations })
}

/** Thumbprint of the sender key; every proof is good once. */
async function sender(state: State, proof: string | undefined, path: string, accessToken?: string) {
  if (proof === undefined) return undefined
  const expected = { proof, method: 'POST', url: state.url + path, now: now(), ...window }
  const verified = await verifyDpopProof(accessToken ? { ...expected, accessToken } : expected, nodeCrypto)
  if (!verified.ok || state.jtis.has(verified.value.replayKey)) return undefined
  state.jtis.add(verified.value.replayKey)
  return verified.value.thumbprint
}

function token(state: State, form: Record<string, string>, from: string | undefined): Answer {
  const request = parseTokenRequest(form)
  const offer = request.ok ? state.offers.get(request.value.preAuthorizedCode) : undefined
  if (!request.ok || offer === undefined || from === undefined) return json(400, { error: 'invalid_grant' })
  if (request.value.txCode !== offer.txCode) return json(400, { error: 'invalid_grant' })
  const spent = offer.token !== undefined && (state.options.strict === true || offer.sender !== from)
  if (spent) return json(400, { error: 'invalid_grant' })
  offer.token ??= secret()
  offer.sender = from
  state.tokens.add(offer.token)
  return json(200, writeTokenResponse({ accessToken: offer.token, tokenType: 'DPoP', expiresIn: 300 }))
}

async function credential(
  state: State,
  accessToken: string,
  from: string | undefined,
  body: JsonObject,
): Promise<Answer> {
  const offer = [...state.offers.values()].find((one) => one.token === accessToken)
  if (offer === undefined || from === undefined || offer.sender !== from)
    return json(401, { error: 'invalid_token' })
  const request = parseCredentialRequest(body)
  if (!request.ok || request.value.configurationId === undefined)
    return json(400, { error: 'invalid_credential_request' })
  const [jwt = ''] = request.value.proofs.jwt
  const proof = await verifyKeyProof({ jwt, issuer: state.url, now: now(), ...window }, nodeCrypto)
  if (!proof.ok) return json(400, { error: 'invalid_proof' })
  const nonce = proof.value.nonce ?? ''
  const usedBy = state.nonces.get(nonce)
  if (usedBy === undefined || (usedBy !== '' && usedBy !== jwt)) return json(400, { error: 'invalid_nonce' })
  state.nonces.set(nonce, jwt)
  return issue(state, offer, request.value.configurationId, proof.value)
}

async function issue(
  state: State,
  offer: Offer,
  configurationId: string,
  proof: VerifiedKeyProof,
): Promise<Answer> {
  const before = offer.issued.get(configurationId)
  if (before !== undefined && before.key !== proof.thumbprint)
    return json(400, { error: 'credential_request_denied' })
  const issued = before ?? { key: proof.thumbprint, credential: sign(state, configurationId, proof) }
  offer.issued.set(configurationId, issued)
  return json(200, writeCredentialResponse([await issued.credential]))
}

async function sign(state: State, configurationId: string, proof: VerifiedKeyProof): Promise<string> {
  const { cheats } = state.options
  const holderKey =
    cheats === 'key' ? softwareSigner(generateSoftwareKey('ES256')).publicJwk : proof.holderKey
  const promised = configurationId === identity.id ? identity.type : badge.type
  const signed = await sdJwtVc.issue(
    {
      type: cheats === 'type' ? 'urn:test:other' : promised,
      claims: { given_name: 'Ada-planted', family_name: 'Example-planted', birthdate: '1990-01-01' },
      selectivelyDisclosable: [['given_name'], ['family_name'], ['birthdate']],
      holderKey,
      signer,
      issuer: state.url,
      issuedAt: now(),
      expiresAt: now() + 86_400,
    },
    nodeCrypto,
  )
  if (!signed.ok) throw new Error(signed.error.code)
  state.signed.push(signed.value)
  state.proofs.push(proof)
  return signed.value
}

function json(status: number, body: JsonObject): Answer {
  return { status, body: JSON.stringify(body) }
}
