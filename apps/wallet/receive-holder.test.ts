/** Which key and which name a credential is bound to, in every format. */
import type { FormatId } from '@countersign/credential/contract/format-id'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { wireError } from '@countersign/service/http/answers/wire-errors'
import { startTestVerifier } from '@countersign/testing/people/verifier'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { afterEach, expect, it } from 'vitest'
import { pathsOfDisclosures, splitDocument } from './credentials/disclosures.ts'
import { holderSigner, subjectOf } from './credentials/holder-signer.ts'
import { createDid, deleteDid, findDid, namesOfKey, setDefaultDid } from './dids/dids.ts'
import { openRequest, useOpenRequest } from './exchange/request-exchange.ts'
import { RECEIVE_ERRORS } from './http/answers/wire-receive.ts'
import { KEY_TYPES } from './keys/key-types.ts'
import { generateKey, loadPublicKey } from './keys/keys.ts'
import { useOffer } from './receive/receive-credential.ts'
import {
  identity,
  identityAs,
  issuerChains,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from './testing/issuer.testing.ts'
import { startRegistry } from './testing/registry.testing.ts'
import { newOwner, onBothDatabases, type TestStore, withAnchors } from './testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from './wallet.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function issuerWith(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options)
  open.push(issuer)
  return issuer
}

async function didOfType(wallet: Wallet, owned: OwnedWallet, keyType: (typeof KEY_TYPES)[number]) {
  const key = await generateKey(wallet, owned, { keyType })
  const keyId = key.ok ? key.value.id : ''
  const made = await createDid(wallet, owned, { method: 'key', keyId, alias: keyType })
  if (!made.ok) throw new Error(made.error.code)
  return made.value.did
}

async function receiveOne(wallet: Wallet, owned: OwnedWallet, wish: { offer: string; did?: string }) {
  const received = await useOffer(wallet, owned, wish)
  if (!received.ok) throw new Error(JSON.stringify(received.error))
  const [credential] = received.value
  if (credential === undefined) throw new Error('nothing received')
  return credential
}

const trust = issuerTrust(issuerChains)
const HOLDER_TYPES = ['secp256r1', 'secp384r1', 'secp521r1', 'Ed25519']
const W3C_AS_JWT = [identityAs.jwt_vc_json, identityAs['vc+jwt']]
const W3C = [...W3C_AS_JWT, identityAs['vc+sd-jwt']]

onBothDatabases('the key of a credential', (store) => {
  it.each(KEY_TYPES)('of type %s is taken or refused before anything is spent', async (keyType) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const did = await didOfType(wallet, owned, keyType)
    const issuer = await issuerWith()
    const offer = issuer.offer()
    const received = await useOffer(wallet, owned, { offer, did })
    if (HOLDER_TYPES.includes(keyType)) return expect(received).toMatchObject({ ok: true })
    expect(received).toMatchObject({ error: { code: 'key_cannot_prove' } })
    expect(issuer.asked).not.toContain('/token')
    const { message, status } = received.ok
      ? { message: '', status: 0 }
      : wireError(RECEIVE_ERRORS, received.error)
    expect([status, message]).toEqual([400, expect.stringMatching(/choose a DID of a key.*ES256/)])
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true })
  })

  it('may be any where none is asked for', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    await setDefaultDid(wallet, owned, await didOfType(wallet, owned, 'secp256k1'))
    const issuer = await issuerWith({ bindingMethods: [] })
    const received = await useOffer(wallet, owned, { offer: issuer.offer() })
    expect(received).toMatchObject({ error: { code: 'issuer_error' } })
    expect(issuer.asked).toContain('/token')
  })

  it('is named by the DID that the caller chose, and by itself otherwise', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    await receiveOne(wallet, owned, { offer: issuer.offer() })
    expect(issuer.proofs.at(-1)?.holderDid).toBeUndefined()
    const made = await createDid(wallet, owned, { method: 'key', encoding: 'jwk_jcs', alias: 'a' })
    const did = made.ok ? made.value.did : ''
    const configurations = [identityAs.jwt_vc_json.id]
    const credential = await receiveOne(wallet, owned, { offer: issuer.offer({ configurations }), did })
    expect(issuer.proofs.at(-1)?.holderDid).toBe(did)
    expect(subjectOf(wallet, credential.held)).toBe(did)
  })

  it.each([identity, ...Object.values(identityAs)])('binds a credential as $format', async (wish) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer({ configurations: [wish.id] })
    const credential = await receiveOne(wallet, owned, { offer })
    expect(credential.held).toMatchObject({ format: wish.format, type: wish.type })
    const key = await loadPublicKey(wallet, owned, credential.keyId ?? '')
    expect(key).toMatchObject({ ok: true, value: credential.held.holderKey })
  })
})

onBothDatabases('a holder who is named by a did:web', (store) => {
  async function webHolder(
    database: TestStore,
    options: TestIssuerOptions | ((keyUrl: string) => TestIssuerOptions) = {},
  ) {
    const registry = await startRegistry(database.instance)
    open.push(registry)
    const { wallet } = registry
    const owned = await newOwner(wallet)
    const made = await createDid(wallet, owned, { method: 'web', alias: 'web' })
    const did = made.ok ? made.value.did : ''
    const keyUrl = await keyUrlOf(wallet, owned, did)
    const wish = typeof options === 'function' ? options(keyUrl) : options
    const issuer = await issuerWith({ bindingMethods: ['did:web'], didKeys: wallet.dids.keyOf, ...wish })
    return { wallet, owned, did, keyUrl, issuer, asked: registry.asked }
  }

  it('gets what an issuer gives to no other name', async () => {
    const { asked, did, issuer, owned, wallet } = await webHolder(store())
    const credential = await receiveOne(wallet, owned, { offer: issuer.offer(), did })
    expect(issuer.proofs.at(-1)).toMatchObject({ holderDid: did, holderKey: credential.held.holderKey })
    expect(asked).toHaveLength(1)
    const unnamed = await useOffer(wallet, owned, { offer: issuer.offer() })
    expect(unnamed).toMatchObject({ error: { code: 'configuration_unusable', reason: 'binding_method' } })
  })

  it.each(W3C)('holds and shows a $format credential that names no key', async ({ format, id }) => {
    const { did, issuer, owned, wallet } = await webHolder(store(), { namesSubjectOnly: true })
    const offer = issuer.offer({ configurations: [id] })
    const credential = await receiveOne(wallet, owned, { offer, did })
    expect(subjectOf(wallet, credential.held)).toBe(did)
    expect(credential.held.holderKey).toBeUndefined()
    expect(await shown(wallet, owned, credential, format)).toEqual({
      name: 'holder_binding',
      outcome: 'passed',
    })
  })

  it.each(W3C)('keeps no $format credential that is about somebody else', async ({ id }) => {
    const { did, issuer, owned, wallet } = await webHolder(store(), {
      namesSubjectOnly: true,
      cheats: 'key',
    })
    const offer = issuer.offer({ configurations: [id] })
    expect(await useOffer(wallet, owned, { offer, did })).toMatchObject({
      error: { code: 'credential_unacceptable', reason: 'binding' },
    })
  })

  const BY_NAME = [identity, ...W3C]

  /** The key is named in `cnf` and nothing else says whose the credential is. */
  const boundBy = (kid: string): TestIssuerOptions => ({
    namesSubjectOnly: true,
    claimAsWritten: `"cnf":${JSON.stringify({ kid })}`,
  })

  it.each(BY_NAME)('holds and shows a $format credential bound by cnf.kid', async ({ format, id }) => {
    const { did, issuer, keyUrl, owned, wallet } = await webHolder(store(), boundBy)
    const offer = issuer.offer({ configurations: [id] })
    const credential = await receiveOne(wallet, owned, { offer, did })
    expect(credential.held).toMatchObject({ holderKeyUrl: keyUrl, holderKey: undefined })
    const binding = { name: 'holder_binding', outcome: 'passed' }
    expect(await shown(wallet, owned, credential, format)).toEqual(binding)
  })

  it.each(BY_NAME)('knows its did:web in a $format credential, whatever the proof said', async (wish) => {
    const { did, issuer, owned, wallet } = await webHolder(store(), (kid) => ({
      ...boundBy(kid),
      bindingMethods: ['jwk'],
    }))
    const offer = issuer.offer({ configurations: [wish.id] })
    const credential = await receiveOne(wallet, owned, { offer, did })
    expect(issuer.proofs.at(-1)?.holderDid).toBeUndefined()
    const binding = { name: 'holder_binding', outcome: 'passed' }
    expect(await shown(wallet, owned, credential, wish.format)).toEqual(binding)
    await deleteDid(wallet, owned, did)
    await expect(shown(wallet, owned, credential, wish.format)).rejects.toThrow('holder_key_wrong')
  })

  it.each(BY_NAME)(
    'is asked for a $format credential bound by cnf.kid, and answers with it',
    async (wish) => {
      const verifier = await startTestVerifier()
      open.push(verifier)
      const database = store()
      const instance: TestStore['instance'] = (more) =>
        database.instance({ ...withAnchors(verifier.anchors), ...more })
      const { did, issuer, owned, wallet } = await webHolder({ ...database, instance }, boundBy)
      await receiveOne(wallet, owned, { offer: issuer.offer({ configurations: [wish.id] }), did })
      const path = [...(wish.format === 'dc+sd-jwt' ? [] : ['credentialSubject']), 'given_name']
      const meta = wish.format === 'dc+sd-jwt' ? { vct_values: [wish.type] } : { type_values: [[wish.type]] }
      const query = { credentials: [{ id: 'q', format: wish.format, meta, claims: [{ path }] }] }
      const asked = () => openRequest(wallet, owned, verifier.request({ query }), ['en'])
      const preview = await asked()
      if (!preview.ok) throw new Error(preview.error.code)
      const [candidate] = preview.value.queries[0]?.candidates ?? []
      const decision = [{ queryId: 'q', credentialId: candidate?.credentialId ?? '', optionalClaims: [] }]
      await useOpenRequest(wallet, owned, { id: preview.value.id, locales: ['en'], decision })
      // It looks nobody up, and so refuses what it got.
      expect(verifier.bodies).toHaveLength(1)
      expect(new URLSearchParams(verifier.bodies[0]).has('vp_token')).toBe(true)
      await deleteDid(wallet, owned, did)
      expect(await asked()).toMatchObject({
        value: { satisfiable: false, queries: [{ candidates: [], unmet: { reason: 'holder_binding' } }] },
      })
    },
  )

  it.each(BY_NAME)('binds a $format credential that was given without a proof', async ({ format, id }) => {
    const { did, issuer, owned, wallet } = await webHolder(store(), (kid) => ({
      ...boundBy(kid),
      bindingMethods: [],
      needsNoProof: true,
    }))
    const offer = issuer.offer({ configurations: [id] })
    const credential = await receiveOne(wallet, owned, { offer, did })
    const binding = { name: 'holder_binding', outcome: 'passed' }
    expect(await shown(wallet, owned, credential, format)).toEqual(binding)
  })

  it.each(BY_NAME)('keeps no $format credential bound to another name', async ({ id }) => {
    for (const other of ['#other', 'x']) {
      const { did, issuer, owned, wallet } = await webHolder(store(), (keyUrl) =>
        boundBy(`${keyUrl.split('#', 1)[0]}${other}#key`),
      )
      const offer = issuer.offer({ configurations: [id] })
      expect(await useOffer(wallet, owned, { offer, did })).toMatchObject({
        error: { code: 'credential_unacceptable', reason: 'binding' },
      })
    }
  })

  it('keeps no credential bound to the did:web of another wallet', async () => {
    const registry = await startRegistry(store().instance)
    open.push(registry)
    const { wallet } = registry
    const [mine, theirs] = [await newOwner(wallet), await newOwner(wallet)]
    const made = await createDid(wallet, theirs, { method: 'web', alias: 'web' })
    const kid = await keyUrlOf(wallet, theirs, made.ok ? made.value.did : '')
    const issuer = await issuerWith(boundBy(kid))
    expect(await useOffer(wallet, mine, { offer: issuer.offer() })).toMatchObject({
      error: { code: 'credential_unacceptable', reason: 'binding' },
    })
  })

  it('has one name for a key at a time, that of its document', async () => {
    const { did, owned, wallet } = await webHolder(store())
    const stranger = generateSoftwareKey('ES256')
    expect(await namesOfKey(wallet, owned, { keyId: 'other', publicJwk: stranger })).toEqual([])
    expect(did).toMatch(/^did:web:/)
  })
})

async function keyUrlOf(wallet: Wallet, owned: OwnedWallet, did: string): Promise<string> {
  const found = await findDid(wallet, owned, did)
  const keyId = found.ok ? found.value.keyId : ''
  const key = await loadPublicKey(wallet, owned, keyId)
  const names = key.ok ? await namesOfKey(wallet, owned, { keyId, publicJwk: key.value }) : []
  return names.find((name) => name.did === did)?.keyUrl ?? ''
}

/** The holder-binding check of a verifier that looks names up. */
async function shown(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: Awaited<ReturnType<typeof receiveOne>>,
  formatId: FormatId,
) {
  const format = wallet.formats.get(formatId)
  const signer = await holderSigner(wallet, owned, credential)
  if (format === undefined || !signer.ok || signer.value === undefined) throw new Error('not shown')
  const request = { audience: 'x509_hash:x', nonce: 'n-0S6_WzA2Mj' }
  const presented = await format.present(
    {
      credential: credential.content,
      disclose: [],
      binding: { ...request, signer: signer.value, issuedAt: wallet.now() },
    },
    wallet.crypto,
  )
  if (!presented.ok) throw new Error(presented.error.code)
  const outcome = await format.verify(
    {
      presentation: presented.value,
      binding: request,
      now: wallet.now(),
      skewSeconds: 60,
      bindingWindowSeconds: 300,
      trust,
      holderKeys: wallet.dids.keyOf,
    },
    wallet.crypto,
  )
  return outcome.checks.find(({ name }) => name === 'holder_binding')
}

onBothDatabases('the disclosures of a credential', (store) => {
  it.each(['dc+sd-jwt', 'vc+sd-jwt'] as const)('are shown and found in a %s', async (format) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const wish = format === 'dc+sd-jwt' ? identity : identityAs[format]
    const offer = issuer.offer({ configurations: [wish.id] })
    const credential = await receiveOne(wallet, owned, { offer })
    const { disclosures, document } = splitDocument(credential.content)
    expect(document.split('.')).toHaveLength(3)
    const texts = disclosures?.split('~') ?? []
    expect(texts).toHaveLength(3)
    const paths = await pathsOfDisclosures(wallet, credential, texts)
    const above = format === 'dc+sd-jwt' ? [] : ['credentialSubject']
    expect(paths.ok && paths.value.map((path) => path.join('.')).sort()).toEqual(
      ['birthdate', 'family_name', 'given_name'].map((name) => [...above, name].join('.')),
    )
  })

  it.each([identityAs.jwt_vc_json, identityAs.mso_mdoc])('are none in a $format', async ({ id }) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const credential = await receiveOne(wallet, owned, { offer: issuer.offer({ configurations: [id] }) })
    expect(splitDocument(credential.content)).toEqual({ document: credential.content })
    expect(await pathsOfDisclosures(wallet, credential, ['WyJhIl0'])).toMatchObject({
      error: { code: 'disclosure_unknown' },
    })
  })
})
