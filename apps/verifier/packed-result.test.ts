import { openSealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { describe, expect, it } from 'vitest'
import { pack, unpack } from './packed-result.ts'
import { serveRequest } from './request/serve-request.ts'
import { receivePresentation } from './response/receive-presentation.ts'
import { answerTo, heldCredential, started, testVerifier, vct } from './testing/verifier.testing.ts'
import { fromStored, toStored } from './verification-store.ts'

type Judged = Extract<VerificationSession, { readonly state: 'verified' | 'rejected' | 'undetermined' }>

const claims = {
  given_name: 'Ada',
  family_name: 'Example',
  email: 'ada@example.org',
  birthdate: '1990-01-01',
}
const paths = Object.keys(claims).map((name) => [name])

/** Four claims of a credential with a status, as the budget has it. */
async function verified(): Promise<Judged> {
  const test = await testVerifier(undefined, {
    checkStatus: async () => ({
      name: 'status',
      outcome: 'passed',
      detail: 'valid, list 12 s old',
      listed: {
        uri: 'https://issuer.example/status/token/3',
        index: 123_456,
        issuedAt: 1_799_999_988,
        goodUntil: 1_800_003_600,
      },
    }),
  })
  const meta = { vct_values: [vct] }
  const query = { id: 'id', format: 'dc+sd-jwt', meta, claims: paths.map((path) => ({ path })) }
  const session = await started(test.verifier, { dcqlQuery: { credentials: [query] } })
  await serveRequest(test.verifier, session.id)
  const held = await heldCredential(test, { claims })
  const answer = await answerTo(session, held, test.clock.now, { disclose: paths })
  await receivePresentation(test.verifier, session.id, answer)
  const kept = (await test.verifier.sessions.get(session.id))?.value
  if (kept?.state !== 'verified') throw new Error(`it is ${kept?.state}`)
  const events = kept.events.map((event) => ({ ...event, servedBy: 'verifier-1' }))
  return { ...kept, events }
}

/** Through JSON, as a store has it. */
function throughStore(session: VerificationSession): VerificationSession {
  return fromStored(JSON.parse(JSON.stringify(toStored(session))), session.id)
}

describe('a packed result', () => {
  it('is what it was, whatever it has and has not', async () => {
    const full = await verified()
    expect(throughStore(full)).toEqual(full)
    const [credential] = full.credentials
    const rejected: Judged = {
      ...full,
      state: 'rejected',
      policies: [{ policy: 'allowed-issuer', args: ['https://other.example'] }],
      returnedAt: 1_800_000_010,
      events: [
        { sequence: 1, type: 'created', at: 1_800_000_000 },
        { sequence: 2, type: 'attempted', at: 1_800_000_007, detail: 'stranger', servedBy: 'verifier-2' },
        { sequence: 4, type: 'rejected', at: 1_800_000_009, detail: 'stranger' },
      ],
      checks: [
        {
          name: 'status',
          outcome: 'failed',
          detail: '',
          queryId: 'of nobody',
          listed: { uri: 'u', purpose: 'p' },
        },
        { name: 'policy', outcome: 'skipped', policy: 'allowed-issuer' },
        { name: 'query_match', outcome: 'undetermined', queryId: 'id' },
        { name: 'of_a_release_to_come' as 'status', outcome: 'passed', queryId: '0' },
      ],
      credentials: [
        { queryId: 'id', format: 'mso_mdoc', type: 'org.example', facts: { validFrom: 0, validUntil: 1 } },
        {
          queryId: 'else',
          format: 'vc+jwt',
          type: '',
          issuer: '',
          claimedIssuer: 'https://a.example',
          anchor: '',
        },
      ],
    }
    expect(throughStore(rejected)).toEqual(rejected)
    expect(throughStore({ ...rejected, state: 'undetermined', checks: [], credentials: [] })).toEqual({
      ...rejected,
      state: 'undetermined',
      checks: [],
      credentials: [],
    })
    // Texts that a claim says too, and claims that are no texts.
    const said = { vct, iss: 'https://issuer.example', given_name: 'A', 1: [vct], constructor: {} }
    const odd: Judged = { ...full, credentials: [{ ...credential, claims: said } as never] }
    expect(throughStore(odd)).toEqual(odd)
  })

  it('of another release is not read as something else', () => {
    for (const packed of [
      [[1, 2], [[99, 0]], [], []],
      [[1, 2], [], [[0, 99]], []],
      [1, 2, 3, 4],
    ]) {
      expect(() => unpack(packed, {})).toThrow('a packed result')
    }
  })

  it('with six kinds of checks and four claims takes 1,780 characters when it is sealed, and plain nearly twice as many', async () => {
    const session = await verified()
    const { seal } = openSealing(nodeCrypto.randomBytes(32)).sealer('sessions')
    const sealed = (value: unknown) => seal(JSON.stringify({ schema: 1, value }), 'verification:id').length
    expect(new Set(session.checks.map(({ name }) => name)).size).toBe(7)
    // Redis keeps a text in steps: up to this one a session of the bench takes 2,260 bytes there, with its key and its version.
    expect(sealed(toStored(session))).toBeLessThanOrEqual(1780)
    expect(sealed(session)).toBeGreaterThan(3000)
    expect(JSON.stringify(pack(session)).length).toBeLessThan(800)
  })
})
