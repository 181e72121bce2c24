/** The settings by which users are found out, and the mistakes in them that keep an issuer from starting. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prometheusMetrics } from '@countersign/service/operation/prometheus'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { userShape } from '../user-settings.ts'
import { openUsers } from './open-users.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-users-'))
  const pem = (key: ReturnType<typeof generateKeyPairSync>) =>
    key.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(folder, 'ec.pem'), pem(curve))
  await writeFile(join(folder, 'ec.jwk'), JSON.stringify(curve.privateKey.export({ format: 'jwk' })))
  await writeFile(join(folder, 'rsa.pem'), pem(generateKeyPairSync('rsa', { modulusLength: 2048 })))
  await writeFile(join(folder, 'ed.pem'), pem(generateKeyPairSync('ed25519')))
  await writeFile(join(folder, 'other.pem'), pem(generateKeyPairSync('x25519')))
  await writeFile(join(folder, 'none.pem'), 'no key')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const shape = z.object(userShape)
const login = { issuer: 'https://login.example', clientId: 'issuer', clientSecret: 'a secret' }

function open(settings: z.input<typeof shape>, allowHttp = false) {
  const runtime = { now: () => 0, closeAtEnd: () => undefined, metrics: prometheusMetrics('test') }
  return openUsers(runtime, { allowHttp, remote: createRemote() }, shape.parse(settings))
}

describe('the settings of a log-in', () => {
  it.each<[string, object, string]>([
    ['without a way to authenticate', { clientSecret: undefined }, 'names one of'],
    ['with two ways to authenticate', { clientKeyFile: 'x' }, 'names one of'],
    ['with an id of a key that there is not', { clientKeyId: 'k' }, 'clientKeyFile'],
    ['without openid', { scopes: ['profile'] }, 'openid'],
    ['with a scope of two words', { scopes: ['openid', 'a b'] }, 'scope value'],
    ['with an issuer that is none', { issuer: 'login.example' }, 'URL'],
    ['with an issuer and a query', { issuer: 'https://login.example/?a=b' }, 'query'],
    ['with a member that is not known', { audience: 'x' }, 'audience'],
    ['with a claim of no place', { claims: { a: '//' } }, 'JSON Pointer'],
  ])('are refused %s', (_name, change, message) => {
    expect(JSON.stringify(shape.safeParse({ userLogin: { ...login, ...change } }).error?.issues)).toContain(
      message,
    )
  })

  it.each(['ec.pem', 'ec.jwk', 'rsa.pem', 'ed.pem'])('take the key %s', (file) => {
    const { clientSecret: _secret, ...rest } = login
    const opened = open({ userLogin: { ...rest, clientKeyFile: join(folder, file), claims: { a: 'b' } } })
    expect(opened.userLogin?.usualClaims).toEqual({ a: 'b' })
    expect(opened.userPresentations).toBeUndefined()
  })

  it.each<[string, RegExp]>([
    ['other.pem', /other\.pem.*is of no use/],
    ['none.pem', /none\.pem.*is of no use/],
    ['missing.pem', /missing\.pem cannot be read/],
  ])('refuse the key %s', (file, message) => {
    const { clientSecret: _secret, ...rest } = login
    expect(() => open({ userLogin: { ...rest, clientKeyFile: join(folder, file) } })).toThrow(message)
  })

  it('refuse a provider over plain http where that is not allowed', () => {
    const userLogin = { ...login, issuer: 'http://login.example' }
    expect(() => open({ userLogin })).toThrow(/https/)
    expect(open({ userLogin }, true).userLogin).toBeDefined()
  })
})

describe('the settings of presentations', () => {
  it('are the address of a verifier, without a slash at the end', () => {
    expect(shape.parse({ verifierUrl: 'http://verifier:7003/' }).verifierUrl).toBe('http://verifier:7003')
    expect(open({ verifierUrl: 'http://verifier:7003' }).userPresentations).toBeDefined()
  })

  it.each(['javascript:alert(1)', 'data://x', 'no address', 'https://wallet.example/#x'])(
    'take no link that begins with %s',
    (walletAuthorizationUrl) => {
      expect(shape.safeParse({ walletAuthorizationUrl }).success).toBe(false)
    },
  )

  it('name a file of a key that can be read', () => {
    expect(() =>
      open({ verifierUrl: 'http://verifier:7003', verifierApiKeyFile: join(folder, 'missing') }),
    ).toThrow(/cannot be read/)
  })
})
