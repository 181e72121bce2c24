import { decodeJws } from '@countersign/crypto/jose/jws'
import { newKey } from '@countersign/testing/people/keys'
import { expect, it } from 'vitest'
import type { IssuerDatabase } from '../database/schema.ts'
import { sessionView } from '../http/session-view.ts'
import type { Issuer } from '../issuer.ts'
import { createOffer } from '../offer/create-offer.ts'
import { newDeployment, onBothDatabases, type TestDeployment, watched } from '../testing/durable.testing.ts'
import {
  claims,
  configurationId,
  credentialFor,
  nonceOf,
  offered,
  proofOfKey,
  tokenFor,
} from '../testing/issuer.testing.ts'

interface Place {
  readonly uri: string
  readonly idx: number
}

function placeIn(credential: string): Place | undefined {
  const decoded = decodeJws(credential.split('~')[0] ?? '')
  if (!decoded.ok) throw new Error(`not a credential: ${credential.slice(0, 60)}`)
  const { status } = decoded.value.payload as { status?: { status_list: Place } }
  return status?.status_list
}

function rowsOf({ db }: IssuerDatabase, sessionId: string) {
  return db.selectFrom('issued_credentials').selectAll().where('session_id', '=', sessionId).execute()
}

/** One instance's view of a deployment, as the steps of the tests want it. */
function at({ clock }: TestDeployment, issuer: Issuer) {
  return { issuer, clock }
}

async function issueOne(deployment: TestDeployment, issuer: Issuer, status?: boolean) {
  const order = { configurationId, claims, status }
  const { id, code } = await offered(issuer, { credentials: [order] })
  const test = at(deployment, issuer)
  const token = await tokenFor(test, code)
  return { id, credential: await credentialFor(test, token, await proofOfKey(test, newKey())) }
}

onBothDatabases('an issued credential', (database) => {
  it('carries its place in a list, and stands in the log without claims or keys', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const { id, credential } = await issueOne(deployment, issuer)
    const place = placeIn(credential)
    const rows = await rowsOf(database(), id)
    expect(rows).toHaveLength(1)
    const [row] = rows
    expect(place).toEqual({ uri: `https://issuer.example/status/token/${row?.list_id}`, idx: row?.idx })
    expect(row).toMatchObject({ configuration_id: configurationId, format: 'dc+sd-jwt' })
    expect(JSON.stringify(rows)).not.toMatch(/Ada|Example|1990|crv/)
    const session = (await issuer.sessions.get(id))?.value
    expect(session && sessionView(session, deployment.clock.now)).toMatchObject({
      credentials: [{ id: row?.id, credentialConfigurationId: configurationId }],
    })
  })

  it('has a place of its own, whichever of four instances issued it', async () => {
    const deployment = newDeployment(database())
    const issuers = Array.from({ length: 4 }, () => deployment.instance({ blockSize: 3 }))
    const issued = await Promise.all(
      Array.from({ length: 40 }, (_, number) =>
        issueOne(deployment, issuers[number % 4] ?? deployment.issuer),
      ),
    )
    const places = issued.map(({ credential }) => placeIn(credential))
    expect(new Set(places.map((place) => `${place?.uri} ${place?.idx}`)).size).toBe(40)
  })

  it('asked for ten times at once is one, and one stands in the log', async () => {
    const deployment = newDeployment(database())
    const issuers = [deployment.instance(), deployment.instance()]
    const [first = deployment.issuer] = issuers
    const { id, code } = await offered(first)
    const test = at(deployment, first)
    const token = await tokenFor(test, code)
    const proof = await proofOfKey(test, newKey())
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, number) =>
        credentialFor(at(deployment, issuers[number % 2] ?? first), token, proof),
      ),
    )
    expect(new Set(answers).size).toBe(1)
    const rows = await rowsOf(database(), id)
    expect(rows.map(({ idx }) => idx)).toEqual([placeIn(answers[0] ?? '')?.idx])
  })

  it('asked for with ten nonces at once is one, and the others are struck out of the log', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const test = at(deployment, issuer)
    const { id, code } = await offered(issuer)
    const token = await tokenFor(test, code)
    const holder = newKey()
    const proofs = await Promise.all(
      Array.from({ length: 10 }, async () => proofOfKey(test, holder, await nonceOf(test))),
    )
    const answers = await Promise.all(proofs.map((proof) => credentialFor(test, token, proof)))
    const credentials = [...new Set(answers.filter((answer) => answer.includes('~')))]
    expect(credentials).toHaveLength(1)
    const rows = await rowsOf(database(), id)
    expect(rows.map(({ idx }) => idx)).toEqual([placeIn(credentials[0] ?? '')?.idx])
  })

  it('has no status where the call wants none, and stands in the log all the same', async () => {
    const deployment = newDeployment(database())
    const { id, credential } = await issueOne(deployment, deployment.instance(), false)
    expect(placeIn(credential)).toBeUndefined()
    expect(await rowsOf(database(), id)).toMatchObject([{ list_id: null, idx: null }])
  })

  it('never has a place that was given before a database was restored from a copy', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance({ blockSize: 4 })
    const before = await Promise.all(Array.from({ length: 6 }, () => issueOne(deployment, issuer)))
    await database().db.updateTable('status_lists').set({ next_position: 0 }).execute()
    const restarted = deployment.instance({ blockSize: 4 })
    const after = await Promise.all(Array.from({ length: 6 }, () => issueOne(deployment, restarted)))
    const places = [...before, ...after].map(({ credential }) => placeIn(credential))
    expect(new Set(places.map((place) => `${place?.uri} ${place?.idx}`)).size).toBe(12)
  })

  it('is not signed when it cannot be written down', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const { code } = await offered(issuer)
    const token = await tokenFor(at(deployment, issuer), code)
    const failing = deployment.instance({
      database: watched(database(), {
        before: () => {
          throw new Error('away')
        },
      }),
    })
    let signatures = 0
    const counting = (format: Parameters<Issuer['signerFor']>[0]) => {
      const signer = issuer.signerFor(format)
      const sign = (data: Uint8Array | string) => {
        signatures += 1
        return signer.sign(data)
      }
      return { ...signer, sign }
    }
    const proof = await proofOfKey(at(deployment, issuer), newKey())
    const dark = at(deployment, { ...failing, signerFor: counting })
    await expect(credentialFor(dark, token, proof)).rejects.toThrow('away')
    expect(signatures).toBe(0)
    const light = at(deployment, { ...issuer, signerFor: counting })
    expect(placeIn(await credentialFor(light, token, proof))).toBeDefined()
    expect(signatures).toBe(1)
  })
})

onBothDatabases('an instance that dies at any of its statements', (database) => {
  it.each(['before', 'after'] as const)(
    '%s: the retry gives one credential with a place of its own',
    async (moment) => {
      const deployment = newDeployment(database())
      const survivor = deployment.instance()
      const places = new Set<string>()
      let died = true
      let attempts = 0
      for (let statement = 1; died; statement++) {
        const { id, code } = await offered(survivor)
        const token = await tokenFor(at(deployment, survivor), code)
        const proof = await proofOfKey(at(deployment, survivor), newKey())
        died = await dies(deployment, database(), { moment, statement, token, proof })
        const credential = await credentialFor(at(deployment, survivor), token, proof)
        const place = placeIn(credential)
        const logged = (await rowsOf(database(), id)).map(({ idx, list_id: list }) => `${list} ${idx}`)
        const placed = `${place?.uri.split('/').at(-1)} ${place?.idx}`
        expect(logged).toContain(placed)
        places.add(placed)
        attempts = statement
      }
      expect(places.size).toBe(attempts)
      expect(attempts).toBeGreaterThan(2)
    },
  )
})

interface Death {
  readonly moment: 'before' | 'after'
  readonly statement: number
  readonly token: string
  readonly proof: string
}

async function dies(
  deployment: TestDeployment,
  database: IssuerDatabase,
  { moment, statement, token, proof }: Death,
): Promise<boolean> {
  let seen = 0
  const dying = watched(database, {
    [moment]: () => {
      seen += 1
      if (seen >= statement) throw new Error('killed')
    },
  })
  const issuer = deployment.instance({ database: dying, blockSize: 1 })
  try {
    await credentialFor(at(deployment, issuer), token, proof)
    return false
  } catch (error) {
    expect(error).toMatchObject({ message: 'killed' })
    return true
  }
}

onBothDatabases('an offer', (database) => {
  it('that wants a status is refused where there are no lists, and others are issued without', async () => {
    const deployment = newDeployment(database())
    const { issuer } = deployment
    const wanted = { credentials: [{ configurationId, claims, status: true }], byValue: false }
    expect(await createOffer(issuer, wanted)).toEqual({ ok: false, error: { code: 'status_unavailable' } })
    expect(placeIn((await issueOne(deployment, issuer)).credential)).toBeUndefined()
    expect(await createOffer(deployment.instance(), wanted)).toMatchObject({ ok: true })
  })
})
