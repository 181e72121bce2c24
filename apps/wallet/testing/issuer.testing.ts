/** An issuer for the wallet's tests: OpenID4VCI 1.0 over our own protocol package, with state in this process. */
import { randomBytes } from 'node:crypto'
import { defined, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { IssueInput } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { decodeJws } from '@countersign/crypto/jose/jws'
import type { DidKeyResolver } from '@countersign/did/did-document'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { verifyDpopProof } from '@countersign/protocol/oauth/dpop'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { type GrantRequest, parseGrantRequest } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import type { AuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import {
  parseCredentialRequest,
  writeCredentialResponse,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import {
  type CredentialConfiguration,
  writeAuthorizationServerMetadata,
  writeIssuerMetadata,
} from '@countersign/protocol/openid4vci/metadata/published-metadata'
import { parseNotificationRequest } from '@countersign/protocol/openid4vci/notification'
import {
  offerUrlByReference,
  offerUrlByValue,
  writeCredentialOffer,
} from '@countersign/protocol/openid4vci/offer'
import { verifyKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import type { VerifiedKeyProof } from '@countersign/protocol/openid4vci/proof/proof-type'
import { writeTokenResponse } from '@countersign/protocol/openid4vci/token'
import { type Answer, type FaultyServer, startFaultyServer } from '@countersign/testing/client/faulty-server'
import { forgeJws } from '@countersign/testing/forging/jws'
import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom, combineTrustLists } from '@countersign/trust/trust-anchor'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import { type TestAuthorizations, type TokenAsker, testAuthorizations } from './authorization.testing.ts'
import { type ListedStatus, statusListAnswer, statusReferences } from './status-list.testing.ts'

export interface TestConfiguration {
  readonly id: string
  readonly type: string
  readonly format: FormatId
}

export const identity = { id: 'identity', type: 'urn:test:identity', format: 'dc+sd-jwt' } as const
export const badge = { id: 'badge', type: 'urn:test:badge', format: 'dc+sd-jwt' } as const
/** The identity in the other formats, by format. */
export const identityAs = {
  jwt_vc_json: { id: 'identity_jwt', type: 'IdentityCard', format: 'jwt_vc_json' },
  'vc+jwt': { id: 'identity_vc', type: 'IdentityCard', format: 'vc+jwt' },
  'vc+sd-jwt': { id: 'identity_vc_sd', type: 'IdentityCard', format: 'vc+sd-jwt' },
  mso_mdoc: { id: 'identity_mdoc', type: 'org.test.identity', format: 'mso_mdoc' },
} as const

const configurations: readonly TestConfiguration[] = [identity, badge, ...Object.values(identityAs)]
const formats = formatRegistry([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt])

export interface TestIssuerOptions {
  /** A code is spent at once: no honest client is heard again. */
  readonly strict?: boolean
  readonly bindingMethods?: CredentialConfiguration['bindingMethods']
  /** Another type than was promised, or another key than was proven. */
  readonly cheats?: 'type' | 'key'
  /** Who is asked for the keys of holders that a DID names. */
  readonly didKeys?: DidKeyResolver
  /** W3C credentials name their subject alone, and no key. */
  readonly namesSubjectOnly?: boolean
  /** What is answered at a path in place of what this issuer would say: text, since others' serializers are not ours. */
  readonly rewrite?: (path: string, answer: string) => string
  /** What SD-JWT VCs say in the place of a name and a birth date, and what of it can be withheld. */
  readonly claims?: Pick<IssueInput, 'claims' | 'selectivelyDisclosable'>
  /** No credential request needs a proof: whoever has the token gets the credential. */
  readonly needsNoProof?: boolean
  /** A member beside the others, as text: `cnf` with a name, or a number that no serializer of ours writes. */
  readonly claimAsWritten?: string
  /** The certificate beside its keys names the address that they are fetched from. */
  readonly namesAddress?: boolean
  /** Credentials refer to a list that says this; may be changed. */
  readonly status?: ListedStatus
  /** What comes beside a credential in place of an id for notifications. */
  readonly notificationId?: JsonValue
  /**
   * Nonces for DPoP proofs (RFC 9449 §8): asked for by the name of the error, or refused as any proof is; `once`: each is good for
   * one request.
   */
  readonly dpopNonces?: { readonly refusal: 'use_dpop_nonce' | 'invalid_dpop_proof'; readonly once?: boolean }
  /** Requests to this path are never answered. */
  readonly hangsAt?: string
  /** What the metadata of its authorization server say otherwise; null counts as left out. */
  readonly server?: JsonObject
  /** Every configuration has this scope; null: none has one. */
  readonly scope?: string | null
  /** How many credentials one request may ask for; absent: one. */
  readonly batchSize?: number
  /** Tokens come with one for another, which is a new one each time; what was issued may be had once more with it. */
  readonly refreshes?: boolean
  /** What of this configuration is issued: nothing. */
  readonly denies?: string
  /** Its metadata name it as its own authorization server. */
  readonly namesServer?: boolean
  /** Stands in front of it, and may ask it for what it would answer. */
  readonly around?: (
    request: TestRequest,
    inner: (request: TestRequest) => Promise<Answer>,
  ) => Promise<Answer>
}

export type TestRequest = Parameters<Parameters<typeof startFaultyServer>[0]>[0]

/** Of which configuration an accepted request told what. */
export interface TestNotification {
  readonly configurationId: string
  readonly event: string
  readonly description?: string | undefined
}

export interface OfferWish {
  readonly configurations?: readonly string[]
  readonly txCode?: string
  readonly byValue?: boolean
  /** `browser`: somebody has to say yes at a page; `any`: the offer leaves it to the wallet. */
  readonly grant?: 'pre-authorized' | 'browser' | 'both' | 'any'
}

export interface TestIssuer extends FaultyServer {
  readonly authorizations: TestAuthorizations
  /** URL of a new offer. */
  offer(options?: OfferWish): string
  /** Every token handed out, every credential signed. */
  readonly tokens: Set<string>
  readonly signed: string[]
  readonly proofs: VerifiedKeyProof[]
  /** Everything that wallets told, in order. */
  readonly notified: TestNotification[]
  /** What was asked for up to now must be asked for with a new nonce. */
  forgetNonces(): void
  /** Those that were given for DPoP proofs are good no more. */
  forgetDpopNonces(): void
  /** An offer by reference is given out no more, and its code is good for nothing. */
  withdraw(offer: string): void
  /** The same, and what was begun with it goes on. */
  hide(offer: string): void
}

interface Offer {
  readonly code: string
  readonly configurations: readonly string[]
  readonly txCode?: string | undefined
  readonly grant: NonNullable<OfferWish['grant']>
  sender?: string
  token?: string
  /** How often the token was refreshed. */
  generation: number
  readonly issued: Map<string, Issued>
}

interface Issued {
  readonly key: string
  readonly credentials: Promise<readonly string[]>
  readonly notificationId: string
}

interface State {
  readonly options: TestIssuerOptions
  readonly authorizations: TestAuthorizations
  readonly offers: Map<string, Offer>
  readonly hidden: Set<string>
  readonly nonces: Map<string, string>
  /** Given, and good. */
  readonly dpopNonces: Set<string>
  readonly jtis: Set<string>
  readonly tokens: Set<string>
  readonly signed: string[]
  readonly proofs: VerifiedKeyProof[]
  readonly notified: TestNotification[]
  url: string
}

/** A point, in place of a picture. */
export const eagle =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const clients = { methods: ['none'], anonymous: true } as const

const secret = () => randomBytes(16).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)
const window = { maxAgeSeconds: 300, skewSeconds: 60 }

const { chains, signerAt, signers } = await openIssuer()
/** Who vouches for every issuer of the tests. */
export const issuerChains = chains

export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const state: State = {
    options,
    authorizations: testAuthorizations(() => state.url),
    offers: new Map(),
    hidden: new Set(),
    nonces: new Map(),
    dpopNonces: new Set(),
    jtis: new Set(),
    tokens: new Set(),
    signed: [],
    proofs: [],
    notified: [],
    url: '',
  }
  const server = await startFaultyServer(async (request) => {
    if (request.path === options.hangsAt) await new Promise(() => {})
    const refusal = refusedNonce(state, request.headers['dpop'])
    const { around, rewrite } = options
    const inner = (asked: TestRequest) => handle(state, asked)
    const answer = withDpopNonce(
      state,
      refusal ?? (await (around === undefined ? inner(request) : around(request, inner))),
    )
    return rewrite === undefined ? answer : { ...answer, body: rewrite(request.path, answer.body) }
  })
  state.url = server.url
  return {
    ...server,
    authorizations: state.authorizations,
    tokens: state.tokens,
    signed: state.signed,
    proofs: state.proofs,
    notified: state.notified,
    offer: (wish = {}) => newOffer(state, wish),
    forgetNonces: () => state.nonces.clear(),
    forgetDpopNonces: () => state.dpopNonces.clear(),
    withdraw: (offer) => void state.offers.delete(codeOf(offer)),
    hide: (offer) => void state.hidden.add(codeOf(offer)),
  }
}

function codeOf(offer: string): string {
  const uri = new URL(offer).searchParams.get('credential_offer_uri') ?? ''
  return uri.slice(uri.lastIndexOf('/') + 1)
}

function refusedNonce({ dpopNonces, options }: State, proof: unknown): Answer | undefined {
  const demand = options.dpopNonces
  if (demand === undefined || typeof proof !== 'string') return undefined
  const decoded = decodeJws(proof)
  const nonce = decoded.ok ? decoded.value.payload['nonce'] : undefined
  const isGood = typeof nonce === 'string' && dpopNonces.has(nonce)
  if (isGood && demand.once === true) dpopNonces.delete(nonce)
  return isGood ? undefined : json(400, { error: demand.refusal })
}

function withDpopNonce({ dpopNonces, options }: State, answer: Answer): Answer {
  if (options.dpopNonces === undefined) return answer
  const nonce = secret()
  dpopNonces.add(nonce)
  return { ...answer, headers: { ...answer.headers, 'dpop-nonce': nonce } }
}

function newOffer(state: State, wish: OfferWish = {}): string {
  const { configurations = [identity.id], txCode, byValue = false, grant = 'pre-authorized' } = wish
  const offer: Offer = { code: secret(), configurations, issued: new Map(), generation: 0, txCode, grant }
  state.offers.set(offer.code, offer)
  return byValue
    ? offerUrlByValue(offerJson(state, offer))
    : offerUrlByReference(`${state.url}/offer/${offer.code}`)
}

function offerJson(state: State, offer: Offer): JsonObject {
  return writeCredentialOffer({
    issuer: state.url,
    configurationIds: offer.configurations,
    grants: {
      ...((offer.grant === 'pre-authorized' || offer.grant === 'both') && {
        [PRE_AUTHORIZED_CODE]: { code: offer.code, txCode: demandedTxCode(offer) },
      }),
      ...((offer.grant === 'browser' || offer.grant === 'both') && {
        [AUTHORIZATION_CODE]: { issuerState: offer.code },
      }),
    },
  })
}

function demandedTxCode({ txCode }: Offer) {
  return txCode === undefined ? undefined : ({ inputMode: 'numeric', length: txCode.length } as const)
}

async function handle(state: State, request: TestRequest): Promise<Answer> {
  const { path, headers, body } = request
  if (path.startsWith('/offer/')) return offerAnswer(state, path.slice('/offer/'.length))
  const dpop = typeof headers['dpop'] === 'string' ? headers['dpop'] : undefined
  switch (path) {
    case '/.well-known/openid-credential-issuer':
      return json(200, metadata(state))
    case '/.well-known/oauth-authorization-server':
      return json(200, serverMetadata(state))
    case '/par': {
      const form = Object.fromEntries(new URLSearchParams(body))
      const { issuer_state: named } = form
      return named === undefined || state.offers.has(named)
        ? state.authorizations.push(form, await sender(state, dpop, path))
        : json(400, { error: 'invalid_request', error_description: 'There is no such offer' })
    }
    case '/.well-known/jwt-vc-issuer':
      return json(200, await issuerKeys(state))
    case '/token':
      return token(state, Object.fromEntries(new URLSearchParams(body)), await sender(state, dpop, path))
    case '/lists/token':
    case '/lists/revocation':
    case '/lists/suspension':
      return statusListAnswer(state, path, signers.statusList)
    case '/nonce': {
      const nonce = secret()
      state.nonces.set(nonce, '')
      return json(200, { c_nonce: nonce })
    }
    case '/credential': {
      const accessToken = /^DPoP (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
      return credential(state, accessToken, await sender(state, dpop, path, accessToken), JSON.parse(body))
    }
    case '/notification': {
      const accessToken = /^DPoP (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
      return notification(state, accessToken, await sender(state, dpop, path, accessToken), JSON.parse(body))
    }
    default:
      return json(404, {})
  }
}

function offerAnswer(state: State, code: string): Answer {
  const offer = state.hidden.has(code) ? undefined : state.offers.get(code)
  return offer === undefined ? json(404, {}) : json(200, offerJson(state, offer))
}

function serverMetadata({ options, url }: State): JsonObject {
  const written = writeAuthorizationServerMetadata({ issuer: url, clients, requirePushedRequests: false })
  return { ...written, ...options.server }
}

function metadata(state: State): JsonObject {
  const { batchSize, namesServer, scope } = state.options
  const described = configurations.map((configuration) => ({
    ...configuration,
    scope: scope === null ? '' : (scope ?? configuration.id),
    display: [
      { name: 'Identity', locale: 'en', backgroundColor: '#123456', textColor: 'red;background:url(x)' },
      { name: 'Ausweis', locale: 'de', logo: { uri: eagle, altText: 'Adler' } },
    ],
    claims: [
      {
        path: [...above(configuration.format), 'family_name'],
        display: [
          { name: 'Family name', locale: 'en' },
          { name: 'Nachname', locale: 'de' },
        ],
      },
      // What is within a claim is no claim more.
      { path: [...above(configuration.format), 'family_name', 'prefix'], display: [{ name: 'Prefix' }] },
    ],
    ...defined({ bindingMethods: state.options.bindingMethods }),
  }))
  return {
    ...writeIssuerMetadata({ issuer: state.url, configurations: described, formats }),
    ...(batchSize !== undefined && { batch_credential_issuance: { batch_size: batchSize } }),
    ...(namesServer === true && { authorization_servers: [state.url] }),
  }
}

/** With the chain beside the key; it names another address than this one, unless a test wants it. */
async function issuerKeys({ options, url }: State): Promise<JsonObject> {
  const { publicJwk, x5c = [] } = options.namesAddress === true ? await signerAt(url) : signers.credentials
  return { issuer: url, jwks: { keys: [{ ...publicJwk, x5c: [...x5c] }] } }
}

/** Members that lead to the claims. */
function above(format: FormatId): readonly string[] {
  if (format === 'dc+sd-jwt') return []
  return format === 'mso_mdoc' ? ['org.test'] : ['credentialSubject']
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

async function token(state: State, form: Record<string, string>, from: string | undefined): Promise<Answer> {
  const request = parseGrantRequest(form)
  if (!request.ok || from === undefined) return json(400, { error: 'invalid_grant' })
  const asked = request.value
  if (asked.grantType === REFRESH_TOKEN) return refresh(state, asked.refreshToken, from)
  const offer = await offerFor(state, asked, { clientId: form['client_id'], sender: from })
  if (offer === undefined) return json(400, { error: 'invalid_grant' })
  if (asked.grantType === PRE_AUTHORIZED_CODE && asked.txCode !== offer.txCode)
    return json(400, { error: 'invalid_grant' })
  const spent = offer.token !== undefined && (state.options.strict === true || offer.sender !== from)
  if (spent) return json(400, { error: 'invalid_grant' })
  offer.token ??= secret()
  offer.sender = from
  state.tokens.add(offer.token)
  return tokenAnswer(state, offer, offer.token)
}

function tokenAnswer({ options }: State, { code, generation }: Offer, accessToken: string): Answer {
  const refreshToken = options.refreshes === true ? `${code}.${generation}` : undefined
  return json(200, writeTokenResponse({ accessToken, tokenType: 'DPoP', expiresIn: 300, refreshToken }))
}

/** The one before gives the same answer until something is issued. */
function refresh(state: State, refreshToken: string, from: string): Answer {
  const [code = '', number] = refreshToken.split('.')
  const offer = state.offers.get(code)
  if (offer?.token === undefined || offer.sender !== from) return json(400, { error: 'invalid_grant' })
  const isRetry = Number(number) === offer.generation - 1 && offer.issued.size === 0
  if (Number(number) !== offer.generation && !isRetry) return json(400, { error: 'invalid_grant' })
  if (!isRetry) {
    offer.generation += 1
    offer.token = secret()
    offer.issued.clear()
    state.tokens.add(offer.token)
  }
  return tokenAnswer(state, offer, offer.token)
}

async function offerFor(state: State, asked: GrantRequest, by: TokenAsker): Promise<Offer | undefined> {
  if (asked.grantType === PRE_AUTHORIZED_CODE) return state.offers.get(asked.preAuthorizedCode)
  if (asked.grantType !== AUTHORIZATION_CODE) return undefined
  return offerOf(state, await state.authorizations.redeem(asked, by))
}

/** Without an offer everybody gets what he asks for, once a request. */
function offerOf(state: State, request: AuthorizationRequest | undefined): Offer | undefined {
  if (request === undefined) return undefined
  const id = request.issuerState ?? request.codeChallenge
  const known = state.offers.get(id)
  if (known !== undefined || request.issuerState !== undefined) return known
  const asked = request.details?.map(({ configurationId }) => configurationId) ?? request.scope
  const made: Offer = { code: id, configurations: asked, issued: new Map(), generation: 0, grant: 'browser' }
  state.offers.set(id, made)
  return made
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
  const { batchSize, didKeys, needsNoProof } = state.options
  const request = parseCredentialRequest(body, defined({ batchSize }))
  if (!request.ok || request.value.configurationId === undefined)
    return json(400, { error: 'invalid_credential_request' })
  const jwts = request.value.proofs?.values ?? ['']
  if (needsNoProof === true) return issue(state, offer, request.value.configurationId, [{ thumbprint: from }])
  const expected = { issuer: state.url, now: now(), ...window, didKeys }
  const proofs: VerifiedKeyProof[] = []
  for (const jwt of jwts) {
    const proof = await verifyKeyProof(jwt, expected, nodeCrypto)
    if (!proof.ok) return json(400, { error: 'invalid_proof' })
    proofs.push(proof.value)
  }
  const nonces = new Set(proofs.map(({ nonce }) => nonce ?? ''))
  const [nonce = ''] = nonces
  const usedBy = state.nonces.get(nonce)
  const all = jwts.join(' ')
  if (nonces.size !== 1 || usedBy === undefined || (usedBy !== '' && usedBy !== all))
    return json(400, { error: 'invalid_nonce' })
  state.nonces.set(nonce, all)
  return issue(state, offer, request.value.configurationId, proofs)
}

async function issue(
  state: State,
  offer: Offer,
  configurationId: string,
  proofs: readonly (VerifiedKeyProof | WithoutProof)[],
): Promise<Answer> {
  if (state.options.denies === configurationId) return json(400, { error: 'credential_request_denied' })
  const before = offer.issued.get(configurationId)
  const key = proofs
    .map(({ thumbprint }) => thumbprint)
    .toSorted()
    .join(' ')
  if (before !== undefined && before.key !== key) return json(400, { error: 'credential_request_denied' })
  const issued = before ?? {
    key,
    credentials: Promise.all(proofs.map((proof) => sign(state, configurationId, proof))),
    notificationId: secret(),
  }
  offer.issued.set(configurationId, issued)
  const { notificationId = issued.notificationId } = state.options
  return json(200, { ...writeCredentialResponse(await issued.credentials), notification_id: notificationId })
}

function notification(state: State, accessToken: string, from: string | undefined, body: JsonObject): Answer {
  const offer = [...state.offers.values()].find((one) => one.token === accessToken)
  if (offer === undefined || from === undefined || offer.sender !== from)
    return json(401, { error: 'invalid_token' })
  const request = parseNotificationRequest(body)
  if (!request.ok) return json(400, { error: 'invalid_notification_request' })
  const { notificationId, event } = request.value
  const issued = [...offer.issued].find(([, one]) => one.notificationId === notificationId)
  if (issued === undefined) return json(400, { error: 'invalid_notification_id' })
  const { event_description: description } = body
  state.notified.push({
    configurationId: issued[0],
    event,
    description: typeof description === 'string' ? description : undefined,
  })
  return { status: 204, body: '' }
}

/** Whoever has the token. */
interface WithoutProof extends Partial<Pick<VerifiedKeyProof, 'holderDid' | 'holderKey'>> {
  readonly thumbprint: string
}

async function sign(
  state: State,
  configurationId: string,
  proof: VerifiedKeyProof | WithoutProof,
): Promise<string> {
  const configuration = configurations.find(({ id }) => id === configurationId)
  const format = configuration && formats.get(configuration.format)
  if (configuration === undefined || format === undefined) throw new Error(`no ${configurationId}`)
  const signed = await format.issue(credentialInput(state, configuration, proof), nodeCrypto)
  if (!signed.ok) throw new Error(signed.error.code)
  const { claimAsWritten } = state.options
  const credential =
    claimAsWritten === undefined ? signed.value : await withClaim(signed.value, claimAsWritten)
  state.signed.push(credential)
  if ('nonce' in proof) state.proofs.push(proof)
  return credential
}

/** Signed again, with one more member. */
async function withClaim(credential: string, member: string): Promise<string> {
  const [jwt = '', ...disclosures] = credential.split('~')
  const [header = '', payload = ''] = jwt.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  const forged = await forgeJws(header, `${payload.slice(0, -1)},${member}}`, signers.credentials)
  return [forged, ...disclosures].join('~')
}

function credentialInput(
  { options, url }: State,
  { format, type }: TestConfiguration,
  { holderDid, holderKey }: VerifiedKeyProof | WithoutProof,
): IssueInput {
  const { cheats, namesSubjectOnly = false, status } = options
  const claims = { given_name: 'Ada-planted', family_name: 'Example-planted', birthdate: '1990-01-01' }
  const place = above(format)
  const isWithholdable = format === 'dc+sd-jwt' || format === 'vc+sd-jwt'
  return {
    type: cheats === 'type' ? 'urn:test:other' : type,
    claims: place.reduceRight<JsonObject>((inner, name) => ({ [name]: inner }), claims),
    selectivelyDisclosable: isWithholdable ? Object.keys(claims).map((name) => [...place, name]) : [],
    ...(format === 'dc+sd-jwt' && options.claims),
    ...(!namesSubjectOnly && {
      holderKey: cheats === 'key' ? softwareSigner(generateSoftwareKey('ES256')).publicJwk : holderKey,
    }),
    ...(holderDid !== undefined && {
      holderDid: cheats === 'key' && namesSubjectOnly ? 'did:web:other.example' : holderDid,
    }),
    signer: format === 'mso_mdoc' ? signers.documents : signers.credentials,
    issuer: url,
    issuedAt: now(),
    expiresAt: now() + 86_400,
    statuses: status === undefined ? [] : statusReferences(url, format),
  }
}

/** With certificates of a development CA, one deployment for all tests of a file. */
async function openIssuer() {
  const deployment = await openDeployment({ mode: 'development', warn: () => {}, now })
  if (!deployment.ok) throw new Error(deployment.error.code)
  const signerFor = async (purpose: string, baseUrl = 'https://issuer.test') => {
    const opened = await deployment.value.signer(purpose, { baseUrl, dnsNames: [] })
    if (!opened.ok) throw new Error(opened.error.code)
    return opened.value
  }
  const list = combineTrustLists(
    anchorsFrom(deployment.value.developmentAnchors().flatMap(certificates), { name: 'Test CA' }),
    anchorsFrom(deployment.value.developmentIacas().flatMap(certificates), { formats: ['mso_mdoc'] }),
  )
  return {
    chains: chainTrust({
      list,
      waivedFaults: ['crl_distribution_point_missing'],
      crypto: nodeCrypto,
    }),
    signerAt: (url: string) => signerFor('credential-issuer', url),
    signers: {
      credentials: await signerFor('credential-issuer'),
      documents: await signerFor('document-signer'),
      statusList: await signerFor('status-list'),
    },
  }
}

function certificates(der: string): readonly Certificate[] {
  const parsed = parseX5cEntry(der)
  return parsed.ok ? [parsed.value] : []
}

function json(status: number, body: JsonObject): Answer {
  return { status, body: JSON.stringify(body) }
}
