/**
 * Wallets that do right: they send again what got no answer (a fresh DPoP proof each time, the same credential request,
 * the same presentation to the byte), some of them twice at once because they cannot wait. They make real messages and
 * read real answers; what they are owed is written down as a promise before they begin.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { ANONYMOUS_CLIENT } from '@countersign/protocol/oauth/client-authentication/none'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import {
  parseCredentialResponse,
  writeCredentialRequest,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import {
  type NotificationEvent,
  writeNotificationRequest,
} from '@countersign/protocol/openid4vci/notification'
import { parseCredentialOffer } from '@countersign/protocol/openid4vci/offer'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { parseNonceResponse } from '@countersign/protocol/openid4vci/proof/nonce'
import { parseTokenResponse, writeTokenRequest } from '@countersign/protocol/openid4vci/token'
import { answerWith } from '@countersign/protocol/openid4vp/response/authorization-response'
import { clearForm } from '@countersign/protocol/openid4vp/response/direct-post'
import { type Held, presentation, readRequest } from '@countersign/testing/client/protocol-wallet'
import { epoch } from './deployment.ts'
import { type Reply, type Request, textIn } from './endpoints.ts'
import { issuerUrl } from './instance.ts'
import { persist, type World } from './network.ts'

export interface Wallet {
  readonly name: string
  /** Absent: a bearer client. */
  readonly sender?: Signer
  /** What credentials are bound to. */
  readonly holder: Signer
  /** Sends everything twice at once, and asks for all credentials at the same time. */
  readonly impatient: boolean
  /** Does not send the same credential request again, but takes a new nonce and makes a new proof each time. */
  readonly asksAnew?: boolean
  /** Gives up what it got, and tells so. */
  readonly deletes?: boolean
  readonly txCode?: string
  /** Somebody listens. */
  readonly overheard?: (request: Request) => void
  readonly tokenSeen?: (token: string) => void
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | Failed

interface Failed {
  readonly ok: false
  readonly reason: string
}

/** Epoch seconds of virtual time. */
export function clockOf(world: World): number {
  return epoch + Math.floor(world.scheduler.now() / 1000)
}

/** All credentials of an offer, by configuration. */
export async function receive(
  world: World,
  wallet: Wallet,
  offerId: string,
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const fetched = await ask(world, wallet, () => ({ kind: 'fetch offer', id: offerId }))
  if (!fetched.ok) return failed('fetch offer', fetched)
  const offer = parseCredentialOffer(fetched.body)
  if (!offer.ok) throw new Error(`not an offer: ${offer.error.at}`)
  const token = await requestToken(world, wallet, offer.value.grants[PRE_AUTHORIZED_CODE]?.code ?? '')
  if (!token.ok) return token
  return requestAll(world, wallet, token.value, offer.value.configurationIds)
}

async function requestAll(
  world: World,
  wallet: Wallet,
  token: string,
  configurationIds: readonly string[],
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const credentials = new Map<string, string>()
  const request = async (configurationId: string) => {
    const credential = await requestCredential(world, wallet, token, configurationId)
    if (credential.ok) credentials.set(configurationId, credential.value)
    return credential
  }
  const outcomes = wallet.impatient
    ? await Promise.all(configurationIds.map(request))
    : await oneByOne(configurationIds, request)
  return outcomes.find((outcome): outcome is Failed => !outcome.ok) ?? { ok: true, value: credentials }
}

async function oneByOne<T, R>(list: readonly T[], action: (entry: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (const entry of list) results.push(await action(entry))
  return results
}

export async function requestToken(world: World, wallet: Wallet, code: string): Promise<Outcome<string>> {
  const eitherWillDo = wallet.sender === undefined
  const reply = await ask(world, wallet, () => tokenRequest(world, wallet, code), eitherWillDo)
  if (!reply.ok) return failed('token', reply)
  const parsed = parseTokenResponse(reply.body)
  if (!parsed.ok) throw new Error(`not a token response: ${parsed.error.code}`)
  wallet.tokenSeen?.(parsed.value.accessToken)
  return { ok: true, value: parsed.value.accessToken }
}

export async function tokenRequest(world: World, wallet: Wallet, code: string): Promise<Request> {
  const { txCode, sender } = wallet
  const form = formOf(
    writeTokenRequest({
      grantType: PRE_AUTHORIZED_CODE,
      preAuthorizedCode: code,
      txCode,
      client: ANONYMOUS_CLIENT,
    }),
  )
  const dpop = sender && (await dpopProof(world, sender, '/token'))
  return { kind: 'token', form, ...(dpop !== undefined && { dpop }) }
}

const NONCES_TRIED = 5

/** A nonce that grew old on the way is no reason to give up. */
async function requestCredential(
  world: World,
  wallet: Wallet,
  token: string,
  configurationId: string,
): Promise<Outcome<string>> {
  let reply: Reply = { ok: false, code: 'no nonce' }
  for (let attempt = 0; attempt < NONCES_TRIED; attempt += 1) {
    const makeProof = async () => keyProof(world, wallet.holder, await requestNonce(world, wallet))
    const first = await makeProof()
    const proofOf = () => (wallet.asksAnew ? makeProof() : first)
    reply = await ask(world, wallet, async () =>
      credentialRequest(world, wallet, { token, configurationId, proof: await proofOf() }),
    )
    if (reply.ok) return tellOf(world, wallet, token, reply)
    if (reply.code !== 'challenge_expired') break
  }
  return failed('credential', reply)
}

/** The credential, once its issuer has heard what became of it. */
async function tellOf(
  world: World,
  wallet: Wallet,
  token: string,
  answer: Extract<Reply, { ok: true }>,
): Promise<Outcome<string>> {
  const notificationId = textIn(answer.body, 'notification_id')
  // The acceptance arrives once more behind the deletion.
  const events: readonly NotificationEvent[] =
    wallet.deletes === true
      ? ['credential_accepted', 'credential_deleted', 'credential_accepted']
      : ['credential_accepted']
  for (const event of events) {
    const body = writeNotificationRequest({ notificationId, event })
    const reply = await ask(world, wallet, () =>
      authorized(world, wallet, { kind: 'notification', path: '/notification', token, body }),
    )
    if (!reply.ok) return failed('notification', reply)
  }
  return { ok: true, value: credentialIn(answer) }
}

export async function requestNonce(world: World, { name }: Pick<Wallet, 'name'>): Promise<string> {
  const reply = await persist(world, name, () => ({ kind: 'nonce' }))
  const nonce = reply.ok ? parseNonceResponse(reply.body) : undefined
  if (!nonce?.ok) throw new Error('no nonce after much patience')
  return nonce.value
}

export function keyProof(world: World, holder: Signer, nonce: string): Promise<string> {
  return createKeyProof({
    signer: holder,
    issuer: issuerUrl,
    nonce,
    now: clockOf(world),
    keyReference: 'jwk',
  })
}

export async function credentialRequest(
  world: World,
  wallet: Pick<Wallet, 'sender'>,
  asked: { readonly token: string; readonly configurationId: string; readonly proof: string },
): Promise<Request> {
  const { token, configurationId, proof } = asked
  const body = writeCredentialRequest({ configurationId, proofs: { type: 'jwt', values: [proof] } })
  return authorized(world, wallet, { kind: 'credential', path: '/credential', token, body })
}

async function authorized(
  world: World,
  { sender }: Pick<Wallet, 'sender'>,
  request: {
    readonly kind: 'credential' | 'notification'
    readonly path: string
    readonly token: string
    readonly body: JsonObject
  },
): Promise<Request> {
  const { kind, path, token, body } = request
  if (sender === undefined) return { kind, scheme: 'Bearer', token, body }
  return { kind, scheme: 'DPoP', token, body, dpop: await dpopProof(world, sender, path, token) }
}

export function credentialIn(reply: Extract<Reply, { ok: true }>): string {
  const parsed = parseCredentialResponse(reply.body)
  const credential = parsed.ok && parsed.value.kind === 'issued' ? parsed.value.credentials[0] : undefined
  if (credential === undefined) throw new Error('no credential in the answer')
  return credential
}

/** What the verifier replied: `taken`, or that it refuses the answer. */
export async function present(
  world: World,
  wallet: Pick<Wallet, 'name' | 'impatient'>,
  verificationId: string,
  held: Held,
): Promise<Outcome<string>> {
  const form = await presentationForm(world, wallet, verificationId, held)
  if (!form.ok) return form
  const reply = await ask(world, wallet, () => ({ kind: 'answer', id: verificationId, form: form.value }))
  return reply.ok ? { ok: true, value: textIn(reply.body, 'reply') } : failed('answer', reply)
}

export async function presentationForm(
  world: World,
  wallet: Pick<Wallet, 'name' | 'impatient'>,
  verificationId: string,
  held: Held,
): Promise<Outcome<Readonly<Record<string, string>>>> {
  const fetched = await ask(world, wallet, () => ({ kind: 'fetch request', id: verificationId }))
  if (!fetched.ok) return failed('fetch request', fetched)
  const request = readRequest(fetched.text ?? '')
  const shown = await presentation(request, held, [['given_name'], ['family_name']], clockOf(world))
  const vpToken = new Map(request.queryIds.map((id) => [id, [shown]]))
  return { ok: true, value: clearForm(answerWith({ state: request.state }, vpToken)) }
}

function formOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(text))
}

async function dpopProof(world: World, signer: Signer, path: string, accessToken?: string): Promise<string> {
  const jti = encodeBase64url(world.scheduler.random.bytes(12))
  const bound = accessToken === undefined ? {} : { accessToken }
  return createDpopProof(
    { signer, method: 'POST', url: issuerUrl + path, now: clockOf(world), jti, ...bound },
    nodeCrypto,
  )
}

/**
 * Who asks twice gets two good answers. Only a bearer client cannot show that the second token request is its own:
 * for that one, `eitherWillDo`.
 */
async function ask(
  world: World,
  wallet: Pick<Wallet, 'name' | 'impatient' | 'overheard'>,
  make: () => Promise<Request> | Request,
  eitherWillDo = false,
): Promise<Reply> {
  const made = async () => {
    const request = await make()
    wallet.overheard?.(request)
    return request
  }
  const once = () => persist(world, wallet.name, made)
  if (!wallet.impatient) return once()
  const [first, second] = await Promise.all([once(), once()])
  return first.ok === eitherWillDo ? first : second
}

function failed(step: string, reply: Reply): Failed {
  return { ok: false, reason: reply.ok ? step : `${step}: ${reply.code}` }
}
