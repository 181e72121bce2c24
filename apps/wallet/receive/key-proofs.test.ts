/** Keys that are attested, on the way to an issuer that asks for it. */

import { ok } from '@countersign/core/result'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { verifyProof } from '@countersign/protocol/openid4vci/proof/proof-types'
import { afterEach, expect, it } from 'vitest'
import { listDids } from '../dids/dids.ts'
import { type TestProvider, testProvider } from '../testing/clients.testing.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import { startTestIssuer, type TestIssuer, type TestIssuerOptions } from '../testing/issuer.testing.ts'
import { newOwner, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import type { Wallet } from '../wallet.ts'
import { makeKeyProofs } from './key-proofs.ts'
import { useOffer } from './receive-credential.ts'

const open: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const basic = { keyStorage: ['iso_18045_basic'] }

async function ready(
  store: TestStore,
  by: TestProvider | undefined,
  keyAttestations: TestIssuerOptions['keyAttestations'],
  options: TestIssuerOptions = {},
) {
  const issuer = await startTestIssuer({ ...options, ...(keyAttestations && { keyAttestations }) })
  open.push(issuer)
  const wallet = store.instance(by && { provider: by.provider })
  return { issuer, wallet, owned: await newOwner(wallet) }
}

async function received(given: Awaited<ReturnType<typeof ready>>, did?: string): Promise<string> {
  const { issuer, owned, wallet } = given
  const used = await useOffer(wallet, owned, { offer: issuer.offer(), did })
  if (used.ok) return `received ${used.value.length}`
  return 'reason' in used.error ? String(used.error.reason) : used.error.code
}

onSqlite('a wallet whose keys are attested', (store) => {
  it.each<[string, object, object | undefined, boolean]>([
    ['one is asked for', {}, {}, false],
    ['the level is asked for that is there', { keyStorage: ['iso_18045_basic'] }, basic, false],
    ['no other proof is taken', {}, undefined, true],
    ['no other proof is taken, with a level', { keyStorage: ['iso_18045_basic'] }, basic, true],
  ])('brings its attestation where %s', async (_name, levels, demand, alone) => {
    const by = await testProvider({ levels })
    const given = await ready(store(), by, { attester: by.signer, alone, ...(demand && { demand }) })
    expect(await received(given)).toBe('received 1')
  })

  it('brings none where none is asked for', async () => {
    const by = await testProvider()
    const given = await ready(store(), by, undefined)
    expect(await received(given)).toBe('received 1')
    expect(given.issuer.proofs).toHaveLength(1)
    expect(given.issuer.proofs[0]).not.toHaveProperty('attestation')
  })

  it('names its key by a DID where that is wanted, and the attested key is the same', async () => {
    const by = await testProvider()
    const given = await ready(
      store(),
      by,
      { attester: by.signer, demand: {} },
      { bindingMethods: ['did:jwk'] },
    )
    expect(await received(given)).toBe('received 1')
    expect(given.issuer.proofs[0]?.holderDid).toMatch(/^did:jwk:/)
    expect(given.issuer.proofs[0]?.attestation?.keys).toHaveLength(1)
  })

  it.each<[string, object | undefined, TestIssuerOptions['keyAttestations'], string]>([
    ['nobody attests it', undefined, { attester: stranger(), demand: {} }, 'key_attestation'],
    ['more is asked of its keys', {}, { attester: stranger(), demand: basic }, 'key_storage_level'],
    [
      'more is asked of its users',
      { keyStorage: ['iso_18045_basic'] },
      { attester: stranger(), demand: { ...basic, userAuthentication: ['iso_18045_high'] } },
      'user_authentication_level',
    ],
  ])('asks for nothing where %s', async (_name, levels, keyAttestations, reason) => {
    const by = levels && (await testProvider({ levels }))
    const given = await ready(store(), by, keyAttestations)
    expect(await received(given)).toBe(reason)
    expect(given.issuer.asked.filter((path) => path === '/token' || path === '/credential')).toEqual([])
  })

  it('is not called by a DID where the attestation is all that there is', async () => {
    const by = await testProvider()
    const wish = { attester: by.signer, alone: true }
    const given = await ready(store(), by, wish, { bindingMethods: ['did:jwk'] })
    expect(await received(given)).toBe('binding_method')
    const either = await ready(store(), by, wish, { bindingMethods: ['jwk', 'did:jwk'] })
    const [own] = await listDids(either.wallet, either.owned)
    expect(await received(either, own?.did)).toBe('received 1')
  })

  it('sends what it sent, wherever it died in between', async () => {
    const by = await testProvider()
    const count = await diesEverywhere(async (statement) => {
      const given = await ready(store(), by, { attester: by.signer, demand: {} }, { strict: false })
      const { issuer, owned, wallet } = given
      const offer = issuer.offer()
      const died = await killed(useOffer(dyingAt(wallet, statement, 'after'), owned, { offer }))
      const again = await useOffer(wallet, owned, { offer })
      expect(again).toMatchObject({ ok: true, value: [{}] })
      expect(new Set(issuer.signed).size).toBe(1)
      return { died }
    })
    expect(count).toBeGreaterThan(4)
  })
})

function stranger() {
  return softwareSigner(generateSoftwareKey('ES256'))
}

onSqlite('a batch of keys', (store) => {
  const signers = [stranger(), stranger(), stranger()] as const
  const issuer = 'https://issuer.example'

  const made = (wallet: Wallet, proof: Parameters<typeof makeKeyProofs>[1]['configuration']['proof']) =>
    makeKeyProofs(wallet, {
      signers,
      issuer,
      configuration: { proof },
      keyReference: 'jwk',
      nonce: 'nonce-1',
      clientId: undefined,
    })

  it.each<[{ readonly type: 'jwt'; readonly isAttested: true } | { readonly type: 'attestation' }]>([
    [{ type: 'jwt', isAttested: true }],
    [{ type: 'attestation' }],
  ])('is attested at once: %j', async (proof) => {
    const by = await testProvider()
    const wallet = store().instance({ provider: by.provider })
    const { type, values } = await made(wallet, proof)
    expect({ type, count: values.length }).toEqual({ type: proof.type, count: 1 })
    const input = {
      issuer,
      now: wallet.now(),
      maxAgeSeconds: 300,
      skewSeconds: 60,
      attestation: { attesters: () => ok([by.signer.publicJwk]), demand: {} },
    }
    const verified = await verifyProof(type, values[0] ?? '', input, nodeCrypto)
    if (!verified.ok) throw new Error(verified.error.code)
    const { attestationNonces = [verified.value.nonce], keys, nonce } = verified.value
    expect([nonce, ...attestationNonces]).toEqual(['nonce-1', 'nonce-1'])
    expect(keys.map(({ thumbprint }) => thumbprint)).toEqual(signers.map(({ keyId }) => keyId))
  })

  it('is proven one by one where nobody asks for an attestation', async () => {
    const { type, values } = await made(store().instance(), { type: 'jwt', isAttested: false })
    expect({ type, count: values.length }).toEqual({ type: 'jwt', count: 3 })
    for (const value of values) {
      const decoded = decodeJws(value)
      expect(decoded.ok && decoded.value.header).not.toHaveProperty('key_attestation')
    }
  })
})
