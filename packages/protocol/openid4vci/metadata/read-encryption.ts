/**
 * How an issuer takes requests and gives answers that are encrypted (OpenID4VCI 1.0 §10, §12.2.4), as far as a wallet can do it.
 * Keys and algorithms that it cannot use are passed over; that nothing is left, it has to know before it asks for anything.
 */
import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  presentMembers,
} from '@countersign/core/json'
import { keysOf, strongestOf, usableKey } from '@countersign/crypto/encryption-key'
import { KEY_AGREEMENT, PACKING, type Recipient } from '@countersign/crypto/jwe-engine'

export interface AnnouncedEncryption {
  /** Requests in the clear are refused. */
  readonly requestRequired: boolean
  /** For whom a request is encrypted; absent where there is no key, or none that can be used. */
  readonly request?: Recipient | undefined
  /** Answers in the clear are not given. */
  readonly responseRequired: boolean
  /** How an answer is encrypted; absent where it is not, or in no way that can be read. */
  readonly response?: AnswerEncryption | undefined
}

export type AnswerEncryption = Pick<Recipient, 'content' | 'packed'>

/** Undefined where nothing is required and nothing can be used. */
export function readEncryption(json: JsonObject): AnnouncedEncryption | undefined {
  const request = membersOf(json['credential_request_encryption'])
  const response = membersOf(json['credential_response_encryption'])
  const announced = {
    requestRequired: isRequired(request),
    request: request && readRequestKey(request),
    responseRequired: isRequired(response),
    response: response && readAnswers(response),
  }
  const isSaid = Object.values(announced).some((one) => one !== undefined && one !== false)
  return isSaid ? announced : undefined
}

/** Requests are small, so they are not packed. */
function readRequestKey({ enc_values_supported: values, jwks }: JsonObject): Recipient | undefined {
  const found = usableKey(keysOf(jwks) ?? [], 'in_the_key')
  const content = values === undefined ? undefined : strongestOf(values)
  return found === undefined || content === undefined ? undefined : { ...found, content }
}

function readAnswers(members: JsonObject): AnswerEncryption | undefined {
  const {
    alg_values_supported: agreements,
    enc_values_supported: values,
    zip_values_supported: zips,
  } = members
  const content = values === undefined ? undefined : strongestOf(values)
  if (content === undefined || !includes(agreements, KEY_AGREEMENT)) return undefined
  return includes(zips, PACKING) ? { content, packed: true } : { content }
}

function membersOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? presentMembers(value) : undefined
}

function isRequired(members: JsonObject | undefined): boolean {
  return members?.['encryption_required'] === true
}

function includes(values: JsonValue | undefined, wanted: string): boolean {
  return values !== undefined && isJsonArray(values) && values.includes(wanted)
}
