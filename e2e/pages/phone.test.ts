/**
 * `countersign up --lan` as a phone in the same network meets it: one real start under an address, and one under a name that
 * this machine does not really have. What no neighbour may reach is tried as well.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setDefaultCACertificates, connect as tlsConnect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { NODE_FLAGS } from '@countersign/countersign/command/node-flags'
import { openLan, showLan } from '@countersign/countersign/lan/open-lan'
import { SERVICE_NAMES, type ServiceName } from '@countersign/countersign/services'
import { closeAll, startAll } from '@countersign/countersign/up'
import { freePorts } from '@countersign/local-servers/ports'
import { type Program, startProgram } from '@countersign/local-servers/process/program'
import { startChromium } from '@countersign/testing/browser/chromium'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { watchedPage } from '@countersign/testing/browser/watched-page'
import { issue, verify } from '@countersign/testing/client/flows'
import { offerUri, requestUri } from '@countersign/testing/client/protocol-wallet'
import { logIn, newWalletUser, receive } from '@countersign/testing/client/wallet-api'
import { ownAddress } from '@countersign/testing/own-address'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAuthenticator, newOffer, newRequest, pressDecision, shows } from './people.ts'

const MAIN = fileURLToPath(new URL('../../apps/countersign/main.mjs', import.meta.url))
const REACHED = SERVICE_NAMES.filter((name) => name !== 'portal')

type Ports = Readonly<Record<ServiceName, number>>

async function portsOfAll(): Promise<{ readonly ports: Ports; readonly flags: readonly string[] }> {
  const free = await freePorts(SERVICE_NAMES.length)
  const ports = Object.fromEntries(SERVICE_NAMES.map((name, at) => [name, free[at]])) as Ports
  return { ports, flags: SERVICE_NAMES.map((name) => `--${name}.webPort=${ports[name]}`) }
}

const local = (port: number) => `http://localhost:${port}`

/** Trusts these certificates and none beside, as `fetch` and everything else of this process. */
const trustOnly = (...pems: readonly string[]) => setDefaultCACertificates([...pems])

/** Everything that looks like an address in an answer. */
function addressesIn(json: unknown): readonly string[] {
  if (typeof json === 'string') return /^https?:/.test(json) ? [json] : []
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(addressesIn) : []
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-phone-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a stack under an address', () => {
  const address = ownAddress()
  let program: Program
  let ports: Ports
  let said = ''
  let anchor: string
  const secure = (name: ServiceName) => `https://${address}:${ports[name]}`

  beforeAll(async () => {
    const given = await portsOfAll()
    ports = given.ports
    program = startProgram({
      program: process.execPath,
      args: [
        ...NODE_FLAGS,
        MAIN,
        'up',
        `--lan=${address}`,
        `--data=${join(folder, 'address')}`,
        ...given.flags,
      ],
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      onOutput: (text) => {
        said += text
      },
    })
    void program.ended.then((end) => {
      said += `\n${end}`
    })
    await eventually('it says where it is, or ends', () => /stay on this machine|ended/.test(said))
    expect(said).not.toContain('ended')
    anchor = await (await fetch(`${pageUrl()}/countersign.crt`)).text()
  })
  afterAll(() => program?.stop())

  const pageUrl = () => /open (http:\/\/[\d.]+:\d+)\n/.exec(said)?.[1] ?? said

  it('shows the certificate over plain http, with the fingerprint that the terminal says', async () => {
    const { fingerprint256, subject } = new X509Certificate(anchor)
    expect(subject).toContain(`CN=Countersign at ${address}`)
    expect(said.replaceAll(/\s/g, '')).toContain(fingerprint256)
    expect(said).toMatch(/▄▄▄▄▄/)
    for (const [path, text] of [
      ['/', 'How it is removed'],
      ['/de', 'Wie man es entfernt'],
    ] as const) {
      const page = await fetch(`${pageUrl()}${path}`)
      const html = await page.text()
      expect(page.status).toBe(200)
      expect(html).toContain(fingerprint256)
      expect(html).toContain(`href="${secure('web-wallet')}"`)
      expect(html).toContain(text)
    }
    const { headers } = await fetch(`${pageUrl()}/countersign.crt`)
    expect(headers.get('content-type')).toBe('application/x-x509-ca-cert')
    expect(headers.get('content-encoding')).toBeNull()
    expect((await fetch(`${pageUrl()}/wallet-api/auth/ways`)).status).toBe(404)
  })

  it('serves every service but the portal over TLS, to whoever trusts that certificate alone', async () => {
    trustOnly()
    for (const name of REACHED) await expect(fetch(`${secure(name)}/livez`)).rejects.toThrow()
    trustOnly(anchor)
    for (const name of REACHED) expect((await fetch(`${secure(name)}/livez`)).status).toBe(200)
    const refused = connect(ports.portal, address)
    expect(await once(refused, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }])
  })

  it('names the address in every link that it makes', async () => {
    trustOnly(anchor)
    const at = { cluster: { urls: { issuer: local(ports.issuer), verifier: local(ports.verifier) } } }
    const paths = ['openid-credential-issuer', 'oauth-authorization-server', 'jwt-vc-issuer']
    for (const path of paths) {
      const answer = await fetch(`${secure('issuer')}/.well-known/${path}`)
      const told: unknown = await answer.json()
      const found = addressesIn(told)
      expect(found).toContain(secure('issuer'))
      for (const one of found) expect(one).toMatch(new RegExp(`^https://${address}:`))
    }
    expect(offerUri(await newOffer(at))).toMatch(new RegExp(`^${secure('issuer')}/`))
    const { url } = await newRequest(at, {
      credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: ['a'] } }],
    })
    expect(requestUri(url)).toMatch(new RegExp(`^${secure('verifier')}/`))
    const request = await (await fetch(requestUri(url))).text()
    const claims = JSON.parse(Buffer.from(request.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.response_uri).toMatch(new RegExp(`^${secure('verifier')}/`))
    const origin = secure('web-wallet')
    const headers = { origin, 'content-type': 'application/json' }
    const options = await fetch(`${origin}/wallet-api/auth/passkeys/options`, {
      method: 'POST',
      headers,
      body: '{}',
    })
    expect(await options.json()).toMatchObject({ options: { rp: { id: address } } })
    expect(said).toContain(`open        ${origin}`)
    expect(said).toContain(`open        ${local(ports.portal)}`)
  })

  it('issues to a phone and verifies what it shows, and its own wallet finds issuer and verifier', async () => {
    trustOnly(anchor)
    const held = await issue(local(ports.issuer))
    expect(await verify(local(ports.verifier), held)).toMatchObject({ result: { state: 'verified' } })
    const user = await logIn(secure('wallet'), 'user@email.com', 'password')
    const at = { cluster: { urls: { issuer: local(ports.issuer) } } }
    expect(await receive(user, await newOffer(at))).toHaveLength(1)
  })

  it('keeps management shut to the network, whatever a neighbour says of himself', async () => {
    trustOnly(anchor)
    const calls: readonly (readonly [ServiceName, string, string])[] = [
      ['issuer', 'POST', '/openid4vc/sdjwt/issue'],
      ['issuer', 'POST', '/onboard/issuer'],
      ['issuer', 'POST', '/openid4vc/credentials/status'],
      ['issuer', 'GET', '/openid4vc/sessions'],
      ['issuer', 'GET', '/trust'],
      ['verifier', 'POST', '/openid4vc/verify'],
      ['verifier', 'GET', '/openid4vc/sessions'],
      ['wallet', 'GET', '/cluster/instances'],
      ...REACHED.map((name) => [name, 'GET', '/metrics'] as const),
    ]
    const names = {
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'localhost',
      origin: 'http://localhost',
    }
    for (const [service, method, path] of calls) {
      const body = method === 'POST' ? { body: '{}' } : {}
      const headers = { ...names, 'content-type': 'application/json' }
      const answer = await fetch(secure(service) + path, { method, headers, ...body })
      expect([service, path, answer.status]).toEqual([service, path, 403])
      const there = await fetch(local(ports[service]) + path, { method, ...body, headers: {} })
      expect([service, path, there.status]).not.toEqual([service, path, 403])
    }
  })

  it('does not let somebody with an account send its wallet to loopback, or past the wallet API', async () => {
    trustOnly(anchor)
    const asked: string[] = []
    const inside = createServer(({ url = '' }, response) => {
      asked.push(url)
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await once(inside, 'listening')
    const { port } = inside.address() as AddressInfo
    const user = await newWalletUser(secure('wallet'))
    for (const host of ['localhost', '127.0.0.1', '[::1]', '0.0.0.0']) {
      const offer = encodeURIComponent(`http://${host}:${port}/offer`)
      await expect(
        receive(user, `openid-credential-offer://?credential_offer_uri=${offer}`),
      ).rejects.toThrow()
    }
    inside.close()
    expect(asked).toEqual([])
    for (const path of ['/wallet-api/../metrics', '/wallet-api/%2e%2e/metrics', '/wallet-api/..%2fmetrics'])
      expect(await statusOf(ports['web-wallet'], path)).toBeGreaterThanOrEqual(400)
  })

  /** As it is written, where `fetch` would take the dots out. */
  async function statusOf(port: number, path: string): Promise<number> {
    const [answer] = await once(
      request({ host: address, port, path, ca: anchor, servername: '' }).end(),
      'response',
    )
    answer.resume()
    return answer.statusCode
  }

  it('is a secure context for a browser that trusts the certificate, and says why it has no passkeys', async () => {
    const browser = await startChromium([`--ignore-certificate-errors-spki-list=${await keyHash()}`])
    try {
      const watched = await watchedPage(browser, secure('web-wallet'))
      const { page } = watched
      await page.goto('/')
      await shows(watched, 'Your wallet')
      expect(await page.evaluate('isSecureContext')).toBe(true)
      expect(await page.evaluate('typeof navigator.mediaDevices.getUserMedia')).toBe('function')
      expect(await page.evaluate('typeof navigator.serviceWorker.register')).toBe('function')
      await page.getByText('Passkeys need a name').waitFor()
      expect(await problemsOf(watched, { german: true })).toEqual([])
      await watched.close()
    } finally {
      await browser.close()
    }
  })

  it('shows a page of the certificate that everybody can read', async () => {
    const browser = await startChromium()
    try {
      for (const [path, written] of [
        ['/', 'en'],
        ['/de', 'de'],
      ] as const) {
        const watched = await watchedPage(browser, pageUrl())
        await watched.page.goto(path)
        expect(await problemsOf(watched, { written })).toEqual([])
        await watched.close()
      }
    } finally {
      await browser.close()
    }
  })

  it('stops in good order, and has the same certificate when it starts again', async () => {
    program.signal('SIGINT')
    expect(await program.ended).toBe('ended with code 0')
    const given = { argv: [`--data=${join(folder, 'address')}`], env: {}, cwd: folder }
    expect((await openLan(address, given)).anchor).toBe(anchor)
  })

  /** As the browser's flag wants it: of the key that the server has now. */
  async function keyHash(): Promise<string> {
    const socket = tlsConnect({ host: address, port: ports['web-wallet'], ca: anchor, servername: '' })
    await once(socket, 'secureConnect')
    const { raw } = socket.getPeerCertificate()
    socket.destroy()
    const key = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' })
    return createHash('sha256').update(key).digest('base64')
  }
})

describe('a stack under a name', () => {
  it('has passkeys of that name', async () => {
    const address = ownAddress()
    const { ports, flags } = await portsOfAll()
    const given = {
      argv: ['--logLevel=silent', `--data=${join(folder, 'name')}`, ...flags],
      env: {},
      cwd: folder,
    }
    const lan = await openLan(undefined, given, {
      hostname: 'Laptop',
      interfaces: { eth0: [{ address, family: 'IPv4' }] },
      addressesOf: async () => [address],
    })
    const services = await startAll(given.argv, given, lan)
    const { page: anchorPage, lines } = await showLan(lan, services)
    const origin = `https://laptop.local:${ports['web-wallet']}`
    expect(lines.join('\n')).toContain(`Then open ${origin}`)
    const key = new X509Certificate(lan.secureFor('web-wallet')?.certificates ?? '').publicKey
    const hash = createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('base64')
    const browser = await startChromium([
      `--ignore-certificate-errors-spki-list=${hash}`,
      `--host-resolver-rules=MAP laptop.local ${address}`,
    ])
    try {
      const watched = await watchedPage(browser, origin)
      const { page } = watched
      await addAuthenticator(watched)
      await page.goto('/')
      await page.getByRole('button', { name: 'I have no wallet yet' }).click()
      await page.getByRole('button', { name: 'Create a wallet with a passkey' }).click()
      await shows(watched, 'Your wallet is made')
      await pressDecision(page, 'I have kept them')
      await shows(watched, 'Your first card goes here')
      expect(await problemsOf(watched)).toEqual([])
    } finally {
      await browser.close()
      await closeAll([...services, anchorPage])
    }
  })
})
