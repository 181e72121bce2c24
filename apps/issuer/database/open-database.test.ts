import { describe, expect, it } from 'vitest'
import { databaseUrl } from './open-database.ts'

describe('the database of an issuer', () => {
  it.each([
    [
      'a file, where one process is the whole issuer',
      { sharedSessions: false, dataDir: '/d' },
      'sqlite:/d/issuer.sqlite',
    ],
    [
      'none, where instances share their sessions and nothing else',
      { sharedSessions: true, dataDir: '/d' },
      undefined,
    ],
    ['none, where there is no place for a file', { sharedSessions: false }, undefined],
    [
      'the configured one',
      { configured: 'postgres://h/d', sharedSessions: true, dataDir: '/d' },
      'postgres://h/d',
    ],
  ])('is %s', (_, setting, url) => {
    expect(databaseUrl(setting)).toBe(url)
  })
})
