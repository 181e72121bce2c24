import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { redacted } from './redacted.ts'
import { secretText } from './schema.ts'

describe('a printed configuration', () => {
  it('hides what is secret by name or by mark, at any depth', () => {
    const printed = redacted(
      {
        secret: 'AAA',
        managementApiKey: 'AAA',
        pin: 'AAA',
        sessions: { type: 'redis', url: 'redis://user:AAA@host:1/0', password: 'AAA' },
        database: 'postgres://u:A/A@A@host/db?password=AAA&x=1',
        signingKey: { kty: 'EC', d: 'AAA' },
        list: [{ token: 'AAA' }, '{"kty":"EC","d":"AAA"}', '-----BEGIN PRIVATE KEY-----AAA'],
      },
      { pin: secretText().optional() },
    )
    expect(JSON.stringify(printed)).not.toMatch(/AAA|A@A/)
    expect(printed).toMatchObject({ sessions: { url: 'redis://[hidden]@host:1/0' } })
  })

  it('shows what helps and harms nobody', () => {
    const config = {
      webPort: 1,
      secretFile: '/run/secret',
      keyPrefix: 'k:',
      baseUrl: 'https://a.example',
      tokenTtl: 5,
      none: undefined,
    }
    expect(redacted(config, { webPort: z.int() })).toEqual(config)
  })
})
