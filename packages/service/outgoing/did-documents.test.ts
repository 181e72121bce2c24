import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bareKey } from '@countersign/crypto/jwk'
import { didResolver } from '@countersign/did/did-resolver'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { didDocumentFetcher } from './did-documents.ts'
import { createRemote, type Remote } from './guarded-client.ts'

const key = bareKey(generateSoftwareKey('ES256'))
const asked: IncomingMessage[] = []
let answer: (response: ServerResponse) => void = () => undefined
const server = createServer((request, response) => {
  asked.push(request)
  answer(response)
})
const open = createRemote({ allowHttp: true, allowPrivateAddresses: true, timeoutMs: 2000 })
const guarded = createRemote({ allowHttp: true })
let did = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  did = `did:web:localhost%3A${(server.address() as AddressInfo).port}:issuers:one`
})

afterAll(async () => {
  await open.close()
  await guarded.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const document = () =>
  JSON.stringify({
    id: did,
    verificationMethod: [{ id: '#1', type: 'JsonWebKey', controller: did, publicKeyJwk: key }],
    assertionMethod: ['#1'],
  })

function resolve(remote: Remote, allowHttp = true) {
  const fetchDocument = didDocumentFetcher(remote, { allowHttp })
  return didResolver({ fetchDocument, now: () => 1_780_000_000 })(`${did}#1`, 'assertionMethod')
}

describe('a did:web', () => {
  it.each(['application/did+json', 'application/json; charset=utf-8', 'text/plain', undefined])(
    'leads to the key that its host serves as %s',
    async (type) => {
      answer = (response) => response.writeHead(200, type ? { 'content-type': type } : {}).end(document())
      expect(await resolve(open)).toEqual({ ok: true, value: key })
      expect(asked.at(-1)?.url).toBe('/issuers/one/did.json')
      expect(asked.at(-1)?.headers['accept']).toContain('application/did+json')
    },
  )

  it.each<[string, (response: ServerResponse) => void, object]>([
    [
      'is not there',
      (response) => response.writeHead(404).end(),
      { code: 'did_not_found', reason: 'status_404' },
    ],
    [
      'lies elsewhere',
      (response) => response.writeHead(302, { location: '/other' }).end(),
      { code: 'did_not_found', reason: 'status_302' },
    ],
    [
      'is large',
      (response) => response.writeHead(200).end(' '.repeat(70_000)),
      { code: 'did_not_found', reason: 'response_too_large' },
    ],
    [
      'is endless',
      (response) => response.writeHead(200).end(' '.repeat(2_000_000)),
      { code: 'did_not_found', reason: 'response_too_large' },
    ],
    ['does not come', () => undefined, { code: 'did_not_found', reason: 'timeout' }],
    [
      'is a page',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
      { code: 'did_document_malformed', reason: 'json_invalid' },
    ],
    [
      'is about another',
      (response) => response.end('{"id":"did:web:other"}'),
      { code: 'did_document_of_another' },
    ],
  ])('whose document %s leads nowhere', async (_what, behaviour, error) => {
    answer = behaviour
    expect(await resolve(open)).toEqual({ ok: false, error })
  })

  it('never leads into a private network', async () => {
    const before = asked.length
    answer = (response) => response.end(document())
    const error = { code: 'did_not_found', reason: 'address_not_allowed' }
    expect(await resolve(guarded)).toEqual({ ok: false, error })
    expect(asked.length).toBe(before)
  })

  it('is asked for over https unless the deployment allows http, and elsewhere always', async () => {
    const urls: string[] = []
    const remote: Pick<Remote, 'request'> = {
      request: async ({ url }) => {
        urls.push(url)
        return { ok: false, error: { code: 'timeout', timeoutMs: 1 } }
      },
    }
    const hosts = [
      'https://localhost:1/did.json',
      'https://issuer/did.json',
      'https://issuer.example/did.json',
    ]
    for (const url of hosts) await didDocumentFetcher(remote as Remote)(url)
    for (const url of hosts) await didDocumentFetcher(remote as Remote, { allowHttp: true })(url)
    expect(urls).toEqual([
      ...hosts,
      'http://localhost:1/did.json',
      'http://issuer/did.json',
      'https://issuer.example/did.json',
    ])
  })
})
