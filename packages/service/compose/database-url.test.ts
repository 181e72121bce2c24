import { describe, expect, it } from 'vitest'
import { databaseUrl } from './database-url.ts'

describe('the database of a service', () => {
  it.each([
    [
      'a file, where one process is the whole service',
      { mustBeShared: false, dataDir: '/d' },
      'sqlite:/d/issuer.sqlite',
    ],
    [
      'none, where instances share their sessions and nothing else',
      { mustBeShared: true, dataDir: '/d' },
      undefined,
    ],
    ['none, where there is no place for a file', { mustBeShared: false }, undefined],
    [
      'the configured one',
      { configured: 'postgres://h/d', mustBeShared: true, dataDir: '/d' },
      'postgres://h/d',
    ],
  ])('is %s', (_, setting, url) => {
    expect(databaseUrl({ service: 'issuer', ...setting })).toBe(url)
  })
})
