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

describe('sealing by day', () => {
  const DAY = 86_400
  const at = (day: number) => openSealing(secret).byteSealer('sessions', () => day * DAY + 5)
  const today = at(20_788)

  it('gives back what was sealed, on every instance, whatever day it is there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, context) => {
        const sealed = today.seal(text, context)
        for (const day of [20_787, 20_788, 20_789, 30_000]) expect(at(day).open(sealed, context)).toBe(text)
      }),
    )
  })

  it('opens for no other context, purpose, owner or secret', () => {
    const sealed = today.seal('text', 'verification:1')
    const others = [
      openSealing(secret).byteSealer('other', () => 0),
      openSealing(randomBytes(32)).byteSealer('sessions', () => 0),
      sealingOf(openSealing(secret), 'acme').byteSealer('sessions', () => 0),
    ]
    expect(today.open(sealed, 'verification:1')).toBe('text')
    expect(today.open(sealed, 'verification:2')).toBeUndefined()
    for (const other of others) expect(other.open(sealed, 'verification:1')).toBeUndefined()
  })

  it('opens nothing that was changed in any bit, cut or continued, and does not throw', () => {
    const sealed = today.seal('short', 'c')
    for (let at = 0; at < sealed.length; at++)
      for (let bit = 0; bit < 8; bit++)
        expect(
          today.open(
            sealed.map((byte, here) => (here === at ? byte ^ (1 << bit) : byte)),
            'c',
          ),
        ).toBeUndefined()
    for (let length = 0; length < sealed.length; length++)
      expect(today.open(sealed.subarray(0, length), 'c')).toBeUndefined()
    expect(today.open(Uint8Array.of(...sealed, 0), 'c')).toBeUndefined()
    fc.assert(fc.property(fc.uint8Array(), (bytes) => today.open(bytes, 'c') === undefined))
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => today.open(Uint8Array.of(2, ...bytes), 'c') === undefined),
    )
  })

  it('shows neither the text nor that two texts are the same, and adds 31 bytes', () => {
    const sealed = today.seal('family name', 'c')
    expect(sealed.length).toBe('family name'.length + 31)
    expect(Buffer.from(sealed).toString('latin1')).not.toContain('family')
    expect(today.seal('family name', 'c')).not.toEqual(sealed)
  })

  it('has another key each day', () => {
    const sealed = today.seal('text', 'c')
    expect([...sealed.subarray(0, 3)]).toEqual([2, 20_788 >> 8, 20_788 & 0xff])
    const moved = Uint8Array.from(sealed)
    moved[2] = (20_788 & 0xff) + 1
    expect(today.open(moved, 'c')).toBeUndefined()
  })

  it('opens what the release before sealed as text, in its place', () => {
    const before = Buffer.from(sealer.seal('text', 'session:1'))
    expect(today.open(before, 'session:1')).toBe('text')
    expect(today.open(before, 'session:2')).toBeUndefined()
  })

  it('keeps its derivations over releases', () => {
    const fixed = openSealing(Buffer.alloc(32, 7)).byteSealer('sessions', () => 0)
    const sealed = Buffer.from('AlE0nL3b4YKnDXn9ODgqCkUVDjPkDouRnB0cBb66XyyT5Bo', 'base64url')
    expect(fixed.open(sealed, 'c')).toBe('text')
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
