import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterEach, describe, expect, it } from 'vitest'
import { listCredentials } from './credentials/credentials.ts'
import { openOffer, rejectOffer, useOpenOffer } from './exchange/offer-exchange.ts'
import { openRequest, rejectRequest, useOpenRequest } from './exchange/request-exchange.ts'
import { usePresentationRequest } from './present/present-credential.ts'
import { useOffer } from './receive/receive-credential.ts'
import { diesEverywhere, dyingAt, killed } from './testing/dying.testing.ts'
import { badge, identity, startTestIssuer, type TestIssuer } from './testing/issuer.testing.ts'
import { newOwner, onBothDatabases, withAnchors } from './testing/wallet.testing.ts'

const EN = ['en']

const open: (TestIssuer | TestVerifier)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe.each(['before', 'after'] as const)('an instance that dies %s any of its statements', (when) => {
  onBothDatabases('while it receives', (store) => {
    it('loses no credential and doubles none', async () => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const issuer = await startTestIssuer()
      open.push(issuer)
      const places = await diesEverywhere(async (statement) => {
        const offer = issuer.offer({ configurations: [identity.id, badge.id] })
        const { notified, signed, tokens } = issuer
        const before = { tokens: tokens.size, signed: signed.length, notified: notified.length }
        const held = (await listCredentials(wallet, owned)).length
        const died = await killed(useOffer(dyingAt(wallet, statement, when), owned, { offer }))
        const received = await useOffer(wallet, owned, { offer })
        expect(received.ok && received.value.length).toBe(2)
        expect(issuer.tokens.size - before.tokens).toBe(1)
        expect(issuer.signed.length - before.signed).toBe(2)
        expect((await listCredentials(wallet, owned)).length - held).toBe(2)
        const told = notified.slice(before.notified)
        expect(told.every(({ event }) => event === 'credential_accepted')).toBe(true)
        const heardOf = told.map(({ configurationId }) => configurationId)
        expect([...new Set(heardOf)].sort()).toEqual([badge.id, identity.id])
        return { died }
      })
      expect(places).toBeGreaterThan(10)
    })
  })

  onBothDatabases('while it presents', (store) => {
    it('sends one answer, and tells it in the end', async () => {
      const [verifier, issuer] = [await startTestVerifier(), await startTestIssuer()]
      open.push(verifier, issuer)
      const wallet = store().instance(withAnchors(verifier.anchors))
      const owned = await newOwner(wallet)
      await useOffer(wallet, owned, { offer: issuer.offer() })
      const places = await diesEverywhere(async (statement) => {
        const requestUrl = verifier.request()
        const [disclosed, bodies] = [verifier.disclosed.length, verifier.bodies.length]
        const died = await killed(
          usePresentationRequest(dyingAt(wallet, statement, when), owned, { requestUrl }),
        )
        const answer = await usePresentationRequest(wallet, owned, { requestUrl })
        expect(answer).toMatchObject({ ok: true, value: { accepted: true } })
        expect(verifier.disclosed.length - disclosed).toBe(1)
        expect(new Set(verifier.bodies.slice(bodies)).size).toBe(1)
        return { died }
      })
      expect(places).toBeGreaterThan(4)
    })
  })

  onBothDatabases('while a page takes up what it showed', (store) => {
    it('goes on under the same id', async () => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const issuer = await startTestIssuer()
      open.push(issuer)
      const places = await diesEverywhere(async (statement) => {
        const preview = await openOffer(wallet, owned, issuer.offer(), EN)
        const id = preview.ok ? preview.value.id : ''
        const held = (await listCredentials(wallet, owned)).length
        const died = await killed(useOpenOffer(dyingAt(wallet, statement, when), owned, id, {}, EN))
        const used = await useOpenOffer(wallet, owned, id, {}, EN)
        expect(used).toMatchObject({ value: { state: 'used', result: { credentials: [{}] } } })
        expect((await listCredentials(wallet, owned)).length - held).toBe(1)
        expect(await rejectOffer(wallet, owned, id, EN)).toMatchObject({ ok: false })
        return { died }
      })
      expect(places).toBeGreaterThan(10)
    })
  })

  onBothDatabases('while a page shares what it showed', (store) => {
    it('sends one answer, tells what was in it, and nothing else can be decided', async () => {
      const [verifier, issuer] = [await startTestVerifier(), await startTestIssuer()]
      open.push(verifier, issuer)
      const wallet = store().instance(withAnchors(verifier.anchors))
      const owned = await newOwner(wallet)
      await useOffer(wallet, owned, { offer: issuer.offer() })
      const places = await diesEverywhere(async (statement) => {
        const preview = await openRequest(wallet, owned, verifier.request(), EN)
        if (!preview.ok) throw new Error(preview.error.code)
        const { id, queries } = preview.value
        const decision = queries.flatMap(({ candidates, queryId }) =>
          candidates.map(({ credentialId }) => ({ queryId, credentialId, optionalClaims: [] })),
        )
        const deciding = { id, decision, locales: EN }
        const [disclosed, bodies] = [verifier.disclosed.length, verifier.bodies.length]
        const died = await killed(useOpenRequest(dyingAt(wallet, statement, when), owned, deciding))
        const used = await useOpenRequest(wallet, owned, deciding)
        expect(used).toMatchObject({
          value: { state: 'shared', result: { shared: [{ claims: [{ path: ['given_name'] }] }] } },
        })
        expect(verifier.disclosed.length - disclosed).toBe(1)
        expect(new Set(verifier.bodies.slice(bodies)).size).toBe(1)
        expect(await rejectRequest(wallet, owned, { ...deciding, decision: false })).toMatchObject({
          ok: false,
        })
        return { died }
      })
      expect(places).toBeGreaterThan(6)
    })
  })
})
