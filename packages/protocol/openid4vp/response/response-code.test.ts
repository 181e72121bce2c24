import { describe, expect, it } from 'vitest'
import { testMac } from '../../oauth/proof-keys.testing.ts'
import { answerCode, attemptCode, attemptKindOf, isAnswerCode, withResponseCode } from './response-code.ts'

const mac = testMac('a deployment')
const session = { id: 'session-1', nonce: 'n0nce' }
const KINDS = ['declined', 'stranger'] as const

/** Longer, shorter, and another character in each place. */
function spoilt(code: string): readonly string[] {
  const changed = Array.from(
    code,
    (one, at) => code.slice(0, at) + (one === 'A' ? 'B' : 'A') + code.slice(at + 1),
  )
  return [...changed, `${code}A`, code.slice(0, -1), code.slice(1), ` ${code}`, '', '.', 'A'.repeat(200)]
}

describe('the response code of an answer', () => {
  it('is the same for the same body, wherever it is made, and is known for it alone', async () => {
    const code = await answerCode(mac, session, 'h1')
    expect(code).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(await answerCode(testMac('a deployment'), { ...session }, 'h1')).toBe(code)
    expect(await isAnswerCode(mac, session, 'h1', code)).toBe(true)
    expect(await isAnswerCode(mac, session, 'h2', code)).toBe(false)
    for (const text of spoilt(code)) expect(await isAnswerCode(mac, session, 'h1', text)).toBe(false)
  })

  it.each([
    ['another session', mac, { ...session, id: 'session-2' }],
    ['a later session of the same id', mac, { ...session, nonce: 'n1nce' }],
    ['another deployment', testMac('another'), session],
  ])('is worth nothing for %s', async (_name, theirs, other) => {
    const code = await answerCode(mac, session, 'h1')
    expect(await isAnswerCode(theirs, other, 'h1', code)).toBe(false)
    expect(await attemptKindOf(theirs, other, KINDS, code)).toBeUndefined()
  })
})

describe('the response code of an attempt', () => {
  it.each(KINDS)('%s says which kind it is of, without that anything is kept of it', async (kind) => {
    for (const hash of ['h1', 'h2']) {
      const code = await attemptCode(mac, session, kind, hash)
      expect(code).toMatch(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/)
      expect(await attemptCode(mac, session, kind, hash)).toBe(code)
      expect(await attemptKindOf(mac, session, KINDS, code)).toBe(kind)
    }
  })

  it('is another for another body, kind or session, and is no code of an answer', async () => {
    const code = await attemptCode(mac, session, 'declined', 'h1')
    expect(await attemptCode(mac, session, 'declined', 'h2')).not.toBe(code)
    expect(await attemptCode(mac, session, 'stranger', 'h1')).not.toBe(code)
    expect(await isAnswerCode(mac, session, 'h1', code)).toBe(false)
    const others = [
      { ...session, id: 'session-2' },
      { ...session, nonce: 'n1nce' },
    ]
    for (const other of others) expect(await attemptKindOf(mac, other, KINDS, code)).toBeUndefined()
    for (const text of spoilt(code)) expect(await attemptKindOf(mac, session, KINDS, text)).toBeUndefined()
  })
})

describe('an address with a response code', () => {
  it.each([
    ['https://shop.example/done', 'https://shop.example/done?response_code=C'],
    ['https://shop.example', 'https://shop.example?response_code=C'],
    ['https://shop.example/done?', 'https://shop.example/done?response_code=C'],
    ['https://shop.example/done?a=1', 'https://shop.example/done?a=1&response_code=C'],
    ['https://shop.example/done?a=1&', 'https://shop.example/done?a=1&response_code=C'],
    ['https://shop.example/done#part', 'https://shop.example/done?response_code=C#part'],
    ['https://shop.example/?a=%20+b#p?q=1', 'https://shop.example/?a=%20+b&response_code=C#p?q=1'],
    ['https://shop.example/#/route?x=1', 'https://shop.example/?response_code=C#/route?x=1'],
    ['shop.app://done', 'shop.app://done?response_code=C'],
    ['shop.app://done?a=1', 'shop.app://done?a=1&response_code=C'],
  ])('%s stays what it was beside the code', (address, expected) => {
    expect(withResponseCode(address, 'C')).toBe(expected)
  })
})
