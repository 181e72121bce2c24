/**
 * The grant types, as lists: those that the token endpoint speaks, and those that are known in Credential Offers. Unions
 * and metadata follow from the lists, so one more grant is one file and one entry (docs/decisions/016).
 */
import {
  defined,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  presentMembers,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Form, type ParameterRefusal, parameter } from '../form-parameters.ts'
import { AUTHORIZATION_CODE, authorizationCode, offeredAuthorizationCode } from './authorization-code.ts'
import type { Grant, OfferedGrant, OfferedGrantFault } from './grant.ts'
import { offeredPreAuthorizedCode, PRE_AUTHORIZED_CODE, preAuthorizedCode } from './pre-authorized-code.ts'
import { REFRESH_TOKEN, refreshToken } from './refresh-token.ts'

const SPOKEN = {
  [PRE_AUTHORIZED_CODE]: preAuthorizedCode,
  [AUTHORIZATION_CODE]: authorizationCode,
  [REFRESH_TOKEN]: refreshToken,
}

const OFFERED = {
  [PRE_AUTHORIZED_CODE]: offeredPreAuthorizedCode,
  [AUTHORIZATION_CODE]: offeredAuthorizationCode,
}

/** What the token endpoint speaks, by the name that `grant_type` gives it. */
export type GrantType = keyof typeof SPOKEN

/** The token request of a grant; of any grant where none is named. */
export type GrantRequest<Type extends GrantType = GrantType> = RequestOf<(typeof SPOKEN)[Type]>
type RequestOf<Entry> = Entry extends Grant<infer _Type, infer Request> ? Request : never

export type OfferedGrantType = keyof typeof OFFERED

/** What an offer says of a grant: what that grant alone has, and for which authorization server it is. */
export type GrantOffer<Type extends OfferedGrantType = OfferedGrantType> = SaidOf<(typeof OFFERED)[Type]> & {
  /** Where it is absent, any of the issuer's authorization servers will do. */
  readonly authorizationServer?: string | undefined
}
type SaidOf<Entry> = Entry extends OfferedGrant<infer _Type, infer Said> ? Said : never

/** The grants of an offer. */
export type OfferedGrants = { readonly [T in OfferedGrantType]?: GrantOffer<T> | undefined }

export type GrantRefusal = ParameterRefusal | { readonly code: 'unsupported_grant_type' }

// An entry is looked up by the very type that its argument names.
const spoken: Readonly<Record<GrantType, Grant<GrantType, GrantRequest>>> = SPOKEN
const offered: Readonly<Record<OfferedGrantType, OfferedGrant<OfferedGrantType, GrantOffer>>> = OFFERED

/** Unknown parameters are ignored (RFC 6749 §3.2). */
export function parseGrantRequest(form: Form): Result<GrantRequest, GrantRefusal> {
  const type = parameter(form, 'grant_type')
  if (type === undefined) return refuse({ code: 'invalid_request', parameter: 'grant_type' })
  return isGrantType(type) ? spoken[type].parseRequest(form) : refuse({ code: 'unsupported_grant_type' })
}

export function writeGrantRequest(request: GrantRequest): Form {
  const { grantType } = request
  return { grant_type: grantType, ...spoken[grantType].writeRequest(request) }
}

/** What authorization server metadata says of the grants (RFC 8414 §2). */
export function writeGrantMetadata(): JsonObject {
  const entries = Object.values(spoken)
  const members: readonly JsonObject[] = entries.map(({ metadata }) => metadata)
  return Object.assign(
    {
      // The member must be there, also where no grant has an authorization endpoint.
      response_types_supported: entries.flatMap(({ responseTypes }) => responseTypes),
      grant_types_supported: entries.map(({ type }) => type),
    },
    ...members,
  )
}

type IsAuthorizationServer = (value: JsonValue) => value is string

/**
 * OpenID4VCI 1.0 §4.1.1: grants that nobody knows are ignored, and so is one that cannot be used beside one that can. Where
 * none can be used, the first one's fault is told.
 */
export function parseOfferedGrants(
  grants: JsonObject,
  isAuthorizationServer: IsAuthorizationServer,
): Result<OfferedGrants, OfferedGrantFault> {
  const present = presentMembers(grants)
  const parsed: [string, GrantOffer][] = []
  const faults: OfferedGrantFault[] = []
  for (const entry of Object.values(offered)) {
    const json = present[entry.type]
    if (json === undefined) continue
    const said = parseOfferedGrant(entry, json, isAuthorizationServer)
    if (said.ok) parsed.push([entry.type, said.value])
    else faults.push(said.error)
  }
  const [fault] = faults
  return parsed.length === 0 && fault !== undefined ? refuse(fault) : ok(Object.fromEntries(parsed))
}

function parseOfferedGrant(
  { name, parse }: OfferedGrant<OfferedGrantType, GrantOffer>,
  json: JsonValue,
  isAuthorizationServer: IsAuthorizationServer,
): Result<GrantOffer, OfferedGrantFault> {
  if (!isJsonObject(json)) return refuse({ at: `grants.${name}` })
  const members = presentMembers(json)
  const said = parse(members)
  if (!said.ok) return said
  const { authorization_server: authorizationServer } = members
  return authorizationServer === undefined || isAuthorizationServer(authorizationServer)
    ? ok({ ...said.value, authorizationServer })
    : refuse({ at: 'grants.authorization_server' })
}

export function writeOfferedGrants(grants: OfferedGrants): JsonObject {
  const written = Object.values(offered).flatMap(({ type, write }) => {
    const said = grants[type]
    if (said === undefined) return []
    return [[type, defined({ ...write(said), authorization_server: said.authorizationServer })] as const]
  })
  return Object.fromEntries(written)
}

function isGrantType(type: string): type is GrantType {
  return Object.hasOwn(SPOKEN, type)
}
