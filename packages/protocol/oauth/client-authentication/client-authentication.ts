/**
 * What a way of client authentication (RFC 6749 §2.3) brings along as an entry of the list in `methods.ts`: how a token
 * request presents it. Whether what is presented is genuine is judged where the clients are known.
 */
import type { Result } from '@countersign/core/result'
import type { Form, ParameterRefusal } from '../form-parameters.ts'

/** A request to the token endpoint, as far as a client can say in it who it is. Header names in lower case. */
export interface ClientMessage {
  readonly form: Form
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** `Presented` has the method as its `method`, so that clients of all methods are one union. */
export interface ClientAuthentication<Method extends string, Presented extends { readonly method: Method }> {
  /** As `token_endpoint_auth_methods_supported` calls it. */
  readonly method: Method
  /** Undefined where the request does not use the method. */
  parse(message: ClientMessage): Result<Presented | undefined, ParameterRefusal>
  /** The parameters that a client adds to its request. */
  write(presented: Presented): Form
}
