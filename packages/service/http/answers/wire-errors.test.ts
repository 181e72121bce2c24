import { describe, expect, it } from 'vitest'
import { errorBody, fail, wireErrorOf } from './wire-errors.ts'

function thrown(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('an error', () => {
  it('that a handler chose is answered as it is', () => {
    const error = thrown(() => fail({ status: 400, code: 'invalid_grant', message: 'The code is spent' }))
    expect(wireErrorOf(error, 1000)).toEqual({
      wire: { status: 400, code: 'invalid_grant', message: 'The code is spent' },
      fault: false,
    })
  })

  it('of the store is 503 with a time to come back', () => {
    const error = Object.assign(new Error('redis://pw@host'), { name: 'StoreUnavailable' })
    expect(wireErrorOf(error, 1000)).toMatchObject({
      wire: { status: 503, headers: { 'retry-after': '1' } },
      fault: true,
    })
    expect(JSON.stringify(wireErrorOf(error, 1000))).not.toContain('pw@')
  })

  it.each([
    new Error('inside'),
    'inside',
    undefined,
    null,
    { statusCode: 404, message: 'inside' },
    Object.assign(new Error('inside'), { statusCode: 404, code: 'ERR_LIBRARY' }),
  ])('that nobody foresaw is 500 and tells nothing: %s', (error) => {
    const { wire, fault } = wireErrorOf(error, 1000)
    expect(wire.status).toBe(500)
    expect(fault).toBe(true)
    expect(wire.message).not.toContain('inside')
  })
})

describe('the body', () => {
  it('for management has the shape that scripts know', () => {
    expect(errorBody({ status: 404, message: 'No such session' }, 'management', 'r1')).toEqual({
      exception: true,
      id: 'NotFoundException',
      status: 'Not Found',
      code: '404',
      message: 'No such session',
      correlationId: 'r1',
    })
  })

  it('for OAuth keeps to the characters of RFC 6749', () => {
    expect(errorBody({ status: 400, message: 'a "b" \\ ü\n' }, 'oauth', 'r1')).toEqual({
      error: 'invalid_request',
      error_description: "a 'b' ' ??",
    })
  })
})
