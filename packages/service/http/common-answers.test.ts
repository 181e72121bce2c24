import { describe, expect, it } from 'vitest'
import { commonAnswers } from './common-answers.ts'

const route = {
  management: true,
  keyed: true,
  shape: 'management',
  limited: false,
  bodies: [],
  bodyLimit: 1000,
  hasParameters: false,
} as const

describe('what a route answers without saying so', () => {
  it('is that there is too much to do, and who may come in: by key, or from this machine', () => {
    expect(Object.keys(commonAnswers(route))).toEqual(['401', '403', '429', '503'])
    expect(Object.keys(commonAnswers({ ...route, keyed: false }))).toEqual(['403', '503'])
    expect(Object.keys(commonAnswers({ ...route, management: false }))).toEqual(['503'])
  })

  it('is that its sender asks too often, where that is counted', () => {
    const answers = commonAnswers({ ...route, management: false, limited: true, shape: 'oauth' })
    expect(Object.keys(answers)).toEqual(['429', '503'])
    expect(answers[429]?.example).toMatchObject({ error: 'temporarily_unavailable' })
  })

  it('is that a body or a path cannot be read', () => {
    const message = (more: object) => {
      const example = commonAnswers({ ...route, ...more })[400]?.example as { message: string } | undefined
      return example?.message
    }
    expect(message({ bodies: ['json', 'text'] })).toBe('The body is not valid JSON')
    expect(message({ bodies: ['form'] })).toBe('The parameter a is repeated')
    expect(message({ hasParameters: true })).toBe('The request could not be read')
    expect(message({ bodies: ['text'] })).toBeUndefined()
  })

  it('is that a body is too large or of another kind, in the shape of the route', () => {
    const answers = commonAnswers({ ...route, management: false, shape: 'oauth', bodies: ['form', 'json'] })
    expect(answers[413]?.example).toEqual({
      error: 'invalid_request',
      error_description: 'The body is too large, limit 1000 bytes',
    })
    expect(answers[415]?.example).toMatchObject({
      error_description: 'The content type must be application/x-www-form-urlencoded or application/json',
    })
  })
})
