import { keyOfDocument } from '@countersign/did/did-document'
import { parseDidDocument } from '@countersign/did/parse-did-document'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { ownDid } from './own-did.ts'
import { serveVerifier } from './testing/served.testing.ts'
import { testVerifier } from './testing/verifier.testing.ts'

const signer = newKey()
const made = (did: string, baseUrl: string, by = signer) => ownDid(did, baseUrl, by, nodeCrypto)

describe('the did:web of a verifier', () => {
  it.each([
    ['did:web:shop.example', 'https://shop.example'],
    ['did:web:Shop.example', 'https://shop.example'],
    ['did:web:shop.example', 'https://SHOP.example/'],
    ['did:web:shop.example%3A8443', 'https://shop.example:8443'],
    ['did:web:shop.example:verifier', 'https://shop.example/verifier'],
    ['did:web:shop.example:a:b', 'https://shop.example/a/b/'],
    ['did:web:localhost%3A7003', 'http://localhost:7003'],
    ['did:web:verifier%3A7003', 'http://verifier:7003'],
  ])('%s leads to %s', async (did, baseUrl) => {
    const own = await made(did, baseUrl)
    expect(own).toMatchObject({
      ok: true,
      value: { did, keyId: expect.stringMatching(/^did:web:[^#]+#[\w-]{43}$/) },
    })
  })

  it.each([
    ['did:web:other.example', 'https://shop.example', 'did:web:shop.example'],
    ['did:web:shop.example', 'https://shop.example/verifier', 'did:web:shop.example:verifier'],
    ['did:web:shop.example:verifier', 'https://shop.example', 'did:web:shop.example'],
    ['did:web:shop.example:Verifier', 'https://shop.example/verifier', 'did:web:shop.example:verifier'],
    ['did:web:shop.example', 'https://shop.example:8443', 'did:web:shop.example%3A8443'],
    ['did:web:www.shop.example', 'https://shop.example', 'did:web:shop.example'],
    ['did:web:shop.example', 'http://127.0.0.1:7003', undefined],
    ['did:web:shop.example', 'https://shop.example/a%2Fb', undefined],
  ])('%s does not lead to %s', async (did, baseUrl, here) => {
    expect(await made(did, baseUrl)).toEqual({ ok: false, error: { code: 'did_leads_elsewhere', here } })
  })

  it.each([
    'did:web:127.0.0.1%3A7003',
    'did:web:shop.example/verifier',
    'did:web:',
    'did:web:shop.example#0',
  ])('%s leads nowhere', async (did) => {
    expect(await made(did, 'https://shop.example')).toEqual({ ok: false, error: { code: 'did_malformed' } })
  })

  it('has a document with the key for what a verifier does, and for nothing else', async () => {
    const own = await made('did:web:shop.example', 'https://shop.example')
    if (!own.ok) throw new Error(own.error.code)
    const { did, document, keyId } = own.value
    const read = parseDidDocument(JSON.stringify(document), did, 0)
    if (!read.ok) throw new Error(read.error.code)
    const { kid: _kid, alg: _alg, use: _use, ...key } = signer.publicJwk
    for (const use of ['authentication', 'assertionMethod'] as const)
      expect(keyOfDocument(read.value, keyId, use)).toMatchObject({ ok: true, value: key })
    for (const use of ['keyAgreement', 'capabilityInvocation', 'capabilityDelegation'] as const)
      expect(keyOfDocument(read.value, keyId, use)).toMatchObject({ ok: false })
    expect(JSON.stringify(document)).not.toContain('"d"')
  })

  it('names another key otherwise, and the same key alike on each instance', async () => {
    const keyIdOf = async (by = signer) => {
      const own = await made('did:web:shop.example', 'https://shop.example', by)
      return own.ok ? own.value.keyId : own.error.code
    }
    expect(await keyIdOf()).toBe(await keyIdOf())
    expect(await keyIdOf(newKey())).not.toBe(await keyIdOf())
  })
})

describe('the document', () => {
  const DOCUMENT = [
    '/.well-known/did.json',
    '/did.json',
    '/verifier/did.json',
    '/verifier/.well-known/did.json',
  ]

  async function answersOf(baseUrl: string, did: string | undefined) {
    const { verifier } = await testVerifier()
    const own = did === undefined ? undefined : await made(did, baseUrl)
    const didDocument = own?.ok ? own.value.document : undefined
    const served = { ...verifier, baseUrl, didDocument }
    const service = await serveVerifier({ verifier: served }, { baseUrl, features: ['openapi'] })
    try {
      const { app } = service
      const answers = await Promise.all(
        DOCUMENT.map((url) => app.inject({ url, headers: { origin: 'https://x.example' } })),
      )
      const { paths } = (await app.inject('/api.json')).json<{ paths: object }>()
      const described = Object.keys(paths).filter((path) => path.endsWith('did.json'))
      return { answers, described, didDocument }
    } finally {
      await service.close()
    }
  }

  it.each([
    ['https://shop.example', 'did:web:shop.example', [200, 404, 404, 404], '/.well-known/did.json'],
    // A proxy may take the path off a request or leave it there.
    ['https://shop.example/verifier', 'did:web:shop.example:verifier', [404, 200, 200, 404], '/did.json'],
  ])('of %s lies where %s leads to', async (baseUrl, did, statuses, path) => {
    const { answers, described, didDocument } = await answersOf(baseUrl, did)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(statuses)
    const served = answers.find(({ statusCode }) => statusCode === 200)
    expect(served?.json()).toEqual(didDocument)
    expect(served?.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/did\+json\b/),
      'access-control-allow-origin': '*',
    })
    expect(described).toEqual([path])
  })

  it('is not there where the verifier has no such DID', async () => {
    const { answers, described } = await answersOf('https://shop.example', undefined)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404])
    expect(described).toEqual([])
  })
})
