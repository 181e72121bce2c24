import { encodeBase64 } from '@countersign/core/base64url'
import { readTimestamp } from '@countersign/core/date-time'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { KEY_CERT_SIGN, makeCertificate, toX5c } from '@countersign/testing/forging/certificates'
import type { Certificate } from '@countersign/x509/certificate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chainTrust } from '../chain-trust.ts'
import { pinsFrom } from '../trust-anchor.ts'
import { readListOfTrustedEntities, type TrustedEntitiesOptions } from './list-of-trusted-entities.ts'
import { EU_SERVICE_RULES, publicAttestationRules } from './service-rules.ts'

const NOW = 1_780_000_000
const at = (text: string) => Date.parse(text) / 1000
const PID = 'http://uri.etsi.org/19602/SvcType/PID/Issuance'
const PUBLIC = 'http://uri.etsi.org/19602/SvcType/PubEAA/Issuance'
const STATUS = 'http://uri.etsi.org/19602/PubEAAProvidersList/SvcStatus'
const LIST_TYPE = 'http://uri.etsi.org/19602/LoTEType/EUPIDProvidersList'

const operator = makeSigner('P-256', 'operator')
const issuer = makeSigner('P-256', 'issuer')
const make = (subject: string, signer: Signer, ca: boolean) =>
  makeCertificate({
    subject,
    issuer: 'Root',
    key: signer.publicJwk,
    signer,
    ca,
    keyUsage: [ca ? KEY_CERT_SIGN : 0],
  })

const [operatorCertificate, ca, leaf] = [
  await make('Operator', operator, false),
  await make('PID CA', issuer, true),
  await make('PID signer', issuer, false),
]

const name = (value: string) => [
  { lang: 'de', value: `${value} (de)` },
  { lang: 'en', value },
]
const identity = (...certificates: readonly Certificate[]): JsonObject => ({
  X509Certificates: certificates.map(({ der }) => ({ val: encodeBase64(der) })),
})
const service = (members: JsonObject = {}, history?: JsonValue): JsonObject => ({
  ServiceInformation: {
    ServiceName: name('PID'),
    ServiceTypeIdentifier: PID,
    ServiceDigitalIdentity: identity(ca),
    ...members,
  },
  ...(history !== undefined && { ServiceHistory: history }),
})
const entity = (...services: readonly JsonValue[]): JsonObject => ({
  TrustedEntityInformation: { TEName: name('Ministry') },
  TrustedEntityServices: services,
})

interface Forgery {
  readonly scheme?: JsonObject
  readonly entities?: readonly JsonValue[]
  readonly payload?: JsonObject
  readonly header?: JsonObject
  readonly signer?: Signer
}

function makeList({
  scheme,
  entities = [entity(service())],
  payload,
  header,
  signer,
}: Forgery = {}): Promise<string> {
  const information: JsonObject = {
    LoTEVersionIdentifier: 1,
    LoTESequenceNumber: 12,
    LoTEType: LIST_TYPE,
    SchemeOperatorName: name('Operator'),
    SchemeName: name('PID providers'),
    ListIssueDateTime: '2026-05-01T00:00:00Z',
    NextUpdate: '2026-10-01T00:00:00+02:00',
    ...scheme,
  }
  return signJws(
    { typ: 'JOSE', x5c: toX5c(operatorCertificate), ...header },
    payload ?? { LoTE: { ListAndSchemeInformation: information, TrustedEntitiesList: entities } },
    signer ?? operator,
  )
}

const signers = chainTrust({
  list: pinsFrom([operatorCertificate], { name: 'Operator' }),
  crypto: nodeEngine,
})
const defaults: TrustedEntitiesOptions = { now: NOW, signers, rules: EU_SERVICE_RULES, crypto: nodeEngine }

async function read(forgery: Forgery = {}, options: Partial<TrustedEntitiesOptions> = {}) {
  return readListOfTrustedEntities(await makeList(forgery), { ...defaults, ...options })
}

describe('a list of trusted entities', () => {
  it.each([
    [{}, { bindIssuer: true, bindJurisdiction: undefined }],
    [{ bindIssuer: false }, { bindIssuer: false, bindJurisdiction: undefined }],
    [{ bindJurisdiction: true }, { bindIssuer: true, bindJurisdiction: true }],
  ])('binds the names of its issuers unless it is told not to: %j', async (options, expected) => {
    const list = await read({}, options)
    const trusted = list.ok ? [...list.value.list.anchors, ...list.value.list.pins] : []
    expect(trusted.length).toBeGreaterThan(0)
    for (const one of trusted) expect(one).toMatchObject(expected)
  })

  it('gives CAs as anchors and others as pins, for what their services are', async () => {
    const list = await read({
      entities: [
        entity(service(), service({ ServiceDigitalIdentity: identity(leaf) })),
        entity(
          service({
            ServiceTypeIdentifier: 'http://uri.etsi.org/19602/SvcType/WalletSolution/Issuance',
            ServiceDigitalIdentity: identity(ca, leaf),
          }),
        ),
      ],
    })
    const shared = {
      name: 'Ministry',
      source: 'PID providers 12',
      usableUntil: at('2026-09-30T22:00:00Z'),
      bindIssuer: true,
    }
    const pid = { ...shared, purposes: ['issuer'], types: ['urn:eudi:pid:1', 'eu.europa.ec.eudi.pid.1'] }
    const wallet = { ...shared, purposes: ['wallet_attester', 'key_attester'] }
    expect(list).toEqual({
      ok: true,
      value: {
        name: 'PID providers',
        listType: LIST_TYPE,
        issue: 12,
        issuedAt: at('2026-05-01T00:00:00Z'),
        nextUpdate: shared.usableUntil,
        signedBy: 'Operator',
        list: {
          anchors: [
            { ...pid, certificate: ca },
            { ...wallet, certificate: ca },
          ],
          pins: [
            { ...pid, certificate: leaf },
            { ...wallet, certificate: leaf },
          ],
        },
        skipped: [],
        pointers: [],
      },
    })
  })

  it('names what it passes over', async () => {
    const list = await read({
      entities: [
        'x',
        entity(
          service({ ServiceTypeIdentifier: 'urn:other' }),
          service({ ServiceTypeIdentifier: 1 }),
          service({ ServiceDigitalIdentity: { X509SKIs: ['AAAA'] } }),
          service({ ServiceDigitalIdentity: { X509Certificates: [{}] } }),
          service({ ServiceDigitalIdentity: { X509Certificates: [{ val: 'AAAA' }] } }),
          service({ ServiceStatus: `${STATUS}/withdrawn` }),
          service({ ServiceStatus: 1 }),
          service({ StatusStartingTime: 'yesterday' }),
          {},
          service({}, [{ ServiceDigitalIdentity: identity(ca), ServiceStatus: 'x' }]),
          service({}, 'x'),
          service({}, [{ ServiceDigitalIdentity: identity(ca), StatusStartingTime: '2025-01-01T00:00:00Z' }]),
        ),
      ],
    })
    expect(list.ok && list.value.list).toEqual({ anchors: [], pins: [] })
    expect(
      list.ok && list.value.skipped.map(({ entity: place, service: at2, reason }) => [place, at2, reason]),
    ).toEqual([
      [0, 0, 'entity_malformed'],
      [1, 0, 'service_type_without_rule'],
      [1, 1, 'service_malformed'],
      [1, 2, 'identity_without_certificate'],
      [1, 3, 'service_malformed'],
      [1, 4, 'certificate_malformed'],
      [1, 5, 'service_status_not_accepted'],
      [1, 6, 'service_malformed'],
      [1, 7, 'service_malformed'],
      [1, 8, 'service_malformed'],
      [1, 9, 'history_malformed'],
      [1, 10, 'service_malformed'],
      [1, 11, 'history_malformed'],
    ])
  })

  it('passes over a certificate of a service that cannot be read, not the service', async () => {
    const list = await read({
      entities: [
        entity(
          service({
            ServiceDigitalIdentity: {
              X509Certificates: [{ val: 'AAAA' }, { val: encodeBase64(ca.der) }, { val: 1 }],
            },
          }),
        ),
      ],
    })
    expect(list).toMatchObject({
      value: {
        list: { anchors: [{ certificate: ca }] },
        skipped: [
          { entity: 0, service: 0, reason: 'certificate_malformed' },
          { entity: 0, service: 0, reason: 'service_malformed' },
        ],
      },
    })
  })

  it('gives a service for the periods in which its status counted', async () => {
    const state = (status: string, since: string, certificate = ca) => ({
      ServiceStatus: `${STATUS}/${status}`,
      StatusStartingTime: since,
      ServiceDigitalIdentity: identity(certificate),
    })
    const withdrawn = service(
      { ServiceTypeIdentifier: PUBLIC, ...state('withdrawn', '2026-03-01T00:00:00Z') },
      [
        { ...state('withdrawn', '2025-01-01T00:00:00Z'), ServiceTypeIdentifier: PUBLIC },
        { ...state('notified', '2024-01-01T00:00:00Z'), ServiceTypeIdentifier: PUBLIC },
        state('notified', '2025-06-01T00:00:00Z', leaf),
      ],
    )
    const rules = publicAttestationRules(['urn:example:diploma'])
    const list = await read({ entities: [entity(withdrawn)] }, { rules })
    expect(list).toMatchObject({
      ok: true,
      value: {
        list: {
          anchors: [
            {
              certificate: ca,
              types: ['urn:example:diploma'],
              periods: [{ from: at('2024-01-01T00:00:00Z'), until: at('2025-01-01T00:00:00Z') }],
            },
          ],
          pins: [
            {
              certificate: leaf,
              periods: [{ from: at('2025-06-01T00:00:00Z'), until: at('2026-03-01T00:00:00Z') }],
            },
          ],
        },
      },
    })
    const granted = service({ ServiceTypeIdentifier: PUBLIC, ...state('notified', '2026-01-01T00:00:00Z') })
    expect(await read({ entities: [entity(granted)] }, { rules })).toMatchObject({
      value: { list: { anchors: [{ periods: [{ from: at('2026-01-01T00:00:00Z') }] }] } },
    })
    const silent = service({ ServiceTypeIdentifier: PUBLIC })
    expect(await read({ entities: [entity(silent)] }, { rules })).toMatchObject({
      value: { skipped: [{ reason: 'service_status_not_accepted' }] },
    })
  })

  it('points to other lists and those who sign them', async () => {
    const pointer = {
      LoTELocation: 'https://lists.example/wallets',
      ServiceDigitalIdentities: [identity(leaf), { X509Certificates: [{ val: '!' }] }],
      LoTEQualifiers: [{ LoTEType: 'urn:wallets' }],
    }
    const PointersToOtherLoTE = [pointer, { ...pointer, LoTELocation: 'http://lists.example' }, 1]
    expect(await read({ scheme: { PointersToOtherLoTE } })).toMatchObject({
      value: {
        pointers: [{ location: 'https://lists.example/wallets', listType: 'urn:wallets', signers: [leaf] }],
      },
    })
  })

  it.each<[string, Forgery, object]>([
    [
      'that is too large',
      { payload: { padding: 'x'.repeat(8 * 1024 * 1024) } },
      { code: 'lote_too_large', reason: 'limit 8388608 bytes' },
    ],
    ['without scheme', { payload: { LoTE: {} } }, { code: 'lote_malformed' }],
    ['that is none', { payload: {} }, { code: 'lote_malformed' }],
    [
      'with entities that are none',
      { payload: { LoTE: { ListAndSchemeInformation: {}, TrustedEntitiesList: {} } } },
      { code: 'lote_malformed' },
    ],
    ['of another version', { scheme: { LoTEVersionIdentifier: 2 } }, { code: 'lote_version_unsupported' }],
    ['without number', { scheme: { LoTESequenceNumber: 0 } }, { code: 'lote_malformed' }],
    ['with a number that is text', { scheme: { LoTESequenceNumber: '12' } }, { code: 'lote_malformed' }],
    ['without date', { scheme: { ListIssueDateTime: 'x' } }, { code: 'lote_malformed' }],
    ['without next update', { scheme: { NextUpdate: null } }, { code: 'lote_malformed' }],
    [
      'without name',
      { scheme: { SchemeName: [], SchemeOperatorName: [{ lang: 'en' }] } },
      { code: 'lote_malformed' },
    ],
    ['with a type that is none', { scheme: { LoTEType: 1 } }, { code: 'lote_malformed' }],
    ['of tomorrow', { scheme: { ListIssueDateTime: '2026-07-01T00:00:00Z' } }, { code: 'list_from_future' }],
    ['that is outdated', { scheme: { NextUpdate: '2026-05-02T00:00:00Z' } }, { code: 'list_outdated' }],
    [
      'with a forged signature',
      { signer: makeSigner('P-256') },
      { code: 'lote_signature_refused', reason: 'signature_invalid' },
    ],
    [
      'without a chain',
      { header: { x5c: [1] } },
      { code: 'lote_signer_untrusted', cause: { code: 'no_key_reference' } },
    ],
    [
      'that must be understood in another way',
      { header: { crit: ['b64'], b64: true } },
      { code: 'lote_malformed' },
    ],
    ['with an empty list of what must be understood', { header: { crit: [] } }, { code: 'lote_malformed' }],
    [
      'that must be understood by what is not there',
      { header: { crit: ['sigT'] } },
      { code: 'lote_malformed' },
    ],
  ])('is refused %s', async (_what, forgery, error) => {
    expect(await read(forgery)).toEqual({ ok: false, error })
  })

  it('is refused from a stranger, as another list, and when an older issue comes back', async () => {
    expect(await read({ header: { x5c: toX5c(leaf) } })).toMatchObject({
      error: { code: 'lote_signer_untrusted', cause: { reason: 'anchor_unknown' } },
    })
    expect((await read({}, { listType: LIST_TYPE })).ok).toBe(true)
    expect(await read({}, { listType: 'urn:other' })).toEqual({
      ok: false,
      error: { code: 'lote_type_differs', listType: LIST_TYPE },
    })
    expect((await read({}, { lastIssue: 12 })).ok).toBe(true)
    expect(await read({}, { lastIssue: 13 })).toMatchObject({ error: { code: 'list_rolled_back' } })
  })

  it('may say when it was signed in a member that must be understood', async () => {
    const header = { sigT: '2026-05-01T00:00:00Z', crit: ['sigT'] }
    expect((await read({ header })).ok).toBe(true)
  })

  it('answers any text and any list with a value or a refusal', async () => {
    const anyEntity = fc.oneof(
      fc.anything(),
      fc.record({ TrustedEntityInformation: fc.object(), TrustedEntityServices: fc.array(fc.anything()) }),
      fc
        .record({
          ServiceTypeIdentifier: fc.anything(),
          ServiceStatus: fc.anything(),
          StatusStartingTime: fc.anything(),
          ServiceDigitalIdentity: fc.anything(),
        })
        .map((members) => entity({ ServiceInformation: JSON.parse(JSON.stringify(members)) })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(anyEntity, { maxLength: 4 }), async (entities) => {
        const plain: JsonValue = JSON.parse(
          JSON.stringify(entities, (_key, value) => (typeof value === 'bigint' ? 0 : value)),
        )
        expect(await read({ entities: Array.isArray(plain) ? plain : [] })).toHaveProperty('ok')
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect((await readListOfTrustedEntities(text, defaults)).ok).toBe(false)
      }),
    )
  })
})

describe('a date-time', () => {
  it.each([
    ['2026-05-01T00:00:00Z', at('2026-05-01T00:00:00Z')],
    ['2026-05-01t00:00:00.999z', at('2026-05-01T00:00:00Z')],
    ['2026-05-01T02:00:00+02:00', at('2026-05-01T00:00:00Z')],
    ['2024-02-29T00:00:00Z', at('2024-02-29T00:00:00Z')],
    ['2026-02-29T00:00:00Z', undefined],
    ['2026-05-01', undefined],
    ['2026-05-01T00:00:00', undefined],
    ['2026-05-01 00:00:00Z', undefined],
    ['2026-05-01T25:00:00Z', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['', undefined],
    [1, undefined],
  ])('%s is %s', (text, expected) => {
    expect(readTimestamp(text)).toBe(expected)
  })
})
