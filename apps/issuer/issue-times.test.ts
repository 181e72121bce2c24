/**
 * The moments of an issue call, from the call over HTTP to the credential: what is given is what is written, however long
 * the offer lay open, or the call is refused. A row of the table is a format, members of its data, and what comes of them.
 */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CalledIssuer,
  callIssuer,
  mdocOf,
  payloadOf,
  withEverything,
} from './testing/issue-calls.testing.ts'
import { type TestIssuer, testIssuer } from './testing/issuer.testing.ts'

/** 2027-01-15T08:00:00Z: calls are made some minutes into this hour, and wallets come in the next one. */
const HOUR = 1_800_000_000
const CALLED = HOUR + 1111
const RECEIVED = HOUR + 5555
/** Neither of them on an hour or a minute. */
const END = { at: 1_830_000_001, text: '2027-12-28T13:20:01Z', elsewhere: '2027-12-28T15:20:01+02:00' }
const START = { at: 1_790_000_001, text: '2026-09-21T14:13:21Z' }
const LATER = { at: 1_800_007_777, text: '2027-01-15T10:09:37Z' }
const YEAR = 365 * 86_400

type Format = 'dc+sd-jwt' | 'jwt_vc_json' | 'vc+jwt' | 'vc+sd-jwt' | 'mso_mdoc'
type Row = readonly [format: Format, given: JsonObject, written: JsonObject | RegExp, mapping?: JsonObject]

const W3C = ['jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'] as const

let test: TestIssuer
let issuer: CalledIssuer

beforeAll(async () => {
  test = withEverything(testIssuer())
  issuer = await callIssuer(test)
})
afterAll(() => issuer.close())

function caseOf(format: Format): FormatCase {
  const found = formatCases.find((one) => one.format === format)
  if (found === undefined) throw new Error(format)
  return found
}

/** The period as each format writes it, in one shape for those that say it twice. */
function periodOf(format: Format, credential: string): JsonObject {
  if (format === 'mso_mdoc') return mdocOf(credential).mso['validityInfo'] as JsonObject
  const { exp, iat, nbf, validFrom, validUntil, vc } = payloadOf(credential)
  const { expirationDate, issuanceDate } = (vc ?? {}) as JsonObject
  const members = { exp, iat, nbf, validFrom, validUntil, expirationDate, issuanceDate }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject
}

async function called(format: Format, given: JsonObject, more: object = {}) {
  const { family, order } = caseOf(format)
  const credentialData = { ...(order['credentialData'] as object), ...given }
  test.clock.now = CALLED
  const body = order['mdocData'] === undefined ? { ...order, credentialData } : { ...order, ...given }
  return issuer.offer(`/openid4vc/${family}/issue`, { ...body, ...more }, { sessionttl: '2592000' })
}

async function received(offerUrl: string, at = RECEIVED): Promise<string> {
  test.clock.now = at
  const credentials = await issuer.receive(offerUrl)
  if (!Array.isArray(credentials)) throw new Error(JSON.stringify(credentials))
  return String(credentials[0])
}

/** Refused at the call, by the member's name. */
const refusals = (format: Format, member: string, rows: readonly (readonly [JsonValue, RegExp])[]): Row[] =>
  rows.map(([value, why]) => [format, { [member]: value }, new RegExp(`${member}.*${why.source}`)])

const NOT_MOMENTS: readonly (readonly [JsonValue, RegExp])[] = [
  ['soon', /must be a moment/],
  ['', /must be a moment/],
  [true, /must be a moment/],
  [null, /must be a moment/],
  [[END.text], /must be a moment/],
  [{ '@value': END.text }, /must be a moment/],
  ['2027-02-30T00:00:00Z', /must be a moment/],
  ['2027-02-30', /must be a moment/],
  ['2027-12-28T25:00:00Z', /must be a moment/],
  ['2027-12-28 13:20:01Z', /must be a moment/],
  ['Tue, 28 Dec 2027 13:20:01 GMT', /must be a moment/],
  [String(END.at), /must be a moment/],
  ['2027-12-28', /is a day/],
  ['2027-12-28T13:20:01', /no time zone/],
  ['2027-12-28T13:20:01.5Z', /fraction/],
  ['9999-12-31T23:59:59-01:00', /between 1970 and/],
  ['1969-12-31T23:59:59Z', /between 1970 and/],
]

const PAST: readonly (readonly [JsonValue, RegExp])[] = [
  [START.text, /not in the future/],
  ['2027-01-15T08:18:31Z', /not in the future/],
]

const NO_NUMERIC_DATES: readonly (readonly [JsonValue, RegExp])[] = [
  [END.at * 1000, /milliseconds/],
  [END.at + 0.5, /fraction/],
  [1e300, /beyond 9007199254740991/],
  [1e15 + 1, /between 1970 and/],
  [-1, /between 1970 and/],
]

const TABLE: readonly Row[] = [
  // SD-JWT VC: NumericDate, or a date-time that is written as one.
  ['dc+sd-jwt', {}, { iat: HOUR + 3600, exp: HOUR + 3600 + YEAR }],
  ['dc+sd-jwt', { exp: END.at }, { iat: HOUR + 3600, exp: END.at }],
  ['dc+sd-jwt', { exp: END.text }, { iat: HOUR + 3600, exp: END.at }],
  ['dc+sd-jwt', { exp: END.elsewhere }, { iat: HOUR + 3600, exp: END.at }],
  ['dc+sd-jwt', { exp: '2027-12-28t13:20:01.000z' }, { iat: HOUR + 3600, exp: END.at }],
  ['dc+sd-jwt', { exp: 253_402_300_799 }, { iat: HOUR + 3600, exp: 253_402_300_799 }],
  ['dc+sd-jwt', { exp: RECEIVED + 1 }, { iat: HOUR + 3600, exp: RECEIVED + 1 }],
  ['dc+sd-jwt', { nbf: START.at }, { iat: HOUR + 3600, nbf: START.at, exp: HOUR + 3600 + YEAR }],
  ['dc+sd-jwt', { nbf: LATER.text, exp: END.at }, { iat: HOUR + 3600, nbf: LATER.at, exp: END.at }],
  ['dc+sd-jwt', { nbf: END.at, exp: END.at }, /exp.*not after the beginning/],
  ['dc+sd-jwt', { nbf: END.at, exp: LATER.at }, /exp.*not after the beginning/],
  ['dc+sd-jwt', { iat: CALLED }, /iat.*moment of issuance/],
  ['dc+sd-jwt', { iat: START.text }, /iat.*moment of issuance/],
  ...refusals('dc+sd-jwt', 'exp', [...NOT_MOMENTS, ...PAST, ...NO_NUMERIC_DATES, [CALLED, /not in the/]]),
  ...refusals('dc+sd-jwt', 'nbf', [...NOT_MOMENTS, ...NO_NUMERIC_DATES]),
  // The mapping counts from issuance, of which the hour is told.
  [
    'dc+sd-jwt',
    {},
    { iat: HOUR + 3600, nbf: HOUR + 3600, exp: HOUR + 3600 + YEAR },
    { iat: '<timestamp-seconds>', nbf: '<timestamp-seconds>', exp: '<timestamp-in-seconds:365d>' },
  ],
  ['dc+sd-jwt', {}, { iat: HOUR + 3600, exp: RECEIVED + 600 }, { exp: '<timestamp-in-seconds:10m>' }],
  ['dc+sd-jwt', { exp: 7 }, { iat: HOUR + 3600, exp: RECEIVED + 600 }, { exp: '<timestamp-in:10m>' }],
  ['dc+sd-jwt', {}, { iat: HOUR + 3600, exp: END.at }, { exp: END.at }],
  ['dc+sd-jwt', {}, /exp.*not in the future/, { exp: '<timestamp-seconds>' }],
  ['dc+sd-jwt', {}, /exp.*not in the future/, { exp: '<timestamp-before:1d>' }],
  ['dc+sd-jwt', {}, /iat.*moment of issuance/, { iat: '<timestamp-before-seconds:1d>' }],
  ['dc+sd-jwt', {}, /<timestamp-in> cannot take/, { exp: '<timestamp-in:soon>' }],
  ['dc+sd-jwt', {}, /exp.*not after the beginning/, { nbf: '<timestamp-in:2d>', exp: '<timestamp-in:1d>' }],
  // W3C: a date-time of XML Schema; both versions take the names of both.
  ...W3C.flatMap((format): Row[] => {
    const period = (until: { at: number; text: string }, from?: { at: number; text: string }): JsonObject => {
      const start = from ?? { at: HOUR + 3600, text: '2027-01-15T09:00:00Z' }
      const common = { iat: HOUR + 3600, exp: until.at }
      return format === 'jwt_vc_json'
        ? { ...common, nbf: start.at, issuanceDate: start.text, expirationDate: until.text }
        : { ...common, validFrom: start.text, validUntil: until.text }
    }
    const year = { at: HOUR + 3600 + YEAR, text: '2028-01-15T09:00:00Z' }
    return [
      [format, {}, period(year)],
      ...['validUntil', 'expirationDate', 'jwt:exp'].flatMap((name): Row[] => [
        [format, { [name]: END.text }, period(END)],
        [format, { [name]: END.elsewhere }, period(END)],
        [format, { [name]: '2027-12-28T13:20:01.000Z' }, period(END)],
        ...refusals(format, name, PAST),
      ]),
      ...['validFrom', 'issuanceDate', 'jwt:nbf'].map(
        (name): Row => [format, { [name]: START.text, validUntil: END.text }, period(END, START)],
      ),
      [
        format,
        { validFrom: LATER.text },
        period({ at: LATER.at + YEAR, text: '2028-01-15T10:09:37Z' }, LATER),
      ],
      [format, { 'jwt:exp': END.at }, period(END)],
      [format, { 'jwt:exp': END.at, validUntil: END.text, expirationDate: END.elsewhere }, period(END)],
      [format, { 'jwt:exp': END.at, validUntil: LATER.text }, /jwt:exp.*another moment/],
      [
        format,
        { validUntil: END.text },
        /expirationDate.*another/,
        { expirationDate: '<timestamp-in:365d>' },
      ],
      [format, { validFrom: END.text, validUntil: LATER.text }, /validUntil.*not after the beginning/],
      [format, { validUntil: END.at }, /validUntil.*must be a moment/],
      [format, { validUntil: '2027-12-28t13:20:01z' }, /validUntil.*must be a moment/],
      [format, { 'jwt:iat': START.at }, /jwt:iat.*moment of issuance/],
      ...refusals(format, 'validUntil', NOT_MOMENTS),
      ...refusals(format, 'issuanceDate', NOT_MOMENTS),
      ...refusals(format, 'jwt:exp', NO_NUMERIC_DATES),
      [format, {}, period(year), { issuanceDate: '<timestamp>', expirationDate: '<timestamp-in:365d>' }],
      // Older than the moment of issuance, and replaced by the mapping.
      [format, { issuanceDate: '2020-03-10T04:24:12.164Z' }, period(year), { issuanceDate: '<timestamp>' }],
      // Claims of the JWT that is the credential, or is around it.
      [format, { exp: END.at }, /exp cannot be given/],
      [format, { nbf: START.at }, /nbf cannot be given/],
    ]
  }),
  // mdoc: the call says for how long, and the data nothing.
  ['mso_mdoc', {}, mso('2027-01-15T09:00:00Z', '2027-02-14T09:00:00Z')],
  ['mso_mdoc', { mdocValidityDays: 365 }, mso('2027-01-15T09:00:00Z', '2028-01-15T09:00:00Z')],
  ['mso_mdoc', { mdocValidityDays: 0 }, /mdocValidityDays/],
  ['mso_mdoc', { mdocValidityDays: END.at }, /mdocValidityDays/],
  ['mso_mdoc', { mdocValidityDays: END.text }, /mdocValidityDays/],
]

function mso(start: string, end: string): JsonObject {
  return { signed: `0(${start})`, validFrom: `0(${start})`, validUntil: `0(${end})` }
}

const named = TABLE.map(
  ([format, given, written, mapping]) =>
    [format, JSON.stringify({ ...given, ...(mapping && { mapping }) }), given, written, mapping] as const,
)

describe('the moments that an issue call gives', () => {
  it.each(named)('%s, %s', async (format, _given, given, written, mapping) => {
    const answer = await called(format, given, mapping && { mapping })
    if (written instanceof RegExp) {
      expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(written) })
    } else {
      expect(answer).toMatchObject({ status: 200 })
      expect(periodOf(format, await received(answer.text))).toEqual(written)
    }
  })

  it.each(W3C)('end a %s that nobody fetched in time: nothing is issued', async (format) => {
    const answer = await called(format, { validUntil: '2027-01-15T08:30:00Z' })
    test.clock.now = HOUR + 1799
    expect(await issuer.receive(answer.text)).toHaveLength(1)
    const late = await called(format, { validUntil: '2027-01-15T08:30:00Z' })
    test.clock.now = HOUR + 1800
    expect(await issuer.receive(late.text)).toEqual({ error: 'credential_request_denied' })
  })

  it.each(['dc+sd-jwt', ...W3C] as const)('are not counted in days for %s', async (format) => {
    const answer = await called(format, {}, { mdocValidityDays: 30 })
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('mdocValidityDays') })
  })

  it('are taken at the end of all dates, too, while the clock goes on', async () => {
    let now = CALLED
    const ticking = withEverything(testIssuer())
    Object.defineProperty(ticking.clock, 'now', { get: () => now++ })
    const ticked = await callIssuer(ticking)
    for (const { family, order } of formatCases.filter(({ format }) => format !== 'mso_mdoc')) {
      const name = family === 'sdjwt' ? 'exp' : 'jwt:exp'
      const credentialData = { ...(order['credentialData'] as object), [name]: 253_402_300_799 }
      const answer = await ticked.offer(`/openid4vc/${family}/issue`, { ...order, credentialData })
      expect(answer).toMatchObject({ status: 200 })
    }
    await ticked.close()
  })

  it('are told of one credential of several', async () => {
    test.clock.now = CALLED
    const orders = [
      { ...caseOf('vc+jwt').order },
      { ...caseOf('dc+sd-jwt').order, mapping: { exp: '2027-02-30T00:00:00Z' } },
    ]
    expect(await issuer.offer('/openid4vc/jwt/issueBatch', orders)).toMatchObject({
      status: 400,
      text: expect.stringMatching(/identity_credential_dc\+sd-jwt.*exp/),
    })
  })
})

describe('an offer in a rolling upgrade', () => {
  async function promisedBy(offerUrl: string) {
    const id = new URL(new URL(offerUrl).searchParams.get('credential_offer_uri') ?? '').searchParams.get(
      'id',
    )
    const found = await test.issuer.sessions.get(id ?? '')
    if (found?.value.state !== 'offered') throw new Error('there is no such offer')
    return { ...found, id: id ?? '', session: found.value }
  }

  it('of the release before has a lifetime alone, which is counted from issuance', async () => {
    const { text } = await called('dc+sd-jwt', { exp: END.at })
    const { id, session, version } = await promisedBy(text)
    const promised = session.promised.map((one) => ({ ...one, expiresAt: undefined }))
    expect(await test.issuer.sessions.compareAndSet(id, version, { ...session, promised })).toBe(true)
    const { exp } = payloadOf(await received(text))
    expect(exp).toBe(HOUR + 3600 + END.at - CALLED)
  })

  it('has a lifetime for the release before, whatever else is said', async () => {
    const { text } = await called('dc+sd-jwt', { exp: END.at, nbf: START.at })
    expect((await promisedBy(text)).session.promised).toMatchObject([
      { lifetimeSeconds: END.at - CALLED, expiresAt: END.at, notBefore: START.at },
    ])
  })
})

describe('a day among the claims', () => {
  const day = (format: Format, birthdate: string) => {
    const { order } = caseOf(format)
    const data = order['credentialData'] as { credentialSubject?: JsonObject }
    return data.credentialSubject === undefined
      ? called(format, { birthdate })
      : called(format, { credentialSubject: { ...data.credentialSubject, birthdate } })
  }
  const formats = ['dc+sd-jwt', ...W3C] as const

  it.each(formats)('of a %s exists', async (format) => {
    for (const birthdate of ['1990-02-30', '1990-13-01', '1990-01-01T00:00:00Z', '19900101', '1990', ''])
      expect(await day(format, birthdate)).toMatchObject({ status: 400 })
    expect(await day(format, '1992-02-29')).toMatchObject({ status: 200 })
  })

  it.each([
    ['birth_date', '1992-02-29', '1004(1992-02-29)'],
    ['expiry_date', '2036-01-14', '1004(2036-01-14)'],
    ['birth_date', '1990-02-30', undefined],
    ['birth_date', '1990-01-01T00:00:00Z', undefined],
    ['portrait_capture_date', '2026-01-15T10:00:00Z', '0(2026-01-15T10:00:00Z)'],
    ['portrait_capture_date', '2026-01-15T10:00:00+01:00', undefined],
    ['portrait_capture_date', '2026-01-15T10:00:00.5Z', undefined],
    ['portrait_capture_date', '2026-02-30T10:00:00Z', undefined],
    ['portrait_capture_date', '2026-01-15', undefined],
    ['portrait_capture_date', END.at, undefined],
  ])('of an mdoc, %s %s, is %s', async (element, value, written) => {
    const namespace = 'org.iso.18013.5.1'
    const { [namespace]: elements } = caseOf('mso_mdoc').order['mdocData'] as { [namespace]: JsonObject }
    const mdocData = { [namespace]: { ...elements, [element]: value } }
    const answer = await called('mso_mdoc', { mdocData })
    expect(answer.status).toBe(written === undefined ? 400 : 200)
    if (written === undefined) return
    expect(mdocOf(await received(answer.text)).elements[element]).toBe(written)
  })
})
