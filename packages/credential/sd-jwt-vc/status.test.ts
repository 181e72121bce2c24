import type { JsonValue } from '@countersign/core/json'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { forge, verifyInput } from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import { openSdJwtVc } from './open.ts'
import { verifySdJwtVc } from './verify.ts'

const MALFORMED_LISTS: readonly JsonValue[] = [
  { idx: -1, uri: 'https://s.example/1' },
  { idx: 1.5, uri: 'https://s.example/1' },
  { idx: '1', uri: 'https://s.example/1' },
  { uri: 'https://s.example/1' },
  { idx: 1, uri: 'list' },
  { idx: 1, uri: 'https://s.example/ 1' },
  { idx: 1, uri: ['https://s.example/1'] },
  [],
  null,
]

describe('the status', () => {
  it.each<[string, JsonValue, readonly object[]]>([
    [
      'a token status list',
      { status_list: { idx: 0, uri: 'https://s.example/1' } },
      [{ mechanism: 'token_status_list', uri: 'https://s.example/1', index: 0 }],
    ],
    [
      'two mechanisms',
      { other: 1, status_list: { idx: 3, uri: 'urn:s' } },
      [
        { mechanism: 'unknown', type: 'other' },
        { mechanism: 'token_status_list', uri: 'urn:s', index: 3 },
      ],
    ],
    ['none', {}, [{ mechanism: 'unknown', type: 'status' }]],
    ...MALFORMED_LISTS.map((list): [string, JsonValue, readonly object[]] => [
      JSON.stringify(list),
      { status_list: list },
      [{ mechanism: 'unknown', type: 'status_list' }],
    ]),
  ])('of %s is read so that nothing counts as no status', async (_what, status, statuses) => {
    const presentation = await forge({ claims: { status } })
    const { presentation: read } = await verifySdJwtVc(verifyInput(presentation), nodeEngine)
    expect(read?.statuses).toEqual(statuses)
    const held = await openSdJwtVc(presentation.slice(0, presentation.lastIndexOf('~') + 1), nodeEngine)
    expect(held).toMatchObject({ ok: true, value: { statuses } })
  })

  it('is none where none is named', async () => {
    const { presentation } = await verifySdJwtVc(verifyInput(await forge()), nodeEngine)
    expect(presentation?.statuses).toEqual([])
  })
})
