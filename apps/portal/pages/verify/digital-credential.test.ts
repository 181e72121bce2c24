import { expect, it } from 'vitest'
import { answerIn, notAsked } from './digital-credential.ts'

const named = (name: string) => Object.assign(new Error('x'), { name })

it.each([
  [named('NotAllowedError'), { code: 'nothing_shared' }],
  [named('AbortError'), { code: 'nothing_shared' }],
  [named('SecurityError'), { code: 'browser_failed', name: 'SecurityError' }],
  [new TypeError('x'), { code: 'browser_failed', name: 'TypeError' }],
  ['text', { code: 'browser_failed', name: 'Error' }],
])('a browser that says %s', (error, told) => {
  expect(notAsked(error)).toEqual(told)
})

const protocol = 'openid4vp-v1-signed'
/** What browsers give has its members by inheritance, and more of them. */
class DigitalCredential {
  readonly #data: unknown
  readonly id = ''
  constructor(data: unknown) {
    this.#data = data
  }
  get protocol() {
    return protocol
  }
  get data() {
    return this.#data
  }
}

it.each([
  [new DigitalCredential({ response: 'a.b' }), { protocol, data: { response: 'a.b' } }],
  [new DigitalCredential('{"response":"a.b"}'), { protocol, data: { response: 'a.b' } }],
  [new DigitalCredential('a.b'), undefined],
  [new DigitalCredential(null), undefined],
  [{ data: {} }, undefined],
  [{ protocol: 7, data: {} }, undefined],
  [null, undefined],
])('of %j the portal is told %j', (credential, told) => {
  expect(answerIn(credential)).toEqual(told)
})
