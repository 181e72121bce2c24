import { afterEach, describe, expect, it } from 'vitest'
import { serverNonces } from '../server-nonces.ts'
import {
  identity,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import { newOwner, onSqlite } from '../testing/wallet.testing.ts'
import { useOffer } from './receive-credential.ts'

const issuers: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function issuerWith(options: TestIssuerOptions): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options)
  issuers.push(issuer)
  return issuer
}

const times = (issuer: TestIssuer, path: string) => issuer.asked.filter((asked) => asked === path).length

onSqlite('an issuer whose DPoP proofs need a nonce', (store) => {
  async function receive(issuer: TestIssuer, wallet = store().instance()) {
    const offer = issuer.offer({ configurations: [identity.id] })
    return useOffer(wallet, await newOwner(wallet), { offer })
  }

  it('is asked once more with the nonce that it wants, and from then on with the newest', async () => {
    const issuer = await issuerWith({ dpopNonces: { refusal: 'use_dpop_nonce', once: true } })
    const wallet = store().instance()
    expect(await receive(issuer, wallet)).toMatchObject({ ok: true })
    // Each answer brought the nonce of the next request.
    expect([times(issuer, '/token'), times(issuer, '/credential')]).toEqual([2, 1])
    expect(await receive(issuer, wallet)).toMatchObject({ ok: true })
    expect([times(issuer, '/token'), times(issuer, '/credential')]).toEqual([3, 2])
  })

  it.each(['use_dpop_nonce', 'invalid_dpop_proof'] as const)(
    'may have forgotten its nonces, and say so by %s',
    async (refusal) => {
      const issuer = await issuerWith({ dpopNonces: { refusal } })
      const wallet = store().instance()
      wallet.serverNonces.keep(issuer.url, 'from-before')
      const forgetful = { ...wallet, serverNonces: { ...wallet.serverNonces, newest: () => 'from-before' } }
      expect(await receive(issuer, forgetful)).toMatchObject({ ok: true })
      expect(times(issuer, '/token')).toBe(2)
    },
  )

  it('is not asked a third time', async () => {
    const issuer = await issuerWith({ dpopNonces: { refusal: 'use_dpop_nonce' } })
    const { now, ...wallet } = store().instance()
    const asking = {
      ...wallet,
      now: () => {
        issuer.forgetDpopNonces()
        return now()
      },
    }
    expect(await receive(issuer, asking)).toMatchObject({ ok: false, error: { error: 'use_dpop_nonce' } })
    expect(times(issuer, '/token')).toBe(2)
  })
})

describe('the nonces of servers', () => {
  it('are those of their origin, and the newest counts', () => {
    const nonces = serverNonces()
    nonces.keep('https://a.example/token', 'first')
    nonces.keep('https://a.example/nonce', 'second')
    nonces.keep('https://a.example:8443/token', 'other')
    expect(nonces.newest('https://a.example/credential')).toBe('second')
    expect(nonces.newest('https://b.example/token')).toBeUndefined()
  })

  it.each([undefined, '', 'a b', 'a"b', 'a\\b', 'ä', 'x'.repeat(513)])(
    'are not %s, which is no nonce, and leave what there was',
    (nonce) => {
      const nonces = serverNonces()
      nonces.keep('https://a.example', 'good')
      nonces.keep('https://a.example', nonce)
      expect(nonces.newest('https://a.example')).toBe('good')
    },
  )

  it('are of a thousand servers, and the one not heard of for longest goes', () => {
    const nonces = serverNonces()
    for (let server = 0; server < 1000; server++) nonces.keep(`https://s${server}.example`, 'n')
    nonces.keep('https://s0.example', 'again')
    nonces.keep('https://new.example', 'n')
    const known = ['s0', 's1', 's2', 'new'].map((name) => nonces.newest(`https://${name}.example`))
    expect(known).toEqual(['again', undefined, 'n', 'n'])
  })
})
