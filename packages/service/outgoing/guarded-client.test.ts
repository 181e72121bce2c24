import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createRemote, guardedLookup, type Remote, type RemoteOptions } from './guarded-client.ts'
import { classifyAddress } from './public-addresses.ts'

const servers: Server[] = []
const remotes: Remote[] = []
afterEach(async () => {
  await Promise.all(remotes.splice(0).map((remote) => remote.close()))
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

function remote(options: RemoteOptions = { allowHttp: true, allowPrivateAddresses: true }): Remote {
  const made = createRemote(options)
  remotes.push(made)
  return made
}

const get = (url: string, options?: RemoteOptions) =>
  remote(options).request({ purpose: 'protocol', method: 'GET', url })

describe('a request to somebody else', () => {
  it('brings back status, headers and body', async () => {
    const url = await serve((request, response) => {
      response.setHeader('X-Method', `${request.method} ${request.url}`)
      request.pipe(response)
    })
    const answer = await remote().request({
      purpose: 'protocol',
      method: 'POST',
      url: `${url}/p?q=1`,
      headers: { 'content-type': 'text/plain' },
      body: 'hü',
    })
    expect(answer).toMatchObject({
      ok: true,
      value: { status: 200, headers: { 'x-method': 'POST /p?q=1' }, body: 'hü' },
    })
  })

  it('follows no redirect', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.writeHead(302, { location: '/other' }).end()
    })
    expect(await get(url)).toMatchObject({ ok: true, value: { status: 302 } })
    expect(asked).toBe(1)
  })

  it('ends at the size limit, whatever the server says about the length', async () => {
    const url = await serve((_request, response) => {
      const chunk = 'x'.repeat(10_000)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more)
      }
      more()
    })
    const answer = await get(url, { allowHttp: true, allowPrivateAddresses: true, maxBytes: 50_000 })
    expect(answer).toEqual({ ok: false, error: { code: 'response_too_large', maxBytes: 50_000 } })
  })

  it.each([
    ['that says nothing', () => undefined],
    ['that stops in the middle', (_: unknown, response) => void response.write('half')],
    [
      'that drips',
      (_: unknown, response) => {
        const timer = setInterval(() => response.write('x'), 20)
        response.on('close', () => clearInterval(timer))
      },
    ],
  ] satisfies [string, RequestListener][])('ends in time with a server %s', async (_what, listener) => {
    const url = await serve(listener)
    const answer = await get(url, { allowHttp: true, allowPrivateAddresses: true, timeoutMs: 150 })
    expect(answer).toEqual({ ok: false, error: { code: 'timeout', timeoutMs: 150 } })
  })

  it('keeps the bytes of what is no text', async () => {
    const url = await serve((_request, response) => response.end(Buffer.from([0xd2, 0x84, 0xff])))
    const answer = await get(url)
    expect(answer.ok && [...answer.value.bytes]).toEqual([0xd2, 0x84, 0xff])
  })

  it('may be narrower in time than the client allows and never wider; how large its answer may be it says itself', async () => {
    const url = await serve((request, response) => {
      if (request.url !== '/never') response.end('x'.repeat(100))
    })
    const client = remote({ allowHttp: true, allowPrivateAddresses: true, maxBytes: 100, timeoutMs: 60_000 })
    const ask = (path: string, limits: object) =>
      client.request({ purpose: 'protocol', method: 'GET', url: url + path, ...limits })
    expect(await ask('/', { maxBytes: 99 })).toEqual({
      ok: false,
      error: { code: 'response_too_large', maxBytes: 99 },
    })
    expect(await ask('/', { maxBytes: 1_000_000 })).toMatchObject({ ok: true })
    expect(await ask('/never', { timeoutMs: 50 })).toEqual({
      ok: false,
      error: { code: 'timeout', timeoutMs: 50 },
    })
    const narrow = remote({ allowHttp: true, allowPrivateAddresses: true, maxBytes: 99, timeoutMs: 60_000 })
    const asked = { purpose: 'protocol', method: 'GET', url } as const
    expect(await narrow.request(asked)).toMatchObject({ ok: false, error: { code: 'response_too_large' } })
    expect(await narrow.request({ ...asked, maxBytes: 1000 })).toMatchObject({ ok: true })
    const hasty = remote({ allowHttp: true, allowPrivateAddresses: true, timeoutMs: 50 })
    expect(await hasty.request({ ...asked, url: `${url}/never`, timeoutMs: 5000 })).toMatchObject({
      error: { code: 'timeout', timeoutMs: 50 },
    })
  })

  it('refuses a compressed answer that it did not ask for', async () => {
    const url = await serve((_request, response) => response.setHeader('content-encoding', 'gzip').end('x'))
    expect(await get(url)).toMatchObject({ ok: false, error: { code: 'response_encoded' } })
  })

  it('says when nobody is there', async () => {
    const url = await serve(() => undefined)
    servers.splice(0).forEach((server) => void server.close())
    expect(await get(url)).toEqual({ ok: false, error: { code: 'unreachable', reason: 'ECONNREFUSED' } })
  })
})

describe('an address', () => {
  it.each([
    ['http://example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['gopher://example.com/', 'scheme'],
    ['https://user:pw@example.com/', 'user_info'],
    ['not a url', 'malformed'],
    [`https://example.com/${'x'.repeat(9000)}`, 'too_long'],
  ])('%.30s is refused for its form', async (url, reason) => {
    expect(await get(url, {})).toEqual({ ok: false, error: { code: 'url_not_allowed', reason } })
  })

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://localhost/',
  ])('%s is refused as not public', async (url) => {
    expect(await get(url, {})).toEqual({ ok: false, error: { code: 'address_not_allowed' } })
  })

  it.each([
    ['as it is written', 'http://169.254.169.254/'],
    ['of Azure', 'http://168.63.129.16/machine?comp=goalstate'],
    ['of Oracle', 'http://192.0.0.192/'],
    ['of Alibaba', 'http://100.100.100.200/'],
    ['of AWS over IPv6', 'http://[fd00:ec2::254]/'],
    ['of Google over IPv6', 'http://[fd20:ce::254]/'],
    ['of Google over IPv6, written out', 'http://[fd20:00ce:0000:0000:0000:0000:0000:0254]/'],
    ['of Oracle over IPv6', 'http://[fd00:c1::a9fe:a9fe]/'],
    ['of Linode over IPv6', 'http://[fd00:a9fe:a9fe::1]/'],
    ['of Scaleway over IPv6', 'http://[fd00:42::42]/'],
    ['of the whole link', 'http://169.254.1.1/'],
    ['of the whole link over IPv6', 'http://[fe80::1]/'],
    ['in one number', 'http://2852039166/'],
    ['in one hexadecimal number', 'http://0xa83f8110/'],
    ['in octal numbers', 'http://0251.0376.0251.0376/'],
    ['in two parts', 'http://168.4161808/'],
    ['with a dot at the end', 'http://168.63.129.16./'],
    ['in wide digits', 'http://１６８。６３。１２９。１６/'],
    ['in percent signs', 'http://%31%36%38.63.129.16/'],
    ['mapped into IPv6', 'http://[::ffff:168.63.129.16]/'],
    ['mapped into IPv6, link', 'http://[::ffff:a9fe:101]/'],
    ['compatible with IPv6', 'http://[::a83f:8110]/'],
    ['compatible with IPv6, link', 'http://[::169.254.1.1]/'],
    ['translated, stateless', 'http://[::ffff:0:a83f:8110]/'],
    ['translated', 'http://[64:ff9b::a83f:8110]/'],
    ['translated, link', 'http://[64:ff9b::a9fe:101]/'],
    ['translated locally', 'http://[64:ff9b:1:a83f:81:1000::]/'],
    ['translated locally, link', 'http://[64:ff9b:1:a9fe:1:100::]/'],
    ['translated under a network’s own prefix', 'http://[fd12:3456:789a::100.100.100.200]/'],
    ['translated under a public prefix', 'http://[2a01:4f8:0:1::a9fe:a9fe]/'],
    ['translated under a short prefix', 'http://[2a01:4f8:a9fe:a9fe::]/'],
    ['in a tunnel', 'http://[2002:a83f:8110::1]/'],
    ['in a tunnel, link', 'http://[2002:a9fe:101::1]/'],
    ['in a tunnel within a site', 'http://[fd00::5efe:a9fe:a9fe]/'],
  ])('of the machine’s own cloud, %s, is refused whatever else is allowed', async (_how, url) => {
    const answer = await get(url, { allowHttp: true, allowPrivateAddresses: true })
    expect(answer).toEqual({ ok: false, error: { code: 'address_not_allowed' } })
  })

  it.each([
    ['169.254.169.254', 4],
    ['168.63.129.16', 4],
    ['192.0.0.192', 4],
    ['100.100.100.200', 4],
    ['fd20:ce::254', 6],
    ['fe80::a9fe:a9fe%eth0', 6],
    ['::ffff:168.63.129.16', 6],
    ['64:ff9b::192.0.0.192', 6],
  ])('of the machine’s own cloud, %s, is refused behind a name, too', (address, family) => {
    const resolve = ((_name: string, _options: unknown, done: (error: null, all: object[]) => void) =>
      done(null, [{ address, family }])) as never
    const answers: unknown[] = []
    guardedLookup({ allowPrivateAddresses: true }, resolve)(
      'metadata.google.internal',
      { all: true },
      (error) => answers.push(error?.name),
    )
    expect(answers).toEqual(['AddressNotAllowed'])
  })

  it('behind a name is judged when the connection is made', async () => {
    const url = (await serve((_request, response) => response.end('inside'))).replace(
      '127.0.0.1',
      'localhost',
    )
    expect(await get(url, { allowHttp: true })).toEqual({ ok: false, error: { code: 'address_not_allowed' } })
    expect(await get(url)).toMatchObject({ ok: true, value: { body: 'inside' } })
  })

  it('that is private is dropped when a name has public ones too', () => {
    const found = [
      { address: '10.0.0.1', family: 4 },
      { address: '93.184.215.14', family: 4 },
    ]
    const resolve = ((_name: string, _options: unknown, done: (error: null, all: typeof found) => void) =>
      done(null, found)) as never
    const answers: unknown[] = []
    guardedLookup({ allowPrivateAddresses: false }, resolve)('mixed.example', { all: true }, (_error, all) =>
      answers.push(all),
    )
    guardedLookup({ allowPrivateAddresses: false }, resolve)('mixed.example', {}, (_error, one) =>
      answers.push(one),
    )
    expect(answers).toEqual([[found[1]], '93.184.215.14'])
  })

  it('that is private is reached when it is the service’s own, and no other beside it', async () => {
    const url = await serve((_request, response) => response.end('inside'))
    const own = { allowHttp: true, ownAddress: '127.0.0.1' }
    expect(await get(url, own)).toMatchObject({ ok: true, value: { body: 'inside' } })
    expect(await get(url.replace('127.0.0.1', 'localhost'), own)).toMatchObject({ ok: true })
    for (const other of ['127.0.0.2', '[::1]', '10.0.0.1'])
      expect(await get(url.replace('127.0.0.1', other), own)).toMatchObject({
        error: { code: 'address_not_allowed' },
      })
    expect(
      await get(url.replace('127.0.0.1', '169.254.169.254'), { ...own, ownAddress: '169.254.169.254' }),
    ).toMatchObject({ error: { code: 'address_not_allowed' } })
  })

  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['224.0.0.1', 'private'],
    ['255.255.255.255', 'private'],
    ['::ffff:8.8.8.8', 'private'],
    ['2001:db8::1', 'private'],
    ['169.254.1.1', 'link_local'],
    ['fe80::1', 'link_local'],
    ['fe80::1%eth0', 'link_local'],
    ['168.63.129.15', 'public'],
    ['192.0.0.191', 'private'],
    ['100.100.100.201', 'private'],
    ['fd20:ce::253', 'private'],
    ['fd00::1', 'private'],
    ['64:ff9b::8.8.8.8', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['2002:808:808::1', 'private'],
    ['::1', 'private'],
    ['2a01:4f8::a9fe:101', 'public'],
    ['no address', 'private'],
  ])('%s counts as %s', (address, expected) => {
    expect(classifyAddress(address)).toBe(expected)
  })
})
