/**
 * What a grant type brings along as an entry of the list in `grants.ts`: its token request, what it adds to the metadata
 * of an authorization server, and how it stands in a Credential Offer. Messages only: whether a code is genuine or spent
 * is for the issuer and its session.
 */
import type { JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { Form, ParameterRefusal } from '../form-parameters.ts'

/** `Request` has the grant type as its `grantType`, so that requests of all grants are one union. */
export interface Grant<Type extends string, Request extends { readonly grantType: Type }> {
  readonly type: Type
  parseRequest(form: Form): Result<Request, ParameterRefusal>
  /** Without `grant_type`, which is written for all grants alike. */
  writeRequest(request: Request): Form
  /** What `response_types_supported` has for it; nothing for a grant without an authorization endpoint. */
  readonly responseTypes: readonly string[]
  /** Members of authorization server metadata that exist for this grant alone. */
  readonly metadata: JsonObject
}

/**
 * How a grant stands among the `grants` of a Credential Offer (OpenID4VCI 1.0 §4.1.1), but for `authorization_server`,
 * which all grants have in common.
 */
export interface OfferedGrant<Type extends string, Offered> {
  readonly type: Type
  /** The grant in the paths of refusals. */
  readonly name: string
  parse(json: JsonObject): Result<Offered, OfferedGrantFault>
  write(offered: Offered): JsonObject
}

/** The member that is malformed, as a dotted path in the offer. */
export interface OfferedGrantFault {
  readonly at: string
}
