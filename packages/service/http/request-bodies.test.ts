import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseForm, parseQuery, requireContentType } from './request-bodies.ts'

describe('a form', () => {
  it('is read with its escapes', () => {
    expect({ ...parseForm(Buffer.from('a=1+2&b=%C3%BC')) }).toEqual({ a: '1 2', b: 'ü' })
  })

  it('is read as URLSearchParams reads it, however long its values are without an escape', () => {
    const rest = ['x', '=', '+', ' ', '%', '%4', '%41', '%C3', '%A9', '%C3%A9', '%F0%9F', '%98%80']
    const long = [4090, 4093, 4094, 4095, 4096, 8192, 12_289].map((length) => 'y'.repeat(length))
    const text = fc.array(fc.constantFrom(...rest, ...rest, ...long), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(text, (parts) => {
        const value = parts.join('')
        expect(parseForm(Buffer.from(`a=${value}&b=1`))).toEqual({
          __proto__: null,
          a: new URLSearchParams(`a=${value}`).get('a'),
          b: '1',
        })
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['a=&b=1&c', 'b=1&=', 'b=1&', 'a=&&b=1'])(
    'and a query have no parameter without a value: %s',
    (text) => {
      expect({ ...parseForm(Buffer.from(text)) }).toEqual({ b: '1' })
      expect({ ...parseQuery(text) }).toEqual({ b: '1' })
    },
  )

  it('is refused with one that is repeated, with a value or without', () => {
    expect(() => parseForm(Buffer.from('a=&a=1'))).toThrow()
    expect({ ...parseQuery('a=&a=1') }).toEqual({ a: ['', '1'] })
  })

  it.each(['a=1&a=2', 'a=1&%61=2', Array.from({ length: 201 }, (_, at) => `p${at}=`).join('&')])(
    'is refused: %.20s',
    (text) => {
      expect(() => parseForm(Buffer.from(text))).toThrow()
    },
  )

  it('may name a parameter like a member of every object', () => {
    const form = parseForm(Buffer.from('__proto__=x&constructor=y'))
    expect(Object.keys(form)).toEqual(['__proto__', 'constructor'])
  })
})

describe('the content type', () => {
  it('may carry parameters and any case', () => {
    expect(() =>
      requireContentType({ 'content-type': 'Application/JSON; charset=utf-8' }, ['json']),
    ).not.toThrow()
    expect(() => requireContentType({}, ['json'])).not.toThrow()
    expect(() => requireContentType({ 'content-length': '0' }, ['json'])).not.toThrow()
  })

  it.each([{ 'content-length': '2' }, { 'transfer-encoding': 'chunked' }])(
    'must be there with a body: %o',
    (headers) => {
      expect(() => requireContentType(headers, ['json'])).toThrow('application/json')
    },
  )

  it('must be one that the route reads', () => {
    expect(() => requireContentType({ 'content-type': 'text/plain' }, ['json', 'form'])).toThrow(
      'application/json or application/x-www-form-urlencoded',
    )
  })
})
