/**
 * Keys that the issuer's metadata names beside the one that signs: that of yesterday, whose credentials are still held, and that of
 * tomorrow, which verifiers have to know before the first credential of it is shown to them. Public keys alone: what signs is
 * configured elsewhere.
 */
import { createPublicKey } from 'node:crypto'
import { isJsonArray, isJsonObject, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { algorithmOf, bareKey, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { keyThumbprint } from '@countersign/keys/signers/software-key'
import { refusalInWords, textOfFile } from '@countersign/service/compose/configured-file'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { readCertificateFile } from '@countersign/trust/certificate-files'
import type { PublishedKey } from '../issuer.ts'

const MAX_FILE_LENGTH = 262_144
const MOST_KEYS = 50

/** Throws `StartRefused` for a file that has no public key in it, and for two keys of one id. */
export function openPublishedKeys(files: readonly string[]): readonly PublishedKey[] {
  const keys = new Map<string, PublishedKey>()
  for (const file of files) {
    const read = readKeys(textOfFile(file))
    if (!read.ok)
      throw new StartRefused(`${file} (publishedKeyFiles) is of no use: ${refusalInWords(read.error)}`)
    for (const key of read.value) {
      const known = keys.get(key.keyId)
      if (known !== undefined && keyThumbprint(known.publicJwk) !== keyThumbprint(key.publicJwk))
        throw new StartRefused(`${file} (publishedKeyFiles): another key has the id ${key.keyId}, too`)
      keys.set(key.keyId, known ?? key)
    }
  }
  if (keys.size > MOST_KEYS) throw new StartRefused(`publishedKeyFiles: at most ${MOST_KEYS} keys`)
  return [...keys.values()]
}

interface PublishedKeyRefusal {
  readonly code: string
  readonly reason?: string
}

type Read = Result<readonly PublishedKey[], PublishedKeyRefusal>

/** A public key or certificates in PEM, a JWK, or a set of them. */
function readKeys(text: string): Read {
  if (text.length > MAX_FILE_LENGTH) return refuse({ code: 'file_too_large' })
  // Its public half could be told from it: but then the private one lies where somebody takes it for public.
  if (text.includes('PRIVATE KEY')) return refuse({ code: 'private_key_in_file' })
  if (text.includes('BEGIN CERTIFICATE')) return readCertificates(text)
  if (text.includes('BEGIN PUBLIC KEY')) return readPem(text)
  const parsed = parseJsonObject(text, { maxBytes: MAX_FILE_LENGTH })
  if (!parsed.ok) return refuse({ code: 'neither_json_nor_pem' })
  const { keys } = parsed.value
  if (keys === undefined) return readJwks([parsed.value])
  return isJsonArray(keys) && keys.every(isJsonObject) ? readJwks(keys) : refuse({ code: 'jwks_malformed' })
}

function readCertificates(text: string): Read {
  const read = readCertificateFile(Buffer.from(text))
  if (!read.ok) return read
  const [leaf] = read.value.certificates
  if (leaf === undefined || read.value.skipped.length > 0) return refuse({ code: 'certificate_unsupported' })
  const x5c = read.value.certificates.map(({ der }) => Buffer.from(der).toString('base64'))
  return ok([published(leaf.publicKey, x5c)])
}

function readPem(text: string): Read {
  try {
    return readJwks([createPublicKey(text).export({ format: 'jwk' }) as JsonObject])
  } catch {
    return refuse({ code: 'pem_unreadable' })
  }
}

function readJwks(jwks: readonly JsonObject[]): Read {
  const keys: PublishedKey[] = []
  for (const jwk of jwks) {
    const parsed = parsePublicJwk(jwk)
    if (!parsed.ok) return parsed
    keys.push(published(parsed.value))
  }
  return ok(keys)
}

function published(jwk: PublicJwk, x5c?: readonly string[]): PublishedKey {
  return { keyId: jwk.kid ?? keyThumbprint(jwk), algorithm: algorithmOf(jwk), publicJwk: bareKey(jwk), x5c }
}
