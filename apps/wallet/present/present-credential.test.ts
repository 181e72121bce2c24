import type { JsonObject } from '@countersign/core/json'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterEach, expect, it } from 'vitest'
import { deleteCredential, type StoredCredential } from '../credentials/credentials.ts'
import { splitDocument } from '../credentials/disclosures.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { startTestIssuer, type TestIssuer } from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases, type TestStore, withAnchors } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { matchCredentials, matchHeld } from './match-credentials.ts'
import { resolvePresentationRequest, usePresentationRequest } from './present-credential.ts'

const open: (TestIssuer | TestVerifier)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

interface Ready {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly verifier: TestVerifier
  readonly credential: StoredCredential
}

async function ready(store: TestStore): Promise<Ready> {
  const verifier = await startTestVerifier()
  const issuer = await startTestIssuer()
  open.push(verifier, issuer)
  const wallet = store.instance(withAnchors(verifier.anchors))
  const owned = await newOwner(wallet)
  const received = await useOffer(wallet, owned, { offer: issuer.offer() })
  const credential = received.ok ? received.value[0] : undefined
  if (credential === undefined) throw new Error('nothing to present')
  return { wallet, owned, verifier, credential }
}

onBothDatabases('answering a presentation request', (store) => {
  it('discloses what is asked for and nothing else, and hands on the way back', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const requestUrl = verifier.request()
    const answer = await usePresentationRequest(wallet, owned, { requestUrl })
    expect(answer).toMatchObject({
      ok: true,
      value: { accepted: true, redirectUri: expect.stringContaining('https://rp.example/ok?id=') },
    })
    expect(verifier.disclosed).toHaveLength(1)
    expect(verifier.disclosed[0]).toMatchObject({ given_name: 'Ada-planted' })
    expect(verifier.disclosed[0]).not.toHaveProperty('family_name')
    expect(verifier.disclosed[0]).not.toHaveProperty('birthdate')
  })

  it('adds the disclosures that the holder picked, and refuses those that the credential has not', async () => {
    const { wallet, owned, verifier, credential } = await ready(store())
    const texts = splitDocument(credential.content).disclosures?.split('~') ?? []
    const birthdate = texts.filter((text) => Buffer.from(text, 'base64url').toString().includes('birthdate'))
    const requestUrl = verifier.request()
    const strange = { [credential.id]: ['WyJhIiwiYiIsImMiXQ'] }
    expect(await usePresentationRequest(wallet, owned, { requestUrl, disclosures: strange })).toMatchObject({
      error: { code: 'disclosure_unknown' },
    })
    const disclosures = { [credential.id]: birthdate }
    await usePresentationRequest(wallet, owned, { requestUrl, disclosures })
    expect(verifier.disclosed[0]).toMatchObject({ given_name: 'Ada-planted', birthdate: '1990-01-01' })
    expect(verifier.disclosed[0]).not.toHaveProperty('family_name')
  })

  it('makes no proof of the holder where none is asked', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const sent = async (more: JsonObject) => {
      const credential = { id: 'q', format: 'dc+sd-jwt', meta: { vct_values: ['urn:test:identity'] } }
      const query = { credentials: [{ ...credential, ...more }] }
      await usePresentationRequest(wallet, owned, { requestUrl: verifier.request({ query }) })
      const token = new URLSearchParams(verifier.bodies.at(-1)).get('vp_token') ?? ''
      return String(JSON.parse(token).q[0])
    }
    expect(await sent({ require_cryptographic_holder_binding: false })).toMatch(/~$/)
    expect(await sent({})).toMatch(/~[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it('sends a nonce of its own where the verifier takes the request by POST', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const requestUrl = verifier.request({ method: 'post' })
    expect(await usePresentationRequest(wallet, owned, { requestUrl })).toMatchObject({ ok: true })
  })

  it.each(['before', 'after', 'unavailable'] as const)(
    'posts the same bytes again, on another instance too (%s)',
    async (fault) => {
      const { wallet, owned, verifier } = await ready(store())
      const requestUrl = verifier.request()
      const path = `/answer/${new URL(new URL(requestUrl).searchParams.get('request_uri') ?? '').pathname.split('/')[2]}`
      verifier.failNext(path, fault, 2)
      expect((await usePresentationRequest(wallet, owned, { requestUrl })).ok).toBe(false)
      const second = store().instance(withAnchors(verifier.anchors))
      const answer = await usePresentationRequest(second, owned, { requestUrl })
      expect(answer).toMatchObject({ ok: true, value: { accepted: true } })
      expect(new Set(verifier.bodies).size).toBe(1)
      expect(verifier.disclosed).toHaveLength(1)
      expect(await usePresentationRequest(second, owned, { requestUrl })).toEqual(answer)
    },
  )

  it('answers six calls at once with one presentation', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const requestUrl = verifier.request()
    const all = await Promise.all(
      Array.from({ length: 6 }, () => usePresentationRequest(wallet, owned, { requestUrl })),
    )
    for (const one of all) expect(one).toEqual(all[0])
    expect(new Set(verifier.bodies).size).toBe(1)
  })

  it('does not say yes after no, nor no after yes', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const accepted = verifier.request()
    await usePresentationRequest(wallet, owned, { requestUrl: accepted })
    const otherwise = { error: { code: 'answered_otherwise' } }
    expect(
      await usePresentationRequest(wallet, owned, { requestUrl: accepted, decline: true }),
    ).toMatchObject(otherwise)
    const declined = verifier.request()
    await usePresentationRequest(wallet, owned, { requestUrl: declined, decline: true })
    expect(verifier.errors).toEqual(['access_denied'])
    expect(await usePresentationRequest(wallet, owned, { requestUrl: declined })).toMatchObject(otherwise)
    expect(verifier.disclosed).toHaveLength(1)
  })

  it('keeps the refusal of a verifier, and where it sends the holder', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const requestUrl = verifier.request({ refuse: true })
    const first = await usePresentationRequest(wallet, owned, { requestUrl })
    expect(first).toMatchObject({
      ok: true,
      value: {
        accepted: false,
        redirectUri: expect.stringContaining('/fail'),
        refused: { host: expect.stringMatching(/^localhost:\d+$/), status: 400, error: 'access_denied' },
      },
    })
    expect(await usePresentationRequest(wallet, owned, { requestUrl })).toEqual(first)
    expect(verifier.bodies).toHaveLength(1)
  })

  it('sends nothing when no credential answers, and none that was not selected', async () => {
    const { wallet, owned, verifier, credential } = await ready(store())
    const other = verifier.request({ vct: 'urn:test:unheard-of' })
    expect(await usePresentationRequest(wallet, owned, { requestUrl: other })).toMatchObject({
      error: { code: 'access_denied' },
    })
    const requestUrl = verifier.request()
    const selectedCredentials = ['urn:uuid:somebody-elses']
    expect(await usePresentationRequest(wallet, owned, { requestUrl, selectedCredentials })).toMatchObject({
      error: { code: 'not_a_candidate' },
    })
    await deleteCredential(wallet, owned, credential.id, { permanent: false })
    expect(await usePresentationRequest(wallet, owned, { requestUrl })).toMatchObject({
      error: { code: 'access_denied' },
    })
    expect(verifier.bodies).toEqual([])
  })

  it.each([302, 303, 307, 308])(
    'sends its answer nowhere else, wherever a redirect leads: %i',
    async (status) => {
      const { wallet, owned, verifier } = await ready(store())
      const requestUrl = verifier.request({ ledAwayBy: status })
      expect(await usePresentationRequest(wallet, owned, { requestUrl })).toMatchObject({
        error: { code: 'outgoing_answer_refused', reason: `status_${status}` },
      })
      expect(verifier.bodies).toHaveLength(1)
      expect(verifier.asked).not.toContain('/elsewhere')
    },
  )

  it('leaves out what has expired', async () => {
    const { wallet, owned, verifier, credential } = await ready(store())
    const matched = await matchCredentials(wallet, owned, verifier.request())
    expect(matched.ok && matched.value.map(({ id }) => id)).toEqual([credential.id])
    const later = { ...wallet, now: () => Math.floor(Date.now() / 1000) + 90_000 }
    const query = await resolvePresentationRequest(wallet, verifier.request())
    if (!query.ok) throw new Error(query.error.code)
    expect((await matchHeld(later, owned, query.value.query)).match.satisfiable).toBe(false)
  })

  it('refuses a verifier that nobody vouches for, and marks it where strangers are let through', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const strict = { ...wallet, ...withAnchors([], true) }
    const requestUrl = verifier.request()
    expect(await usePresentationRequest(strict, owned, { requestUrl })).toMatchObject({
      error: { code: 'verifier_untrusted' },
    })
    expect(verifier.bodies).toEqual([])
    const open = { ...wallet, ...withAnchors([], false) }
    expect(await resolvePresentationRequest(open, requestUrl)).toMatchObject({
      ok: true,
      value: { trust: { trusted: false } },
    })
  })

  it('believes nothing that stands outside of the signed request', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const requestUrl = verifier.request().replace('x509_hash%3A', 'x509_hash%3Ax')
    expect((await usePresentationRequest(wallet, owned, { requestUrl })).ok).toBe(false)
    expect(verifier.bodies).toEqual([])
  })

  it.each<[string, JsonObject, string]>([
    ['no nonce', { nonce: '' }, 'parameter_invalid'],
    ['a way to answer that is not spoken', { response_mode: 'fragment' }, 'parameter_unsupported'],
    ['another wallet as its audience', { aud: 'https://wallet.example' }, 'parameter_invalid'],
    ['the client identifier of another', { client_id: 'x509_san_dns:rp.example' }, 'client_id_differs'],
  ])('refuses a request with %s before anything is sent', async (_what, more, code) => {
    const { wallet, owned, verifier } = await ready(store())
    const refused = await usePresentationRequest(wallet, owned, { requestUrl: verifier.request({ more }) })
    expect(refused).toMatchObject({ error: { code } })
    expect(verifier.bodies).toEqual([])
  })

  it('tells a verifier that names an address beside the one for answers that its request is invalid', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const requestUrl = verifier.request({ more: { redirect_uri: 'https://rp.example/' } })
    expect(await usePresentationRequest(wallet, owned, { requestUrl })).toMatchObject({
      error: { code: 'redirect_uri_with_direct_post' },
    })
    expect(verifier.errors).toEqual(['invalid_request'])
    expect(verifier.bodies).toHaveLength(1)
    const [body] = verifier.bodies
    expect([...new URLSearchParams(body).keys()].toSorted()).toEqual(['error', 'state'])
  })

  it('tells nobody where nobody vouches for the verifier and that is asked for, or where it did not sign', async () => {
    const { wallet, owned, verifier } = await ready(store())
    const more = { redirect_uri: 'https://rp.example/' }
    const strict = { ...wallet, ...withAnchors([], true) }
    const requestUrl = verifier.request({ more })
    expect(await usePresentationRequest(strict, owned, { requestUrl })).toMatchObject({
      error: { code: 'verifier_untrusted' },
    })
    const responseUri = `${verifier.url}/answer/x`
    const unsigned = new URLSearchParams({
      client_id: `redirect_uri:${responseUri}`,
      response_type: 'vp_token',
      response_mode: 'direct_post',
      response_uri: responseUri,
      nonce: 'n',
      state: 's',
      dcql_query: JSON.stringify({
        credentials: [{ id: 'q', format: 'dc+sd-jwt', meta: { vct_values: ['x'] } }],
      }),
      ...more,
    })
    const unsignedUrl = `openid4vp://authorize?${unsigned.toString()}`
    const open = { ...wallet, ...withAnchors([], false) }
    expect(await usePresentationRequest(open, owned, { requestUrl: unsignedUrl })).toMatchObject({
      error: { code: 'redirect_uri_with_direct_post' },
    })
    expect(verifier.bodies).toEqual([])
  })

  it('leaves no presentation to read in the database', async () => {
    const { wallet, owned, verifier } = await ready(store())
    await usePresentationRequest(wallet, owned, { requestUrl: verifier.request(), note: 'noted-planted' })
    const text = await dump(store())
    const secrets = ['planted', 'vp_token', 'rp.example', verifier.url, 'x509_hash']
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  })
})
