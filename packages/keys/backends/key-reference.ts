/**
 * One line of configuration that says which key signs: `file:`, `pkcs11:`, `vault:`, `aws-kms:`, or the key itself as
 * PEM, JWK or serialised JSON. Reading is strict, so that a misspelt parameter is found at start and not by the first
 * signature. Nothing is opened here, and no refusal repeats the reference: there may be secrets in it.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { PrivateJwk } from '../signers/software-key.ts'
import { type AwsKmsReference, parseAwsKmsReference } from './aws-kms-reference.ts'
import { type Pkcs11Reference, parsePkcs11Uri } from './pkcs11-uri.ts'
import {
  malformed,
  percentDecoded,
  type ReferenceRefusal,
  readAlgorithm,
  readParameters,
  splitAt,
} from './reference-parameters.ts'
import { parseSerialisedKey } from './serialised-key.ts'
import { parseVaultReference, type VaultReference } from './vault-reference.ts'

export type KeyReference = {
  /** What an RSA key signs with; absent: what the key itself says, or RS256. */
  readonly algorithm?: SignatureAlgorithm
} & (
  | { readonly backend: 'software'; readonly key: PrivateJwk }
  | { readonly backend: 'file'; readonly path: string }
  | Pkcs11Reference
  | VaultReference
  | AwsKmsReference
)

const MAX_REFERENCE_LENGTH = 16_384

/** Text of any kind, or an object: a JWK or a serialised key. An object never leads to a file or a native module. */
export function parseKeyReference(value: unknown): Result<KeyReference, ReferenceRefusal> {
  if (typeof value !== 'string') return parseSerialisedKey(value)
  const text = value.trim()
  if (text.length > MAX_REFERENCE_LENGTH) return malformed('length')
  if (text.startsWith('{') || text.startsWith('-----')) return parseSerialisedKey(text)
  const [scheme, rest] = splitAt(text, ':')
  switch (scheme.toLowerCase()) {
    case 'file':
      return parseFileReference(rest)
    case 'pkcs11':
      return parsePkcs11Uri(rest)
    case 'vault':
      return parseVaultReference(rest)
    case 'aws-kms':
      return parseAwsKmsReference(rest)
    default:
      return refuse({ code: 'reference_scheme_unknown' })
  }
}

/** The reference of a file, by its path. */
export function fileReference(path: string): string {
  return `file:${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`
}

/** RFC 8089, and a relative path, which it has no spelling for: `file:keys/issuer.pem`. */
function parseFileReference(rest: string): Result<KeyReference, ReferenceRefusal> {
  const [written, query] = splitAt(rest, '?')
  const parameters = readParameters(query, ['algorithm'])
  if (!parameters.ok) return parameters
  const path = percentDecoded(written.startsWith('///') ? written.slice(2) : written)
  if (path === undefined || path === '' || path.startsWith('//')) return malformed('path')
  const algorithm = readAlgorithm(parameters.value.algorithm)
  return algorithm.ok ? ok({ backend: 'file', path, ...algorithm.value }) : algorithm
}
