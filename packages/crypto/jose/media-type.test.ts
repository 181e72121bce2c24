import { describe, expect, it } from 'vitest'
import { isMediaType, mediaTypeOf } from './media-type.ts'

describe('the media type of a token', () => {
  it.each([
    'dc+sd-jwt',
    'DC+SD-JWT',
    'application/dc+sd-jwt',
    'Application/dc+SD-JWT',
    'APPLICATION/DC+SD-JWT',
  ])('is dc+sd-jwt as %s', (typ) => expect(isMediaType(typ, 'dc+sd-jwt')).toBe(true))

  it.each([
    '',
    'sd-jwt',
    'vc+sd-jwt',
    'text/dc+sd-jwt',
    'application/application/dc+sd-jwt',
    'application/',
    ' dc+sd-jwt',
    'dc+sd-jwt;a=b',
    ['dc+sd-jwt'],
    undefined,
    null,
    7,
  ])('is not dc+sd-jwt as %j', (typ) => expect(isMediaType(typ, 'dc+sd-jwt')).toBe(false))
})

describe('the type of a content type', () => {
  it.each([
    ['application/json', 'application/json'],
    ['Application/JSON; charset=utf-8', 'application/json'],
    [' application/json ;q=1', 'application/json'],
    ['', ''],
  ])('%j is %j', (field, type) => expect(mediaTypeOf(field)).toBe(type))
})
