/** The signatures of our callbacks against the library that Standard Webhooks publishes: it takes ours, and we make its own. */
import { randomBytes } from 'node:crypto'
import { callbackSigner } from '@countersign/service/callbacks/signature'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'

const secrets = [24, 32, 64].map((bytes) => `whsec_${randomBytes(bytes).toString('base64')}`)
const body = JSON.stringify({ id: 'ß→字🎟', event: { sequence: 2 } })

function sign(text: string) {
  const made = callbackSigner(text)
  if (!made.ok) throw new Error(made.error.code)
  return made.value
}

function headers(signature: string, timestamp: number) {
  return { 'webhook-id': 's.2', 'webhook-timestamp': `${timestamp}`, 'webhook-signature': signature }
}

describe.each(secrets)('a callback signed with %#', (secret) => {
  const timestamp = Math.floor(Date.now() / 1000)
  const parts = { id: 's.2', timestamp, body }

  it('is taken by the library, and is what it would have signed', () => {
    expect(new Webhook(secret).verify(body, headers(sign(secret)(parts), timestamp))).toEqual(
      JSON.parse(body),
    )
    expect(sign(secret)(parts)).toBe(new Webhook(secret).sign('s.2', new Date(timestamp * 1000), body))
  })

  it('is taken by whoever has one of several secrets', () => {
    const signature = sign(secrets.join('\n'))(parts)
    expect(new Webhook(secret).verify(body, headers(signature, timestamp))).toEqual(JSON.parse(body))
  })

  it.each([
    ['another body', body.replace('2', '3'), timestamp],
    ['another time', body, timestamp + 1],
  ])('is refused with %s', (_, other, at) => {
    expect(() => new Webhook(secret).verify(other, headers(sign(secret)(parts), at))).toThrow()
  })
})
