import { createDecipheriv, createECDH, createHmac } from 'node:crypto'
import type { HpkeMessage } from '@countersign/crypto/hpke-engine'
import type { DecryptionKey } from '@countersign/crypto/jwe-engine'
import { describe, expect, it } from 'vitest'
import { coreHpke } from './hpke.ts'
import { joseJwe } from './jwe.ts'

const text = (value: string) => Buffer.from(value)
const info = text('what both ends know')
const plaintext = text('a device response')

/** RFC 9180 §5.1.1, written once more from the document: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. */
function openedByHand({ cipherText, enc }: HpkeMessage, { d, x, y }: DecryptionKey, under: Buffer): Buffer {
  const hmac = (key: Buffer, data: Buffer) => createHmac('sha256', key).update(data).digest()
  const labeled = (suite: Buffer) => ({
    extract: (salt: Buffer, label: string, key: Buffer) =>
      hmac(salt, Buffer.concat([text('HPKE-v1'), suite, text(label), key])),
    expand: (key: Buffer, label: string, about: Buffer, length: number) => {
      const head = Buffer.from([0, length])
      const data = Buffer.concat([head, text('HPKE-v1'), suite, text(label), about, Buffer.from([1])])
      return hmac(key, data).subarray(0, length)
    },
  })
  const nothing = Buffer.alloc(0)
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(Buffer.from(d, 'base64url'))
  const recipient = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ])
  const kem = labeled(Buffer.concat([text('KEM'), Buffer.from([0, 0x10])]))
  const agreed = kem.extract(nothing, 'eae_prk', ecdh.computeSecret(enc))
  const shared = kem.expand(agreed, 'shared_secret', Buffer.concat([enc, recipient]), 32)
  const { expand, extract } = labeled(Buffer.concat([text('HPKE'), Buffer.from([0, 0x10, 0, 1, 0, 1])]))
  const context = Buffer.concat([
    Buffer.from([0]),
    extract(nothing, 'psk_id_hash', nothing),
    extract(nothing, 'info_hash', under),
  ])
  const secret = extract(shared, 'secret', nothing)
  const decipher = createDecipheriv(
    'aes-128-gcm',
    expand(secret, 'key', context, 16),
    expand(secret, 'base_nonce', context, 12),
  )
  decipher.setAuthTag(cipherText.subarray(-16))
  return Buffer.concat([decipher.update(cipherText.subarray(0, -16)), decipher.final()])
}

describe('a message to one key', () => {
  it('is what RFC 9180 says it is', async () => {
    const key = await joseJwe.makeKey()
    const message = await coreHpke.seal(plaintext, key, info)
    expect([message.enc.length, message.cipherText.length]).toEqual([65, plaintext.length + 16])
    expect(openedByHand(message, key, info).toString()).toBe('a device response')
    const opened = await coreHpke.open(message, key, info)
    expect(opened.ok && Buffer.from(opened.value).toString()).toBe('a device response')
  })

  it('is another each time', async () => {
    const key = await joseJwe.makeKey()
    const [one, other] = [
      await coreHpke.seal(plaintext, key, info),
      await coreHpke.seal(plaintext, key, info),
    ]
    expect(one.enc).not.toEqual(other.enc)
    expect(one.cipherText).not.toEqual(other.cipherText)
  })

  it('is none for another key, under other knowledge, or altered', async () => {
    const key = await joseJwe.makeKey()
    const message = await coreHpke.seal(plaintext, key, info)
    const { cipherText, enc } = message
    const changed = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] ?? 0) ^ 1)
    const wrong = [
      [message, await joseJwe.makeKey(), info],
      [message, key, text('what nobody knows')],
      [message, key, new Uint8Array()],
      [{ enc, cipherText: changed(cipherText, 0) }, key, info],
      [{ enc, cipherText: changed(cipherText, cipherText.length - 1) }, key, info],
      [{ enc, cipherText: cipherText.slice(0, -1) }, key, info],
      [{ enc, cipherText: new Uint8Array() }, key, info],
      [{ enc: changed(enc, 0), cipherText }, key, info],
      [{ enc: changed(enc, 64), cipherText }, key, info],
      [{ enc: enc.slice(0, 33), cipherText }, key, info],
      [{ enc: new Uint8Array(), cipherText }, key, info],
    ] as const
    for (const [given, by, under] of wrong)
      expect(await coreHpke.open(given, by, under)).toEqual({
        ok: false,
        error: { code: 'hpke_undecryptable' },
      })
  })

  it('is not written to a key that is none', async () => {
    const { x, ...key } = await joseJwe.makeKey()
    await expect(coreHpke.seal(plaintext, { ...key, x: key.y }, info)).rejects.toThrow()
    expect(x).toHaveLength(43)
  })
})
