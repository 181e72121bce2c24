import type { Mac } from '@countersign/crypto/engine'
import { expect, it } from 'vitest'
import { joseJwe } from '../engines/jwe.ts'
import { derivedDecryptionKey } from './derived-key.ts'
import { openSealing } from './sealing.ts'

const macOf = (secret: number) => openSealing(new Uint8Array(32).fill(secret)).mac('test-key')

it('is the same key for one secret and one name, and another one for another', async () => {
  const key = await derivedDecryptionKey(macOf(1), 'a')
  expect(await derivedDecryptionKey(macOf(1), 'a')).toEqual(key)
  for (const other of [await derivedDecryptionKey(macOf(1), 'b'), await derivedDecryptionKey(macOf(2), 'a')])
    expect(other.d).not.toBe(key.d)
})

it('is a key that can be written to and read with', async () => {
  const { d: _d, ...key } = await derivedDecryptionKey(macOf(1), 'a')
  const jwe = await joseJwe.encrypt('text', { key, content: 'A256GCM' })
  expect(
    await joseJwe.decrypt(jwe, [{ key: await derivedDecryptionKey(macOf(1), 'a'), keyId: 'k' }]),
  ).toEqual({
    ok: true,
    value: 'text',
  })
})

it('is made of the next hash where one is no scalar of the curve', async () => {
  const asked: string[] = []
  const [zero, beyond] = ['00', 'ff'].map((byte) => Buffer.from(byte.repeat(32), 'hex').toString('base64url'))
  const one = Buffer.from(`${'00'.repeat(31)}01`, 'hex').toString('base64url')
  const mac: Mac = (text) => {
    asked.push(text)
    return [zero, beyond, one][asked.length - 1] ?? ''
  }
  const key = await derivedDecryptionKey(mac, 'a')
  expect(asked).toEqual(['a:0', 'a:1', 'a:2'])
  // The base point (SEC 2 §2.4.2).
  expect(Buffer.from(key.x, 'base64url').toString('hex')).toBe(
    '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  )
  expect(key.d).toBe(one)
})
