import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identityQuery, parsed } from '../dcql/dcql.testing.ts'
import { answerWith, errorAnswer, parseAuthorizationResponse } from './authorization-response.ts'
import { clearForm } from './direct-post.ts'

const query = parsed({
  credentials: [
    identityQuery('pid'),
    identityQuery('many', { multiple: true }),
    identityQuery('constructor'),
  ],
})
const session = { id: 'session-1', query }
const token = (vpToken: unknown) => ({
  state: 'session-1',
  vp_token: typeof vpToken === 'string' ? vpToken : JSON.stringify(vpToken),
})
const read = (form: Record<string, string>) => parseAuthorizationResponse(form, session)

const refusals: readonly (readonly [string, Record<string, string>, object])[] = [
  ['no state', { vp_token: '{"pid":["x"]}' }, { code: 'state_differs' }],
  ['another state', { ...token({ pid: ['x'] }), state: 'session-2' }, { code: 'state_differs' }],
  ['an error without state', { error: 'access_denied' }, { code: 'state_differs' }],
  ['nothing but a state', { state: 'session-1' }, { code: 'neither_token_nor_error' }],
  [
    'an encrypted answer that was not asked',
    { state: 'session-1', response: 'a.b.c.d.e' },
    { code: 'neither_token_nor_error' },
  ],
  [
    'a token and an error',
    { ...token({ pid: ['x'] }), error: 'access_denied' },
    { code: 'both_token_and_error' },
  ],
  ['an empty error', { state: 'session-1', error: '', vp_token: '' }, { code: 'neither_token_nor_error' }],
  ['an empty state', { ...token({ pid: ['x'] }), state: '' }, { code: 'state_differs' }],
  ['an error with a quote', { state: 'session-1', error: 'a"b' }, { code: 'error_malformed' }],
  ['an error without end', { state: 'session-1', error: 'x'.repeat(101) }, { code: 'error_malformed' }],
  ['a token that is no JSON', token('eyJ.x.y'), { code: 'vp_token_malformed', reason: 'json_invalid' }],
  ['a token that is an array', token(['x']), { code: 'vp_token_malformed', reason: 'json_not_object' }],
  [
    'a query id twice',
    token('{"pid":["x"],"pid":["y"]}'),
    { code: 'vp_token_malformed', reason: 'json_duplicate_member' },
  ],
  ['a token without entries', token({}), { code: 'vp_token_empty' }],
  [
    'a presentation outside an array',
    token({ pid: 'x' }),
    { code: 'presentations_malformed', queryId: 'pid' },
  ],
  ['an empty array', token({ pid: [] }), { code: 'presentations_malformed', queryId: 'pid' }],
  ['null', token({ pid: null }), { code: 'presentations_malformed', queryId: 'pid' }],
  ['an empty presentation', token({ pid: [''] }), { code: 'presentations_malformed', queryId: 'pid' }],
  [
    'a presentation that is a number',
    token({ pid: [1] }),
    { code: 'presentations_malformed', queryId: 'pid' },
  ],
  [
    'a presentation that is an object',
    token({ pid: [{}] }),
    { code: 'vp_token_malformed', reason: 'json_too_deep' },
  ],
  [
    'a query id that was not asked',
    token({ pid: ['x'], other: ['y'] }),
    { code: 'query_id_unknown', queryId: 'other' },
  ],
  ['a name every object has', token({ toString: ['x'] }), { code: 'query_id_unknown', queryId: 'toString' }],
  [
    'two where one was asked',
    token({ pid: ['x', 'y'] }),
    { code: 'more_than_one_presentation', queryId: 'pid' },
  ],
  [
    'too many presentations',
    token({ many: Array.from({ length: 11 }, () => 'x') }),
    { code: 'too_many_presentations', max: 10 },
  ],
  [
    'too much',
    token({ pid: ['x'.repeat(4 * 1024 * 1024)] }),
    { code: 'vp_token_malformed', reason: 'json_too_large' },
  ],
]

describe('reading an answer', () => {
  it.each(refusals)('refuses %s', (_, form, error) => {
    expect(read(form)).toEqual({ ok: false, error })
  })

  it('takes presentations and ignores parameters that it does not know', () => {
    const form = { ...token({ pid: ['a'], many: ['b', 'c'], constructor: ['d'] }), iss: 'x', expires_in: '0' }
    const vpToken = new Map([
      ['pid', ['a']],
      ['many', ['b', 'c']],
      ['constructor', ['d']],
    ])
    expect(read(form)).toEqual({ ok: true, value: { kind: 'presentation', vpToken } })
  })

  it('takes an error, and cleans and cuts what it says to people', () => {
    const form = {
      state: 'session-1',
      error: 'access_denied',
      error_description: `no\n<b>${'x'.repeat(600)}`,
    }
    const value = { kind: 'error', error: 'access_denied', description: `no?<b>${'x'.repeat(494)}` }
    expect(read(form)).toEqual({ ok: true, value })
    expect(read({ state: 'session-1', error: 'access_denied' })).toEqual({
      ok: true,
      value: { kind: 'error', error: 'access_denied' },
    })
  })

  it('answers any token with presentations or a refusal', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof read(token(text)).ok === 'boolean'))
    fc.assert(fc.property(fc.json(), (text) => typeof read(token(text)).ok === 'boolean'))
    fc.assert(
      fc.property(
        fc.anything(),
        (value) => typeof read(token(JSON.stringify({ pid: value }) ?? '')).ok === 'boolean',
      ),
      { numRuns: 50, examples: [] },
    )
  })
})

describe('writing an answer', () => {
  it('comes back as it was', () => {
    const vpToken = new Map([
      ['pid', ['a~b=&+%~']],
      ['many', ['c', 'd']],
    ])
    const form = clearForm(answerWith({ state: 'session-1' }, vpToken))
    expect(read(form)).toEqual({ ok: true, value: { kind: 'presentation', vpToken } })
  })

  it('leaves the state out where the request had none', () => {
    const form = clearForm(answerWith({}, new Map([['pid', ['a']]])))
    expect(form).toEqual({ vp_token: '{"pid":["a"]}' })
  })

  it.each([[new Map()], [new Map([['pid', []]])]])('never writes a token with nothing in it', (vpToken) => {
    expect(() => answerWith({ state: 's' }, vpToken)).toThrow('empty')
  })

  it('writes an error', () => {
    const form = clearForm(errorAnswer({ state: 'session-1' }, 'access_denied', 'not shared'))
    expect(form).toEqual({ error: 'access_denied', error_description: 'not shared', state: 'session-1' })
    expect(clearForm(errorAnswer({}, 'invalid_request'))).toEqual({ error: 'invalid_request' })
  })
})
