import { bareKey, sameKey } from '@countersign/crypto/jwk'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { type FaultyServer, startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, expect, it } from 'vitest'
import { KEY_TYPES } from '../keys/key-types.ts'
import { generateKey, listKeys, loadPublicKey } from '../keys/keys.ts'
import { startRegistry } from '../testing/registry.testing.ts'
import { dump, newOwner, onBothDatabases, type TestStore } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { selfDid } from './did-method.ts'
import {
  type CreateDid,
  createDid,
  deleteDid,
  findDid,
  hostedDocument,
  listDids,
  namesOfKey,
} from './dids.ts'
import { importDid } from './import-did.ts'

const open: FaultyServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function created(wallet: Wallet, owned: OwnedWallet, wish: Omit<CreateDid, 'alias'>): Promise<string> {
  const made = await createDid(wallet, owned, { alias: 'planted alias', ...wish } as CreateDid)
  if (!made.ok) throw new Error(made.error.code)
  return made.value.did
}

async function hosting(store: TestStore) {
  const registry = await startRegistry(store.instance)
  open.push(registry)
  const owned = await newOwner(registry.wallet)
  const authority = new URL(registry.url).host.replace(':', '%3A')
  return { ...registry, owned, prefix: `did:web:${authority}:wallet-api:registry:` }
}

/** Serves one document for whatever it is asked. */
async function site(document: (did: string) => object) {
  const server: FaultyServer = await startFaultyServer(async () => ({
    status: 200,
    body: JSON.stringify(document(did)),
  }))
  open.push(server)
  const authority = new URL(server.url).host.replace(':', '%3A')
  const did = `did:web:${authority}:me`
  return { ...server, did }
}

onBothDatabases('a DID', (store) => {
  it.each(KEY_TYPES)('of each method is made for a key of type %s, and names it', async (keyType) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const key = await generateKey(wallet, owned, { keyType })
    const keyId = key.ok ? key.value.id : ''
    const loaded = await loadPublicKey(wallet, owned, keyId)
    if (!loaded.ok) throw new Error(loaded.error.code)
    const dids = [
      await created(wallet, owned, { method: 'jwk', keyId }),
      await created(wallet, owned, { method: 'key', keyId }),
      await created(wallet, owned, { method: 'key', encoding: 'jwk_jcs', keyId } as CreateDid),
      await created(wallet, owned, { method: 'web', domain: 'holder.example', keyId } as CreateDid),
    ]
    expect(dids.map((did) => did.split(':')[1])).toEqual(['jwk', 'key', 'key', 'web'])
    expect(new Set(dids).size).toBe(4)
    const names = await namesOfKey(wallet, owned, { keyId, publicJwk: loaded.value })
    expect(names.map(({ did }) => did).sort()).toEqual([...dids].sort())
    for (const { did, keyUrl } of names) {
      expect(keyUrl.startsWith(`${did}#`)).toBe(true)
      const found = await findDid(wallet, owned, did)
      const document = JSON.parse(found.ok ? found.value.document : '{}')
      expect(document).toMatchObject({ id: did, authentication: expect.arrayContaining([keyUrl]) })
      const [method] = document.verificationMethod
      expect(sameKey(method.publicKeyJwk, loaded.value)).toBe(true)
    }
  })

  it('is refused twice, and leads to no key that another wallet has', async () => {
    const wallet = store().instance()
    const [mine, theirs] = [await newOwner(wallet), await newOwner(wallet)]
    const [key] = await listKeys(wallet, theirs)
    const keyId = key?.id ?? ''
    expect(await createDid(wallet, mine, { method: 'key', keyId, alias: 'a' })).toMatchObject({
      error: { code: 'key_unknown' },
    })
    await created(wallet, theirs, { method: 'key', keyId })
    expect(await createDid(wallet, theirs, { method: 'key', keyId, alias: 'a' })).toMatchObject({
      error: { code: 'did_exists' },
    })
  })

  it('leaves nothing of itself to read in the database', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const wish = { method: 'web', domain: 'planted.example' }
    await created(wallet, owned, wish as CreateDid)
    const own = await created(wallet, owned, { method: 'web' })
    const text = await dump(store())
    const name = own.split(':').at(-1) ?? ''
    const secrets = ['planted', 'did:', name, 'verificationMethod']
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  })
})

onBothDatabases('a did:web', (store) => {
  it('without a place gets a name on the own host, and its document is there for everybody', async () => {
    const { owned, prefix, wallet } = await hosting(store())
    const did = await created(wallet, owned, { method: 'web' })
    expect(did.startsWith(prefix)).toBe(true)
    const found = await findDid(wallet, owned, did)
    const document = await hostedDocument(store().instance(wallet), did.slice(prefix.length))
    expect(document).toEqual({ ok: true, value: found.ok && found.value.document })
    const [name] = await namesOfKey(wallet, owned, await keyOf(wallet, owned, did))
    expect(await wallet.dids.keyOf(name?.keyUrl ?? '', 'authentication')).toMatchObject({ ok: true })
  })

  it('of a chosen place is written as that place', async () => {
    const { owned, prefix, wallet } = await hosting(store())
    const own = await created(wallet, owned, {
      method: 'web',
      path: '/wallet-api/registry/alice',
    } as CreateDid)
    expect(own).toBe(`${prefix}alice`)
    const elsewhere = { method: 'web', domain: 'Holder.example:8443', path: '/people/ada' }
    expect(await created(wallet, owned, elsewhere as CreateDid)).toBe(
      'did:web:holder.example%3A8443:people:ada',
    )
    expect(await hostedDocument(wallet, 'ada')).toMatchObject({ error: { code: 'did_unknown' } })
  })

  it('of the own host is given to one wallet, however many ask at once, and to nobody else ever', async () => {
    const { wallet } = await hosting(store())
    const owners = await Promise.all(Array.from({ length: 5 }, () => newOwner(wallet)))
    const path = '/wallet-api/registry/wanted'
    const wish = { method: 'web', path, alias: 'a' } as const
    const all = await Promise.all(owners.map((owned) => createDid(wallet, owned, wish)))
    const winner = owners[all.findIndex(({ ok }) => ok)]
    const [loser] = owners.filter((owned) => owned !== winner)
    if (winner === undefined || loser === undefined) throw new Error('nobody won')
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
    expect(all.filter((one) => !one.ok && one.error.code === 'did_taken')).toHaveLength(4)

    const did = all.find(({ ok }) => ok)
    await deleteDid(wallet, winner, did?.ok === true ? did.value.did : '')
    expect(await hostedDocument(wallet, 'wanted')).toMatchObject({ error: { code: 'did_unknown' } })
    expect(await createDid(wallet, loser, wish)).toMatchObject({ error: { code: 'did_taken' } })
    expect(await createDid(wallet, winner, wish)).toMatchObject({ ok: true })
    expect(await hostedDocument(wallet, 'wanted')).toMatchObject({ ok: true })
  })

  it.each<[string, object]>([
    ['an address', { domain: '127.0.0.1' }],
    ['a URL', { domain: 'https://holder.example' }],
    ['a step up', { path: '/wallet-api/registry/../admin' }],
    ['a colon', { path: '/a:b' }],
    ['a query', { path: '/a?b=c' }],
    ['a line break', { path: '/a\nb' }],
  ])('is refused for %s, before a key is made for it', async (_what, place) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    expect(await createDid(wallet, owned, { method: 'web', alias: 'a', ...place })).toEqual({
      ok: false,
      error: { code: 'did_place_unusable' },
    })
    expect(await listKeys(wallet, owned)).toHaveLength(1)
  })

  it.each(['', '..', 'a%2Fb', 'a:b', 'x'.repeat(101), 'unknown', '__proto__'])(
    'shows no document under the name "%s"',
    async (name) => {
      const wallet = store().instance()
      expect(await hostedDocument(wallet, name)).toEqual({ ok: false, error: { code: 'did_unknown' } })
    },
  )
})

onBothDatabases('a DID that is brought along', (store) => {
  it('is kept with its key: its own document, or the one that lies at its place', async () => {
    const wallet = store().instance()
    const key = generateSoftwareKey('ES256')
    const other = await newOwner(wallet)
    const made = await importDid(wallet, other, { did: selfDid('jwk', key).did, key, alias: 'mine' })
    expect(made).toMatchObject({ ok: true })
    const { did } = await site(documentWith(bareKey(key)))
    const owned = await newOwner(wallet)
    expect(await importDid(wallet, owned, { did, key: JSON.stringify(key), alias: 'web' })).toEqual({
      ok: true,
      value: { did },
    })
    const keys = await listKeys(wallet, owned)
    expect(keys).toHaveLength(2)
    const found = await findDid(wallet, owned, did)
    expect(found.ok && JSON.parse(found.value.document)).toMatchObject({ id: did, service: ['kept'] })
    const [name] = await namesOfKey(wallet, owned, await keyOf(wallet, owned, did))
    expect(name).toEqual({ did, keyUrl: `${did}#my-key` })
    expect(await importDid(wallet, owned, { did, key, alias: 'again' })).toMatchObject({
      error: { code: 'did_exists' },
    })
    expect(await listKeys(wallet, owned)).toHaveLength(2)
  })

  it.each<[string, (key: object) => (did: string) => object, object]>([
    [
      'names another key',
      () => documentWith(bareKey(generateSoftwareKey('ES256'))),
      { code: 'did_key_differs' },
    ],
    [
      'does not let the key authenticate',
      (key) => (did) => ({ ...documentWith(key)(did), authentication: [] }),
      { code: 'did_key_differs' },
    ],
    [
      'gives the key to another controller',
      (key) => (did) => documentWith(key, { controller: 'did:web:other.example' })(did),
      { code: 'did_key_differs' },
    ],
    [
      'lets the key expire',
      (key) => (did) => documentWith(key, { expires: '2020-01-01T00:00:00Z' })(did),
      { code: 'did_key_differs' },
    ],
    [
      'is about another',
      (key) => (did) => ({ ...documentWith(key)(did), id: 'did:web:other.example' }),
      { code: 'did_document_of_another' },
    ],
    ['is none', () => () => [], { code: 'did_document_malformed' }],
  ])('is refused when its document %s', async (_what, document, error) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const key = generateSoftwareKey('ES256')
    const { did } = await site(document(bareKey(key)))
    expect(await importDid(wallet, owned, { did, key, alias: 'a' })).toMatchObject({ ok: false, error })
    expect(await listDids(wallet, owned)).toHaveLength(1)
    expect(await listKeys(wallet, owned)).toHaveLength(1)
  })

  it.each<[string, object]>([
    ['did:web:127.0.0.1', { code: 'did_malformed' }],
    ['did:web:localhost%3A1', { code: 'did_not_found' }],
    ['did:ebsi:zsomething', { code: 'did_method_unsupported' }],
    ['hello', { code: 'did_malformed' }],
  ])('is refused as %s', async (did, error) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const key = generateSoftwareKey('ES256')
    expect(await importDid(wallet, owned, { did, key, alias: 'a' })).toMatchObject({
      error,
    })
    expect(await listKeys(wallet, owned)).toHaveLength(1)
  })

  it('is refused with the key of another DID, and asks nobody for a key that is none', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const key = generateSoftwareKey('ES256')
    const did = selfDid('key', generateSoftwareKey('ES256')).did
    expect(await importDid(wallet, owned, { did, key, alias: 'a' })).toMatchObject({
      error: { code: 'did_key_differs' },
    })
    const place = await site(documentWith(bareKey(key)))
    expect(await importDid(wallet, owned, { did: place.did, key: bareKey(key), alias: 'a' })).toMatchObject({
      error: { code: 'key_not_private' },
    })
    expect(place.asked).toEqual([])
  })
})

function documentWith(key: object, more: object = {}) {
  return (did: string) => ({
    id: did,
    verificationMethod: [{ id: '#my-key', type: 'JsonWebKey', controller: did, publicKeyJwk: key, ...more }],
    authentication: ['#my-key'],
    service: ['kept'],
  })
}

async function keyOf(wallet: Wallet, owned: OwnedWallet, did: string) {
  const found = await findDid(wallet, owned, did)
  const keyId = found.ok ? found.value.keyId : ''
  const publicJwk = await loadPublicKey(wallet, owned, keyId)
  if (!publicJwk.ok) throw new Error(publicJwk.error.code)
  return { keyId, publicJwk: publicJwk.value }
}
