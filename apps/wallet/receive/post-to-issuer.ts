/**
 * One POST to an issuer or its authorization server in the name of a sender key (RFC 9449): a fresh proof for every try,
 * the server's nonce when it asks for one. Knows which errors an answer names, not what follows from them.
 */
import { type JsonObject, parseJsonObject } from '@countersign/core/json'
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
  readonly body: string
  readonly sender: Sender
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

const MAX_ANSWER_BYTES = 400_000

/** Gives the JSON of a 2xx answer. */
export async function postToIssuer(
  wallet: Wallet,
  call: IssuerPost,
): Promise<Result<JsonObject, IssuerPostRefusal>> {
  const first = await send(wallet, call, undefined)
  if (!first.ok) return first
  const nonce = demandedNonce(first.value)
  const answer = nonce === undefined ? first : await send(wallet, call, nonce)
  if (!answer.ok) return answer
  const { status } = answer.value
  if (status >= 200 && status < 300) return readJsonAnswer(answer.value, call.url, MAX_ANSWER_BYTES)
  return refuse(errorOf(answer.value, hostOf(call.url)))
}

function send(wallet: Wallet, call: IssuerPost, nonce: string | undefined) {
  const { url, contentType, body } = call
  return wallet.outgoing.post({
    url,
    contentType,
    accept: 'application/json',
    body,
    headers: () => senderHeaders(wallet, call, nonce),
  })
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

/** RFC 9449 §8: the error stands in the body at a token endpoint, in the challenge at a resource. */
function demandedNonce({ status, headers, body }: RemoteResponse): string | undefined {
  const nonce = headers['dpop-nonce']
  if (nonce === undefined || (status !== 400 && status !== 401)) return undefined
  const named = `${headers['www-authenticate'] ?? ''}${body}`
  return named.includes('use_dpop_nonce') ? nonce : undefined
}

function errorOf({ status, headers, body }: RemoteResponse, host: string): IssuerError {
  const json = parseJsonObject(body)
  const named = json.ok ? parseOAuthError(json.value) : json
  if (named.ok) return { code: 'issuer_error', host, status, ...named.value }
  const challenge = /\berror="([\x21\x23-\x5b\x5d-\x7e]{1,100})"/.exec(headers['www-authenticate'] ?? '')
  return { code: 'issuer_error', host, status, error: challenge?.[1] ?? `status_${status}` }
}
