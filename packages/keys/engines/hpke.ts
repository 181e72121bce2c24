/**
 * HPKE by `@hpke/core` over WebCrypto, which servers and browsers have alike. What it may do the port says. It is loaded when somebody
 * encrypts: a service starts without it.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { HpkeEngine, HpkeMessage, HpkeRefusal } from '@countersign/crypto/hpke-engine'
import type { DecryptionKey, EncryptionKey } from '@countersign/crypto/jwe-engine'

export const coreHpke: HpkeEngine = {
  async seal(plaintext: Uint8Array, key: EncryptionKey, info: Uint8Array): Promise<HpkeMessage> {
    const suite = await openSuite()
    const { crv, kty, x, y } = key
    const recipientPublicKey = await suite.kem.importKey('jwk', { kty, crv, x, y }, true)
    const { ct, enc } = await suite.seal({ recipientPublicKey, info }, plaintext)
    return { enc: new Uint8Array(enc), cipherText: new Uint8Array(ct) }
  },

  async open(
    { cipherText, enc }: HpkeMessage,
    key: DecryptionKey,
    info: Uint8Array,
  ): Promise<Result<Uint8Array, HpkeRefusal>> {
    const suite = await openSuite()
    const { crv, d, kty, x, y } = key
    try {
      const recipientKey = await suite.kem.importKey('jwk', { kty, crv, x, y, d }, false)
      return ok(new Uint8Array(await suite.open({ recipientKey, enc, info }, cipherText)))
    } catch {
      return refuse({ code: 'hpke_undecryptable' })
    }
  },
}

async function openSuite() {
  const { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } = await import('@hpke/core')
  return new CipherSuite({
    kem: new DhkemP256HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  })
}
