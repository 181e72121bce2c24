import { describe, expect, it } from 'vitest'
import {
  answersAuthorities,
  findUnknownAuthority,
  type KnownAuthorities,
  listsNamedBy,
} from './authorities.ts'
import { identityQuery, parsed } from './dcql.testing.ts'

const LIST = 'https://lists.example/one'
const OTHER = 'https://lists.example/other'
const aki = (...values: readonly string[]) => ({ type: 'aki', values })
const list = (...values: readonly string[]) => ({ type: 'etsi_tl', values })
const federation = { type: 'openid_federation', values: ['https://federation.example'] }

const asking = (...entries: readonly object[]) =>
  parsed({
    credentials: [{ ...identityQuery('a'), ...(entries.length > 0 && { trusted_authorities: entries }) }],
  })

function queryOf(...entries: readonly object[]) {
  const [query] = asking(...entries).credentials
  if (query === undefined) throw new Error('no query')
  return query
}

const known: KnownAuthorities = { authorityKeyIds: ['AA', 'AQ'], vouchingLists: [LIST] }

describe('whether a credential is from whom the query names', () => {
  it.each<[string, readonly object[], KnownAuthorities, string]>([
    ['nobody', [], known, 'matched'],
    ['a key identifier', [aki('AQ')], known, 'matched'],
    ['a padded key identifier', [aki('AQ==')], known, 'matched'],
    ['another key identifier', [aki('Ag')], known, 'not_matched'],
    ['a list that vouches for it', [list(LIST)], known, 'matched'],
    ['one list of two', [list(OTHER, LIST)], known, 'matched'],
    ['another list', [list(OTHER)], known, 'not_matched'],
    [
      'a list, of whose credential nobody looked at lists',
      [list(LIST)],
      { authorityKeyIds: ['AA'] },
      'not_matched',
    ],
    ['a key identifier in the place of a list', [list('AA')], known, 'not_matched'],
    ['a list in the place of a key identifier', [aki(LIST)], known, 'not_matched'],
    ['one entry of two kinds', [aki('Ag'), list(LIST)], known, 'matched'],
    ['the other entry of two kinds', [aki('AA'), list(OTHER)], known, 'matched'],
    ['none of two kinds', [aki('Ag'), list(OTHER)], known, 'not_matched'],
    ['a federation', [federation], known, 'unsupported_type'],
    ['a federation beside what fits', [federation, list(LIST)], known, 'matched'],
    ['a federation beside what does not fit', [federation, list(OTHER)], known, 'unsupported_type'],
    ['a name of objects', [{ type: 'constructor', values: ['AA'] }], known, 'unsupported_type'],
  ])('%s', (_, entries, who, answer) => {
    expect(answersAuthorities(queryOf(...entries), who)).toBe(answer)
  })
})

describe('the lists that a query names', () => {
  it('are each there once, and nothing else is', () => {
    expect(listsNamedBy(queryOf(aki('AA'), list(LIST, OTHER), federation, list(LIST)))).toEqual([LIST, OTHER])
    expect(listsNamedBy(queryOf())).toEqual([])
  })
})

describe('an authority that nobody here could judge', () => {
  it.each<[string, readonly object[], object | undefined]>([
    ['none named', [], undefined],
    ['key identifiers, whatever they are', [aki('AA')], undefined],
    ['a list that is configured', [list(LIST)], undefined],
    [
      'a list that is not',
      [aki('AA'), list(LIST, OTHER)],
      {
        code: 'trust_list_unknown',
        at: '$.credentials[0].trusted_authorities[1].values[1]',
        url: OTHER,
      },
    ],
    [
      'a federation, also beside what is known',
      [aki('AA'), federation],
      {
        code: 'authority_type_unknown',
        at: '$.credentials[0].trusted_authorities[1].type',
        type: 'openid_federation',
        known: ['aki', 'etsi_tl'],
      },
    ],
  ])('is told by name: %s', (_, entries, expected) => {
    expect(findUnknownAuthority(asking(...entries), (url) => url === LIST)).toEqual(expected)
  })

  it('is found in the second query', () => {
    const query = parsed({
      credentials: [
        { ...identityQuery('a'), trusted_authorities: [aki('AA')] },
        { ...identityQuery('b'), trusted_authorities: [federation] },
      ],
    })
    expect(findUnknownAuthority(query, () => true)).toMatchObject({
      at: '$.credentials[1].trusted_authorities[0].type',
    })
  })
})
