/** What a holder is asked to authorise, from the call that asks to the result that says by which credential it was (OpenID4VP 1.0 §8.4). */
import { readFileSync } from 'node:fs'
import { REASONS } from '@countersign/api/verifier/decision/reasons'
import { startVerificationBody } from '@countersign/api/verifier/start'
import type { JsonObject } from '@countersign/core/json'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson } from '@countersign/credential/w3c-vc/format'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { KNOWN_TRANSACTION_TYPES } from '@countersign/protocol/openid4vp/transaction-data/known-types'
import { describe, expect, it } from 'vitest'
import { sessionView } from './http/session-view.ts'
import { startError } from './http/wire.ts'
import { serveRequest } from './request/serve-request.ts'
import { startVerification } from './request/start-verification.ts'
import { receivePresentation } from './response/receive-presentation.ts'
import { heldCredential, type TestVerifier, testVerifier, vct } from './testing/verifier.testing.ts'

const credential = (id: string, more: JsonObject = {}) => ({
  id,
  format: 'dc+sd-jwt',
  meta: { vct_values: [vct] },
  claims: [{ path: ['given_name'] }],
  ...more,
})
const dcqlQuery = { credentials: [credential('id')] }
const either = { credentials: [credential('id'), credential('other')] }

const payment = (more: JsonObject = {}): JsonObject => ({
  type: 'payment_data',
  credential_ids: ['id'],
  payment_data: { payee: 'Shop', currency_amount: { currency: 'EUR', value: '23.58' } },
  ...more,
})

const start = (test: TestVerifier, transactionData: readonly JsonObject[], query: JsonObject = dcqlQuery) =>
  startVerification(test.verifier, {
    dcqlQuery: query,
    transactionData,
    policies: [],
    authorizeBaseUrl: 'openid4vp://authorize',
  })

async function begun(test: TestVerifier, transactionData: readonly JsonObject[], query?: JsonObject) {
  const started = await start(test, transactionData, query)
  if (!started.ok) throw new Error(started.error.code)
  const found = await test.verifier.sessions.get(started.value.id)
  if (found === undefined) throw new Error('the session is not there')
  return found.value
}

/** By query id, which entries its presentation confirms; each time by another credential. */
type Confirmed = Readonly<Record<string, readonly string[]>>

async function answered(test: TestVerifier, session: VerificationSession, confirmed: Confirmed, mine = true) {
  const token: Record<string, string[]> = {}
  for (const [id, transactionData] of Object.entries(confirmed)) {
    const stranger = mine ? {} : { signer: (await testVerifier()).issuer }
    const held = await heldCredential(test, stranger)
    const binding = {
      signer: held.holder,
      audience: session.clientId,
      nonce: session.nonce,
      issuedAt: test.clock.now,
      transactionData,
    }
    const input = { credential: held.credential, disclose: [['given_name']], binding }
    const made = await sdJwtVc.present(input, nodeCrypto)
    if (!made.ok) throw new Error(made.error.code)
    token[id] = [made.value]
  }
  const form = { state: session.id, vp_token: JSON.stringify(token) }
  const received = await receivePresentation(test.verifier, session.id, form)
  const found = await test.verifier.sessions.get(session.id)
  if (found === undefined) throw new Error('the session is not there')
  return { received, view: sessionView(found.value, test.verifier.policies) }
}

describe('a verification with something to authorise', () => {
  it('asks for it in the request object, as it is kept', async () => {
    const test = await testVerifier()
    const session = await begun(test, [payment()])
    const served = await serveRequest(test.verifier, session.id)
    const request = served.ok ? decodeJws(served.value) : served
    const asked = request.ok ? request.value.payload['transaction_data'] : undefined
    expect(asked).toEqual(session.transactionData)
    const [entry = ''] = session.transactionData ?? []
    expect(JSON.parse(Buffer.from(entry, 'base64url').toString())).toEqual(payment())
  })

  it('says by which credential it was authorised', async () => {
    const test = await testVerifier()
    const session = await begun(test, [payment({ credential_ids: ['other', 'id'] })], either)
    expect(sessionView(session, []).transactionData).toEqual([
      { data: payment({ credential_ids: ['other', 'id'] }), credentialIds: ['other', 'id'] },
    ])
    const entries = session.transactionData ?? []
    const { received, view } = await answered(test, session, { id: entries, other: [] })
    expect(received).toMatchObject({ ok: true, value: { reply: 'taken' } })
    expect(view).toMatchObject({
      state: 'verified',
      transactionData: [{ data: { type: 'payment_data' }, authorizedBy: 'id' }],
    })
    const check = 'checks' in view ? view.checks.find(({ name }) => name === 'transaction_data') : undefined
    expect(check).toMatchObject({ outcome: 'passed', title: 'Authorisation', queryId: 'id' })
  })

  it('may have several, each authorised by another', async () => {
    const test = await testVerifier()
    const second = payment({ credential_ids: ['other'], transaction_data_hashes_alg: ['sha-512'] })
    const session = await begun(test, [payment(), second], either)
    const [one = '', two = ''] = session.transactionData ?? []
    const { view } = await answered(test, session, { id: [one], other: [two] })
    expect(view).toMatchObject({
      state: 'verified',
      transactionData: [{ authorizedBy: 'id' }, { authorizedBy: 'other' }],
    })
  })

  const stray = Buffer.from('{"type":"payment_data"}').toString('base64url')
  it.each<[string, (entries: readonly string[]) => Confirmed, string]>([
    ['nothing', () => ({ id: [], other: [] }), 'not_confirmed'],
    ['something else', () => ({ id: [stray], other: [] }), 'confirmed_otherwise'],
    ['more than that', (entries) => ({ id: [...entries, stray], other: [] }), 'confirmed_otherwise'],
    ['the same twice, by two', (entries) => ({ id: entries, other: entries }), 'confirmed_twice'],
  ])('is not verified when the holder authorises %s, and stays so', async (_what, confirmed, detail) => {
    const test = await testVerifier()
    const session = await begun(test, [payment({ credential_ids: ['id', 'other'] })], either)
    const { received, view } = await answered(test, session, confirmed(session.transactionData ?? []))
    expect(received).toMatchObject({ ok: true, value: { reply: 'refused' } })
    expect(view).toMatchObject({ state: 'rejected', verificationResult: false })
    expect(view.transactionData?.[0]).not.toHaveProperty('authorizedBy')
    const failed = 'checks' in view ? view.checks.filter(({ outcome }) => outcome === 'failed') : []
    expect(failed.map(({ name }) => name)).toEqual(['transaction_data'])
    expect(failed[0]).toMatchObject({ detail, advice: expect.stringContaining('Do not carry it out.') })
  })

  it('is not authorised by a credential that it does not name', async () => {
    const test = await testVerifier()
    const session = await begun(test, [payment()], either)
    const entries = session.transactionData ?? []
    const { view } = await answered(test, session, { id: entries, other: entries })
    expect(view).toMatchObject({ state: 'rejected' })
    const failed = 'checks' in view ? view.checks.filter(({ outcome }) => outcome === 'failed') : []
    expect(failed).toMatchObject([
      { name: 'transaction_data', detail: 'confirmed_otherwise', queryId: 'other' },
    ])
  })

  it('is not decided by a stranger who authorises it', async () => {
    const test = await testVerifier()
    const session = await begun(test, [payment()])
    const { view } = await answered(test, session, { id: session.transactionData ?? [] }, false)
    expect(view).toMatchObject({ state: 'created', attempts: [{ kind: 'stranger' }] })
  })

  it('is not to be had without its proof', async () => {
    const test = await testVerifier()
    const session = await begun(test, [payment()])
    const other = { ...session, nonce: 'another' }
    const { received } = await answered(test, other, { id: session.transactionData ?? [] })
    expect(received).toMatchObject({ error: { code: 'presentation_unbound' } })
  })
})

describe('a verification with something that cannot be authorised', () => {
  const formats = [sdJwtVc, mdoc, jwtVcJson]
  const w3c = { format: 'jwt_vc_json', meta: { type_values: [['D']] }, claims: undefined }
  const iso = { format: 'mso_mdoc', meta: { doctype_value: 'd' }, claims: undefined }
  const asked = (more: object) =>
    JSON.parse(JSON.stringify({ credentials: [credential('id', more as never)] }))

  it.each<[string, readonly JsonObject[], JsonObject, string]>([
    ['of an unknown type', [payment({ type: 'urn:example:x' })], dcqlQuery, 'the type urn:example:x is not'],
    ['by a W3C credential', [payment()], asked(w3c), 'the format jwt_vc_json, which cannot carry'],
    ['by an mdoc', [payment()], asked(iso), 'the format mso_mdoc, which cannot carry'],
    [
      'by a credential without proof of its holder',
      [payment()],
      asked({ require_cryptographic_holder_binding: false }),
      'holder binding is waived',
    ],
    ['by nothing that is asked for', [payment({ credential_ids: ['x'] })], dcqlQuery, '[0].credential_ids'],
    ['with a member too many', [payment({ tip: 1 })], dcqlQuery, 'transaction_data[0].tip'],
    ['with nothing in it', [{}], dcqlQuery, 'transaction_data[0].type is missing'],
    ['twice the same', [payment(), payment()], dcqlQuery, 'transaction_data[1] is there twice'],
  ])('is not begun: %s', async (_what, entries, query, message) => {
    const refused = await start(await testVerifier(formats), entries, query)
    expect(refused).toMatchObject({ ok: false, error: { code: 'transaction_data_invalid' } })
    const error = refused.ok ? undefined : startError(refused.error)
    expect(error).toMatchObject({ status: 400, message: expect.stringContaining(message) })
  })

  it('is begun once its type is configured', async () => {
    const type = {
      type: 'urn:example:x',
      displayName: { en: 'X' },
      fields: [{ name: 'what', label: { en: 'What' }, kind: 'text', required: true }],
    } as const
    const test = await testVerifier(undefined, {}, { transactionDataProfiles: [type] })
    const entry = { type: type.type, credential_ids: ['id'], what: 'this' }
    expect(await start(test, [entry])).toMatchObject({ ok: true })
  })
})

describe('docs/transaction-data.md', () => {
  const page = readFileSync(new URL('../../docs/transaction-data.md', import.meta.url), 'utf8')

  it('has an example that is taken', async () => {
    const [, text = ''] = /```json\n(.+?)```/s.exec(page) ?? []
    const { dcql_query: query, transaction_data: entries } = startVerificationBody.parse(JSON.parse(text))
    expect(await start(await testVerifier(), entries ?? [], query)).toMatchObject({ ok: true })
  })

  it('names every code and every known type', () => {
    const codes = Object.keys(REASONS.transaction_data.failed)
    const types = KNOWN_TRANSACTION_TYPES.map(({ type }) => type)
    for (const name of [...codes, ...types]) expect(page).toContain(`\`${name}\``)
  })
})
