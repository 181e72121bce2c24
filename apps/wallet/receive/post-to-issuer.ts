/**
 * One POST to an issuer or its authorization server in the name of a sender key (RFC 9449): a fresh proof for every try,
 * the server's nonce when it asks for one. Knows which errors an answer names, not what follows from them.
 */
import { defined, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { parseOAuthError } from '@countersign/protocol/oauth/errors'
import type { RemoteResponse } from '@countersign/service/outgoing/guarded-client'
import { hostOf, type OutgoingRefusal, readJsonAnswer, type UnusableAnswer } from '../outgoing-client.ts'
import type { Wallet } from '../wallet.ts'

export interface IssuerPost {
  readonly url: string
  /** It is absent where there is no body. */
  readonly contentType?: string | undefined
  /** JSON when absent. */
  readonly accept?: string | undefined
  readonly body: string
  readonly sender: Sender
  /** Of the answer, in bytes. */
  readonly maxBytes: number
}

export interface Sender {
  /** Without a signer no DPoP proof goes along. */
  readonly signer?: Signer | undefined
  readonly token?: { readonly accessToken: string; readonly tokenType: 'DPoP' | 'Bearer' } | undefined
}

export type IssuerPostRefusal = OutgoingRefusal | UnusableAnswer | IssuerError

/** The other side said no, in the words of OAuth. The description is foreign text. */
export interface IssuerError {
  readonly code: 'issuer_error'
  readonly host: string
  readonly status: number
  readonly error: string
  readonly description?: string
}

/** Gives the JSON of a 2xx answer. */
export async function postToIssuer(
  wallet: Wallet,
  call: IssuerPost,
): Promise<Result<JsonObject, IssuerPostRefusal>> {
  const answer = await sendToIssuer(wallet, call)
  return answer.ok ? readJsonAnswer(answer.value, call.url, call.maxBytes) : answer
}

/** Gives a 2xx answer, whatever its body is. */
export async function sendToIssuer(
  wallet: Wallet,
  call: IssuerPost,
): Promise<Result<RemoteResponse, IssuerPostRefusal>> {
  const known = wallet.serverNonces.newest(call.url)
  const first = await send(wallet, call, known)
  if (!first.ok) return first
  const another = call.sender.signer && nonceForAnother(first.value, known)
  const answer = another === undefined ? first : await send(wallet, call, another.nonce)
  if (!answer.ok) return answer
  const { status } = answer.value
  if (status >= 200 && status < 300) return answer
  return refuse(errorOf(answer.value, hostOf(call.url)))
}

async function send(wallet: Wallet, call: IssuerPost, nonce: string | undefined) {
  const { url, contentType, accept = 'application/json', body, maxBytes } = call
  const answer = await wallet.outgoing.post({
    url,
    contentType,
    accept,
    body,
    maxBytes,
    headers: () => senderHeaders(wallet, call, nonce),
  })
  // §8.2: a new nonce comes with any answer, also where none was asked for, as at the nonce endpoint.
  if (answer.ok) wallet.serverNonces.keep(url, answer.value.headers['dpop-nonce'])
  return answer
}

async function senderHeaders(
  { crypto, newId, now }: Wallet,
  { url, sender: { signer, token } }: IssuerPost,
  nonce: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const authorization = token && { authorization: `${token.tokenType} ${token.accessToken}` }
  if (signer === undefined || token?.tokenType === 'Bearer') return { ...authorization }
  const proof = await createDpopProof(
    {
      signer,
      method: 'POST',
      url,
      now: now(),
      jti: newId(),
      accessToken: token?.accessToken,
      nonce,
    },
    crypto,
  )
  return { dpop: proof, ...authorization }
}

/**
 * With which nonce a request is sent once more; undefined: it is not. RFC 9449 §8, §9: the error stands in the body at a token
 * endpoint, in the challenge at a resource. A nonce from before may be the whole of what a server dislikes, however it says that.
 */
function nonceForAnother(
  answer: RemoteResponse,
  sent: string | undefined,
): { readonly nonce: string | undefined } | undefined {
  if (answer.status !== 400 && answer.status !== 401) return undefined
  const nonce = answer.headers['dpop-nonce']
  const named = [ofBody(answer), ofChallenge(answer)].map((one) => one?.error)
  if (nonce !== undefined && named.includes('use_dpop_nonce')) return { nonce }
  return sent !== undefined && named.includes('invalid_dpop_proof') ? { nonce } : undefined
}

function errorOf(answer: RemoteResponse, host: string): IssuerError {
  const { status } = answer
  const named = ofBody(answer) ?? ofChallenge(answer) ?? { error: `status_${status}` }
  return { code: 'issuer_error', host, status, ...named }
}

type Named = Pick<IssuerError, 'error' | 'description'>

function ofBody({ body }: RemoteResponse): Named | undefined {
  const json = parseJsonObject(body)
  const named = json.ok ? parseOAuthError(json.value) : json
  return named.ok ? named.value : undefined
}

/** Characters of RFC 6750 §3, which leave out quotes and backslashes. */
const ERROR = /\berror="([\x21\x23-\x5b\x5d-\x7e]{1,128})"/
const DESCRIPTION = /\berror_description="([\x20\x21\x23-\x5b\x5d-\x7e]{1,1000})"/

function ofChallenge({ headers }: RemoteResponse): Named | undefined {
  const challenge = headers['www-authenticate'] ?? ''
  const error = ERROR.exec(challenge)?.[1]
  const description = DESCRIPTION.exec(challenge)?.[1]
  return error === undefined ? undefined : { error, ...defined({ description }) }
}
