/** Seals what is kept in a browser, for one wallet and by a key that no script can read (AES-GCM, SP 800-38D). */

export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly data: ArrayBuffer
}

const NAME = 'AES-GCM'

/** Not extractable: a script may use it on this page, and take it nowhere. */
export function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: NAME, length: 256 }, false, ['encrypt', 'decrypt'])
}

/** `owner` is sealed with it, and stands nowhere. */
export async function seal(key: CryptoKey, owner: string, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const data = await crypto.subtle.encrypt(ways(iv, owner), key, bytesOf(JSON.stringify(value)))
  return { iv, data }
}

/** Undefined for what is another's, of another key, or was changed. */
export async function unseal(key: CryptoKey, owner: string, { iv, data }: Sealed): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(ways(iv, owner), key, data)))
  } catch {
    return undefined
  }
}

function ways(iv: Uint8Array<ArrayBuffer>, owner: string): AesGcmParams {
  return { name: NAME, iv, additionalData: bytesOf(owner) }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
