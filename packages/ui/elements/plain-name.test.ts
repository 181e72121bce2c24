import { describe, expect, it } from 'vitest'
import { hostOf, initialOf, mixesAlphabets, plainName, plainText, safeHref } from './plain-name.ts'

describe('a name that somebody else chose', () => {
  it('stays as it is when it is a name', () => {
    for (const name of ['Example Shop', 'Bäckerei Süß & Söhne', '東京都庁', 'مكتبة', 'O’Brien']) {
      expect(plainName(name)).toBe(name)
    }
  })

  it('loses what turns the text around it', () => {
    expect(plainName('\u202eexample shop\u202c')).toBe('example shop')
    expect(plainName('Shop\u2066\u2069\u200f')).toBe('Shop')
  })

  it('loses what takes no width, and lines', () => {
    expect(plainName('Exa\u200bmple\u2060 \n\n Shop\ufeff')).toBe('Example Shop')
    expect(plainName('\u200b\u2063')).toBe('')
    expect(plainName('a\u0000b\u001bc')).toBe('abc')
  })

  it('is not longer than a name', () => {
    const shown = plainName('x'.repeat(5000))
    expect(Array.from(shown)).toHaveLength(80)
    expect(shown.endsWith('…')).toBe(true)
  })

  it('does not pile marks over the lines above', () => {
    expect(plainName(`Z${'\u0301'.repeat(40)}`)).toBe('Z\u0301\u0301')
  })

  it('keeps lines where a text has some', () => {
    expect(plainText('one\ntwo\u202e')).toBe('one\ntwo')
  })

  it('has an initial of its own', () => {
    expect(initialOf('example')).toBe('E')
    expect(initialOf('“…”')).toBe('?')
    expect(initialOf('(東京)')).toBe('東')
  })
})

describe('a name that looks like another', () => {
  it('is told by letters of several alphabets in one word', () => {
    expect(mixesAlphabets('Ехаmple Shop')).toBe(true)
    expect(mixesAlphabets('Ρaypal')).toBe(true)
  })

  it('is not suspected for words of two languages', () => {
    expect(mixesAlphabets('Пример Shop')).toBe(false)
    expect(mixesAlphabets('Example 東京')).toBe(false)
    expect(mixesAlphabets('Bäckerei')).toBe(false)
  })

  it('has its host in ASCII', () => {
    expect(hostOf('https://раураl.example/x')).toMatch(/^xn--/)
    expect(hostOf('not an address')).toBe('')
  })
})

describe('an address to go to', () => {
  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'JaVaScRiPt:alert(1)',
    'file:///etc/passwd',
    'blob:x',
    '',
    'x',
  ])('is none: %s', (address) => {
    expect(safeHref(address)).toBeUndefined()
  })

  it('is one of the web', () => {
    expect(safeHref('https://shop.example/back?a=1')).toBe('https://shop.example/back?a=1')
  })
})
