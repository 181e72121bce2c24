/** What the verifier's management API answers, and what is believed of it. */
import { ok, refuse } from '@countersign/core/result'
import type { RemoteRefusal, RemoteRequest } from '@countersign/service/outgoing/guarded-client'
import { describe, expect, it } from 'vitest'
import { verifierPresentations } from './verifier-presentations.ts'

type Reply = { readonly status: number; readonly json: unknown } | RemoteRefusal

function verifierThat(...replies: Reply[]) {
  const asked: RemoteRequest[] = []
  const presentations = verifierPresentations(
    {
      verifierUrl: 'http://verifier:7003',
      apiKey: 'a key',
      walletAuthorizationUrl: 'https://wallet.example/authorize',
    },
    {
      request: async (request) => {
        asked.push(request)
        const reply = replies.shift()
        if (reply === undefined) throw new Error('nothing to answer')
        if (!('json' in reply)) return refuse(reply)
        const body = typeof reply.json === 'string' ? reply.json : JSON.stringify(reply.json)
        return ok({ status: reply.status, body, headers: {}, bytes: new Uint8Array() })
      },
    },
  )
  return { asked, presentations }
}

const away: Reply = { code: 'timeout', timeoutMs: 5000 }
const claims = { given_name: 'Ada', family_name: 'Example' }
const verified = {
  state: 'verified',
  returned: true,
  credentials: [
    { queryId: 'pid', claims },
    { queryId: 'pid', claims: { given_name: 'Second' } },
    { queryId: 'mdl', claims: { ns: { x: 1 } } },
  ],
}

describe('a verification', () => {
  const wish = {
    request: { dcql_query: { credentials: [] } },
    redirectUri: 'https://issuer.example/back',
    ttlSeconds: 12.7,
  }

  it('is begun for the browser that has to come back', async () => {
    const { asked, presentations } = verifierThat({
      status: 200,
      json: { id: 'a-verification', url: 'openid4vp://x' },
    })
    expect(await presentations.begin(wish)).toEqual(
      ok({ verificationId: 'a-verification', link: 'openid4vp://x' }),
    )
    expect(asked).toEqual([
      {
        purpose: 'verifier',
        method: 'POST',
        url: 'http://verifier:7003/openid4vc/verify',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'x-api-key': 'a key',
          successredirecturi: wish.redirectUri,
          errorredirecturi: wish.redirectUri,
          sessionttl: '12',
          authorizebaseurl: 'https://wallet.example/authorize',
        },
        body: JSON.stringify({ dcql_query: { credentials: [] }, sameDevice: 'required' }),
        timeoutMs: 5000,
        maxBytes: expect.any(Number),
      },
    ])
  })

  it('is begun for as long as the verifier takes at least', async () => {
    const { asked, presentations } = verifierThat(away)
    await presentations.begin({ ...wish, ttlSeconds: 1 })
    expect(asked[0]?.headers).toMatchObject({ sessionttl: '10' })
  })

  it.each<[string, Reply, string]>([
    ['nobody answers', away, 'timeout'],
    ['the key is wrong', { status: 401, json: {} }, 'status_401'],
    ['the query is refused', { status: 400, json: { message: 'no' } }, 'status_400'],
    ['the answer is none', { status: 200, json: '<html>' }, 'json_invalid'],
    ['the answer names no session', { status: 200, json: { url: 'x' } }, 'answer_unknown'],
    ['the answer names one that is none', { status: 200, json: { id: '../x', url: 'x' } }, 'answer_unknown'],
  ])('is not begun where %s', async (_name, reply, reason) => {
    expect(await verifierThat(reply).presentations.begin(wish)).toEqual(
      refuse({ code: 'user_source_away', reason }),
    )
  })
})

describe('what was presented', () => {
  it('is what was disclosed, by the queries, the first of several', async () => {
    const { asked, presentations } = verifierThat({ status: 200, json: verified })
    expect(await presentations.finish('v', 'the code')).toEqual(
      ok({ name: 'Ada Example', known: { pid: claims, mdl: { ns: { x: 1 } } } }),
    )
    expect(asked).toMatchObject([
      {
        method: 'POST',
        url: 'http://verifier:7003/openid4vc/session/v/returned',
        body: '{"responseCode":"the code"}',
      },
    ])
  })

  it('is read where its code was exchanged before', async () => {
    const { asked, presentations } = verifierThat({ status: 409, json: {} }, { status: 200, json: verified })
    expect((await presentations.finish('v', 'the code')).ok).toBe(true)
    expect(asked[1]).toMatchObject({ method: 'GET', url: 'http://verifier:7003/openid4vc/session/v' })
  })

  it.each<[string, readonly Reply[], object]>([
    [
      'with a code that is none',
      [{ status: 400, json: {} }],
      { code: 'user_not_shown', reason: 'response_code_wrong' },
    ],
    ['by nobody', [away], { code: 'user_source_away', reason: 'timeout' }],
    [
      'where the exchange was heard, and the rest not',
      [{ status: 409, json: {} }, away],
      { code: 'user_source_away', reason: 'timeout' },
    ],
    [
      'where the session is gone',
      [
        { status: 404, json: {} },
        { status: 404, json: {} },
      ],
      { code: 'user_not_shown', reason: 'expired' },
    ],
    [
      'where it is not decided',
      [{ status: 200, json: { state: 'answered' } }],
      { code: 'presentation_open' },
    ],
    ['where nobody answered', [{ status: 200, json: { state: 'requested' } }], { code: 'presentation_open' }],
    [
      'where it was rejected',
      [{ status: 200, json: { ...verified, state: 'rejected' } }],
      { code: 'user_not_shown', reason: 'rejected' },
    ],
    [
      'where no browser is back',
      [{ status: 200, json: { ...verified, returned: false } }],
      { code: 'user_not_shown', reason: 'verified' },
    ],
    [
      'in a state that nobody knows',
      [{ status: 200, json: { state: 'Great <b>' } }],
      { code: 'user_not_shown', reason: 'unknown' },
    ],
    [
      'where the verifier breaks',
      [
        { status: 500, json: '' },
        { status: 503, json: '' },
      ],
      { code: 'user_source_away', reason: 'status_503' },
    ],
  ])('is nothing %s', async (_name, replies, error) => {
    expect(await verifierThat(...replies).presentations.finish('v', 'the code')).toEqual(refuse(error))
  })
})
