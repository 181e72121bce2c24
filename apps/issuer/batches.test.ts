import type { Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { sessionView } from './http/session-view.ts'
import { newDeployment, onBothDatabases, watched } from './testing/durable.testing.ts'
import { payloadOf } from './testing/issue-calls.testing.ts'
import {
  answerFor,
  claims,
  configurationId,
  credentialFor,
  nonceOf,
  notify,
  offered,
  proofOfKey,
  type TestIssuer,
  testIssuer,
  tokenFor,
} from './testing/issuer.testing.ts'

interface Batch {
  readonly test: TestIssuer
  readonly id: string
  readonly token: string
}

async function begun(test = testIssuer()): Promise<Batch> {
  const { id, code } = await offered(test.issuer)
  return { test, id, token: await tokenFor(test, code) }
}

const keys = (count: number): readonly Signer[] => Array.from({ length: count }, () => newKey())

async function proofsOf(test: TestIssuer, holders: readonly Signer[], nonce?: string) {
  const one = nonce ?? (await nonceOf(test))
  return Promise.all(holders.map((holder) => proofOfKey(test, holder, one)))
}

/** The credentials, or the refusal's code. */
async function batchFor({ test, token }: Batch, proofs: readonly string[]): Promise<readonly string[]> {
  const answer = await answerFor(test, token, proofs)
  return answer.ok ? answer.value.credentials.map(({ credential }) => credential) : [answer.error.code]
}

const holderOf = (credential: string) => JSON.stringify(payloadOf(credential)['cnf'])

describe('a batch', () => {
  it('is one credential for each key that was proven, of one content', async () => {
    const batch = await begun()
    const holders = keys(10)
    const credentials = await batchFor(batch, await proofsOf(batch.test, holders))
    expect(credentials).toHaveLength(10)
    const bound = holders.map(({ publicJwk }) => JSON.stringify({ jwk: bareKey(publicJwk) }))
    expect(credentials.map(holderOf).toSorted()).toEqual(bound.toSorted())
    const disclosed = credentials.map((credential) =>
      credential
        .split('~')
        .slice(1, -1)
        .map((disclosure) => JSON.parse(Buffer.from(disclosure, 'base64url').toString()) as string[]),
    )
    const values = disclosed.map((one) => Object.fromEntries(one.map(([, name, value]) => [name, value])))
    for (const value of values) expect(value).toMatchObject(claims)
    // Nothing but claims and times is common: no salt, no digest, no signature.
    const salts = disclosed.flatMap((one) => one.map(([salt]) => salt))
    expect(new Set(salts).size).toBe(salts.length)
    const digests = credentials.flatMap((credential) => payloadOf(credential)['_sd'] as string[])
    expect(new Set(digests).size).toBe(digests.length)
    const times = credentials.map((credential) => {
      const { iat, nbf, exp } = payloadOf(credential)
      return JSON.stringify([iat, nbf, exp])
    })
    expect(new Set(times).size).toBe(1)
    expect(payloadOf(credentials[0] ?? '')['iat']).toBe(batch.test.clock.now - (batch.test.clock.now % 3600))
  })

  it('asked for ten times at once is one, and the same bytes come again', async () => {
    const batch = await begun()
    const proofs = await proofsOf(batch.test, keys(3))
    const answers = await Promise.all(Array.from({ length: 10 }, () => batchFor(batch, proofs)))
    expect(answers[0]).toHaveLength(3)
    expect(new Set(answers.map((answer) => answer.join())).size).toBe(1)
    expect(await batchFor(batch, proofs)).toEqual(answers[0])
  })

  it('comes again for fresh proofs of the same keys in another order, and for no other keys', async () => {
    const batch = await begun()
    const holders = keys(3)
    const first = await batchFor(batch, await proofsOf(batch.test, holders))
    expect(await batchFor(batch, await proofsOf(batch.test, holders.toReversed()))).toEqual(first)
    for (const others of [holders.slice(0, 2), [...holders, newKey()], [...holders.slice(1), newKey()]])
      expect(await batchFor(batch, await proofsOf(batch.test, others))).toEqual(['already_issued'])
  })

  it('spends its nonce once, for all of its proofs', async () => {
    const batch = await begun()
    const nonce = await nonceOf(batch.test)
    const wishes = await Promise.all(Array.from({ length: 5 }, () => proofsOf(batch.test, keys(2), nonce)))
    const answers = await Promise.all(wishes.map((proofs) => batchFor(batch, proofs)))
    expect(answers.filter((answer) => answer.length === 2)).toHaveLength(1)
    expect(answers.filter((answer) => answer.length === 1).flat()).toEqual(Array(4).fill('nonce_spent'))
  })

  it('is for distinct keys, with one nonce of ours in each proof', async () => {
    const batch = await begun()
    const { test } = batch
    const [first, second] = [newKey(), newKey()]
    const nonce = await nonceOf(test)
    const proof = await proofOfKey(test, first, nonce)
    test.clock.now += 1
    expect(await batchFor(batch, [proof, await proofOfKey(test, first, nonce)])).toEqual([
      'proof_key_repeated',
    ])
    expect(await batchFor(batch, [proof, await proofOfKey(test, second)])).toEqual(['nonces_differ'])
    const stranger = await nonceOf(testIssuer())
    expect(await batchFor(batch, [await proofOfKey(test, second, stranger), proof])).toEqual([
      'challenge_unknown',
    ])
    const broken = `${(await proofOfKey(test, second, nonce)).slice(0, -10)}AAAAAAAAAA`
    expect(await batchFor(batch, [proof, broken])).toEqual(['proof_signature_invalid'])
    // Nothing of that spent the nonce.
    expect(await batchFor(batch, [proof, await proofOfKey(test, second, nonce)])).toHaveLength(2)
  })

  it('of one is what a single credential was before: its session names the key', async () => {
    const batch = await begun()
    const holder = newKey()
    await batchFor(batch, await proofsOf(batch.test, [holder]))
    const session = (await batch.test.issuer.sessions.get(batch.id))?.value
    if (session?.state !== 'completed') throw new Error('not completed')
    const [issued] = Object.values(session.issued)
    expect(issued?.holderKey).toMatch(/^[\w-]{43}$/)
    expect(issued).not.toHaveProperty('otherCredentialIds', expect.anything())
    // An entry of the release before has neither: it is answered alike.
    expect(await credentialFor(batch.test, batch.token, await proofOfKey(batch.test, holder))).toContain('~')
  })

  it('is of fewer where more would be too large for an answer, and at least one', async () => {
    const portrait = 'A'.repeat(900_000)
    const test = testIssuer()
    const { id, code } = await offered(test.issuer, {
      credentials: [{ configurationId, claims: { ...claims, portrait } }],
    })
    const batch = { test, id, token: await tokenFor(test, code) }
    const holders = keys(10)
    const first = await batchFor(batch, await proofsOf(test, holders))
    expect(first).toHaveLength(2)
    expect(JSON.stringify(first).length).toBeLessThan(4 * 1024 * 1024)
    expect(await batchFor(batch, await proofsOf(test, holders))).toEqual(first)
  })

  it('has one notification', async () => {
    const batch = await begun()
    const answer = await answerFor(batch.test, batch.token, await proofsOf(batch.test, keys(3)))
    if (!answer.ok) throw new Error(answer.error.code)
    const told = { notificationId: answer.value.notification_id, event: 'credential_accepted' } as const
    expect(await notify(batch.test, batch.token, told)).toBe('told')
    const session = (await batch.test.issuer.sessions.get(batch.id))?.value
    expect(session?.events.map(({ type }) => type)).toEqual([
      'offered',
      'token_issued',
      'credential_issued',
      'completed',
      'accepted',
    ])
  })
})

onBothDatabases('the log of a batch', (database) => {
  const rowsOf = (sessionId: string) =>
    database().db.selectFrom('issued_credentials').selectAll().where('session_id', '=', sessionId).execute()

  it('has an entry and a place for each, and the session names them all', async () => {
    const deployment = newDeployment(database())
    const batch = await begun({ issuer: deployment.instance(), clock: deployment.clock })
    const credentials = await batchFor(batch, await proofsOf(batch.test, keys(10)))
    const rows = await rowsOf(batch.id)
    const places = credentials.map((credential) => {
      const { status_list: place } = payloadOf(credential)['status'] as { status_list: { idx: number } }
      return place.idx
    })
    expect(new Set(places).size).toBe(10)
    const sorted = places.toSorted((a, b) => a - b)
    expect(rows.map(({ idx }) => Number(idx)).toSorted((a, b) => a - b)).toEqual(sorted)
    expect(places).not.toEqual(sorted)
    expect(sorted.at(-1)).toBeGreaterThan((sorted[0] ?? 0) + 9)
    const session = (await batch.test.issuer.sessions.get(batch.id))?.value
    const named = session && sessionView(session, batch.test.clock.now).credentials
    expect(named?.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
    expect(named?.every((one) => one.credentialConfigurationId === configurationId)).toBe(true)
  })

  it('has those of the answer that counts, and the others are struck out', async () => {
    const deployment = newDeployment(database())
    const instances = [deployment.instance(), deployment.instance()]
    const batch = await begun({ issuer: instances[0] ?? deployment.issuer, clock: deployment.clock })
    const holders = keys(3)
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, number) => {
        const test = { issuer: instances[number % 2] ?? deployment.issuer, clock: deployment.clock }
        return batchFor({ ...batch, test }, await proofsOf(test, holders))
      }),
    )
    expect(new Set(answers.map((answer) => answer.join())).size).toBe(1)
    expect(await rowsOf(batch.id)).toHaveLength(3)
  })

  it('is empty again where one of them could not be signed', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    let signed = 0
    const signer = issuer.signerFor('jose')
    const failing: Signer = {
      ...signer,
      sign: (data) => {
        signed += 1
        return signed === 2 ? Promise.reject(new Error('the key service is away')) : signer.sign(data)
      },
    }
    const test = { issuer: { ...issuer, signerFor: () => failing }, clock: deployment.clock }
    const batch = await begun(test)
    await expect(batchFor(batch, await proofsOf(test, keys(3)))).rejects.toThrow('away')
    expect(await rowsOf(batch.id)).toEqual([])
  })

  it('is written by one statement', async () => {
    const deployment = newDeployment(database())
    let statements = 0
    const seen = watched(database(), {
      before: () => {
        statements += 1
      },
    })
    const issuer = deployment.instance({ database: seen, blockSize: 100 })
    const test = { issuer, clock: deployment.clock }
    await batchFor(await begun(test), await proofsOf(test, keys(1)))
    statements = 0
    const batch = await begun(test)
    expect(await batchFor(batch, await proofsOf(test, keys(10)))).toHaveLength(10)
    expect(statements).toBe(1)
  })
})
