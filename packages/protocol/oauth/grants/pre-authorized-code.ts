/**
 * The pre-authorized code grant (OpenID4VCI 1.0 §4.1.1, §6): the issuer knows for whom the credential is before the wallet
 * comes, and a transaction code may guard the code on its way.
 */
import {
  defined,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  presentParameters,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { optionalParameter, requiredParameter } from '../form-parameters.ts'
import { boundedText } from '../message-values.ts'
import type { Grant, OfferedGrant, OfferedGrantFault } from './grant.ts'

export const PRE_AUTHORIZED_CODE = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

export interface PreAuthorizedCodeRequest {
  readonly grantType: typeof PRE_AUTHORIZED_CODE
  readonly preAuthorizedCode: string
  readonly txCode?: string | undefined
}

export interface OfferedPreAuthorizedCode {
  readonly code: string
  /** Where it is present the user has to give a code, even where nothing more is said about it. */
  readonly txCode?: OfferedTxCode | undefined
}

export interface OfferedTxCode {
  readonly inputMode: 'numeric' | 'text'
  readonly length?: number | undefined
  /** At most 300 characters of foreign text. */
  readonly description?: string | undefined
}

const MAX_CODE_LENGTH = 1024
const MAX_TX_CODE_LENGTH = 128
const MAX_OFFERED_CODE_LENGTH = 4096
const MAX_TX_CODE_DESCRIPTION = 300

export const preAuthorizedCode: Grant<typeof PRE_AUTHORIZED_CODE, PreAuthorizedCodeRequest> = {
  type: PRE_AUTHORIZED_CODE,

  parseRequest: (form) => {
    const code = requiredParameter(form, 'pre-authorized_code', MAX_CODE_LENGTH)
    if (!code.ok) return code
    const txCode = optionalParameter(form, 'tx_code', MAX_TX_CODE_LENGTH)
    if (!txCode.ok) return txCode
    return ok({ grantType: PRE_AUTHORIZED_CODE, preAuthorizedCode: code.value, txCode: txCode.value })
  },

  writeRequest: ({ preAuthorizedCode: code, txCode }) =>
    defined({ 'pre-authorized_code': code, tx_code: txCode }),

  responseTypes: [],

  metadata: {},
}

export const offeredPreAuthorizedCode: OfferedGrant<typeof PRE_AUTHORIZED_CODE, OfferedPreAuthorizedCode> = {
  type: PRE_AUTHORIZED_CODE,
  name: 'pre-authorized_code',

  parse: (json) => {
    const code = boundedText(json['pre-authorized_code'], MAX_OFFERED_CODE_LENGTH)
    if (code === undefined) return refuse({ at: 'grants.pre-authorized_code.pre-authorized_code' })
    const txCode = parseTxCode(json['tx_code'])
    return txCode.ok ? ok({ code, txCode: txCode.value }) : txCode
  },

  write: ({ code, txCode }) =>
    defined({ 'pre-authorized_code': code, tx_code: txCode && writeTxCode(txCode) }),
}

function writeTxCode({ description, inputMode, length }: OfferedTxCode): JsonObject {
  return defined({ input_mode: inputMode, length, description })
}

/**
 * An empty object asks for a code, of digits (§4.1.1). What it says of the code is for whoever types it: what cannot be
 * read of that is left out, and a mode that nobody knows is text, which any code is.
 */
function parseTxCode(value: JsonValue | undefined): Result<OfferedTxCode | undefined, OfferedGrantFault> {
  if (value === undefined) return ok(undefined)
  if (!isJsonObject(value)) return refuse({ at: 'tx_code' })
  const { input_mode: inputMode = 'numeric', length, description } = presentParameters(value)
  return ok({
    inputMode: inputMode === 'numeric' ? 'numeric' : 'text',
    length: isCodeLength(length) ? length : undefined,
    description: isShortDescription(description) ? description : undefined,
  })
}

function isCodeLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 128
}

/** Counted in code points: the limit is about what a person reads. */
function isShortDescription(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= 1200 && Array.from(value).length <= MAX_TX_CODE_DESCRIPTION
  )
}
