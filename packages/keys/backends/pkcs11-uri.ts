/**
 * The PKCS#11 URI (RFC 7512) of a private key:
 * `pkcs11:token=Issuing;object=issuer-1?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/pin`.
 * Attributes that we do not know are refused, as §2.3 asks for: a key must not be found by half of its name. A
 * pin source that is a command (`|…`) is refused too: no configuration value starts a program here.
 */

import { ok, type Result } from '@countersign/core/result'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { SecretSource } from './backend.ts'
import {
  malformed,
  type ReferenceRefusal,
  readAlgorithm,
  readPairs,
  splitAt,
} from './reference-parameters.ts'

export interface Pkcs11Reference {
  readonly backend: 'pkcs11'
  readonly algorithm?: SignatureAlgorithm
  /** Native code that runs in this process. */
  readonly modulePath: string
  /** What must be so of the token; nothing: the only one. */
  readonly token: Readonly<Partial<Record<TokenAttribute, string>>>
  readonly slotId?: number
  /** CKA_LABEL and CKA_ID of the private key; one of them at least. */
  readonly label?: string | undefined
  readonly id?: Uint8Array | undefined
  /** Absent: a token that asks for none. */
  readonly pin?: SecretSource
}

export type TokenAttribute = 'token' | 'manufacturer' | 'model' | 'serial'

const TOKEN_ATTRIBUTES: readonly TokenAttribute[] = ['token', 'manufacturer', 'model', 'serial']
const PATH_ATTRIBUTES = [...TOKEN_ATTRIBUTES, 'object', 'type', 'slot-id'] as const
const QUERY_ATTRIBUTES = ['module-path', 'pin-value', 'pin-source', 'algorithm'] as const

/** Without the scheme. */
export function parsePkcs11Uri(text: string): Result<Pkcs11Reference, ReferenceRefusal> {
  const [pathText, queryText] = splitAt(text, '?')
  const [idText, named] = takeId(pathText)
  const path = readPairs(named, ';', PATH_ATTRIBUTES)
  if (!path.ok) return path
  const query = readPairs(queryText, '&', QUERY_ATTRIBUTES)
  if (!query.ok) return query
  const { object, type } = path.value
  if (type !== undefined && type !== 'private') return malformed('type')
  const id = idText === undefined ? undefined : idBytes(idText)
  if (idText !== undefined && id === undefined) return malformed('id')
  if (object === undefined && id === undefined) return malformed('object')
  const modulePath = query.value['module-path']
  if (!modulePath?.startsWith('/')) return malformed('module-path')
  const slotId = slotNumber(path.value['slot-id'])
  if (!slotId.ok) return slotId
  const pin = pinSource(query.value['pin-value'], query.value['pin-source'])
  if (!pin.ok) return pin
  const algorithm = readAlgorithm(query.value.algorithm)
  if (!algorithm.ok) return algorithm
  const wanted = TOKEN_ATTRIBUTES.filter((name) => path.value[name] !== undefined)
  return ok({
    backend: 'pkcs11',
    modulePath,
    token: Object.fromEntries(wanted.map((name) => [name, path.value[name]])),
    ...slotId.value,
    label: object,
    id,
    ...pin.value,
    ...algorithm.value,
  })
}

/** The id is bytes and may be no text at all, so it is read apart from the others. */
function takeId(path: string): readonly [string | undefined, string] {
  const parts = path.split(';')
  const ids = parts.filter((part) => part.startsWith('id='))
  const others = parts.filter((part) => !part.startsWith('id='))
  return [ids.length === 0 ? undefined : ids.join('').slice(3), others.join(';')]
}

const MAX_ID_BYTES = 256

function idBytes(text: string): Uint8Array | undefined {
  if (!/^(?:%[0-9A-Fa-f]{2}|[\w.~:[\]@!$'()*+,&-])+$/.test(text)) return undefined
  const bytes = Array.from(text.matchAll(/%(..)|./g), ([one, hex]) =>
    hex === undefined ? one.charCodeAt(0) : Number.parseInt(hex, 16),
  )
  return bytes.length <= MAX_ID_BYTES ? Uint8Array.from(bytes) : undefined
}

function slotNumber(text: string | undefined): Result<{ readonly slotId?: number }, ReferenceRefusal> {
  if (text === undefined) return ok({})
  return /^\d{1,10}$/.test(text) ? ok({ slotId: Number(text) }) : malformed('slot-id')
}

/** §2.4: both at once is not allowed. */
function pinSource(
  value: string | undefined,
  source: string | undefined,
): Result<{ readonly pin?: SecretSource }, ReferenceRefusal> {
  if (value !== undefined && source !== undefined) return malformed('pin-value')
  if (value !== undefined) return ok({ pin: { text: value } })
  if (source === undefined) return ok({})
  const file = source.replace(/^file:(\/\/(?=\/))?/, '')
  return /^\/[^/]/.test(file) ? ok({ pin: { file } }) : malformed('pin-source')
}
