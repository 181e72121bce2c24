import { describe, expect, it } from 'vitest'
import { isSessionId } from './session-id.ts'

describe('the id of a session', () => {
  it.each(['12345678', 'a_b-C_d-', 'x'.repeat(128)])('may be %s', (id) => {
    expect(isSessionId(id)).toBe(true)
  })

  it.each(['', '1234567', 'x'.repeat(129), 'a.b.c.d.e', 'ab cd efg', 'größe-123', '../../etc', 'abcdefgh\n'])(
    'is never %j',
    (id) => {
      expect(isSessionId(id)).toBe(false)
    },
  )
})
