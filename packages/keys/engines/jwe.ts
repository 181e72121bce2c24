/**
 * Encrypted messages by `jose` over WebCrypto, which servers and browsers have alike. What it may do the port says. It is loaded when
 * somebody encrypts: a service starts without it.
 */
import { decodeTextBase64url, decodeUtf8 } from '@countersign/core/base64url'
import { defined, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { KeyAgreement } from '@countersign/crypto/engine'
import {
  CONTENT_ENCRYPTIONS,
  type ContentEncryption,
  type DecryptionKey,
  type DecryptOptions,
  type JweEngine,
  type JweRefusal,
  KEY_AGREEMENT,
  type KeptDecryptionKey,
  PACKING,
  type Recipient,
} from '@countersign/crypto/jwe-engine'
import { agreementBy, ECDH } from './key-agreement.ts'

export const joseJwe: JweEngine = {
  async makeKey(): Promise<DecryptionKey> {
    const usages = ['deriveBits'] as const
    const { privateKey } = await crypto.subtle.generateKey(ECDH, true, usages)
    const { d = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', privateKey)
    return { kty: 'EC', crv: 'P-256', x, y, d }
  },

  async encrypt(plaintext: string, recipient: Recipient): Promise<string> {
    const { content: enc, contentType: cty, key, keyId: kid, packed } = recipient
    const { CompactEncrypt, importJWK } = await import('jose')
    const { crv, kty, x, y } = key
    const header = defined({ alg: KEY_AGREEMENT, enc, kid, cty, zip: packed ? PACKING : undefined })
    return new CompactEncrypt(new TextEncoder().encode(plaintext))
      .setProtectedHeader(header)
      .encrypt(await importJWK({ crv, kty, x, y }, KEY_AGREEMENT))
  },

  async decrypt(
    jwe: string,
    keys: readonly KeptDecryptionKey[],
    { content, maxUnpackedBytes }: DecryptOptions = {},
  ): Promise<Result<string, JweRefusal>> {
    const header = headerOf(jwe)
    if (header === undefined) return refuse({ code: 'jwe_malformed' })
    if (!isSupported(header, content, maxUnpackedBytes !== undefined))
      return refuse({ code: 'jwe_algorithm_unsupported' })
    const found =
      header['kid'] === undefined ? onlyOf(keys) : keys.find(({ keyId }) => keyId === header['kid'])
    if (found === undefined) return refuse({ code: 'jwe_key_unknown' })
    try {
      const { compactDecrypt, importJWK } = await import('jose')
      const { crv, d, kty, x, y } = found.key
      const key = await importJWK({ crv, kty, x, y, d }, KEY_AGREEMENT)
      const { plaintext } = await compactDecrypt(jwe, key, {
        keyManagementAlgorithms: [KEY_AGREEMENT],
        contentEncryptionAlgorithms: [...CONTENT_ENCRYPTIONS],
        // 0: none.
        maxDecompressedLength: maxUnpackedBytes ?? 0,
      })
      const text = decodeUtf8(plaintext)
      return text === undefined ? refuse({ code: 'jwe_undecryptable' }) : ok(text)
    } catch {
      return refuse({ code: 'jwe_undecryptable' })
    }
  },

  agreement({ crv, d, kty, x, y }: DecryptionKey): KeyAgreement {
    return async (peer) => {
      const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y, d }, ECDH, false, ['deriveBits'])
      return agreementBy(key)(peer)
    }
  },
}

/** RFC 7516 §7.1; with a key agreed on directly the second part is empty. */
function headerOf(jwe: string): JsonObject | undefined {
  const [header = ''] = /^[\w-]+\.\.[\w-]+\.[\w-]*\.[\w-]+$/.test(jwe) ? jwe.split('.', 1) : []
  const text = decodeTextBase64url(header)
  const parsed = text === undefined ? undefined : parseJsonObject(text, { maxBytes: MAX_HEADER_BYTES })
  return parsed?.ok === true ? parsed.value : undefined
}

const MAX_HEADER_BYTES = 4096

/** Nothing is packed unless it is said how large it may become, and no extension is understood (RFC 7516 §4.1.13). */
function isSupported(
  { alg, crit, enc, zip }: JsonObject,
  content: ContentEncryption | undefined,
  unpacks: boolean,
): boolean {
  const contents = content === undefined ? CONTENT_ENCRYPTIONS : [content]
  const isKnown = alg === KEY_AGREEMENT && contents.some((one) => one === enc)
  return isKnown && crit === undefined && (zip === undefined || (unpacks && zip === PACKING))
}

/** A message that names no key is for the one that there is. */
function onlyOf(keys: readonly KeptDecryptionKey[]): KeptDecryptionKey | undefined {
  return keys.length === 1 ? keys[0] : undefined
}
