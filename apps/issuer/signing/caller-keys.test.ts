import { refuse } from '@countersign/core/result'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'
import { callerKeys } from './caller-keys.ts'

const now = 1_790_000_000
const jwk = generateSoftwareKey('ES256')
const did = { jwk: didFromKey('jwk', bareKey(jwk)), key: didFromKey('key', bareKey(jwk)) }

async function open(mode: 'development' | 'production') {
  const configuredSecret = 'a secret of the operator, 0123456789abcdef'
  const opened = await openDeployment({ mode, configuredSecret, warn: () => {}, now: () => now })
  if (!opened.ok) throw new Error(opened.error.code)
  const deployment = opened.value
  const home = { deployment, config: { baseUrl: 'https://issuer.example' }, closeAtEnd() {} }
  const keys = callerKeys(home, async () => refuse({ code: 'reference_unsupported' } as never))
  const signer = async (issuer?: string, profile: 'jose' | 'iso-mdl' = 'jose', x5c?: readonly string[]) => {
    const made = await keys.signer({ ...jwk }, x5c, profile, issuer)
    if (!made.ok) throw new Error(made.error.code)
    return made.value
  }
  return { deployment, signer }
}

describe('a key that a caller brings along fits one way to find it', () => {
  it.each(['development', 'production'] as const)('a DID that is its own key, in %s', async (mode) => {
    const { deployment, signer } = await open(mode)
    for (const name of [did.jwk, did.key]) {
      expect(await deployment.remembersName(name)).toBe(false)
      expect((await signer(name)).x5c).toBeUndefined()
      expect(await deployment.remembersName(name)).toBe(mode === 'development')
    }
  })

  it.each([undefined, 'https://caller.example', 'did:web:caller.example'])(
    'a chain that names the issuer, in development: %s',
    async (name) => {
      const { deployment, signer } = await open('development')
      const [leaf = ''] = (await signer(name)).x5c ?? []
      const parsed = parseX5cEntry(leaf)
      expect(parsed.ok && parsed.value.uris).toContain(name ?? 'https://issuer.example')
      expect(await deployment.remembersName(name ?? '')).toBe(false)
    },
  )

  it('the chain that the caller names, or that of a document signer, whatever the DID', async () => {
    const { signer } = await open('development')
    const chain = (await signer()).x5c ?? []
    expect((await signer(did.jwk, 'jose', chain)).x5c).toEqual(chain)
    expect((await signer(did.jwk, 'iso-mdl')).x5c).toHaveLength(1)
  })
})

describe('a key of the configuration', () => {
  async function named(issuer?: string, certificates?: string) {
    const { deployment } = await open('development')
    const home = { deployment, config: { baseUrl: 'https://issuer.example' }, closeAtEnd() {} }
    const signer = softwareSigner(jwk)
    const keys = callerKeys(
      home,
      async () => refuse({ code: 'reference_unsupported' } as never),
      new Map([['register', { signer, issuer, certificates }]]),
    )
    const byName = (name: string, profile: 'jose' | 'iso-mdl' = 'jose', x5c?: readonly string[]) =>
      keys.signer({ type: 'configured', name }, x5c, profile, undefined)
    return { deployment, keys, opened: byName }
  }

  it('signs by its name, under a certificate that names whom it issues as', async () => {
    const { opened } = await named('https://register.example')
    const made = await opened('register')
    if (!made.ok) throw new Error(made.error.code)
    expect(made.value.publicJwk).toEqual(bareKey(jwk))
    const parsed = parseX5cEntry(made.value.x5c?.[0] ?? '')
    expect(parsed.ok && parsed.value.uris).toContain('https://register.example')
    expect((await opened('register', 'iso-mdl')).ok).toBe(true)
  })

  it('under a DID that is its own has no certificate beside it', async () => {
    const { deployment, opened } = await named(did.jwk)
    const made = await opened('register')
    expect(made.ok && made.value.x5c).toBeUndefined()
    expect(await deployment.remembersName(did.jwk)).toBe(true)
  })

  it('keeps the certificates of the configuration, whatever the offer had', async () => {
    const { opened: first } = await named()
    const chain = await first('register')
    if (!chain.ok || chain.value.x5c === undefined) throw new Error('no chain')
    const [leaf = ''] = chain.value.x5c
    const pem = `-----BEGIN CERTIFICATE-----\n${leaf}\n-----END CERTIFICATE-----\n`
    const { opened } = await named(undefined, pem)
    const made = await opened('register', 'jose', ['something else'])
    expect(made.ok && made.value.x5c).toEqual([leaf])
  })

  it('of another name is none, and none is opened as a bare key', async () => {
    const { keys, opened } = await named()
    expect(await opened('nobody')).toEqual({ ok: false, error: { code: 'issuer_key_unknown' } })
    expect((await keys.open({ type: 'configured', name: 'register' })).ok).toBe(false)
  })
})
