import { now } from '@countersign/testing/people/keys'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { describe, expect, it } from 'vitest'
import { openSigner } from '../open-signer.ts'
import { SignerUnavailable } from '../signers/signer-unavailable.ts'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '../signers/software-key.ts'
import type { BackendContext } from './backend.ts'
import type { VaultLogin } from './vault-reference.ts'
import { vaultSession } from './vault-session.ts'

const reference = {
  backend: 'vault',
  apiUrl: 'https://vault.example/v1',
  mount: 'transit',
  keyName: 'k',
  login: { method: 'token', token: { text: 'hvs.secret' } } as VaultLogin,
} as const

type Answer = Response | Error | 'never'
interface Request {
  readonly url: string
  readonly init: RequestInit
}

/** Answers one after the other, the last one again and again. */
function scripted(...answers: readonly Answer[]) {
  const requests: Request[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    requests.push({ url, init })
    const answer = answers[Math.min(requests.length, answers.length) - 1]
    if (answer instanceof Error) throw answer
    if (answer instanceof Response) return answer.clone()
    return new Promise<never>((_, reject) =>
      init.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
    )
  }) as typeof globalThis.fetch
  const context: BackendContext = {
    fetch,
    load: () => Promise.reject(new Error('not here')),
    environment: {},
    now: () => 1_000_000,
    timeoutMs: 100,
    allowHttp: false,
  }
  return { requests, context }
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
const signed = () => json(200, { data: {} })

describe('a session with Vault', () => {
  it('sends the token and the namespace as headers, and follows no redirect', async () => {
    const { requests, context } = scripted(signed())
    await vaultSession({ ...reference, namespace: 'team' }, context)('GET', 'transit/keys/k')
    const [request] = requests
    expect(request?.url).toBe('https://vault.example/v1/transit/keys/k')
    expect(request?.init.headers).toMatchObject({
      'x-vault-token': 'hvs.secret',
      'x-vault-namespace': 'team',
    })
    expect(request?.init.redirect).toBe('manual')
  })

  it.each([500, 502, 503, 412, 472, 473])('asks once more after status %d, and only once', async (status) => {
    const once = scripted(json(status, {}), signed())
    expect((await vaultSession(reference, once.context)('POST', 'p', {})).status).toBe(200)
    const always = scripted(json(status, {}))
    expect((await vaultSession(reference, always.context)('POST', 'p', {})).status).toBe(status)
    expect(always.requests).toHaveLength(2)
  })

  it.each([400, 404, 405, 413, 429, 307])('takes status %d for an answer', async (status) => {
    const { requests, context } = scripted(new Response(null, { status }))
    expect((await vaultSession(reference, context)('POST', 'p', {})).status).toBe(status)
    expect(requests).toHaveLength(1)
  })

  it('asks once more when the connection breaks, and only once', async () => {
    const broken = new TypeError('fetch failed: connect to vault.example with hvs.secret')
    const once = scripted(broken, signed())
    expect((await vaultSession(reference, once.context)('GET', 'p')).status).toBe(200)
    const always = scripted(broken)
    const failure = await vaultSession(reference, always.context)('GET', 'p').catch((error: unknown) => error)
    expect(failure).toEqual(new SignerUnavailable('vault', 'unreachable'))
    expect(String(failure) + JSON.stringify(failure)).not.toContain('secret')
    expect(always.requests).toHaveLength(2)
  })

  it('gives up in time, and does not ask again', async () => {
    const { requests, context } = scripted('never')
    await takesAtMost(1000, () =>
      expect(vaultSession(reference, context)('GET', 'p')).rejects.toThrow('vault: timeout'),
    )
    expect(requests).toHaveLength(1)
  })

  it('does not send what was denied again with the same token', async () => {
    const { requests, context } = scripted(json(403, { errors: ['permission denied'] }))
    expect((await vaultSession(reference, context)('POST', 'p', {})).status).toBe(403)
    expect(requests).toHaveLength(1)
  })

  it('does not repeat a login that was refused until a while has passed', async () => {
    const login: VaultLogin = { method: 'approle', mount: 'approle', roleId: 'r', secretId: { text: 's' } }
    const { requests, context } = scripted(json(400, {}))
    let now = 1_000_000
    const session = vaultSession({ ...reference, login }, { ...context, now: () => now })
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(session('GET', 'p')).rejects.toThrow('vault: login_refused')
    }
    expect(requests).toHaveLength(1)
    now += 5
    await expect(session('GET', 'p')).rejects.toThrow('vault: login_refused')
    expect(requests).toHaveLength(2)
  })

  it('gives up in time when the login does not answer', async () => {
    const login: VaultLogin = { method: 'approle', mount: 'approle', roleId: 'r', secretId: { text: 's' } }
    const { context } = scripted('never')
    await expect(vaultSession({ ...reference, login }, context)('GET', 'p')).rejects.toThrow('vault: timeout')
  })

  it('does not read an answer without end', async () => {
    let pulled = 0
    const endless = new Response(
      new ReadableStream({
        pull: (controller) => {
          pulled += 1
          controller.enqueue(new Uint8Array(100_000))
        },
      }),
    )
    const { context } = scripted()
    const session = vaultSession(reference, { ...context, timeoutMs: 60_000, fetch: async () => endless })
    await expect(session('GET', 'p')).rejects.toThrow('vault: answer_malformed')
    expect(pulled).toBeLessThan(50)
  })

  it.each(['', 'not json', '[]', 'null', '"text"', '{"data":'])(
    'reads the body %j as empty',
    async (body) => {
      const { context } = scripted(new Response(body))
      expect(await vaultSession(reference, context)('GET', 'p')).toEqual({ status: 200, body: {} })
    },
  )

  it.each(['', 'a\nx-other: 1', 'a\r\nb', 'tökèn'])('sends no token that is no header: %j', async (text) => {
    const { requests, context } = scripted(signed())
    const login: VaultLogin = { method: 'token', token: { text } }
    await expect(vaultSession({ ...reference, login }, context)('GET', 'p')).rejects.toThrow(
      'secret_unreadable',
    )
    expect(requests).toHaveLength(0)
  })

  it.each([
    [json(200, {}), 'answer_malformed'],
    [json(200, { auth: { client_token: 7 } }), 'answer_malformed'],
    [json(200, { auth: { client_token: 'a b' } }), 'answer_malformed'],
    [json(400, { errors: ['invalid role or secret ID'] }), 'login_refused'],
    [json(503, {}), 'failing'],
    [new Response(null, { status: 307 }), 'redirected'],
  ])('tells what became of a login', async (answer, reason) => {
    const login: VaultLogin = {
      method: 'userpass',
      mount: 'userpass',
      username: 'a@b',
      password: { text: 'p' },
    }
    const { requests, context } = scripted(answer)
    await expect(vaultSession({ ...reference, login }, context)('GET', 'p')).rejects.toThrow(
      `vault: ${reason}`,
    )
    expect(requests[0]?.url).toBe('https://vault.example/v1/auth/userpass/login/a%40b')
    expect(requests[0]?.init.headers).not.toHaveProperty('x-vault-token')
  })
})

describe('what answers as Vault', () => {
  const jwk = generateSoftwareKey('EdDSA')
  const publicKey = Buffer.from(jwk.kty === 'OKP' ? jwk.x : '', 'base64url').toString('base64')

  /** As Transit does, with a key of ours; what it signs can be spoilt. */
  function transit(key: PrivateJwk, spoil: (signature: string) => unknown, keys?: unknown) {
    return (async (_url: string, init: RequestInit) => {
      if (init.method === 'GET') {
        return json(200, {
          data: { type: 'ed25519', latest_version: 1, keys: keys ?? { 1: { public_key: publicKey } } },
        })
      }
      const { input } = JSON.parse(typeof init.body === 'string' ? init.body : '') as { input: string }
      const signature = await softwareSigner(key).sign(Buffer.from(input, 'base64'))
      return json(200, {
        data: { signature: spoil(`vault:v1:${Buffer.from(signature).toString('base64')}`) },
      })
    }) as typeof globalThis.fetch
  }

  async function outcome(fetch: typeof globalThis.fetch): Promise<unknown> {
    const environment = { VAULT_TOKEN: 't' }
    const result = await openSigner('vault:https://h/transit/keys/k', { fetch, environment, now })
    return result.ok ? 'opened' : result.error
  }

  it('has to sign with the key that it shows', async () => {
    expect(await outcome(transit(jwk, (signature) => signature))).toBe('opened')
    const other = transit(generateSoftwareKey('EdDSA'), (signature) => signature)
    expect(await outcome(other)).toEqual({ code: 'trial_signature_invalid', backend: 'vault' })
  })

  it.each([
    ['another version', (text: string) => text.replace(':v1:', ':v2:')],
    ['a longer version', (text: string) => text.replace(':v1:', ':v11:')],
    ['no prefix', (text: string) => text.slice(9)],
    ['no text', () => 7],
  ])('is not believed with %s', async (_, spoil) => {
    const error = { code: 'signer_unavailable', backend: 'vault', reason: 'answer_malformed' }
    expect(await outcome(transit(jwk, spoil))).toEqual(error)
  })

  it.each([
    [{ 1: { public_key: publicKey.slice(4) } }, { code: 'key_malformed', reason: 'jwk_malformed' }],
    [{ 1: { public_key: '' } }, { code: 'key_unsupported', keyType: 'ed25519' }],
    [{ 1: 1_700_000_000 }, { code: 'key_unsupported', keyType: 'ed25519' }],
    [{}, { code: 'key_not_found', backend: 'vault' }],
    ['text', { code: 'key_not_found', backend: 'vault' }],
  ])('is refused with the keys %j', async (keys, error) => {
    expect(await outcome(transit(jwk, (signature) => signature, keys))).toEqual(error)
  })
})
