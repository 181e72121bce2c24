import { isJsonObject } from '@countersign/core/json'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { issueAs, type Kind, kinds, presentAs } from '@countersign/testing/forging/credential-kinds'
import { newAuthority } from '@countersign/testing/people/authority'
import { now } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { presentedView } from './presented-view.ts'

const ports = { crypto: nodeCrypto, formats: formatRegistry(kinds.map(({ codec }) => codec)) }
const request = { clientId: 'x509_hash:abc', nonce: 'n', responseUri: 'https://verifier.example/answer' }
const authority = newAuthority('Test', now())
const issuer = authority.vouchFor({ name: 'Issuer', dnsNames: ['issuer.example'] })

async function presented(kind: Kind) {
  const raw = await presentAs(kind, { request }, await issueAs(kind, issuer))
  return {
    queryId: 'asked',
    format: kind.format,
    type: kind.contents.type,
    claims: kind.contents.claims,
    presentation: raw,
  }
}

async function viewed(kind: Kind, mode: 'simple' | 'verbose') {
  const credential = await presented(kind)
  const view = await presentedView(ports, [credential, credential], mode)
  const views = view.credentialsByFormat[kind.format] ?? []
  expect(view.viewMode).toBe(mode)
  expect(views).toHaveLength(2)
  return { view: views[0] ?? {}, raw: credential.presentation }
}

const kindOf = (format: string): Kind => {
  const found = kinds.find((kind) => kind.format === format)
  if (found === undefined) throw new Error(format)
  return found
}

const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value)

describe('a presentation that was kept', () => {
  it.each(['dc+sd-jwt', 'vc+sd-jwt'])(
    'as %s is header, what was disclosed, and the holder’s proof',
    async (format) => {
      const { view } = await viewed(kindOf(format), 'simple')
      expect(view).toMatchObject({
        type: 'sd_jwt_vc_view_simple',
        queryId: 'asked',
        keyBinding: { nonce: 'n' },
      })
      expect(at(view, 'vc', 'header', 'alg')).toBe('ES256')
      const payload = at(view, 'vc', 'payload')
      const said = format === 'dc+sd-jwt' ? payload : at(payload, 'credentialSubject')
      expect(said).toMatchObject({ given_name: 'Ada', family_name: 'Example' })
      expect(JSON.stringify(payload)).not.toMatch(/_sd/)
    },
  )

  it('as dc+sd-jwt verbose is what was written: each disclosure under its digest, which the payload has', async () => {
    const { raw, view } = await viewed(kindOf('dc+sd-jwt'), 'verbose')
    expect(view).toMatchObject({ type: 'sd_jwt_vc_view_verbose', raw })
    const disclosures = at(view, 'vc', 'disclosures') as Record<string, Record<string, string>>
    expect(Object.values(disclosures).map(({ key, value }) => [key, value])).toEqual(
      expect.arrayContaining([
        ['given_name', 'Ada'],
        ['family_name', 'Example'],
      ]),
    )
    for (const [digest, { disclosure, salt }] of Object.entries(disclosures)) {
      expect(JSON.stringify(at(view, 'vc', 'undisclosedPayload'))).toContain(digest)
      expect(raw).toContain(`~${disclosure}~`)
      expect(salt).toMatch(/^[\w-]{22}$/)
    }
    expect(raw.startsWith(`${String(at(view, 'vc', 'raw'))}~`)).toBe(true)
    expect(raw.endsWith(`~${String(at(view, 'keyBinding', 'raw'))}`)).toBe(true)
  })

  it.each(['jwt_vc_json', 'vc+jwt'])(
    'as %s is the holder and the credential, and verbose the presentation',
    async (format) => {
      const simple = (await viewed(kindOf(format), 'simple')).view
      expect(simple).toMatchObject({
        type: 'jwt_vc_json_view_simple',
        holder: expect.stringMatching(/^did:/),
      })
      expect(JSON.stringify(at(simple, 'verifiableCredentials', 0, 'payload'))).toContain('Ada')
      expect(simple).not.toHaveProperty('vp')
      const { raw, view } = await viewed(kindOf(format), 'verbose')
      expect(at(view, 'vp', 'raw')).toBe(raw)
      expect(at(view, 'vp', 'payload', 'nonce')).toBe('n')
      const inner = String(at(view, 'verifiableCredentials', 0, 'raw'))
      expect(JSON.stringify(at(view, 'vp', 'payload'))).toContain(inner)
    },
  )

  it('as mso_mdoc is a document with its elements, its chain, its time and the key of the device', async () => {
    const { view } = await viewed(kindOf('mso_mdoc'), 'simple')
    expect(view).toMatchObject({ type: 'mso_mdoc_view_simple', version: '1.0', status: 0 })
    const document = at(view, 'documents', 0)
    expect(document).toMatchObject({
      docType: kindOf('mso_mdoc').contents.type,
      nameSpaces: kindOf('mso_mdoc').contents.claims,
      validityInfo: { validFrom: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
      deviceKey: { kty: 'EC', crv: 'P-256' },
    })
    expect(at(document, 'certificateChain', 0)).toMatch(
      /^-----BEGIN CERTIFICATE-----\n[\s\S]+\n-----END CERTIFICATE-----\n$/,
    )
    const verbose = await viewed(kindOf('mso_mdoc'), 'verbose')
    expect(verbose.view).toMatchObject({
      raw: verbose.raw,
      documents: [{ issuerSigned: { issuerAuth: { deviceKey: { kty: 'EC' } } } }],
    })
  })

  it('is shown by its claims where it was not kept', async () => {
    for (const kind of kinds) {
      const { presentation: _presentation, ...credential } = await presented(kind)
      const view = await presentedView(ports, [credential], 'simple')
      const [only] = view.credentialsByFormat[kind.format] ?? []
      expect(only).toMatchObject({ queryId: 'asked', claims: kind.contents.claims })
      expect(Object.values(only ?? {}).filter(isJsonObject)).toHaveLength(1)
    }
  })
})
