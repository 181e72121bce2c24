/**
 * The request of a session as the relying party's page hands it to its browser (OpenID4VP 1.0 appendix A): the same on every
 * instance, but for times and signatures, as often as it is asked for.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { deviceRequestData } from '@countersign/protocol/openid4vp/request/device-request'
import {
  multisignedRequestData,
  type SigningClient,
  signedRequestData,
  unsignedRequestData,
} from '@countersign/protocol/openid4vp/request/digital-request'
import type { ExchangeProtocol } from '@countersign/protocol/openid4vp/response/exchange-protocol'
import {
  type BrowserAnswerMode,
  isBrowserMode,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { SessionUnknown } from '@countersign/service/sessions/session-transition'
import { queryOf } from '../session-query.ts'
import type { Verifier } from '../verifier.ts'
import { type AskingVerifier, clientOf, payloadOf } from './write-request.ts'

/** An entry of `digital.requests`. */
export interface DigitalRequest {
  readonly protocol: ExchangeProtocol
  readonly data: JsonObject
}

export interface DigitalRequests {
  readonly requests: readonly DigitalRequest[]
}

type WritingVerifier = AskingVerifier & Pick<Verifier, 'baseUrl' | 'crypto'>

export type DigitalRefusal =
  | SessionUnknown
  | { readonly code: 'answered_by_post' }
  | { readonly code: 'request_expired' }

export async function readDigitalRequests(
  verifier: WritingVerifier & Pick<Verifier, 'sessions'>,
  id: string,
): Promise<Result<DigitalRequests, DigitalRefusal>> {
  const found = await verifier.sessions.get(id)
  if (found === undefined) return refuse({ code: 'session_unknown' })
  const { answerMode, expiresAt } = found.value
  if (!isBrowserMode(answerMode)) return refuse({ code: 'answered_by_post' })
  if (verifier.now() >= expiresAt) return refuse({ code: 'request_expired' })
  return ok(await digitalRequests(verifier, found.value, answerMode))
}

export async function digitalRequests(
  verifier: WritingVerifier,
  session: VerificationSession,
  answerMode: BrowserAnswerMode,
): Promise<DigitalRequests> {
  const requests = answerMode.protocols.map(async (protocol) => ({
    protocol,
    data: await WRITERS[protocol](verifier, session, answerMode),
  }))
  return { requests: await Promise.all(requests) }
}

const WRITERS: {
  readonly [Protocol in ExchangeProtocol]: (
    verifier: WritingVerifier,
    session: VerificationSession,
    answerMode: BrowserAnswerMode,
  ) => Promise<JsonObject> | JsonObject
} = {
  'openid4vp-v1-unsigned': (verifier, session) => unsignedRequestData(payloadOf(verifier, session)),
  'openid4vp-v1-signed': (verifier, session) => {
    const { header = {} } = clientOf(verifier, session)
    return signedRequestData(payloadOf(verifier, session), header, verifier.requestSigner)
  },
  'openid4vp-v1-multisigned': (verifier, session) =>
    multisignedRequestData(
      payloadOf(verifier, session),
      signingClients(verifier, session),
      verifier.requestSigner,
    ),
  'org-iso-mdoc': ({ crypto, requestSigner }, session, answerMode) => {
    const exchange = 'mdoc' in answerMode ? answerMode.mdoc : undefined
    const [origin] = answerMode.origins
    if (exchange === undefined || origin === undefined)
      throw new Error('a session was begun without a key for org-iso-mdoc')
    const { encryptionInfo } = exchange
    return deviceRequestData({ query: queryOf(session), encryptionInfo, origin }, requestSigner, crypto)
  },
}

/** Everybody whom the verifier can show itself to be, the one that was asked for first. */
function signingClients(
  { baseUrl, clients }: WritingVerifier,
  { clientId, id }: VerificationSession,
): readonly SigningClient[] {
  const all = [...clients.values()].flatMap(({ clientIdFor, header }) =>
    header === undefined ? [] : [{ clientId: clientIdFor(`${baseUrl}/openid4vc/verify/${id}`), header }],
  )
  return all.toSorted((a, b) => Number(b.clientId === clientId) - Number(a.clientId === clientId))
}
