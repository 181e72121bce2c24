/**
 * What a way of client authentication (RFC 6749 §2.3) brings along as an entry of the list in `methods.ts`: how a request to
 * an authorization server presents it. Whether what is presented is genuine is judged where the clients are known.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Form, ParameterRefusal } from '../form-parameters.ts'

/** A request to an authorization server, as far as a client can say in it who it is. Header names in lower case. */
export interface ClientMessage {
  readonly form: Form
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What a client adds to its request. Header names in lower case. */
export interface WrittenClient {
  readonly form: Form
  readonly headers: Readonly<Record<string, string>>
}

/** `Presented` has the method as its `method`, so that clients of all methods are one union. */
export interface ClientAuthentication<Method extends string, Presented extends { readonly method: Method }> {
  /** As `token_endpoint_auth_methods_supported` calls it. */
  readonly method: Method
  /** Undefined where the request does not use the method. */
  parse(message: ClientMessage): Result<Presented | undefined, PresentationRefusal>
  write(presented: Presented): WrittenClient
  /** Members of authorization server metadata that exist for this method alone. */
  readonly metadata: JsonObject
}

/** Why nobody can be known by what a request presents. It is never passed over: the client would be taken for another. */
export type PresentationRefusal =
  | ParameterRefusal
  /** Another method than ours, as far as it can be told from the request: a secret, a header, an assertion of another kind. */
  | { readonly code: 'client_method_unsupported'; readonly presented: string }
  | { readonly code: 'client_methods_several' }
  /** A part of a method came without the others. */
  | { readonly code: 'client_incomplete'; readonly missing: string }
  /** It is there twice, or is too long. */
  | { readonly code: 'client_header_malformed'; readonly header: string }

export const MAX_CLIENT_ID_LENGTH = 1024

/**
 * A header that may be there once. HTTP joins what is repeated by a comma, which no JWT has, so that two of them are not
 * mistaken for one.
 */
export function singleHeader(
  { headers }: ClientMessage,
  name: string,
  maxLength: number,
): Result<string | undefined, PresentationRefusal> {
  const value = headers[name]
  if (value === undefined) return ok(undefined)
  const isOne = typeof value === 'string' && value !== '' && !value.includes(',')
  return isOne && value.length <= maxLength
    ? ok(value)
    : refuse({ code: 'client_header_malformed', header: name })
}
