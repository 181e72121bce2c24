import { encodeTextBase64url } from '@countersign/core/base64url'
import type { JsonValue } from '@countersign/core/json'
import { expect, it } from 'vitest'
import { statedPurposes, writePurpose } from './stated-purpose.ts'

const jwt = (payload: object) => `e30.${encodeTextBase64url(JSON.stringify(payload))}.AA`
const info = (data: JsonValue) => [{ format: 'registration_cert', data }]

it.each<readonly [string, JsonValue | undefined, readonly object[]]>([
  ['nothing', undefined, []],
  ['a list of nothing', [], []],
  ['no list', 'purpose', []],
  ['a text in the open', info({ purpose: 'To sell you a ticket' }), [{ text: 'To sell you a ticket' }]],
  ['a text in a JWT', info(jwt({ purpose: 'To sell you a ticket' })), [{ text: 'To sell you a ticket' }]],
  [
    'several languages',
    info(
      jwt({
        purpose: [
          { lang: 'en', value: 'A ticket' },
          { locale: 'de', name: 'Eine Karte' },
        ],
      }),
    ),
    [
      { text: 'A ticket', locale: 'en' },
      { text: 'Eine Karte', locale: 'de' },
    ],
  ],
  [
    'the first statement that has one',
    [...info({ x: 1 }), ...info({ purpose: 'A' }), ...info({ purpose: 'B' })],
    [{ text: 'A' }],
  ],
  ['a locale that is none', info({ purpose: [{ lang: '<b>', value: 'A' }] }), [{ text: 'A' }]],
  ['an empty text', info({ purpose: '  ' }), []],
  ['what is no JWT', info('a.b.c'), []],
  ['a number', info({ purpose: 7 }), []],
])('reads the purpose of %s', (_, verifierInfo, expected) => {
  expect(statedPurposes(verifierInfo)).toEqual(expected)
})

it('reads what a verifier of ours writes', () => {
  expect(statedPurposes(writePurpose('To sell you a ticket'))).toEqual([{ text: 'To sell you a ticket' }])
})

it('cuts a novel', () => {
  const [purpose] = statedPurposes(info({ purpose: 'a'.repeat(10_000) }))
  expect(purpose?.text).toHaveLength(500)
})
