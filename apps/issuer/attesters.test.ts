import { bareKey } from '@countersign/crypto/jwk'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { newKey } from '@countersign/testing/people/keys'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'
import { attesterKeys } from './attesters.ts'

const NOW = 1_800_000_000
const ca = createDevelopmentCa({ name: 'Attesters', now: NOW })
const other = createDevelopmentCa({ name: 'Others', now: NOW })

function certified(by = ca) {
  const jwk = generateSoftwareKey('ES256')
  const { publicJwk } = softwareSigner(jwk)
  const wish = { subject: 'Provider', dnsNames: [], uris: [], days: 90 }
  return { publicJwk, x5c: [issueCertificate({ ca: by, publicJwk, now: NOW, ...wish })] }
}

function anchor() {
  const parsed = parseX5cEntry(ca.certificate)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

const [first, second] = [newKey(), newKey()].map((key, at) => ({
  ...bareKey(key.publicJwk),
  kid: `key-${at}`,
}))
const keys = [first, second].filter((key) => key !== undefined)
const provider = certified()

describe.each(['wallet_attester', 'key_attester'] as const)('whoever is believed as %s', (purpose) => {
  const judge = attesterKeys({ anchors: [anchor()], keys }, purpose, nodeCrypto)

  it.each<[string, Record<string, string | string[]>, unknown]>([
    ['signs below an authority', { x5c: provider.x5c }, { value: [bareKey(provider.publicJwk)] }],
    [
      'signs below it, whatever key he names beside',
      { x5c: provider.x5c, kid: 'key-0' },
      { value: [bareKey(provider.publicJwk)] },
    ],
    ['names his key', { kid: 'key-1' }, { value: [second] }],
    ['names none of them: any may have signed', { kid: 'other' }, { value: keys }],
    ['names nothing', {}, { value: keys }],
  ])('%s', async (_name, header, expected) => {
    expect(await judge?.(header, NOW + 1)).toMatchObject({ ok: true, ...(expected as object) })
  })

  it.each<[string, Record<string, string | (string | number)[]>, number]>([
    ['below another authority', { x5c: certified(other).x5c }, NOW + 1],
    [
      'below another authority, with the name of a key that is known',
      { x5c: certified(other).x5c, kid: 'key-0' },
      NOW + 1,
    ],
    ['with the authority alone', { x5c: [ca.certificate] }, NOW + 1],
    ['with a certificate that has ended', { x5c: provider.x5c }, NOW + 91 * 86_400],
    ['with a text in place of a chain', { x5c: 'MII' }, NOW + 1],
    ['with a chain that is empty', { x5c: [] }, NOW + 1],
    ['with numbers in the chain', { x5c: [1] }, NOW + 1],
  ])('does not sign %s', async (_name, header, now) => {
    expect(await judge?.(header, now)).toMatchObject({ ok: false, error: { reason: expect.any(String) } })
  })

  it('is nobody where nobody is named', () => {
    expect(attesterKeys({ anchors: [], keys: [] }, purpose, nodeCrypto)).toBeUndefined()
  })
})
