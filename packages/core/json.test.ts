import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defined, parseJson, parseJsonObject, placeOfUnsafeNumber, UNSAFE_NUMBER } from './json.ts'

describe('parseJsonObject', () => {
  it('reads any object that JSON writes', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value)
        if (text.includes('__proto__') || placeOfUnsafeNumber(JSON.parse(text)) !== undefined) return
        expect(parseJsonObject(text)).toEqual({ ok: true, value: JSON.parse(text) })
      }),
    )
  })

  it('answers any text with a value or a refusal', () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]":,\\ua1 \ud800'.split('')), maxLength: 30 })
    fc.assert(
      fc.property(text, (value) => {
        expect(parseJsonObject(value)).toHaveProperty('ok')
      }),
    )
  })

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"b":{"a":1,"a":[]}}',
    '{"b":[{},{"a":1,"a":1}]}',
    '{"a\\\\":1,"a\\\\":":"}',
    '{"a":"\\\\\\"","a":":"}',
  ])('refuses the repeated name in %s', (text) =>
    expect(parseJsonObject(text)).toEqual({ ok: false, error: { code: 'json_duplicate_member' } }),
  )

  it.each(['{"a:":":","b\\":":"\\\\"}', '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}', '{"":{"":0}}'])(
    'reads %s, where nothing is repeated',
    (text) => expect(parseJsonObject(text).ok).toBe(true),
  )

  it.each(['{"__proto__":{"admin":true}}', '{"a":[{"\\u005f_proto__":1}]}'])('refuses %s', (text) =>
    expect(parseJsonObject(text)).toEqual({ ok: false, error: { code: 'json_invalid' } }),
  )

  it.each(['{"a":"\\ud800"}', '{"\\uDFFF":1}', '{"a":[{"b":"\\udc00\\ud800"}]}', '{"a":"\ud83d"}'])(
    'refuses %j, where half a character stands',
    (text) => expect(parseJsonObject(text)).toEqual({ ok: false, error: { code: 'json_invalid' } }),
  )

  it('reads characters that are written as two escapes', () =>
    expect(parseJsonObject('{"\\ud83d\\ude00":"\\uD83D\\uDE00 \\\\ud800"}')).toEqual({
      ok: true,
      value: { '😀': '😀 \\ud800' },
    }))

  it.each(['[]', '1', 'null', '"text"'])('refuses %s, which is no object', (text) =>
    expect(parseJsonObject(text)).toEqual({ ok: false, error: { code: 'json_not_object' } }),
  )

  it.each(['', '{', '{}{}', '{"a":01}', "{'a':1}", '\ufeff{}', '{"a":NaN}'])('refuses %j', (text) =>
    expect(parseJsonObject(text)).toEqual({ ok: false, error: { code: 'json_invalid' } }),
  )

  it('counts the depth from the outermost object', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    expect(parseJsonObject(nested(32)).ok).toBe(true)
    expect(parseJsonObject(nested(33))).toEqual({ ok: false, error: { code: 'json_too_deep' } })
    for (const text of ['['.repeat(60_000), '['.repeat(30_000) + ']'.repeat(30_000)])
      expect(parseJson(text)).toEqual({ ok: false, error: { code: 'json_too_deep' } })
  })

  it.each([
    ['[[]]', 2],
    ['{"a":{"b":[1]}}', 3],
    ['["[[[[[", "\\"[[[", "\\\\"]', 1],
    ['[[],[],[]]', 2],
  ])('counts no bracket in a text: %s is %i deep', (text, maxDepth) => {
    expect(parseJson(text, { maxDepth }).ok).toBe(true)
    expect(parseJson(text, { maxDepth: maxDepth - 1 })).toEqual({
      ok: false,
      error: { code: 'json_too_deep' },
    })
  })

  it.each(['"unterminated', '["unterminated \\', '["a\\"', '["\\\\\\"]'])('comes to an end at %s', (text) => {
    expect(parseJson(text)).toEqual({ ok: false, error: { code: 'json_invalid' } })
  })

  it('counts values before it reads them', () => {
    const values = (count: number) => `{"a":[${Array.from({ length: count }, () => '{}').join()}]}`
    expect(parseJson(values(10), { maxValues: 30 }).ok).toBe(true)
    expect(parseJson(values(40), { maxValues: 30 })).toEqual({ ok: false, error: { code: 'json_too_large' } })
    expect(parseJson(`["${','.repeat(1000)}"]`, { maxValues: 30 }).ok).toBe(true)
  })

  it('looks no further than to the value that is too much, or to what is too deep', async () => {
    const limits = { maxBytes: 200_000_000, maxValues: 10_000 }
    const rest = `${'[],'.repeat(10_000_000)}[]`
    const tooMany = `[${rest}]`
    const tooDeep = `${'['.repeat(40)}${rest}`
    await costsAtMost(5, () => {
      expect(parseJson(tooMany, limits)).toEqual({ ok: false, error: { code: 'json_too_large' } })
      expect(parseJson(tooDeep, limits)).toEqual({ ok: false, error: { code: 'json_too_deep' } })
    })
  })

  it('counts the size in bytes', () => {
    for (const filling of ['a', '\u00e9', '\u20ac', '\u{1f600}']) {
      const text = `{"a":"${filling.repeat(10)}"}`
      const maxBytes = new TextEncoder().encode(text).length
      expect(parseJsonObject(text, { maxBytes }).ok).toBe(true)
      expect(parseJsonObject(text, { maxBytes: maxBytes - 1 })).toEqual({
        ok: false,
        error: { code: 'json_too_large' },
      })
    }
  })
})

describe('a number that would be another one here (RFC 7493 §2.2)', () => {
  const unsafe = [
    '9007199254740992',
    '9007199254740993',
    '-9007199254740992',
    '9007199254740993.0',
    '90071992547409.93e2',
    '1e16',
    '1e308',
    '1e400',
    '-1e400',
    '123456789012345678901234567890',
  ]

  it.each(unsafe)('%s is no value', (text) => {
    expect(parseJson(text)).toEqual({ ok: true, value: UNSAFE_NUMBER })
    expect(parseJson(`{"a":[{"b":${text}}],"c":1}`)).toEqual({
      ok: true,
      value: { a: [{ b: UNSAFE_NUMBER }], c: 1 },
    })
  })

  it.each(unsafe)('%s is refused with its place where numbers are to be exact', (text) => {
    const exactNumbers = true
    expect(parseJson(text, { exactNumbers })).toEqual({
      ok: false,
      error: { code: 'json_number_unsafe', at: '$' },
    })
    expect(parseJson(`{"z":0,"a":[0,{"b":${text}}]}`, { exactNumbers })).toEqual({
      ok: false,
      error: { code: 'json_number_unsafe', at: '$.a[1].b' },
    })
  })

  it.each([
    ['9007199254740991', 9_007_199_254_740_991],
    ['-9007199254740991', -9_007_199_254_740_991],
    ['9.007199254740991e15', 9_007_199_254_740_991],
    ['1e-400', 0],
    ['0.1', 0.1],
    ['1.0', 1],
    ['1E2', 100],
  ])('%s is read', (text, value) => {
    expect(parseJson(`[${text}]`, { exactNumbers: true })).toEqual({ ok: true, value: [value] })
  })

  it.each(['-0', '-0.0', '-0e5', '-1e-400'])('%s is zero', (text) => {
    for (const source of [`[${text}]`, `{"a":${text}}`]) {
      const parsed = parseJson(source, { exactNumbers: true })
      const [value] = parsed.ok ? Object.values(parsed.value ?? {}) : []
      expect(Object.is(value, 0)).toBe(true)
    }
  })

  it('does no harm where nobody reads it: nothing takes it for a value, and nothing writes it', () => {
    const parsed = parseJsonObject('{"ignored":1e400,"a":1}')
    expect(parsed.ok && JSON.stringify(parsed.value)).toBe('{"a":1}')
  })
})

describe('defined', () => {
  it('leaves out what is undefined and nothing else', () => {
    const message = defined({ a: 1, b: undefined, c: null, d: false, e: '' })
    expect(Object.entries(message)).toEqual([
      ['a', 1],
      ['c', null],
      ['d', false],
      ['e', ''],
    ])
  })
})
