/**
 * An authorization request, from the URL to the verified request object (OpenID4VP 1.0 §5). Only what the verifier signed
 * counts; of the URL nothing is used but the way to it. No redirect is followed and no other address is asked.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { KeptDecryptionKey } from '@countersign/crypto/jwe-engine'
import {
  makeRequestKey,
  openRequestObject,
  type RequestUnreadable,
} from '@countersign/protocol/openid4vp/request/request-encryption'
import {
  parseAuthorizationRequestUrl,
  type RequestReference,
  type RequestUrlRefusal,
} from '@countersign/protocol/openid4vp/request/request-url'
import {
  type RequestRefusal,
  type RequestVerification,
  type VerifiedRequest,
  verifyRequestObject,
  verifyUnsignedRequest,
} from '@countersign/protocol/openid4vp/request/verify-request'
import { writeWalletMetadata } from '@countersign/protocol/openid4vp/request/wallet-metadata'
import { errorAnswer } from '@countersign/protocol/openid4vp/response/authorization-response'
import { responseModeOf } from '@countersign/protocol/openid4vp/response/response-modes'
import { hostOf, type OutgoingRefusal } from '../outgoing-client.ts'
import type { Wallet } from '../wallet.ts'

export type FetchRequestRefusal =
  | OutgoingRefusal
  | RequestUrlRefusal
  | RequestRefusal
  | RequestUnreadable
  | { readonly code: 'request_not_available'; readonly host: string; readonly status: number }

const REQUEST_OBJECT = 'application/oauth-authz-req+jwt'

export async function fetchRequest(
  wallet: Wallet,
  url: string,
): Promise<Result<VerifiedRequest, FetchRequestRefusal>> {
  const verified = await verifiedRequest(wallet, url)
  if (!verified.ok) await tellVerifier(wallet, verified.error)
  return verified
}

/**
 * OpenID4VP 1.0 §8.2, §8.5: of some mistakes the verifier hears at once, since nobody is asked. Whether it arrives changes nothing.
 */
async function tellVerifier(wallet: Wallet, refusal: FetchRequestRefusal): Promise<void> {
  const asked = 'answer' in refusal ? refusal.answer : undefined
  const error = ERRORS.get(refusal.code)
  if (asked === undefined || error === undefined) return
  const { answerMode } = asked
  const mode = responseModeOf(answerMode)
  const form = await mode.writeAnswer(errorAnswer(asked, error), answerMode, wallet)
  await wallet.outgoing.post({
    url: answerMode.responseUri,
    contentType: 'application/x-www-form-urlencoded',
    accept: 'application/json',
    body: new URLSearchParams(form).toString(),
    maxBytes: FETCHED.other,
  })
}

const ERRORS: ReadonlyMap<string, 'invalid_request' | 'invalid_transaction_data'> = new Map([
  ['redirect_uri_with_direct_post', 'invalid_request'],
  ['transaction_data_invalid', 'invalid_transaction_data'],
])

async function verifiedRequest(
  wallet: Wallet,
  url: string,
): Promise<Result<VerifiedRequest, FetchRequestRefusal>> {
  const reference = parseAuthorizationRequestUrl(url.trim(), wallet.httpPolicy)
  if (!reference.ok) return reference
  const verification = verificationFor(wallet, reference.value.clientId)
  if (reference.value.kind === 'unsigned') {
    return verifyUnsignedRequest(reference.value.parameters, verification)
  }
  const object = await requestObject(wallet, reference.value)
  if (!object.ok) return object
  const { sent, requestKey, walletNonce } = object.value
  const opened = await openRequestObject(sent, requestKey, wallet.jwe)
  return opened.ok ? verifyRequestObject(opened.value, { ...verification, walletNonce }) : opened
}

function verificationFor(wallet: Wallet, outerClientId: string): RequestVerification {
  return {
    outerClientId,
    now: wallet.now(),
    anchors: wallet.verifiers.anchors(),
    attesterAnchors: wallet.verifiers.attesterAnchors?.(),
    known: wallet.verifiers.known,
    didKeys: wallet.dids.keyOf,
    requireTrusted: wallet.verifiers.required,
    transactions: { types: wallet.transactionTypes, formats: wallet.formats },
    crypto: wallet.crypto,
    httpPolicy: wallet.httpPolicy,
  }
}

interface RequestObject {
  /** Signed, and maybe encrypted. */
  readonly sent: string
  /** What it may be encrypted for; absent: nothing was sent to encrypt it for. */
  readonly requestKey?: KeptDecryptionKey | undefined
  /** Sent to the verifier, so it has to be in the object (§5.10.1). */
  readonly walletNonce?: string | undefined
}

async function requestObject(
  wallet: Wallet,
  reference: Exclude<RequestReference, { readonly kind: 'unsigned' }>,
): Promise<Result<RequestObject, FetchRequestRefusal>> {
  if (reference.kind === 'by_value') return ok({ sent: reference.request })
  const { requestUri, requestUriMethod } = reference
  if (requestUriMethod === 'post') return postForObject(wallet, reference)
  return objectOf(await wallet.outgoing.get(requestUri, REQUEST_OBJECT, FETCHED.requestObject), requestUri)
}

/** §5.10. The key is used once and kept nowhere: whoever fetches again makes another one. */
async function postForObject(
  wallet: Wallet,
  { clientId, requestUri }: Extract<RequestReference, { readonly kind: 'by_reference' }>,
): Promise<Result<RequestObject, FetchRequestRefusal>> {
  const walletNonce = encodeBase64url(wallet.crypto.randomBytes(16))
  const requestKey = await makeRequestKey(wallet)
  const metadata = writeWalletMetadata(clientId, wallet.formats.all, requestKey)
  const answer = await wallet.outgoing.post({
    url: requestUri,
    contentType: 'application/x-www-form-urlencoded',
    accept: REQUEST_OBJECT,
    maxBytes: FETCHED.encryptedRequestObject,
    body: new URLSearchParams({
      wallet_nonce: walletNonce,
      wallet_metadata: JSON.stringify(metadata),
    }).toString(),
  })
  const object = objectOf(answer, requestUri)
  return object.ok ? ok({ ...object.value, requestKey, walletNonce }) : object
}

type Answer = Awaited<ReturnType<Wallet['outgoing']['get']>>

/** §5.10.2: anything but success ends the transaction. */
function objectOf(answer: Answer, uri: string): Result<RequestObject, FetchRequestRefusal> {
  if (!answer.ok) return answer
  const { status, body } = answer.value
  if (status === 200) return ok({ sent: body.trim() })
  return refuse({ code: 'request_not_available', host: hostOf(uri), status })
}
