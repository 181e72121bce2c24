/**
 * An authorization request is laid down (RFC 9126; OpenID4VCI 1.0 §5): who asks is known, the offer is one that is taken up in a
 * browser, and it has what is asked for. What can be refused, is refused here, before anybody looks at a page.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClientMethod } from '@countersign/protocol/oauth/client-authentication/methods'
import { readDerivedSecret, writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import { requestUriOf } from '@countersign/protocol/oauth/pushed-request'
import {
  type Authorization,
  beginAuthorization,
  type ClientProof,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import type { AuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import type {
  Authentication,
  IssuanceSession,
  OfferedIssuance,
} from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import {
  authenticateClient,
  type ClientPorts,
  type ClientRefusal,
  type ReceivedClient,
} from './client-authentication.ts'
import {
  proveSenderKey,
  type ReceivedProof,
  type SenderPorts,
  type SenderRefusal,
} from './sender-constraint.ts'

export interface AskedAuthorization {
  readonly request: AuthorizationRequest
  readonly client: ReceivedClient
  readonly dpop?: ReceivedProof | undefined
}

export interface PushedAuthorization {
  readonly requestUri: string
  /** How long a browser may come with it. */
  readonly expiresInSeconds: number
}

export type PushRefusal = ClientRefusal | SenderRefusal | AskedRefusal

type AskedRefusal =
  | { readonly code: 'client_differs' }
  | { readonly code: 'redirect_uri_unregistered' }
  | { readonly code: 'sender_key_differs' }
  | { readonly code: 'issuer_state_unknown' }
  | { readonly code: 'scope_unknown' }
  | { readonly code: 'details_unknown'; readonly configurationId: string }
  | OpenProfileRefusal

/** Why a request without an offer leads to none. */
export type OpenProfileRefusal =
  /** Nothing of what it asks for is had without an offer. */
  { readonly code: 'offer_needed' } | { readonly code: 'one_at_a_time' }

/** What a wallet that comes without an offer is to get, by the configurations that it may mean. */
export type FindOpenProfile = (
  configurationIds: readonly string[],
) => Promise<Result<OpenProfile, OpenProfileRefusal>>

export interface OpenProfile {
  readonly name: string
  readonly version: number
  readonly configurationId: string
  readonly authentication: Authentication | undefined
}

const PROOFS: Readonly<Record<ClientMethod, ClientProof | undefined>> = {
  none: undefined,
  attest_jwt_client_auth: 'attested',
  private_key_jwt: 'registered',
}

export type PushPorts = ClientPorts &
  SenderPorts &
  Pick<Issuer, 'authorizations' | 'macs' | 'sessions' | 'types'>

export async function pushAuthorization(
  issuer: PushPorts,
  { client: presented, dpop, request }: AskedAuthorization,
  findOpenProfile: FindOpenProfile,
): Promise<Result<PushedAuthorization, PushRefusal>> {
  const client = await authenticateClient(issuer, presented)
  if (!client.ok) return client
  if (client.value.clientId !== request.clientId) return refuse({ code: 'client_differs' })
  // RFC 9700 §2.1: the address of a client that was registered is one of its registration, to the letter.
  const { instanceKey, method, registered } = client.value
  if (registered !== undefined && !registered.redirectUris.includes(request.redirectUri))
    return refuse({ code: 'redirect_uri_unregistered' })
  const sender = await proveSenderKey(issuer, dpop)
  if (!sender.ok) return sender
  const senderKey = agreedKey(request.senderKey, sender.value)
  if (!senderKey.ok) return senderKey
  const asked = await findAsked(issuer, request, findOpenProfile)
  if (!asked.ok) return asked
  const id = encodeBase64url(issuer.crypto.randomBytes(16))
  const times = issuer.limits.authorization
  const authorization = beginAuthorization(
    {
      id,
      request: { ...request, senderKey: senderKey.value },
      clientProof: PROOFS[method],
      clientKey: instanceKey,
      ...asked.value,
    },
    times,
    issuer.now(),
  )
  // A decision whose answer was lost is answered again for a while.
  const ttlSeconds = times.openSeconds + times.decideSeconds + times.codeSeconds
  if (!(await issuer.authorizations.create(id, authorization, ttlSeconds)))
    throw new Error('a random authorization id exists already')
  const requestUri = requestUriOf(await writeDerivedSecret('request_uri', id, issuer.macs.grant))
  return ok({ requestUri, expiresInSeconds: times.openSeconds })
}

/** RFC 9449 §10.1: a proof that comes along says the same as `dpop_jkt` would, and both must say one thing. */
function agreedKey(
  named: string | undefined,
  proven: string | undefined,
): Result<string | undefined, AskedRefusal> {
  if (named !== undefined && proven !== undefined && named !== proven)
    return refuse({ code: 'sender_key_differs' })
  return ok(proven ?? named)
}

type Asked = Pick<Authorization, 'issuanceId' | 'begins' | 'configurationIds' | 'authentication'>

async function findAsked(
  issuer: PushPorts,
  request: AuthorizationRequest,
  findOpenProfile: FindOpenProfile,
): Promise<Result<Asked, AskedRefusal>> {
  const newId = () => encodeBase64url(issuer.crypto.randomBytes(16))
  if (request.issuerState === undefined) {
    const open = await findOpenProfile(meantConfigurations(issuer, request))
    if (!open.ok) return open
    const { configurationId, name, version } = open.value
    return ok({
      issuanceId: newId(),
      begins: { from: 'profile', name, version },
      configurationIds: [configurationId],
      ...userOf(open.value),
    })
  }
  const offer = await findOffer(issuer, request.issuerState)
  if (!offer.ok) return offer
  const configurationIds = requestedConfigurations(issuer, offer.value, request)
  if (!configurationIds.ok) return configurationIds
  const { id: offerId, redemptions } = offer.value
  return ok({
    ...(redemptions === undefined
      ? { issuanceId: offerId }
      : { issuanceId: newId(), begins: { from: 'offer' as const, offerId } }),
    configurationIds: configurationIds.value,
    ...userOf(offer.value),
  })
}

/** Of all that are issued here; OpenID4VCI §5.1.2: a scope that nobody knows is ignored. */
function meantConfigurations(
  { types }: Pick<Issuer, 'types'>,
  { details = [], scope }: AuthorizationRequest,
): readonly string[] {
  const named = new Set(details.map(({ configurationId }) => configurationId))
  return [...types.values()].flatMap(({ configuration }) =>
    named.has(configuration.id) || scope.includes(configuration.scope) ? [configuration.id] : [],
  )
}

/** Whether somebody else has it by now, is asked when it is taken up: he may leave it. */
async function findOffer(
  { macs, now, sessions }: Pick<PushPorts, 'macs' | 'now' | 'sessions'>,
  issuerState: string,
): Promise<Result<OfferedIssuance, AskedRefusal>> {
  const id = await readDerivedSecret('issuer_state', issuerState, macs.grant)
  const found = id === undefined ? undefined : await sessions.get(id)
  return found !== undefined && canBeTakenUp(found.value, now())
    ? ok(found.value)
    : refuse({ code: 'issuer_state_unknown' })
}

function canBeTakenUp(session: IssuanceSession, now: number): session is OfferedIssuance {
  return session.state === 'offered' && session.authentication !== undefined && now < session.expiresAt
}

function userOf({
  authentication,
}: Pick<OfferedIssuance, 'authentication'>): Pick<Authorization, 'authentication'> {
  return authentication === undefined || authentication.method === 'NONE' ? {} : { authentication }
}

/** Of the offer's credentials; all of them where the request names none. */
function requestedConfigurations(
  { types }: Pick<Issuer, 'types'>,
  offer: OfferedIssuance,
  { details = [], scope }: AuthorizationRequest,
): Result<readonly string[], AskedRefusal> {
  const unknown = details.find(({ configurationId }) => !offer.configurationIds.includes(configurationId))
  if (unknown !== undefined)
    return refuse({ code: 'details_unknown', configurationId: unknown.configurationId })
  if (details.length === 0 && scope.length === 0) return ok(offer.configurationIds)
  const named = new Set(details.map(({ configurationId }) => configurationId))
  // OpenID4VCI §5.1.2: each value by itself; one that nobody knows is ignored.
  const requested = offer.configurationIds.filter(
    (id) => named.has(id) || scope.includes(types.get(id)?.configuration.scope ?? ''),
  )
  return requested.length === 0 ? refuse({ code: 'scope_unknown' }) : ok(requested)
}
