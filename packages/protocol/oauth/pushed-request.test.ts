import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { parsePushedResponse, requestUriOf, writePushedResponse } from './pushed-request.ts'

describe('the answer to a pushed request', () => {
  it('is read as it was written', () => {
    const requestUri = requestUriOf('secret')
    expect(parsePushedResponse(writePushedResponse(requestUri, 60))).toEqual({
      ok: true,
      value: { requestUri, expiresInSeconds: 60 },
    })
  })

  it.each<[string, JsonObject, unknown]>([
    ['a name of another kind', { request_uri: 'https://a.example/1', expires_in: 90.5 }, 90.5],
    ['no time', { request_uri: 'urn:a' }, 5],
    ['a time that is none', { request_uri: 'urn:a', expires_in: 'soon' }, 5],
    ['a year', { request_uri: 'urn:a', expires_in: 31_536_000 }, 600],
    ['no name', { expires_in: 60 }, 'request_uri'],
    ['a number for a name', { request_uri: 7, expires_in: 60 }, 'request_uri'],
    ['an endless name', { request_uri: 'u'.repeat(1025), expires_in: 60 }, 'request_uri'],
  ])('with %s', (_name, answer, expected) => {
    const read = parsePushedResponse(answer)
    expect(read.ok ? read.value.expiresInSeconds : read.error.at).toBe(expected)
  })
})
