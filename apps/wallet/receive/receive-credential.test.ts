import type { Fault } from '@countersign/testing/client/faulty-server'
import { afterEach, expect, it } from 'vitest'
import { deleteCredential, listCredentials } from '../credentials/credentials.ts'
import { createDid } from '../dids/dids.ts'
import { deleteKey, listKeys, loadPublicKey } from '../keys/keys.ts'
import {
  badge,
  identity,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases } from '../testing/wallet.testing.ts'
import { resolveCredentialOffer, useOffer } from './receive-credential.ts'

const issuers: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function issuerWith(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options)
  issuers.push(issuer)
  return issuer
}

const issuance = [
  '/.well-known/openid-credential-issuer',
  '/.well-known/oauth-authorization-server',
  '/token',
  '/nonce',
  '/credential',
]

onBothDatabases('taking up a credential offer', (store) => {
  it('stores every credential of the offer, bound to the key of the default DID', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer({ configurations: [identity.id, badge.id] })
    const received = await useOffer(wallet, owned, { offer })
    if (!received.ok) throw new Error(JSON.stringify(received.error))
    expect(received.value.map(({ held }) => held.type).sort()).toEqual([badge.type, identity.type])
    const [key] = await listKeys(wallet, owned)
    expect(key?.credentials).toBe(2)
    const publicKey = await loadPublicKey(wallet, owned, key?.id ?? '')
    expect(publicKey).toMatchObject({ ok: true, value: received.value[0]?.held.holderKey })
    expect((await listCredentials(wallet, owned)).map(({ id }) => id).sort()).toEqual(
      received.value.map(({ id }) => id).sort(),
    )
  })

  it('takes an offer by value, and as JSON', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const byValue = issuer.offer({ byValue: true })
    expect(await useOffer(wallet, owned, { offer: byValue })).toMatchObject({ ok: true })
    const json = await resolveCredentialOffer(wallet, issuer.offer())
    const offer = JSON.stringify(json.ok && json.value)
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true })
  })

  it('answers an offer that was taken up with the same credentials, without asking for anything', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer()
    const first = await useOffer(wallet, owned, { offer })
    const asked = issuer.asked.length
    expect(await useOffer(wallet, owned, { offer })).toEqual(first)
    expect(issuer.asked.slice(asked).filter((path) => !path.startsWith('/offer/'))).toEqual([])
  })

  for (const fault of ['before', 'after', 'unavailable'] satisfies Fault[]) {
    it.each(issuance)(`gets over one connection cut at %s (${fault})`, async (path) => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const issuer = await issuerWith()
      issuer.failNext(path, fault, 1)
      expect(await useOffer(wallet, owned, { offer: issuer.offer() })).toMatchObject({ ok: true })
      expect(issuer.tokens.size).toBe(1)
      expect(issuer.signed).toHaveLength(1)
    })

    it.each(issuance)(`goes on at another instance when %s stays cut (${fault})`, async (path) => {
      const first = store().instance()
      const owned = await newOwner(first)
      const issuer = await issuerWith()
      const offer = issuer.offer()
      issuer.failNext(path, fault, path.startsWith('/.') ? 3 : 2)
      expect((await useOffer(first, owned, { offer })).ok).toBe(false)
      const second = store().instance()
      expect(await useOffer(second, owned, { offer })).toMatchObject({ ok: true })
      expect(issuer.tokens.size).toBe(1)
      expect(issuer.signed).toHaveLength(1)
      expect(await listCredentials(second, owned)).toHaveLength(1)
    })
  }

  it.each([false, true])(
    'of six calls at once one token and one credential come (strict issuer: %s)',
    async (strict) => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const issuer = await issuerWith({ strict })
      const offer = issuer.offer()
      const all = await Promise.all(
        Array.from({ length: 6 }, () => useOffer(store().instance(), owned, { offer })),
      )
      for (const one of all) expect(one).toEqual(all[0])
      expect(all[0]).toMatchObject({ ok: true })
      expect(issuer.tokens.size).toBe(1)
      expect(issuer.signed).toHaveLength(1)
      expect(await listCredentials(wallet, owned)).toHaveLength(1)
    },
  )

  it('makes a fresh proof with the same key when the nonce is not taken any more', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer()
    issuer.failNext('/credential', 'before', 2)
    expect((await useOffer(wallet, owned, { offer })).ok).toBe(false)
    issuer.forgetNonces()
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true })
    expect(issuer.signed).toHaveLength(1)
  })

  it('tells the first thing that the issuer had against its proof, not what followed from it', async () => {
    const said = ['aud is of another issuer', 'the same again', 'and again']
    const wallet = store().instance()
    const issuer = await issuerWith({
      rewrite: (path, answer) => {
        if (path === '/nonce') return '{"c_nonce":"that-nobody-knows"}'
        if (path !== '/credential') return answer
        return JSON.stringify({ error: 'invalid_proof', error_description: said.shift() })
      },
    })
    const received = await useOffer(wallet, await newOwner(wallet), { offer: issuer.offer() })
    expect(received).toMatchObject({
      error: { code: 'issuer_error', error: 'invalid_proof', description: 'aud is of another issuer' },
    })
    expect(said).toEqual([])
  })

  it('asks once where it sent no proof that could be a fresh one', async () => {
    const wallet = store().instance()
    const issuer = await issuerWith({ bindingMethods: [] })
    const received = await useOffer(wallet, await newOwner(wallet), { offer: issuer.offer() })
    expect(received).toMatchObject({ error: { code: 'issuer_error', error: 'invalid_proof' } })
    expect(issuer.asked.filter((path) => path === '/credential')).toHaveLength(1)
  })

  it('may be tried again after a wrong transaction code, and says when one is needed', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer({ txCode: '4711' })
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ error: { code: 'tx_code_needed' } })
    expect(issuer.asked).not.toContain('/token')
    expect(await useOffer(wallet, owned, { offer, txCode: '0000' })).toMatchObject({
      error: { code: 'issuer_error', error: 'invalid_grant' },
    })
    expect(await useOffer(wallet, owned, { offer, txCode: '4711' })).toMatchObject({ ok: true })
  })

  it('binds to the key of the DID that is named, through a DID where the issuer wants one', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const made = await createDid(wallet, owned, { method: 'key', alias: 'second' })
    const did = made.ok ? made.value.did : ''
    const issuer = await issuerWith({ bindingMethods: ['did:key'] })
    const received = await useOffer(wallet, owned, { offer: issuer.offer(), did })
    expect(received).toMatchObject({ ok: true })
    expect(issuer.proofs[0]?.holderDid).toBe(did)
    expect(received.ok && received.value[0]?.held.holderKey).toEqual(issuer.proofs[0]?.holderKey)
    const keyId = received.ok ? (received.value[0]?.keyId ?? '') : ''
    expect(await deleteKey(wallet, owned, keyId)).toMatchObject({ error: { code: 'key_in_use' } })
    expect(await useOffer(wallet, owned, { offer: issuer.offer(), did: 'did:jwk:e30' })).toMatchObject({
      error: { code: 'did_unknown' },
    })
  })

  it.each(['type', 'key'] as const)('keeps nothing when the issuer cheats about the %s', async (cheats) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ cheats })
    expect(await useOffer(wallet, owned, { offer: issuer.offer() })).toMatchObject({
      error: { code: 'credential_unacceptable', reason: cheats === 'key' ? 'binding' : 'type' },
    })
    expect(await listCredentials(wallet, owned)).toEqual([])
  })

  it('does not spend the code of an offer of which it could take nothing', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer({ configurations: ['unheard-of', 'neither'] })
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({
      error: { code: 'configuration_unusable', configurationId: 'unheard-of', reason: 'not_in_metadata' },
    })
    expect(issuer.asked).not.toContain('/token')
  })

  it('takes of an offer what it can', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer({ configurations: ['unheard-of', identity.id, 'neither'] })
    const received = await useOffer(wallet, owned, { offer })
    expect(received.ok && received.value.map(({ held }) => held.type)).toEqual([identity.type])
  })

  it('keeps a deleted credential deleted when its offer is taken up again', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const offer = (await issuerWith()).offer()
    const received = await useOffer(wallet, owned, { offer })
    const id = received.ok ? (received.value[0]?.id ?? '') : ''
    await deleteCredential(wallet, owned, id, { permanent: true })
    expect(await useOffer(wallet, owned, { offer })).toEqual({ ok: true, value: [] })
  })

  it('leaves no claim, key, token or proof to read in the database, finished or not', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    await useOffer(wallet, owned, { offer: issuer.offer() })
    issuer.failNext('/credential', 'after', 2)
    await useOffer(wallet, owned, { offer: issuer.offer() })
    const text = await dump(store())
    const secrets = [
      'planted',
      identity.type,
      identity.id,
      'did:jwk',
      '"d"',
      'eyJ0eXAi',
      issuer.url,
      ...issuer.tokens,
    ]
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  })
})
