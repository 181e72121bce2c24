import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ok, refuse } from '@countersign/core/result'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { formatRegistry } from '@countersign/credential/contract/registry'
import type { IssuerKeyReference } from '@countersign/credential/contract/trust-port'
import { didKeyFromKey } from '@countersign/did/did-key'
import { didResolver } from '@countersign/did/did-resolver'
import { type Deployment, openDeployment } from '@countersign/keys/deployment/deployment'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { toPem } from '@countersign/x509/pem'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type TrustSource, trustSettings, trustShape } from '../config/trust.ts'
import { certificateWatch } from '../operation/certificate-watch.ts'
import { NO_METRICS } from '../operation/metrics.ts'
import type { Remote } from '../outgoing/guarded-client.ts'
import { trustTelling } from '../trust/trust-telling.ts'
import { openIssuerTrust, type TrustHome } from './believed-issuers.ts'

const now = 1_790_000_000
const folder = mkdtempSync(join(tmpdir(), 'issuer-trust-'))
const served = new Map<string, object>()
let deployment: Deployment

beforeAll(async () => {
  const opened = await openDeployment({ mode: 'development', warn: () => {}, now: () => now })
  if (!opened.ok) throw new Error(opened.error.code)
  deployment = opened.value
})
afterAll(() => rmSync(folder, { recursive: true }))

const remote: Remote = {
  close: async () => {},
  async request({ url }) {
    const answer = served.get(url)
    const body = JSON.stringify(answer ?? {})
    return ok({ status: answer ? 200 : 404, headers: {}, body, bytes: Buffer.from(body) })
  },
}

const parsed = (certificate: string) => {
  const read = parseX5cEntry(certificate)
  if (!read.ok) throw new Error(read.error.code)
  return read.value
}

const closing: (() => Promise<void>)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

const certificates = certificateWatch(pino({ level: 'silent' }), () => now)
afterAll(() => certificates.stop())

function home(mode: 'development' | 'production'): Omit<TrustHome, 'trust'> {
  const development = mode === 'development'
  return {
    config: { mode },
    deployment,
    developmentAnchors: () => (development ? deployment.developmentAnchors().map(parsed) : []),
    developmentIacas: () => (development ? deployment.developmentIacas().map(parsed) : []),
    log: pino({ level: 'silent' }),
    now: () => now,
    certificates,
    metrics: NO_METRICS,
    closeAtEnd: (close) => void closing.push(close),
  }
}

const formats = formatRegistry(ALL_FORMATS)

function open(
  sources: readonly TrustSource[],
  mode: 'development' | 'production' = 'production',
  trust = trustTelling(),
) {
  const resolveKey = didResolver({
    fetchDocument: async () => refuse({ code: 'did_unreachable', reason: 'no network here' }),
    now: () => now,
  })
  return openIssuerTrust(
    { ...home(mode), trust },
    { sources, refreshSeconds: 600 },
    { formats, resolveKey, remote },
  )
}

const keyOf = (format: FormatId, members: Partial<IssuerKeyReference>): IssuerKeyReference => ({
  purpose: 'issuer',
  format,
  signerProfile: formats.spoken(format).signerProfile,
  credentialType: 'urn:example:card',
  algorithm: 'ES256',
  ...members,
})

const ca = createDevelopmentCa({ name: 'Authority', now })
const { publicJwk, keyId } = softwareSigner(generateSoftwareKey('ES256'))
const chain = [issueCertificate({ ca, publicJwk, subject: 'Signer', dnsNames: [], uris: [], days: 30, now })]

function fileOf(name: string, certificate: string): string {
  const path = join(folder, name)
  writeFileSync(path, toPem([parsed(certificate)]))
  return path
}

describe('in development', () => {
  const signerOf = async (purpose: string, uri?: string) => {
    const options = { dnsNames: [], baseUrl: 'https://issuer.example', uri }
    const signer = await deployment.signer(purpose, options)
    if (!signer.ok || !signer.value.x5c) throw new Error('no signer')
    return signer.value.x5c
  }

  it('believes its own document signers for documents, and its own issuers for the rest', async () => {
    const { issuers } = await open([], 'development')
    const documents = await signerOf('document-signer')
    const credentials = await signerOf('credential-issuer')
    const judge = (format: FormatId, x5c: readonly string[]) =>
      issuers(keyOf(format, { x5c, signedAt: now }), now)
    expect(await judge('mso_mdoc', documents)).toMatchObject({
      ok: true,
      value: { source: 'development IACA' },
    })
    expect(await judge('dc+sd-jwt', credentials)).toMatchObject({
      ok: true,
      value: { source: 'development CA' },
    })
    expect(await judge('mso_mdoc', credentials)).toMatchObject({ ok: false })
    expect(await judge('dc+sd-jwt', documents)).toMatchObject({ ok: false })
  })

  it('vouches for the address that its certificate was made for, and lets an issuer claim another', async () => {
    const { issuers } = await open([], 'development')
    const x5c = await signerOf('credential-issuer')
    const judge = (issuer: string) => issuers(keyOf('dc+sd-jwt', { x5c, issuer }), now)
    const subject = parsed(x5c[0] ?? '').subject.text
    expect(await judge('https://issuer.example')).toMatchObject({
      value: { issuer: 'https://issuer.example' },
    })
    expect(await judge('https://moved.example')).toMatchObject({ value: { issuer: subject } })
  })

  it('vouches for the name under which a caller brings his key, where a certificate can have it', async () => {
    const { issuers } = await open([], 'development')
    const did = didKeyFromKey(publicJwk)
    const judge = async (certified: string, issuer: string) =>
      issuers(keyOf('dc+sd-jwt', { x5c: await signerOf('caller-issuer', certified), issuer }), now)
    expect(await judge(did, did)).toMatchObject({ value: { issuer: did } })
    for (const [certified, claimed] of [
      [did, 'did:web:stranger.example'],
      ['no URI', 'no URI'],
    ] as const) {
      const judged = await judge(certified, claimed)
      expect(judged.ok && judged.value.issuer).toMatch(/^O=Countersign, CN=/)
    }
  })

  it('believes whom a caller issued as under a DID that is its own key, and nobody else of that kind', async () => {
    const { issuers } = await open([], 'development')
    const judge = async (did: string) => {
      const keyId = `${did}#${did.slice('did:key:'.length)}`
      return issuers(keyOf('dc+sd-jwt', { issuer: did, keyId }), now)
    }
    const [ours, strangers] = [publicJwk, softwareSigner(generateSoftwareKey('ES256')).publicJwk].map((key) =>
      didKeyFromKey(key),
    )
    await deployment.rememberName(ours ?? '')
    expect(await judge(ours ?? '')).toMatchObject({ value: { issuer: ours, key: publicJwk } })
    expect(await judge(strangers ?? '')).toMatchObject({ error: { reason: 'issuer_not_trusted' } })
    const inProduction = await open([], 'production')
    expect((await inProduction.issuers(keyOf('dc+sd-jwt', { issuer: ours ?? '' }), now)).ok).toBe(false)
  })

  it('believes no root of documents about a status list', async () => {
    const { statusLists } = await open([], 'development')
    const reference = {
      purpose: 'status_list',
      mechanism: 'token_status_list',
      uri: 'https://x.example',
      algorithm: 'ES256',
    } as const
    expect(await statusLists({ ...reference, x5c: await signerOf('status-list') }, now)).toMatchObject({
      ok: true,
    })
    expect(await statusLists({ ...reference, x5c: await signerOf('document-signer') }, now)).toMatchObject({
      ok: false,
    })
  })
})

describe('what is told to operators', () => {
  async function toldOf(sources: readonly TrustSource[], mode: 'development' | 'production') {
    const telling = trustTelling()
    await open(sources, mode, telling)
    return telling.sources()?.map((one) => ('kept' in one ? one.kept.readable.place : one.place))
  }

  it('is each source in the order of the configuration, and in development what the deployment made', async () => {
    const anchorsFile = fileOf('told.pem', ca.certificate)
    const sources = [{ issuer: 'did:web:issuer.example' }, { anchorsFile }, { issuer: 'https://x.example' }]
    const places = ['did:web:issuer.example', anchorsFile, 'https://x.example']
    expect(await toldOf(sources, 'production')).toEqual(places)
    expect(await toldOf(sources, 'development')).toEqual(['development CA', 'development IACA', ...places])
  })
})

describe('sources', () => {
  it('are authorities in a file, named in the decision', async () => {
    const anchorsFile = fileOf('ca.pem', ca.certificate)
    const { issuers, listAnchors } = await open([{ anchorsFile, name: 'Ministry' }])
    expect(await issuers(keyOf('dc+sd-jwt', { x5c: chain }), now)).toMatchObject({
      ok: true,
      value: { key: publicJwk, anchor: 'Ministry', source: anchorsFile },
    })
    expect(listAnchors()).toEqual(['Ministry'])
  })

  it('count for their types, formats and purposes alone', async () => {
    const anchorsFile = fileOf('ca.pem', ca.certificate)
    const judge = async (scope: Partial<TrustSource>) => {
      const { issuers } = await open([{ anchorsFile, ...scope }])
      return (await issuers(keyOf('dc+sd-jwt', { x5c: chain }), now)).ok
    }
    expect(await judge({ types: ['urn:example:card'], formats: ['dc+sd-jwt'], purposes: ['issuer'] })).toBe(
      true,
    )
    expect(await judge({ types: ['urn:example:other'] })).toBe(false)
    expect(await judge({ formats: ['jwt_vc_json'] })).toBe(false)
    expect(await judge({ purposes: ['status_list'] })).toBe(false)
  })

  it('are certificates of signers', async () => {
    const { issuers } = await open([{ pinsFile: fileOf('pin.pem', chain[0] ?? '') }])
    expect(await issuers(keyOf('dc+sd-jwt', { x5c: chain }), now)).toMatchObject({ ok: true })
    const other = issueCertificate({ ca, publicJwk, subject: 'Other', dnsNames: [], uris: [], days: 30, now })
    expect(await issuers(keyOf('dc+sd-jwt', { x5c: [other] }), now)).toMatchObject({ ok: false })
  })

  it.each<[Partial<TrustSource>, string]>([
    [{}, 'CN=Signer'],
    [{ bindIssuer: false }, 'CN=Signer'],
    [{ bindIssuer: true }, 'https://named.example'],
  ])('vouch for the name that the certificate confirms where they are told to: %j', async (scope, own) => {
    const names = { subject: 'Signer', dnsNames: ['named.example'], uris: [] }
    const x5c = [issueCertificate({ ca, publicJwk, ...names, days: 30, now })]
    const sources = [
      { anchorsFile: fileOf('ca.pem', ca.certificate) },
      { pinsFile: fileOf('pin.pem', x5c[0] ?? '') },
    ]
    for (const source of sources) {
      const { issuers, statusLists } = await open([{ ...source, ...scope }])
      const judge = (issuer: string) => issuers(keyOf('dc+sd-jwt', { x5c, issuer }), now)
      expect(await judge('https://named.example')).toMatchObject({
        value: { issuer: expect.stringContaining(own) },
      })
      const refused = { error: { reason: 'issuer_not_in_certificate' } }
      const stranger = scope.bindIssuer ? refused : { ok: true }
      expect(await judge('https://stranger.example')).toMatchObject(stranger)
      const list = {
        purpose: 'status_list',
        mechanism: 'bitstring_status_list',
        uri: 'x',
        algorithm: 'ES256',
      } as const
      expect(await statusLists({ ...list, x5c, issuer: 'https://stranger.example' }, now)).toMatchObject(
        stranger,
      )
    }
  })

  it.each([true, false, undefined])(
    'hold every type to its jurisdiction where they say so: %s',
    async (bindJurisdiction) => {
      const { issuers } = await open([{ anchorsFile: fileOf('ca.pem', ca.certificate), bindJurisdiction }])
      expect(await issuers(keyOf('dc+sd-jwt', { x5c: chain }), now)).toMatchObject({
        value: { jurisdiction: { countries: [], subdivisions: [], bindsAllTypes: bindJurisdiction } },
      })
    },
  )

  it('are DIDs', async () => {
    const issuer = didKeyFromKey(publicJwk)
    const reference = keyOf('jwt_vc_json', { issuer, keyId: `${issuer}#${issuer.slice('did:key:'.length)}` })
    const { issuers } = await open([{ issuer }])
    expect(await issuers(reference, now)).toMatchObject({ ok: true, value: { source: 'configuration' } })
    expect(await (await open([])).issuers(reference, now)).toMatchObject({ ok: false })
  })

  it('are https issuers, whose metadata is asked for their keys', async () => {
    const issuer = 'https://issuer.example'
    served.set(`${issuer}/.well-known/jwt-vc-issuer`, {
      issuer,
      jwks: { keys: [{ ...publicJwk, kid: keyId }] },
    })
    const { issuers } = await open([{ issuer }, { issuer: 'https://silent.example' }])
    const judge = (name: string) => issuers(keyOf('dc+sd-jwt', { issuer: name, keyId }), now)
    expect(await judge(issuer)).toMatchObject({ ok: true })
    expect(await judge('https://silent.example')).toMatchObject({ error: { reason: 'status_404' } })
    expect(await judge('https://stranger.example')).toMatchObject({ error: { reason: 'issuer_not_trusted' } })
  })

  it('that are none leave nobody to believe', async () => {
    const { issuers, statusLists } = await open([])
    expect((await issuers(keyOf('dc+sd-jwt', { x5c: chain }), now)).ok).toBe(false)
    const list = { purpose: 'status_list', mechanism: 'token_status_list', uri: 'https://x.example' } as const
    expect((await statusLists({ ...list, algorithm: 'ES256', x5c: chain }, now)).ok).toBe(false)
  })
})

describe('does not start', () => {
  const damaged = join(folder, 'damaged.pem')
  writeFileSync(damaged, 'no certificate')
  const signerFile = fileOf('signer.pem', ca.certificate)

  it.each<[string, TrustSource]>([
    ['a file that is not there', { anchorsFile: join(folder, 'nowhere.pem') }],
    ['a file without certificates', { anchorsFile: damaged }],
    ['pins that cannot be read', { pinsFile: damaged }],
    ['a VICAL that is none', { vicalFile: damaged, signerFile }],
    ['a list that is none', { listFile: damaged, signerFile }],
    ['a list of an unreadable signer', { listFile: damaged, signerFile: damaged }],
  ])('with %s', async (_name, source) => {
    await expect(open([source])).rejects.toThrow(/cannot be (used|read)/)
  })
})

it('a source for a format that the service does not speak keeps it from starting', async () => {
  const start = open([{ anchorsFile: '/a.pem', formats: ['ldp_vc'] }])
  await expect(start).rejects.toThrow('trustedIssuers: the format ldp_vc is not known')
})

describe('the configuration', () => {
  const shape = z.strictObject(trustShape)
  const reading = (...sources: readonly object[]) => shape.safeParse({ trustedIssuers: sources })

  it('takes one of each kind', () => {
    const sources = [
      { anchorsFile: '/a.pem', types: ['x'] },
      { pinsFile: '/b.pem' },
      { anchorsFile: '/a.pem', bindIssuer: true, bindJurisdiction: true },
      { anchorsFile: '/a.pem', documentSignerUsages: ['1.3.130.2.0.0.1.2'] },
      { vicalUrl: 'https://lists.example/vical', signerFile: '/d.pem', documentSignerUsages: 'any' },
      { listUrl: 'http://lists.example/list', signerFile: '/d.pem', types: ['x'] },
      { vicalFile: '/c.cbor', signerFile: '/d.pem', bindJurisdiction: true },
      { listFile: '/e.jwt', signerFile: '/d.pem', listType: 'http://uri.etsi.org/x' },
      { issuer: 'did:web:issuer.example' },
      { issuer: 'https://issuer.example', types: ['x'], name: 'Example' },
    ]
    expect(reading(...sources)).toMatchObject({ success: true })
  })

  it.each<[string, object]>([
    ['nothing', {}],
    ['two things', { anchorsFile: '/a.pem', pinsFile: '/b.pem' }],
    ['a VICAL without a signer', { vicalFile: '/a' }],
    ['a list without a signer', { listFile: '/a' }],
    ['a fetched list without a signer', { listUrl: 'https://lists.example' }],
    ['a list at an address that is none', { vicalUrl: 'lists.example', signerFile: '/a' }],
    ['pins that are made for something', { pinsFile: '/a', documentSignerUsages: 'any' }],
    ['a purpose that is no identifier', { anchorsFile: '/a', documentSignerUsages: ['mdl'] }],
    ['no purposes', { anchorsFile: '/a', documentSignerUsages: [] }],
    ['an issuer over plain HTTP', { issuer: 'http://issuer.example' }],
    ['an issuer for one format', { issuer: 'https://issuer.example', formats: ['dc+sd-jwt'] }],
    ['an issuer of lists alone', { issuer: 'did:web:a.example', purposes: ['status_list'] }],
    ['a VICAL for some types', { vicalFile: '/a', signerFile: '/b', types: ['x'] }],
    ['authorities with the signer of a list', { anchorsFile: '/a', signerFile: '/b' }],
    ['a DID whose name is to be bound', { issuer: 'did:web:a.example', bindIssuer: true }],
    ['a VICAL whose names are to be bound', { vicalFile: '/a', signerFile: '/b', bindIssuer: true }],
    ['a word for whether names are bound', { anchorsFile: '/a', bindIssuer: 'yes' }],
    ['an unknown member', { anchorsFile: '/a.pem', type: 'x' }],
  ])('refuses a source of %s', (_name, source) => {
    expect(reading(source).success).toBe(false)
  })

  it('names an issuer once', () => {
    const one = { issuer: 'did:web:a.example', types: ['x'] }
    expect(reading(one, { ...one, issuer: 'did:web:b.example' }).success).toBe(true)
    expect(reading(one, { ...one, types: ['y'] }).success).toBe(false)
  })

  it('has a short form for one file of authorities', () => {
    const read = (values: object) => trustSettings(shape.parse(values))
    const short = { trustedIssuerCasFile: '/a.pem', trustRefreshSeconds: 30 }
    expect(read(short)).toEqual({ sources: [{ anchorsFile: '/a.pem' }], refreshSeconds: 30 })
    expect(read({})).toEqual({ sources: [], refreshSeconds: 600 })
  })
})
