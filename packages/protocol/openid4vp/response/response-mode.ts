/**
 * What a response mode is (OpenID4VP 1.0 §8): how an answer travels from the wallet to the verifier, on both sides. A mode
 * says what a request tells of it, what presentations are bound to because of it, and how an answer is read. It refuses to
 * know HTTP, sessions in a store, and what the presentations are worth.
 */
import type { JsonObject, JsonRefusal } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { RequestBinding } from '@countersign/credential/contract/format'
import type { Awaitable, CryptoEngine } from '@countersign/crypto/engine'
import type { HpkeEngine } from '@countersign/crypto/hpke-engine'
import type { DecryptionKey, JweEngine, JweRefusal } from '@countersign/crypto/jwe-engine'
import type { Form } from '../../oauth/form-parameters.ts'
import type { HttpPolicy } from '../../oauth/message-values.ts'
import type {
  AnswerParameters,
  AskedRequest,
  AuthorizationResponse,
  ResponseRefusal,
} from './authorization-response.ts'
import type { BrowserPlaces, ExchangeProtocol } from './exchange-protocol.ts'

/** Why a wallet does not send an answer where a request wants it. */
export type ResponseModeRefusal =
  | { readonly code: 'parameter_invalid'; readonly parameter: string }
  | { readonly code: 'parameter_unsupported'; readonly parameter: string }
  | { readonly code: 'response_uri_not_allowed' }
  /** None of what the verifier can read can be written. */
  | {
      readonly code: 'encryption_unsupported'
      readonly parameter: 'jwks' | 'encrypted_response_enc_values_supported'
    }

/** Why an answer cannot be read, beside what its parameters are refused for. */
export type AnswerUnreadable =
  | { readonly code: 'response_not_encrypted' }
  | { readonly code: 'response_undecryptable'; readonly reason: JweRefusal['code'] }
  | { readonly code: 'response_malformed'; readonly reason: JsonRefusal['code'] }
  /** Through a browser: in a protocol that was not offered, and from a page that is none of those that may ask. */
  | { readonly code: 'exchange_protocol_not_asked'; readonly asked: readonly ExchangeProtocol[] }
  | { readonly code: 'origin_missing' }
  | { readonly code: 'origin_not_expected' }
  /** Of `org-iso-mdoc`. */
  | { readonly code: 'device_response_unreadable'; readonly reason: 'malformed' | 'undecryptable' }
  | { readonly code: 'document_not_asked'; readonly docType: string }

export interface AnswerPorts {
  readonly crypto: Pick<CryptoEngine, 'digestBase64url'>
  readonly jwe: JweEngine
}

/** Of the verifier. */
export interface AskingPorts extends AnswerPorts {
  readonly crypto: Pick<CryptoEngine, 'digest' | 'digestBase64url' | 'randomBytes'>
  readonly hpke: HpkeEngine
}

/** What is known of the way of an answer when a session begins. */
export interface AnswerPlaces {
  /** The address of this session's answers. */
  readonly responseUri: string
  /** For the channel `browser`. */
  readonly browser?: BrowserPlaces | undefined
}

/** Of a mode of the channel `browser`, which has them. */
export function placesOf({ browser }: AnswerPlaces): BrowserPlaces {
  if (browser === undefined) throw new Error('a session for browsers was begun without origins')
  return browser
}

/** Who calls a wallet through a browser, as the browser says, and whether the request is signed. */
export interface BrowserCaller {
  readonly origin: string
  readonly isSigned: boolean
}

export type AnswerBinding = Partial<
  Pick<RequestBinding, 'audience' | 'responseUri' | 'encryptionKeyThumbprint' | 'encryptionInfo'>
>

/**
 * `Kept` is what the verifier's session keeps of the mode, `Asked` what a wallet needs of the request to answer in it; both are
 * named by the word of the specification.
 */
export interface ResponseMode<
  Kept extends { readonly mode: string },
  Asked extends { readonly mode: string } = Kept,
> {
  readonly mode: Kept['mode']
  /** The wallet posts its answer itself, or the page that asked brings it from the browser. */
  readonly channel: 'post' | 'browser'
  /** The verifier, when it makes a session. */
  begin(places: AnswerPlaces, ports: AskingPorts): Awaitable<Kept>
  /** The verifier's request: `response_mode` and the parameters that belong to it. */
  writeRequest(kept: Kept): JsonObject
  /** Members of the request's `client_metadata` that belong to the mode; absent: none. */
  writeClientMetadata?(kept: Kept): JsonObject
  /**
   * What the holder's proof covers beside the nonce; without an audience that is the client. `form`: the answer, for the verifier,
   * where it could be read.
   */
  bindingOf(mode: Kept | Asked, form?: Form): AnswerBinding
  /** The verifier: for which key an answer was encrypted that could be read; absent: answers of the mode come in the clear. */
  answerKeyOf?(kept: Kept, form: Form): DecryptionKey
  /** The verifier, when an answer comes. */
  readAnswer(
    form: Form,
    asked: AskedRequest,
    kept: Kept,
    ports: AskingPorts,
  ): Awaitable<Result<AuthorizationResponse, ResponseRefusal | AnswerUnreadable>>
  /** The wallet, on a request that names this mode; `caller`: where a browser called it. */
  readRequest(
    payload: JsonObject,
    policy: HttpPolicy,
    ports: Pick<AnswerPorts, 'crypto'> & { readonly caller?: BrowserCaller | undefined },
  ): Awaitable<Result<Asked, ResponseModeRefusal>>
  /** The wallet: the parameters of the form that it posts. */
  writeAnswer(
    answer: AnswerParameters,
    asked: Asked,
    ports: Pick<AnswerPorts, 'jwe'>,
  ): Awaitable<Readonly<Record<string, string>>>
}
