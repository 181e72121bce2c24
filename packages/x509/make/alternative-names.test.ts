import { inBrowser } from '@countersign/testing/engines/node-engine'
import { toHex } from '@countersign/testing/hex'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isHostName, subjectAlternativeNames } from './alternative-names.ts'

describe('a host name', () => {
  it.each([
    ['an IPv4 address', '192.0.2.7', 'c0000207'],
    ['an IPv6 address', '2001:db8::1', '20010db8000000000000000000000001'],
    ['one in brackets', '[::1]', '00000000000000000000000000000001'],
    ['one that is written out', '2001:DB8:0:0:8:800:200C:417A', '20010db80000000000080800200c417a'],
    ['one with an IPv4 tail', '::ffff:192.0.2.7', '00000000000000000000ffffc0000207'],
    ['the empty one', '::', '00000000000000000000000000000000'],
  ])('that is %s is written as bytes', (_what, name, bytes) => {
    expect(isHostName(name)).toBe(true)
    const [extension = new Uint8Array()] = subjectAlternativeNames([name], [])
    const length = (bytes.length / 2).toString(16).padStart(2, '0')
    expect(toHex(extension).endsWith(`87${length}${bytes}`)).toBe(true)
  })

  it.each(['verifier.example', 'a_b.example', 'localhost', '1.2.3', '1.2.3.256', 'xn--bcher-kva.example'])(
    'that is no address, "%s", is written as text',
    (name) => {
      expect(isHostName(name)).toBe(true)
      const [extension = new Uint8Array()] = subjectAlternativeNames([name.toUpperCase()], [])
      expect(new TextDecoder().decode(extension).endsWith(name)).toBe(true)
    },
  )

  it.each([
    '',
    'a b',
    '-a.example',
    'a-.example',
    'a..b',
    ':',
    ':::',
    '1::2::3',
    '::12345',
    '::1.2.3',
    '::01.2.3.4',
  ])('is not "%s"', (name) => {
    expect(isHostName(name)).toBe(false)
    expect(() => subjectAlternativeNames([name], [])).toThrow()
  })

  it.skipIf(inBrowser)('is an address where Node says so', async () => {
    const { isIP } = await import('node:net')
    const letters = fc.array(fc.constantFrom('0', '1', '9', '25', 'a', 'F', ':', ':', '::', '.', '.0'), {
      maxLength: 16,
    })
    const pieces = fc.oneof(
      letters.map((all) => all.join('')),
      fc.ipV4(),
      fc.ipV6(),
    )
    fc.assert(
      fc.property(pieces, (text) => {
        // An address has its tag; what is a name of DNS has that of names.
        const tag = isIP(text) === 0 ? 0x82 : 0x87
        const names = isHostName(text) ? subjectAlternativeNames([text], []) : []
        for (const name of names) expect(name[11]).toBe(tag)
        if (isIP(text) !== 0) expect(names).toHaveLength(1)
      }),
      { numRuns: 2000 },
    )
  })

  it('is not an address that means something on one machine only', () => {
    expect(isHostName('fe80::1%eth0')).toBe(false)
  })
})
