import { describe, expect, it } from 'vitest'
import { INSTANCE_PATTERN, newInstanceId } from './instance-name.ts'

describe('instance id', () => {
  it('differs between two processes on one host', () => {
    expect(newInstanceId('host')).not.toBe(newInstanceId('host'))
  })

  it.each(['host', '', '-host', 'ho st\r\nx: y', 'ü', 'a'.repeat(300)])(
    'is safe in a header for the host %j',
    (host) => {
      expect(newInstanceId(host)).toMatch(INSTANCE_PATTERN)
    },
  )
})
