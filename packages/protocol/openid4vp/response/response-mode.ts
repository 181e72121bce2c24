/**
 * What a response mode is (OpenID4VP 1.0 §8): how an answer travels from the wallet to the verifier, on both sides. A mode
 * says what a request tells of it, what presentations are bound to because of it, and how an answer is read. It refuses to
 * know HTTP, sessions in a store, and what the presentations are worth.
 */
import type { JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { RequestBinding } from '@countersign/credential/contract/format'
import type { Form } from '../../oauth/form-parameters.ts'
import type { HttpPolicy } from '../../oauth/message-values.ts'
import type { AskedRequest, AuthorizationResponse, ResponseRefusal } from './authorization-response.ts'

/** Why a wallet does not send an answer where a request wants it. */
export type ResponseModeRefusal =
  | { readonly code: 'parameter_invalid'; readonly parameter: string }
  | { readonly code: 'redirect_uri_with_direct_post' }
  | { readonly code: 'response_uri_not_allowed' }

/** `Answer` is what a session keeps of the mode, named by the word of the specification. */
export interface ResponseMode<Answer extends { readonly mode: string }> {
  readonly mode: Answer['mode']
  /** The verifier, when it makes a session; `responseUri` is the address of this session's answers. */
  begin(places: { readonly responseUri: string }): Answer | Promise<Answer>
  /** The verifier's request: `response_mode` and the parameters that belong to it. */
  writeRequest(answer: Answer): JsonObject
  /** What the holder's proof covers beside audience and nonce. */
  bindingOf(answer: Answer): Pick<RequestBinding, 'responseUri' | 'encryptionKeyThumbprint'>
  /** The verifier, when an answer comes. */
  readAnswer(
    form: Form,
    asked: AskedRequest,
    answer: Answer,
  ): Result<AuthorizationResponse, ResponseRefusal> | Promise<Result<AuthorizationResponse, ResponseRefusal>>
  /** The wallet, on a signed request that names this mode. */
  readRequest(payload: JsonObject, policy: HttpPolicy): Result<Answer, ResponseModeRefusal>
}
