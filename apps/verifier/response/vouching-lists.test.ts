/** Queries that name a list of trusted entities (`etsi_tl`, OpenID4VP 1.0 §6.1.1.2): what is asked, and what becomes of answers. */
import type { JsonObject } from '@countersign/core/json'
import { refuse } from '@countersign/core/result'
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import { newAuthority } from '@countersign/testing/people/authority'
import { authorityKeyIdsOf } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'
import { startError } from '../http/wire.ts'
import { startVerification } from '../request/start-verification.ts'
import { answerTo, heldCredential, query, started, testVerifier } from '../testing/verifier.testing.ts'
import { receivePresentation } from './receive-presentation.ts'

const NOW = 1_800_000_000
const [OURS, OTHERS, AWAY] = ['https://lists.example/1', 'https://lists.example/2', 'https://lists.example/3']
const listed = newAuthority('Listed', NOW)
const believed = newAuthority('Believed', NOW)
const named = { dnsNames: ['issuer.example'] }
const signers = { listed: listed.vouchFor(named), believed: believed.vouchFor(named) }
const stranger = newAuthority('Stranger', NOW).vouchFor(named)

const either: IssuerTrust = async (reference, now) => {
  const judged = await listed.trust(reference, now)
  return judged.ok ? judged : believed.trust(reference, now)
}
const unavailable: IssuerTrust = () => refuse({ code: 'key_unavailable', reason: 'trust_list_unavailable' })

async function verifierWith(lists: ReadonlyMap<string, IssuerTrust>) {
  return testVerifier(undefined, { trust: either, trustLists: (url) => lists.get(url) })
}

const LISTS: ReadonlyMap<string, IssuerTrust> = new Map([
  [OURS, listed.trust],
  [OTHERS, newAuthority('Other', NOW).trust],
  [AWAY, unavailable],
])

const asking = (...entries: readonly JsonObject[]) => ({
  credentials: query.credentials.map((one) => ({ ...one, trusted_authorities: [...entries] })),
})
const list = (...values: readonly string[]) => ({ type: 'etsi_tl', values: [...values] })

describe('a query that names a list', () => {
  const begun = async (...entries: readonly JsonObject[]) => {
    const { verifier } = await verifierWith(LISTS)
    const request = { dcqlQuery: asking(...entries), policies: [], authorizeBaseUrl: 'openid4vp://authorize' }
    const found = await startVerification(verifier, request)
    return found.ok ? 'begun' : startError(found.error)
  }

  it('is sent where the list is configured', async () => {
    expect(await begun(list(OURS, AWAY), { type: 'aki', values: ['AAAA'] })).toBe('begun')
  })

  it.each<[string, readonly JsonObject[], string]>([
    [
      'a list that is not configured',
      [list(OURS), list('https://x.example')],
      'trusted_authorities[1].values[0]: https://x.example is not the listUrl of any entry of trustedIssuers',
    ],
    [
      'a federation',
      [list(OURS), { type: 'openid_federation', values: ['https://x.example'] }],
      'trusted_authorities[1].type: openid_federation is not known here; known: aki, etsi_tl',
    ],
    [
      'a type of nobody',
      [{ type: 'x'.repeat(100), values: ['y'] }],
      `trusted_authorities[0].type: ${'x'.repeat(60)} is not known here; known: aki, etsi_tl`,
    ],
  ])('is refused with %s, by name', async (_, entries, message) => {
    expect(await begun(...entries)).toMatchObject({
      status: 400,
      message: `dcql_query is not valid at $.credentials[0].${message}`,
    })
  })

  it('is refused where no list is configured at all', async () => {
    const { verifier } = await testVerifier()
    const request = { dcqlQuery: asking(list(OURS)), policies: [], authorizeBaseUrl: 'openid4vp://authorize' }
    expect(await startVerification(verifier, request)).toMatchObject({
      error: { code: 'trust_list_unknown' },
    })
  })
})

describe('an answer to a query that names a list', () => {
  async function answered(entries: readonly JsonObject[], signer: typeof stranger, lists = LISTS) {
    const test = await verifierWith(LISTS)
    const session = await started(test.verifier, { dcqlQuery: asking(...entries) })
    const form = await answerTo(session, await heldCredential(test, { signer }), test.clock.now)
    const judging = { ...test.verifier, trustLists: (url: string) => lists.get(url) }
    const received = await receivePresentation(judging, session.id, form)
    const again = () => receivePresentation(test.verifier, session.id, form)
    return { received, again, kept: await test.verifier.sessions.get(session.id), session }
  }
  const matchOf = ({ kept }: Awaited<ReturnType<typeof answered>>) =>
    kept !== undefined && 'checks' in kept.value
      ? kept.value.checks.find(({ name, queryId }) => name === 'query_match' && queryId !== undefined)
      : undefined

  it.each<[string, readonly JsonObject[]]>([
    ['that vouches for its issuer', [list(OURS)]],
    ['of two', [list(OTHERS, OURS)]],
    ['beside a key identifier that it does not have', [{ type: 'aki', values: ['AAAA'] }, list(OURS)]],
    ['beside one that is away', [list(AWAY, OURS)]],
  ])('is verified: a list %s', async (_, entries) => {
    expect((await answered(entries, signers.listed)).received).toMatchObject({
      value: { reply: 'taken', session: { state: 'verified' } },
    })
  })

  it('is not accepted from an issuer who is believed, and whom the list does not name', async () => {
    const found = await answered([list(OURS, OTHERS)], signers.believed)
    expect(found.received).toMatchObject({ value: { reply: 'refused', session: { state: 'rejected' } } })
    expect(matchOf(found)).toMatchObject({ outcome: 'failed', detail: 'authority_not_matched' })
  })

  it('is an attempt where nobody believes its issuer, and no list is asked', async () => {
    let asked = 0
    const lists = new Map<string, IssuerTrust>([
      [
        AWAY,
        () => {
          asked++
          return refuse({ code: 'key_unavailable', reason: 'trust_list_unavailable' })
        },
      ],
    ])
    const found = await answered([list(AWAY)], stranger, lists)
    expect(found.received).toMatchObject({ value: { reply: 'refused', session: { state: 'created' } } })
    expect(asked).toBe(0)
  })

  it.each<[string, readonly JsonObject[], ReadonlyMap<string, IssuerTrust>]>([
    ['away', [list(OURS)], new Map([[OURS, unavailable]])],
    [
      'away, and another does not name its issuer',
      [list(OTHERS, OURS)],
      new Map([...LISTS, [OURS, unavailable]]),
    ],
    ['not configured at the instance that it came to', [list(OURS)], new Map()],
  ])('comes again where the list is %s, and nothing is written', async (_, entries, lists) => {
    const { again, kept, received, session } = await answered(entries, signers.listed, lists)
    expect(received).toEqual({ ok: false, error: { code: 'trust_list_unavailable' } })
    expect(kept?.value).toEqual(session)
    expect(await again()).toMatchObject({ value: { session: { state: 'verified' } } })
  })

  it('does not wait for a list where a key identifier is enough', async () => {
    const certificate = signers.listed.x5c?.[0] ?? ''
    const aki = { type: 'aki', values: [...authorityKeyIdsOf([certificate])] }
    expect(aki.values).toHaveLength(1)
    expect((await answered([list(AWAY), aki], signers.listed)).received).toMatchObject({
      value: { session: { state: 'verified' } },
    })
  })
})
