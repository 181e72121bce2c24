/** An issuer as it is started, and a register that it asks for claims over HTTP. */
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { newKey } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startIssuer } from '../main.ts'
import { claims, configurationId } from '../testing/issuer.testing.ts'

const SECRET = Buffer.alloc(32, 7)

interface Asked {
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

const asked: Asked[] = []
/** What the register answers, one after the other. */
const answers: [number, object][] = []

const register = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    asked.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    const [status, body] = answers.shift() ?? [500, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
})

let folder: string
let issuer: Awaited<ReturnType<typeof startIssuer>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-asking-'))
  await new Promise<void>((resolve) => register.listen(0, '127.0.0.1', resolve))
  const address = register.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await writeFile(join(folder, 'secrets'), `whsec_${SECRET.toString('base64')}`)
  await writeFile(
    join(folder, 'asking.conf'),
    `credentialConfigurationId = "${configurationId}"
     claims { source = "webhook", url = "http://127.0.0.1:${port}/claims", header { name = "X-Register-Key", value = \${REGISTER_KEY} } }`,
  )
  process.env['REGISTER_KEY'] = 'secret-of-the-register'
  const flags = {
    data: join(folder, 'data'),
    profilesDir: folder,
    callbackSecretFile: join(folder, 'secrets'),
  }
  issuer = await startIssuer({
    argv: [
      '--webPort=0',
      '--logLevel=silent',
      ...Object.entries(flags).map(([key, value]) => `--${key}=${value}`),
    ],
    env: {},
    cwd: folder,
    defaultPort: 0,
  })
})
afterAll(async () => {
  delete process.env['REGISTER_KEY']
  await issuer?.close()
  register.close()
  await rm(folder, { recursive: true })
})

async function post(path: string, body: object | URLSearchParams, headers: Record<string, string> = {}) {
  const isForm = body instanceof URLSearchParams
  const answer = await fetch(issuer.url + path, {
    method: 'POST',
    headers: { ...(!isForm && { 'content-type': 'application/json' }), ...headers },
    body: isForm ? body : JSON.stringify(body),
  })
  return {
    status: answer.status,
    headers: answer.headers,
    json: (await answer.json()) as Record<string, unknown>,
  }
}

it('gets through a fault of the register, and issues what it says', async () => {
  const offer = await post('/openid4vc/profiles/asking/offers', {})
  const link = new URL(new URL(String(offer.json['url'])).searchParams.get('credential_offer_uri') ?? '')
  // It was started on any free port, and does not call itself by that.
  const opened = await fetch(`${issuer.url}${link.pathname}${link.search}`)
  const { credential_issuer: identifier, grants } = (await opened.json()) as {
    credential_issuer: string
    grants: Record<string, Record<string, string>>
  }
  const [[grantType, grant] = ['', {}]] = Object.entries(grants)
  const token = await post('/token', new URLSearchParams({ grant_type: grantType, ...grant }))
  const { json: nonce } = await post('/nonce', {})
  const proof = await createKeyProof({
    signer: newKey(),
    issuer: identifier,
    nonce: String(nonce['c_nonce']),
    now: Math.floor(Date.now() / 1000),
    keyReference: 'jwk',
  })
  const request = { credential_configuration_id: configurationId, proofs: { jwt: [proof] } }
  const authorization = { authorization: `Bearer ${String(token.json['access_token'])}` }

  answers.push([502, {}], [200, { claims }])
  const first = await post('/credential', request, authorization)
  expect([first.status, first.json['error'], first.headers.get('retry-after')]).toEqual([
    503,
    'server_error',
    '5',
  ])
  const second = await post('/credential', request, authorization)
  expect(second.status).toBe(200)

  expect(asked).toHaveLength(2)
  for (const { body, headers } of asked) {
    expect(headers['x-register-key']).toBe('secret-of-the-register')
    const id = `${String(offer.json['id'])}.${configurationId}`
    expect(headers['webhook-id']).toBe(id)
    const signed = `${id}.${String(headers['webhook-timestamp'])}.${body}`
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`,
    )
    expect(JSON.parse(body)).toMatchObject({
      session: offer.json['id'],
      profile: { name: 'asking', version: 1 },
      holder: { keyThumbprint: expect.stringMatching(/^[\w-]{43}$/) },
    })
  }
})
