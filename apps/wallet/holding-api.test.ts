import { parseDidDocument } from '@countersign/did/parse-did-document'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { openStatusLists } from '@countersign/service/outgoing/kept-status-lists'
import { issuerTrust, statusListTrust } from '@countersign/trust/issuer-trust'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { selfDid } from './dids/did-method.ts'
import { json, type Person, startApi, type TestApi, type TextBody } from './testing/api.testing.ts'
import { identity, identityAs, issuerChains, startTestIssuer } from './testing/issuer.testing.ts'
import { onBothDatabases } from './testing/wallet.testing.ts'

const remote = createRemote({ allowHttp: true, allowPrivateAddresses: true, timeoutMs: 30_000 })
afterAll(() => remote.close())

onBothDatabases('the calls for keys, DIDs and credentials', (store) => {
  const closing: (() => Promise<void>)[] = []
  let api: TestApi

  beforeAll(async () => {
    const trust = statusListTrust(issuerChains)
    const statusLists = openStatusLists(remote, { crypto: nodeCrypto, compression: nodeCompression, trust })
    const issuers = { trust: issuerTrust(issuerChains), statusLists, listAnchors: () => ['Test CA'] }
    api = await startApi(store().instance({ issuers, now: () => Math.floor(Date.now() / 1000) }))
  })
  afterAll(() => api.close())
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  /** A call in the wallet of somebody. */
  const inWallet = async (me: Person, method: string, path: string, more?: TextBody) =>
    api.ask(method, me.wallet + path, { ...more, headers: { ...me.headers, ...more?.headers } })
  const text = (body: string): TextBody => ({ headers: { 'content-type': 'text/plain' }, body })

  it('make, describe, export, sign with, verify by and delete a key', async () => {
    const me = await api.person()
    const made = await inWallet(me, 'POST', '/keys/generate', json({ backend: 'jwk', keyType: 'secp256k1' }))
    expect(made.status).toBe(201)
    const key = `/keys/${made.text}`
    expect((await inWallet(me, 'GET', '/keys')).json()).toContainEqual({
      algorithm: 'secp256k1',
      cryptoProvider: 'jwk',
      keyId: { id: made.text },
      keyPair: {},
      keysetHandle: null,
      name: null,
      provesPossession: false,
      credentials: 0,
    })
    expect((await inWallet(me, 'GET', `${key}/meta`)).json()).toMatchObject({
      keyId: made.text,
      algorithm: 'secp256k1',
      signatureAlgorithm: 'ES256K',
      provesPossession: false,
    })
    const jwk = await inWallet(me, 'GET', `${key}/export`)
    expect(jwk.json()).toMatchObject({ kty: 'EC', crv: 'secp256k1' })
    expect(jwk.json()).not.toHaveProperty('d')
    const secret = await inWallet(me, 'GET', `${key}/export?format=PEM&loadPrivateKey=true`)
    expect(secret.text).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    expect(secret.headers.get('cache-control')).toBe('no-store')

    const signed = await inWallet(me, 'POST', `${key}/sign`, json({ hello: 'world' }))
    const query = `JWK=${encodeURIComponent(jwk.text)}`
    const verified = await inWallet(me, 'POST', `/keys/verify?${query}`, text(signed.text))
    expect([verified.status, verified.json()]).toEqual([200, true])
    const changed = await inWallet(me, 'POST', `/keys/verify?${query}`, text(`${signed.text}A`))
    expect([changed.status, changed.json()]).toEqual([200, false])
    expect((await inWallet(me, 'POST', '/keys/verify?JWK=%7B%7D', text(signed.text))).status).toBe(400)

    expect((await inWallet(me, 'DELETE', `${key}/remove`)).status).toBe(202)
    expect((await inWallet(me, 'GET', `${key}/meta`)).status).toBe(404)
    const back = await inWallet(me, 'POST', '/keys/import?alias=back', text(secret.text))
    expect(back.status).toBe(201)
    expect((await inWallet(me, 'GET', '/keys')).text).toContain('"name":"back"')
    expect((await inWallet(me, 'POST', '/keys/import', text(secret.text))).status).toBe(409)
    expect((await inWallet(me, 'POST', '/keys/import', json({ kty: 'EC' }))).status).toBe(400)
    expect((await inWallet(me, 'POST', '/keys/generate', json({ keyType: 'P-256' }))).status).toBe(400)
    expect((await inWallet(me, 'GET', `/keys/${back.text}/export?format=DER`)).status).toBe(400)
  })

  it('make DIDs of every method, and show those of this host to everybody', async () => {
    const me = await api.person()
    const create = async (path: string) => {
      const made = await inWallet(me, 'POST', `/dids/create/${path}`)
      expect(made.status).toBe(200)
      return made.text
    }
    const rsa = await inWallet(me, 'POST', '/keys/generate', json({ keyType: 'RSA4096' }))
    const long = await create(`jwk?keyId=${rsa.text}`)
    expect(long.length).toBeGreaterThan(700)
    expect((await inWallet(me, 'GET', `/dids/${long}`)).json()).toMatchObject({ id: long })
    expect(await create('key?useJwkJcsPub=true')).toMatch(/^did:key:z2dm/)
    expect(await create('web?domain=holder.example&path=%2Fada')).toBe('did:web:holder.example:ada')
    const did = await create('web')
    expect(did).toMatch(/^did:web:localhost%3A7001:wallet-api:registry:[\w-]{22}$/)
    const name = did.split(':').at(-1)

    const shown = await api.ask('GET', `/wallet-api/registry/${name}/did.json`)
    expect(shown.status).toBe(200)
    expect(parseDidDocument(shown.text, did, 0)).toMatchObject({ ok: true })
    expect(shown.headers.get('access-control-allow-origin')).toBe('*')
    expect((await api.ask('GET', '/wallet-api/registry/unknown/did.json')).status).toBe(404)
    expect((await api.ask('GET', '/wallet-api/registry')).status).toBe(404)
    expect((await inWallet(me, 'DELETE', `/dids/${encodeURIComponent(did)}`)).status).toBe(202)
    expect((await api.ask('GET', `/wallet-api/registry/${name}/did.json`)).status).toBe(404)
    expect((await inWallet(me, 'POST', '/dids/create/web?domain=10.0.0.1')).status).toBe(400)
    expect((await inWallet(me, 'POST', '/dids/create/ebsi')).status).toBe(400)
  })

  it('import a DID with its key', async () => {
    const me = await api.person()
    const key = generateSoftwareKey('EdDSA')
    const { did } = selfDid('key', key)
    const imported = await inWallet(me, 'POST', '/dids/import', json({ did, key, alias: 'brought' }))
    expect([imported.status, imported.text]).toEqual([200, did])
    expect((await inWallet(me, 'GET', '/dids')).text).toContain('"alias":"brought"')
    const other = generateSoftwareKey('EdDSA')
    const wrong = await inWallet(me, 'POST', '/dids/import', json({ did, key: other, alias: 'a' }))
    expect(wrong.status).toBe(400)
    expect(wrong.json<{ message: string }>().message).toContain('does not name this key')
  })

  it.each([identity, ...Object.values(identityAs)])('show a $format credential', async (configuration) => {
    const me = await api.person()
    const issuer = await startTestIssuer({ status: { now: 'suspended' } })
    closing.push(issuer.close)
    const offer = issuer.offer({ configurations: [configuration.id] })
    const used = await inWallet(me, 'POST', '/exchange/useOfferRequest', text(offer))
    expect(used.status).toBe(200)
    const [credential] = used.json<Record<string, unknown>[]>()
    const { format, id: configurationId } = configuration
    expect(credential).toMatchObject({ format, pending: false })
    const withDisclosures = format === 'dc+sd-jwt' || format === 'vc+sd-jwt'
    expect(credential !== undefined && 'disclosures' in credential).toBe(withDisclosures)
    expect(String(credential?.['document'])).toMatch(
      format === 'mso_mdoc' ? /^[\w-]+$/ : /^[\w-]+\.[\w-]+\.[\w-]+$/,
    )
    const claims = { given_name: 'Ada-planted', family_name: 'Example-planted' }
    const shape = { mso_mdoc: { 'org.test': claims }, 'dc+sd-jwt': { ...claims, vct: identity.type } }
    expect(credential?.['parsedDocument'], configurationId).toMatchObject(
      format in shape
        ? shape[format as keyof typeof shape]
        : { type: ['VerifiableCredential', 'IdentityCard'], credentialSubject: claims },
    )

    const one = `/credentials/${String(credential?.['id'])}`
    const view = await inWallet(me, 'GET', `${one}/view?locale=de-AT,en`)
    expect(view.json()).toMatchObject({ title: 'Ausweis', id: credential?.['id'] })
    expect((await inWallet(me, 'GET', `${one}/view?locale=%3Cb%3E`)).status).toBe(400)
    const status = (await inWallet(me, 'GET', `${one}/status`)).json<{ type: string; result: unknown }[]>()
    // Data model 1.1 has one status, which is revocation.
    const told = format === 'jwt_vc_json' ? 'revocation' : 'suspension'
    expect(status.find(({ type }) => type === told)).toMatchObject(
      told === 'revocation' ? { result: false } : { result: true, message: 'suspended', status: 'suspended' },
    )
    for (const call of ['view', 'status']) {
      expect((await inWallet(me, 'GET', `/credentials/urn:uuid:none/${call}`)).status).toBe(404)
    }
  })

  it('say which claim of a credential they cannot show', async () => {
    const me = await api.person()
    const issuer = await startTestIssuer({ claimAsWritten: '"points":9007199254740993' })
    closing.push(issuer.close)
    const used = await inWallet(me, 'POST', '/exchange/useOfferRequest', text(issuer.offer()))
    const [credential] = used.json<Record<string, unknown>[]>()
    expect(credential).toMatchObject({ unshown: [['points']], parsedDocument: { vct: identity.type } })
    const view = await inWallet(me, 'GET', `/credentials/${String(credential?.['id'])}/view`)
    expect(view.json()).toMatchObject({ unshown: [['points']] })
  })

  it('are closed to everybody else', async () => {
    const [me, other] = [await api.person(), await api.person()]
    const keys = (await inWallet(other, 'GET', '/keys')).json<{ keyId: { id: string } }[]>()
    const key = `/keys/${keys[0]?.keyId.id}`
    const calls = [
      ['GET', `${key}/meta`],
      ['GET', `${key}/export?loadPrivateKey=true`],
      ['POST', `${key}/sign`],
      ['DELETE', `${key}/remove`],
      ['POST', '/keys/import'],
      ['POST', '/keys/verify?JWK=x'],
      ['POST', '/dids/import'],
      ['GET', '/credentials/x/view'],
      ['GET', '/credentials/x/status'],
    ] as const
    for (const [method, path] of calls) {
      const body = method === 'POST' ? json({}) : undefined
      expect((await api.ask(method, other.wallet + path, body)).status, path).toBe(401)
      const mine = { ...body, headers: { ...me.headers, ...body?.headers } }
      expect((await api.ask(method, other.wallet + path, mine)).status, path).toBe(404)
    }
    expect((await inWallet(me, 'GET', `${key}/export?loadPrivateKey=true`)).status).toBe(404)
  })

  it('say how many copies are left, and have a card issued anew', async () => {
    const issuer = await startTestIssuer({ batchSize: 3, refreshes: true })
    closing.push(() => issuer.close())
    const me = await api.person()
    const received = await inWallet(me, 'POST', '/exchange/useOfferRequest', text(issuer.offer()))
    const left = { unused: 3, total: 3 }
    expect(received.json()).toMatchObject([{ copies: left }])
    const [{ id, document } = { id: '', document: '' }] = received.json<{ id: string; document: string }[]>()
    const at = `/credentials/${encodeURIComponent(id)}`
    expect((await inWallet(me, 'GET', at)).json()).toMatchObject({ id, copies: left })
    expect((await inWallet(me, 'GET', '/credentials')).json()).toMatchObject([{ id, copies: left }])
    expect((await inWallet(me, 'GET', `/cards/${encodeURIComponent(id)}`)).json()).toMatchObject({
      bound: true,
      copies: left,
    })
    const anew = await inWallet(me, 'POST', `${at}/refresh`)
    expect([anew.status, anew.json()]).toMatchObject([200, { id, copies: left }])
    expect(anew.json<{ document: string }>().document).not.toBe(document)

    const single = await startTestIssuer()
    closing.push(() => single.close())
    const other = await inWallet(me, 'POST', '/exchange/useOfferRequest', text(single.offer()))
    const [one] = other.json<{ id: string }[]>()
    expect(one).not.toHaveProperty('copies')
    const refused = await inWallet(me, 'POST', `/credentials/${encodeURIComponent(one?.id ?? '')}/refresh`)
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('ask the issuer')])
    const stranger = await api.person()
    expect((await inWallet(stranger, 'POST', `${at}/refresh`)).status).toBe(404)
  })
})
