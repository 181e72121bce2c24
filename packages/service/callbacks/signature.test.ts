import { describe, expect, it } from 'vitest'
import { callbackSigner } from './signature.ts'

const secret = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`

function signer(text: string) {
  const made = callbackSigner(text)
  if (!made.ok) throw new Error(made.error.code)
  return made.value
}

describe('the signature of a callback', () => {
  it('is the one that Standard Webhooks publishes for its example', () => {
    const sign = signer('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n')
    const parts = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    }
    expect(sign(parts)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('is there once for each secret, in their order', () => {
    const parts = { id: 'a.2', timestamp: 1, body: '{}' }
    const [one, two] = [secret(24), secret(64)]
    expect(signer(`${one}\r\n\n  ${two}  \n`)(parts)).toBe(`${signer(one)(parts)} ${signer(two)(parts)}`)
  })

  it.each([
    ['', { code: 'no_secret' }],
    ['\n \n', { code: 'no_secret' }],
    [secret(23), { code: 'secret_malformed', line: 1 }],
    [secret(65), { code: 'secret_malformed', line: 1 }],
    [`${secret(24)}\n\n${secret(24).slice(6)}`, { code: 'secret_malformed', line: 3 }],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS', { code: 'secret_malformed', line: 1 }],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_', { code: 'secret_malformed', line: 1 }],
    [`${secret(24)} ${secret(24)}`, { code: 'secret_malformed', line: 1 }],
  ])('cannot be made with %j', (text, error) => {
    expect(callbackSigner(text)).toEqual({ ok: false, error })
  })
})
