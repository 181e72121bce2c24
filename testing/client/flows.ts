/**
 * The two walks as a list of named steps, so that a test can do something between any two of them, look at who served
 * which, and say how often a step that was cut is sent again.
 */

import type { JsonObject } from '@countersign/core/json'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { ProvablePrefixName } from '@countersign/protocol/openid4vp/request/client-id'
import type { ResponseModeName } from '@countersign/protocol/openid4vp/response/response-modes'
import { newKey } from '../people/keys.ts'
import { eventually } from '../time/eventually.ts'
import { UndescribedAnswer } from './checked-answers.ts'
import { type Answer, call, expectStatus, postJson } from './http.ts'
import { calledByLink, type Presenter, type Started } from './presenters.ts'
import {
  credentialOf,
  type Held,
  identityConfiguration,
  identityType,
  keyProof,
  notificationIdOf,
  offerUri,
  readOffer,
  requestCredential,
  requestNonce,
  requestToken,
  type Sender,
  sendNotification,
} from './protocol-wallet.ts'

export interface FlowOptions {
  /** Before each step, with its name. */
  readonly before?: (step: string) => Promise<void> | void
  /** After each answered step. */
  readonly after?: (step: string, answer: Answer) => void
  /** How often a step whose connection was cut, or that a proxy answered 502-504, is sent again. Default 0. */
  readonly retries?: number
  /** Balancers beside the service's own behind which an instance may be gone. */
  readonly alsoAsked?: readonly string[]
  /** Which answers count as cut; default: those with which a proxy says that it could not pass the request on. */
  readonly isCut?: (answer: Answer) => boolean
  readonly sender?: Sender
  readonly claims?: Readonly<Record<string, unknown>>
  /** Of what is issued; an identity credential when absent. */
  readonly issued?: { readonly family: string; readonly order: JsonObject }
  /** Of a verification; the verifier's own when absent. */
  readonly responseMode?: ResponseModeName
  /** The same. */
  readonly clientIdPrefix?: ProvablePrefixName
  /** Of the call that begins it. */
  readonly headers?: Readonly<Record<string, string>>
  /** Members of the body of a call that begins a verification, beside the query. */
  readonly more?: object
}

export const issuanceSteps = [
  'offer',
  'fetch offer',
  'metadata',
  'token',
  'nonce',
  'credential',
  'notification',
] as const
export const verificationSteps = ['start', 'request', 'answer', 'result'] as const

export const claims = { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' }

export const identityQuery = {
  credentials: [
    {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: [identityType] },
      claims: [{ path: ['given_name'] }, { path: ['family_name'] }],
    },
  ],
}

/** Offer, token, nonce, credential, and that it was accepted; resolves with what the wallet holds afterwards. */
export async function issue(issuerUrl: string, options: FlowOptions = {}): Promise<Held> {
  const step = stepper(issuerUrl, options)
  const sender = options.sender ?? { dpopKey: newKey() }
  const identity = {
    credentialConfigurationId: identityConfiguration,
    credentialData: options.claims ?? claims,
  }
  const { family, order } = options.issued ?? { family: 'sdjwt', order: identity }
  const offered = await step('offer', () =>
    postJson(`${issuerUrl}/openid4vc/${family}/issue`, order, options.headers),
  )
  const fetched = await step('fetch offer', () => call(offerUri(offered.text)))
  const offer = readOffer(fetched.json())
  await step('metadata', () => call(`${offer.issuer}/.well-known/openid-credential-issuer`))
  const token = await step('token', () => requestToken(offer, sender))
  const accessToken = String(token.json()['access_token'])
  const nonce = await step('nonce', () => requestNonce(offer.issuer))
  const holder = newKey()
  const proof = await keyProof(offer.issuer, String(nonce.json()['c_nonce']), holder)
  const [configurationId = ''] = offer.configurationIds
  const issued = await step('credential', () =>
    requestCredential(offer.issuer, sender, { accessToken, configurationId, proof }),
  )
  const told = { accessToken, notification_id: notificationIdOf(issued), event: 'credential_accepted' }
  await step('notification', () => sendNotification(offer.issuer, sender, told), 204)
  return { credential: credentialOf(issued), holder }
}

export interface Verified {
  readonly id: string
  readonly result: Record<string, unknown>
}

/** A taken answer waits for a status list that is away: whoever wants the decision asks again. */
async function decidedResult(
  first: Record<string, unknown>,
  read: () => Promise<Answer>,
): Promise<Record<string, unknown>> {
  if (first['state'] !== 'answered') return first
  return eventually('the answer is decided', async () => {
    const result = expectStatus(await read(), 200).json()
    return result['state'] === 'answered' ? undefined : result
  })
}

/** Start, request, answer, result: of the credential that `issue` gives. */
export function verify(verifierUrl: string, held: Held, options: FlowOptions = {}): Promise<Verified> {
  const shown = { codec: sdJwtVc, held, disclose: [['given_name'], ['family_name']] }
  return verifyBy(verifierUrl, calledByLink(shown, options.clientIdPrefix), options)
}

/** The same, whoever answers: what is asked for is in `more`. */
export async function verifyBy(
  verifierUrl: string,
  presenter: Presenter,
  options: FlowOptions = {},
): Promise<Verified> {
  const { clientIdPrefix, responseMode } = options
  const headers = {
    accept: 'application/json',
    ...(responseMode !== undefined && { responsemode: responseMode }),
    ...(clientIdPrefix !== undefined && { clientidprefix: clientIdPrefix }),
    ...options.headers,
  }
  const step = stepper(verifierUrl, options)
  const begun = await step('start', () =>
    postJson(`${verifierUrl}/openid4vc/verify`, { dcql_query: identityQuery, ...options.more }, headers),
  )
  const started = begun.json() as unknown as Started
  const { request } = presenter
  const requested = request && (await step('request', () => request(started), presenter.opened))
  await step('answer', await presenter.answer(started, requested))
  const read = () => call(`${verifierUrl}/openid4vc/session/${started.id}`)
  const result = await step('result', read)
  return { id: started.id, result: await decidedResult(result.json(), read) }
}

/** Takes a step by its name, as the options say of each. */
export function stepper(balancer: string, options: FlowOptions) {
  const balancers = [balancer, ...(options.alsoAsked ?? [])]
  return async (name: string, send: () => Promise<Answer>, expected = 200): Promise<Answer> => {
    await options.before?.(name)
    const answer = await sendPatiently(send, options.retries ?? 0, balancers, options.isCut)
    options.after?.(name, answer)
    return expectStatus(answer, expected)
  }
}

/**
 * Sends again what was cut, or what a balancer could not pass on: the client of a cluster has to. It waits until the
 * balancers, by their addresses, send requests to nobody who is gone.
 */
export async function sendPatiently(
  send: () => Promise<Answer>,
  retries: number,
  balancers: readonly string[],
  isCut = isNotPassedOn,
): Promise<Answer> {
  for (let left = retries; ; left--) {
    const answer = await send().catch((error: unknown) => {
      if (left === 0 || error instanceof UndescribedAnswer) throw error
      return undefined
    })
    if (answer !== undefined && (left === 0 || !isCut(answer))) return answer
    await Promise.all(balancers.map(untilItHasNoticed))
  }
}

function isNotPassedOn({ status }: Answer): boolean {
  return [502, 503, 504].includes(status)
}

/**
 * Far more than there are instances of a service: the balancer takes them in turn, but other flows take turns in between, and so few in
 * a row may pass the dead one by every time.
 */
const IN_A_ROW = 16

/** A write to `/readyz` changes nothing, whoever refuses it; the balancer itself answers when it knows nobody. */
async function untilItHasNoticed(balancer: string): Promise<void> {
  await eventually(`${balancer} sends writes to instances that answer`, async () => {
    for (let turn = 0; turn < IN_A_ROW; turn++) {
      if (isNotPassedOn(await call(`${balancer}/readyz`, { method: 'POST' }))) return false
    }
    return true
  })
}
