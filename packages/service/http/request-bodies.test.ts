import { describe, expect, it } from 'vitest'
import { nestsDeeperThan, parseForm, requireContentType } from './request-bodies.ts'

describe('JSON depth', () => {
  it.each([
    ['[[]]', 2, false],
    ['[[]]', 1, true],
    ['{"a":{"b":[1]}}', 3, false],
    ['{"a":{"b":[1]}}', 2, true],
    ['["[[[[[", "\\"[[["]', 1, false],
    ['[],[],[]', 1, false],
    ['"unterminated \\', 0, false],
  ])('of %s against %i', (json, limit, deeper) => {
    expect(nestsDeeperThan(json, limit)).toBe(deeper)
  })
})

describe('a form', () => {
  it('is read with its escapes', () => {
    expect({ ...parseForm('a=1+2&b=%C3%BC&empty=') }).toEqual({ a: '1 2', b: 'ü', empty: '' })
  })

  it.each(['a=1&a=2', 'a=1&%61=2', Array.from({ length: 201 }, (_, at) => `p${at}=`).join('&')])(
    'is refused: %.20s',
    (text) => {
      expect(() => parseForm(text)).toThrow()
    },
  )

  it('may name a parameter like a member of every object', () => {
    const form = parseForm('__proto__=x&constructor=y')
    expect(Object.keys(form)).toEqual(['__proto__', 'constructor'])
  })
})

describe('the content type', () => {
  it('may carry parameters and any case', () => {
    expect(() => requireContentType('Application/JSON; charset=utf-8', ['json'])).not.toThrow()
    expect(() => requireContentType(undefined, ['json'])).not.toThrow()
  })

  it('must be one that the route reads', () => {
    expect(() => requireContentType('text/plain', ['json', 'form'])).toThrow(
      'application/json or application/x-www-form-urlencoded',
    )
  })
})
