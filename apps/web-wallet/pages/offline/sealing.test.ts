import { describe, expect, it } from 'vitest'
import { newKey, seal, unseal } from './sealing.ts'

const cards = [{ title: 'Identity card' }]

describe('what is sealed', () => {
  it('is opened for its owner by its key, and by nobody else', async () => {
    const key = await newKey()
    const sealed = await seal(key, 'wallet-1', cards)
    expect(await unseal(key, 'wallet-1', sealed)).toEqual(cards)
    expect(await unseal(key, 'wallet-2', sealed)).toBeUndefined()
    expect(await unseal(await newKey(), 'wallet-1', sealed)).toBeUndefined()
  })

  it('shows nothing of itself, and looks different each time', async () => {
    const key = await newKey()
    const [one, other] = [await seal(key, 'wallet-1', cards), await seal(key, 'wallet-1', cards)]
    const text = Buffer.from(one.data).toString('latin1')
    expect(text).not.toContain('Identity')
    expect(text).not.toContain('wallet-1')
    expect(Buffer.from(one.data).equals(Buffer.from(other.data))).toBe(false)
  })

  it('is nothing once a bit of it was changed', async () => {
    const key = await newKey()
    const { iv, data } = await seal(key, 'wallet-1', cards)
    const changed = new Uint8Array(data)
    changed[0] = (changed[0] ?? 0) ^ 1
    expect(await unseal(key, 'wallet-1', { iv, data: changed.buffer })).toBeUndefined()
  })

  it('has a key that cannot be taken away', async () => {
    const key = await newKey()
    expect(key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
  })
})
