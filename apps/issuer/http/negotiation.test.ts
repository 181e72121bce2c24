import { describe, expect, it } from 'vitest'
import { acceptsGzip, matchesTag, preferredType } from './negotiation.ts'

const forms = ['application/statuslist+jwt', 'application/statuslist+cwt']
const [jwt, cwt] = forms

describe('the form of a list', () => {
  it.each([
    [undefined, jwt],
    ['*/*', jwt],
    ['application/*', jwt],
    ['text/html, application/xhtml+xml, */*;q=0.8', jwt],
    ['application/statuslist+cwt', cwt],
    ['Application/StatusList+CWT', cwt],
    ['application/statuslist+cwt, application/statuslist+jwt', jwt],
    ['application/statuslist+cwt, application/statuslist+jwt;q=0.9', cwt],
    ['application/statuslist+jwt;q=0, */*', cwt],
    ['application/statuslist+cwt;q=0.1, */*;q=0.2', jwt],
    ['application/json', undefined],
    ['application/statuslist+jwt;q=0', undefined],
    ['application/statuslist+jwt;q=nonsense', undefined],
    ['', undefined],
  ])('for Accept %j is %j', (accept, form) => {
    expect(preferredType(accept, forms)).toBe(form)
  })

  it('is found in a header of any length', () => {
    expect(preferredType('a/b,'.repeat(100_000), forms)).toBeUndefined()
  })
})

describe('compression', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['*', true],
    ['*;q=0', false],
    ['*, gzip;q=0', false],
  ])('for Accept-Encoding %j: %j', (header, zipped) => {
    expect(acceptsGzip(header)).toBe(zipped)
  })
})

describe('an entity tag', () => {
  it.each([
    [undefined, false],
    ['W/"a-1.2"', true],
    ['"a-1.2"', true],
    ['"x", W/"a-1.2"', true],
    ['*', true],
    ['W/"a-1.3"', false],
    ['a-1.2', false],
  ])('for If-None-Match %j: %j', (header, matches) => {
    expect(matchesTag(header, 'W/"a-1.2"')).toBe(matches)
  })
})
