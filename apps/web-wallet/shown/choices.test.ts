import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { describe, expect, it } from 'vitest'
import {
  chosenQueries,
  chosenWay,
  firstChoices,
  selectionsFor,
  sharedCount,
  withCard,
  withExtra,
  withOption,
  withWay,
} from './choices.ts'

type Query = RequestPreview['queries'][number]

const claim = (name: string) => ({ path: [name], label: name, value: name })
const asked = (name: string) => ({ ...claim(name), needed: 'asked' as const })
const free = (name: string, ...along: readonly string[]) => ({ ...claim(name), along: along.map(claim) })
const fixed = (name: string) => ({ ...claim(name), needed: 'with_credential' as const })

const nothingElse = { notShared: { labels: [], more: 0 }, technical: [] }

function candidate(
  credentialId: string,
  more: Partial<Query['candidates'][number]> = {},
): Query['candidates'][number] {
  return {
    credentialId,
    type: 'urn:test:card',
    title: credentialId,
    look: {},
    claims: [asked('given_name')],
    optional: [],
    alternatives: [],
    ...nothingElse,
    ...more,
  }
}

function query(queryId: string, candidates: Query['candidates'], required = true): Query {
  return { queryId, required, multiple: false, candidates }
}

function preview(
  queries: readonly Query[],
  alternatives: RequestPreview['alternatives'] = [],
): RequestPreview {
  return {
    id: 'x',
    state: 'open',
    expiresAt: '2026-11-29T10:30:00Z',
    expired: false,
    verifier: { clientId: 'c', trust: { trusted: true } },
    alternatives,
    queries: [...queries],
    satisfiable: true,
  }
}

describe('choices', () => {
  const pid = candidate('pid-1', {
    claims: [asked('given_name'), fixed('issuing_country')],
    optional: [free('email'), free('street', 'town', 'country')],
    alternatives: [
      {
        alternative: 1,
        claims: [asked('family_name'), asked('birth_date'), fixed('issuing_country')],
        optional: [free('phone')],
        ...nothingElse,
      },
    ],
  })
  const request = preview([query('pid', [pid, candidate('pid-2')])])
  const first = firstChoices(request)

  it('begin with the least: nothing optional', () => {
    expect(sharedCount(request, first)).toBe(2)
    expect(selectionsFor(request, first)).toEqual([
      { queryId: 'pid', credentialId: 'pid-1', optionalClaims: [] },
    ])
  })

  it('count what is ticked, and send exactly that', () => {
    const more = withExtra(first, 'pid', ['email'], true)
    expect(sharedCount(request, more)).toBe(3)
    expect(selectionsFor(request, more)).toEqual([
      { queryId: 'pid', credentialId: 'pid-1', optionalClaims: [['email']] },
    ])
    expect(sharedCount(request, withExtra(more, 'pid', ['email'], false))).toBe(2)
  })

  it('count what goes along with what is ticked', () => {
    expect(sharedCount(request, withExtra(first, 'pid', ['street'], true))).toBe(5)
  })

  it('do not carry a tick to a card that has no such claim', () => {
    const other = withCard(withExtra(first, 'pid', ['email'], true), 'pid', 'pid-2')
    expect(sharedCount(request, other)).toBe(1)
    expect(selectionsFor(request, other)).toEqual([
      { queryId: 'pid', credentialId: 'pid-2', optionalClaims: [] },
    ])
  })

  it('take another way as a whole, with what cannot be withheld', () => {
    const way = withWay(first, 'pid', 1)
    expect(request.queries.map((one) => chosenWay(pid, way, one).claims.map(({ label }) => label))).toEqual([
      ['family_name', 'birth_date', 'issuing_country'],
    ])
    expect(sharedCount(request, way)).toBe(3)
    expect(selectionsFor(request, way)).toEqual([
      { queryId: 'pid', credentialId: 'pid-1', optionalClaims: [], alternative: 1 },
    ])
    // What was ticked for the way before is not asked for on this one.
    expect(selectionsFor(request, withExtra(way, 'pid', ['email'], true))).toEqual([
      { queryId: 'pid', credentialId: 'pid-1', optionalClaims: [], alternative: 1 },
    ])
    expect(selectionsFor(request, withExtra(way, 'pid', ['phone'], true))).toEqual([
      { queryId: 'pid', credentialId: 'pid-1', optionalClaims: [['phone']], alternative: 1 },
    ])
    // Another card knows no such way.
    expect(selectionsFor(request, withCard(way, 'pid', 'pid-2'))).toEqual([
      { queryId: 'pid', credentialId: 'pid-2', optionalClaims: [] },
    ])
  })
})

describe('sets of alternatives', () => {
  const request = preview(
    [query('pid', [candidate('p')]), query('mdl', [candidate('m')]), query('extra', [candidate('e')], false)],
    [
      {
        required: true,
        options: [
          { queryIds: ['none'], satisfiable: false },
          { queryIds: ['pid'], satisfiable: true },
          { queryIds: ['mdl'], satisfiable: true },
        ],
      },
      { required: false, options: [{ queryIds: ['extra'], satisfiable: true }] },
    ],
  )

  it('begin with the first that can be answered, and leave out what they can do without', () => {
    expect(chosenQueries(request, firstChoices(request)).map(({ queryId }) => queryId)).toEqual(['pid'])
  })

  it('follow the choice', () => {
    const choices = withOption(withOption(firstChoices(request), 0, 2), 1, 0)
    expect(chosenQueries(request, choices).map(({ queryId }) => queryId)).toEqual(['mdl', 'extra'])
    expect(selectionsFor(request, choices).map(({ queryId }) => queryId)).toEqual(['mdl', 'extra'])
  })

  it('are made of the queries where the request has none', () => {
    const plain = preview([query('a', [candidate('1')]), query('b', [candidate('2')], false)])
    expect(chosenQueries(plain, firstChoices(plain)).map(({ queryId }) => queryId)).toEqual(['a'])
  })
})
