/** The Transit engine of a real OpenBao: every key type, login, version and namespace, and what happens when it fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { type OpenedSigner, type OpenSignerOptions, openSigner } from '@countersign/keys/open-signer'
import { describeSigner } from '@countersign/keys/signers/signer.contract'
import { now } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  findTransitServer,
  rootToken,
  startTransitServer,
  type TransitServer,
  transitServerMissing,
} from './transit-server.testing.ts'

const program = findTransitServer()
if (!program) console.warn(`Vault tests are skipped: ${transitServerMissing}`)

const kinds: readonly (readonly [string, string, string?])[] = [
  ['ES256', 'ecdsa-p256'],
  ['ES384', 'ecdsa-p384'],
  ['ES512', 'ecdsa-p521'],
  ['EdDSA', 'ed25519'],
  ['RS256', 'rsa-2048'],
  ['PS256', 'rsa-2048', 'PS256'],
  ['RS384', 'rsa-3072', 'RS384'],
  ['PS512', 'rsa-4096', 'PS512'],
]

const signingPolicy = `
path "transit/keys/*" { capabilities = ["read"] }
path "transit/sign/*" { capabilities = ["update"] }`

describe.skipIf(!program)('the Transit engine of OpenBao', () => {
  let server: TransitServer
  let roleId: string
  let secretId: string
  const folder = mkdtempSync(join(tmpdir(), 'countersign-vault-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  beforeAll(async () => {
    server = await startTransitServer(program ?? '')
    await server.manage('POST', 'sys/mounts/transit', { type: 'transit' })
    await server.manage('POST', 'sys/policies/acl/sign', { policy: signingPolicy })
    for (const [, type] of kinds) await server.manage('POST', `transit/keys/${type}`, { type })
    await server.manage('POST', 'sys/auth/approle', { type: 'approle' })
    await server.manage('POST', 'auth/approle/role/issuer', { token_policies: 'sign', token_ttl: '1h' })
    const role = await server.manage('GET', 'auth/approle/role/issuer/role-id')
    const secret = await server.manage('POST', 'auth/approle/role/issuer/secret-id')
    roleId = textOf(role, 'role_id')
    secretId = textOf(secret, 'secret_id')
    file('secret-id', `${secretId}\n`)
    file('token', rootToken)
  })
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const reference = (key: string, query = `token-file=${folder}/token`) =>
    `vault:${server.url}/transit/keys/${key}?${query}`
  const approle = () => `role-id=${roleId}&secret-id-file=${folder}/secret-id`

  async function opened(named: unknown, options: Partial<OpenSignerOptions> = {}): Promise<OpenedSigner> {
    const result = await openSigner(named, { now, ...options })
    if (!result.ok) throw new Error(JSON.stringify(result.error))
    return result.value
  }

  async function refusal(named: unknown, options: Partial<OpenSignerOptions> = {}): Promise<unknown> {
    const result = await openSigner(named, { environment: {}, now, ...options })
    return result.ok ? 'opened' : result.error
  }

  async function expectSignature(signer: OpenedSigner): Promise<void> {
    const signature = await signer.sign('text')
    expect(nodeCrypto.verify(signer.algorithm, signer.publicJwk, 'text', signature)).toBe(true)
  }

  for (const [name, type, algorithm] of kinds) {
    const suffix = algorithm ? `&algorithm=${algorithm}` : ''
    describeSigner(`Vault with ${name}`, async () => {
      const result = await openSigner(reference(type) + suffix, { now })
      if (result.ok) expect(result.value.algorithm).toBe(name)
      return result
    })
  }

  describe('the login', () => {
    it('is a token of the environment where nothing else is said', async () => {
      const named = `vault:${server.url}/transit/keys/ed25519`
      await expectSignature(await opened(named, { environment: { VAULT_TOKEN: rootToken } }))
      expect(await refusal(named)).toEqual({ code: 'login_missing', backend: 'vault' })
    })

    it('is an AppRole or a user, at the place where the method is mounted', async () => {
      await server.manage('POST', 'sys/auth/staff/local', { type: 'userpass' })
      await server.manage('POST', 'auth/staff/local/users/ada.l', { password: 'p w', token_policies: 'sign' })
      const password = file('password', 'p w')
      await expectSignature(await opened(reference('ecdsa-p256', approle())))
      const user = `username=ada.l&password-file=${password}&auth-mount=staff/local`
      await expectSignature(await opened(reference('ecdsa-p256', user)))
    })

    it('that is refused says so and no more', async () => {
      file('wrong', 'hvs.wrong')
      const denied = { code: 'signer_unavailable', backend: 'vault', reason: 'denied' }
      expect(await refusal(reference('ed25519', `token-file=${folder}/wrong`))).toEqual(denied)
      const login = { ...denied, reason: 'login_refused' }
      expect(await refusal(reference('ed25519', `role-id=${roleId}&secret-id-file=${folder}/wrong`))).toEqual(
        login,
      )
      expect(await refusal(reference('ed25519', `role-id=other&secret-id-file=${folder}/secret-id`))).toEqual(
        login,
      )
      const user = `username=nobody&password-file=${folder}/wrong&auth-mount=staff/local`
      expect(await refusal(reference('ed25519', user))).toEqual(login)
    })

    it('happens once for a hundred signatures whose token has ended', async () => {
      const seen = counting()
      let now = 1_000_000
      const signer = await opened(reference('ecdsa-p256', approle()), { fetch: seen.fetch, now: () => now })
      expect(seen.logins()).toBe(1)
      now += 3600
      await Promise.all(Array.from({ length: 100 }, () => signer.sign('text')))
      expect(seen.logins()).toBe(2)
    })

    it('is repeated when the token was revoked', async () => {
      const seen = counting()
      let now = 1_000_000
      const signer = await opened(reference('ecdsa-p256', approle()), { fetch: seen.fetch, now: () => now })
      await server.manage('POST', 'auth/token/revoke', { token: seen.lastToken() })
      now += 60
      await Promise.all(Array.from({ length: 20 }, () => expectSignature(signer)))
      expect(seen.logins()).toBe(2)
    })

    it('is repeated in time when leases are short', async () => {
      await server.manage('POST', 'auth/approle/role/short', { token_policies: 'sign', token_ttl: '3s' })
      const role = await server.manage('GET', 'auth/approle/role/short/role-id')
      const secret = await server.manage('POST', 'auth/approle/role/short/secret-id')
      const secretFile = file('short', textOf(secret, 'secret_id'))
      const query = `role-id=${textOf(role, 'role_id')}&secret-id-file=${secretFile}`
      const seen = counting()
      const signer = await opened(reference('ecdsa-p256', query), { fetch: seen.fetch })
      // As long as the lease, so that it has run out.
      await sleep(3100)
      await expectSignature(signer)
      expect(seen.statuses()).not.toContain(403)
    })

    it('is not repeated for each signature that a policy forbids', async () => {
      await server.manage('POST', 'sys/policies/acl/fickle', { policy: signingPolicy })
      await server.manage('POST', 'auth/approle/role/fickle', { token_policies: 'fickle' })
      const role = await server.manage('GET', 'auth/approle/role/fickle/role-id')
      const secret = await server.manage('POST', 'auth/approle/role/fickle/secret-id')
      const secretFile = file('fickle', textOf(secret, 'secret_id'))
      const query = `role-id=${textOf(role, 'role_id')}&secret-id-file=${secretFile}`
      const seen = counting()
      let now = 1_000_000
      const signer = await opened(reference('ecdsa-p256', query), { fetch: seen.fetch, now: () => now })
      await server.manage('DELETE', 'sys/policies/acl/fickle')
      now += 60
      for (let attempt = 0; attempt < 5; attempt++) {
        await expect(signer.sign('text')).rejects.toThrow('vault: denied')
      }
      expect(seen.logins()).toBe(2)
    })

    it('follows a token file that is rewritten', async () => {
      const own = await server.manage('POST', 'auth/token/create', { policies: ['sign'] })
      const next = await server.manage('POST', 'auth/token/create', { policies: ['sign'] })
      const path = file('rewritten', tokenOf(own))
      let now = 1_000_000
      const signer = await opened(reference('ed25519', `token-file=${path}`), { now: () => now })
      file('rewritten', `${tokenOf(next)}\n`)
      await server.manage('POST', 'auth/token/revoke', { token: tokenOf(own) })
      now += 60
      await expectSignature(signer)
    })
  })

  describe('the key', () => {
    it('stays the one that was read at start when it is rotated', async () => {
      await server.manage('POST', 'transit/keys/rotated', { type: 'ecdsa-p256' })
      const before = await opened(reference('rotated'))
      await server.manage('POST', 'transit/keys/rotated/rotate')
      await expectSignature(before)
      const after = await opened(reference('rotated'))
      expect(after.keyId).not.toBe(before.keyId)
      const pinned = await opened(`${reference('rotated')}&version=1`)
      expect(pinned.keyId).toBe(before.keyId)
      await expectSignature(pinned)
      expect(await refusal(`${reference('rotated')}&version=3`)).toEqual({
        code: 'key_not_found',
        backend: 'vault',
      })
    })

    // A 500 for this is what the server gives.
    it('cannot be used when its version may no longer sign', async () => {
      await server.manage('POST', 'transit/keys/retired', { type: 'ecdsa-p256' })
      const signer = await opened(reference('retired'))
      await server.manage('POST', 'transit/keys/retired/rotate')
      await server.manage('POST', 'transit/keys/retired/config', { min_encryption_version: 2 })
      await expect(signer.sign('text')).rejects.toThrow('vault: failing')
    })

    it('is found in a namespace, and nowhere else', async () => {
      await server.manage('POST', 'sys/namespaces/team')
      await server.manage('POST', 'sys/mounts/signing/keys', { type: 'transit' }, 'team')
      await server.manage('POST', 'signing/keys/keys/k', { type: 'ed25519' }, 'team')
      const named = `vault:${server.url}/v1/signing/keys/keys/k?token-file=${folder}/token`
      await expectSignature(await opened(`${named}&namespace=team`))
      expect(await refusal(named)).toEqual({ code: 'key_not_found', backend: 'vault' })
    })

    it('has to be there, and one that signs', async () => {
      await server.manage('POST', 'transit/keys/secret', { type: 'aes256-gcm96' })
      expect(await refusal(reference('nothing'))).toEqual({ code: 'key_not_found', backend: 'vault' })
      expect(await refusal(reference('secret'))).toEqual({ code: 'key_unsupported', keyType: 'aes256-gcm96' })
      expect(await refusal(`${reference('ecdsa-p256')}&algorithm=RS256`)).toEqual({
        code: 'algorithm_unfit',
        algorithms: ['ES256'],
      })
    })

    it('is read as walt.id writes it down, with its three ways to log in', async () => {
      const written = { type: 'tse', server: `${server.url}/v1/transit`, id: 'ed25519' }
      const byUrl = await opened(reference('ed25519'))
      await server.manage('POST', 'sys/auth/userpass', { type: 'userpass' })
      await server.manage('POST', 'auth/userpass/users/waltid', { password: 'pass', token_policies: 'sign' })
      for (const auth of [
        { accessKey: rootToken },
        { roleId, secretId },
        { username: 'waltid', password: 'pass' },
        { userpassPath: 'staff/local', username: 'ada.l', password: 'p w' },
      ]) {
        const signer = await opened({ ...written, auth, _publicKey: [1, 2, 3], _keyType: 'RSA' })
        expect(signer.publicJwk).toEqual(byUrl.publicJwk)
        await expectSignature(signer)
      }
      const older = JSON.stringify({ ...written, accessKey: rootToken })
      await expectSignature(await opened(older))
      await expectSignature(await opened(`file:${file('key.json', older)}`))
    })
  })

  describe('when the server fails', () => {
    it('gives up in time, and signs again once it answers', async () => {
      const signer = await opened(reference('ecdsa-p256'), { timeoutMs: 2000 })
      server.signal('SIGSTOP')
      // Nothing to wait for: the signal reaches every thread of the server within moments.
      await sleep(100)
      try {
        await expect(signer.sign('text')).rejects.toThrow('vault: timeout')
      } finally {
        server.signal('SIGCONT')
      }
      await expectSignature(signer)
    })

    it('says that it is sealed, and that it is gone', async () => {
      const second = await startTransitServer(program ?? '')
      await second.manage('POST', 'sys/mounts/transit', { type: 'transit' })
      await second.manage('POST', 'transit/keys/k', { type: 'ed25519' })
      const named = `vault:${second.url}/transit/keys/k?token-file=${folder}/token`
      const signer = await opened(named)
      await second.manage('POST', 'sys/seal')
      await expect(signer.sign('text')).rejects.toThrow('vault: failing')
      await second.kill()
      await expect(signer.sign('text')).rejects.toThrow('vault: unreachable')
      expect(await refusal(named)).toEqual({
        code: 'signer_unavailable',
        backend: 'vault',
        reason: 'unreachable',
      })
    })

    it('does not take a text that is longer than the server does', async () => {
      const signer = await opened(reference('ed25519'))
      await expect(signer.sign(new Uint8Array(34_000_000))).rejects.toThrow('vault: data_too_large')
    })
  })
})

/** The real `fetch`, watched. */
function counting() {
  const requests: { url: string; token: string | undefined; status: number }[] = []
  const watched: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    const token = new Headers(init?.headers).get('x-vault-token') ?? undefined
    requests.push({ url: answer.url, token, status: answer.status })
    return answer
  }
  return {
    fetch: watched,
    logins: () => requests.filter(({ url }) => url.includes('/login')).length,
    lastToken: () => requests.findLast(({ token }) => token !== undefined)?.token,
    statuses: () => requests.map(({ status }) => status),
  }
}

function textOf(answer: Record<string, unknown>, member: string): string {
  const data = answer.data as Record<string, unknown>
  return String(data[member])
}

function tokenOf(answer: Record<string, unknown>): string {
  return String((answer.auth as Record<string, unknown>).client_token)
}
