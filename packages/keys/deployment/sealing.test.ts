import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openSealing, sealingOf } from './sealing.ts'

const secret = randomBytes(32)
const sealer = openSealing(secret).sealer('sessions')

describe('sealing', () => {
  it('gives back what was sealed, on every instance with the same secret', () => {
    const elsewhere = openSealing(Buffer.from(secret)).sealer('sessions')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, context) => {
        expect(elsewhere.open(sealer.seal(text, context), context)).toBe(text)
      }),
    )
  })

  it('opens for no other context, purpose or secret', () => {
    const sealed = sealer.seal('text', 'verification:1')
    expect(sealer.open(sealed, 'verification:2')).toBeUndefined()
    expect(sealer.open(sealed, '')).toBeUndefined()
    expect(openSealing(secret).sealer('other').open(sealed, 'verification:1')).toBeUndefined()
    expect(openSealing(randomBytes(32)).sealer('sessions').open(sealed, 'verification:1')).toBeUndefined()
  })

  it('opens nothing that was changed in any character', () => {
    const sealed = sealer.seal('short', 'c')
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      expect(sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), 'c')).toBeUndefined()
    }
  })

  it('opens nothing that was cut, continued or respelled', () => {
    const sealed = sealer.seal('short', 'c')
    for (let length = 0; length < sealed.length; length++) {
      expect(sealer.open(sealed.slice(0, length), 'c')).toBeUndefined()
    }
    for (const text of [
      `${sealed}A`,
      `${sealed}=`,
      `${sealed}\n`,
      ` ${sealed}`,
      sealed.replace('v1.', 'v2.'),
    ]) {
      expect(sealer.open(text, 'c')).toBeUndefined()
    }
  })

  it('never throws, whatever it opens', () => {
    fc.assert(fc.property(fc.string(), (text) => sealer.open(`v1.${text}`, 'c') === undefined))
  })

  it('shows neither the text nor that two texts are the same', () => {
    const sealed = sealer.seal('family name', 'c')
    expect(sealed).toMatch(/^v1\.[\w-]+$/)
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('family')
    expect(sealer.seal('family name', 'c')).not.toBe(sealed)
  })
})

describe('keyed hashes', () => {
  it('are equal on every instance and differ by purpose and secret', async () => {
    const mac = openSealing(secret).mac('nonces')
    expect(await mac('text')).toBe(await openSealing(secret).mac('nonces')('text'))
    expect(await mac('text')).toMatch(/^[\w-]{43}$/)
    expect(await mac('text')).not.toBe(await openSealing(secret).mac('codes')('text'))
    expect(await mac('text')).not.toBe(await openSealing(randomBytes(32)).mac('nonces')('text'))
  })
})

describe('the deployment secret', () => {
  it('has a fingerprint that tells secrets apart', () => {
    expect(openSealing(secret).fingerprint).toMatch(/^[\w-]{22}$/)
    expect(openSealing(secret).fingerprint).toBe(openSealing(Buffer.from(secret)).fingerprint)
    expect(openSealing(secret).fingerprint).not.toBe(openSealing(randomBytes(32)).fingerprint)
  })

  it('has at least 256 bits', () => {
    expect(() => openSealing(randomBytes(31))).toThrow('too short')
  })

  it('keeps its derivations over releases: values sealed yesterday open tomorrow', async () => {
    const fixed = openSealing(Buffer.alloc(32, 7))
    expect(fixed.fingerprint).toBe('g2eOo_ugGT3Wjh0Zop7THw')
    expect(await fixed.mac('nonces')('text')).toBe('mbUuTd3Pe5lUIBx5zLp3_YKnZ-kMDEB8StU-3CXdw5k')
    expect(fixed.sealer('sessions').open('v1.Z-ZldynA7vGaCT4bcU9AQjMl-gpqIXG9ilhbTXMIUtw', 'c')).toBe('text')
  })
})

describe('the sealing of one of several', () => {
  const whole = openSealing(secret)
  const owners = [sealingOf(whole, 'acme'), sealingOf(whole, 'b-co'), whole] as const

  it('opens what was sealed for him, wherever, and nothing of another', () => {
    const sealed = owners[0].sealer('issuance').seal('text', 'issuance:1')
    expect(owners.map((one) => one.sealer('issuance').open(sealed, 'issuance:1'))).toEqual([
      'text',
      undefined,
      undefined,
    ])
    const elsewhere = sealingOf(openSealing(Buffer.from(secret)), 'acme')
    expect(elsewhere.sealer('issuance').open(sealed, 'issuance:1')).toBe('text')
  })

  it('makes other keyed hashes of the same', async () => {
    const hashes = await Promise.all(owners.map((one) => one.mac('grant')('session')))
    expect(new Set(hashes).size).toBe(3)
    expect(await sealingOf(whole, 'acme').mac('grant')('session')).toBe(hashes[0])
  })

  it('is for no name with a slash, which would be another purpose of somebody else', () => {
    expect(() => sealingOf(whole, 'acme/x')).toThrow(Error)
  })
})
