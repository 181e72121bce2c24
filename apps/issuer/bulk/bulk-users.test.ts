/** Bulk offers for holders who show who they are: a row says what is known of one before, and is judged without what he will show. */
import type { HttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, expect, it } from 'vitest'
import { BULK_WORDS } from '../http/answers/wire-bulk.ts'
import { newDeployment, onSqlite } from '../testing/durable.testing.ts'
import { configurationId, credentialFor, proofOfKey } from '../testing/issuer.testing.ts'
import {
  broughtBy,
  callback,
  decision,
  played,
  sentState,
  servedIssuer,
  tokenOf,
  withUsers,
} from '../testing/user-trip.testing.ts'
import { startBulkWork } from './bulk-work.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

const USER_CLAIMS = { given_name: 'given_name', birthdate: 'birthdate' }

onSqlite('offers in bulk for those who log in', (database) => {
  async function given(rows: readonly object[]) {
    const deployment = newDeployment(database())
    const issuer = withUsers(deployment.instance(), played())
    const at: HttpService = await servedIssuer(issuer)
    const log = { warn: () => undefined }
    const work = startBulkWork({ issuer, tell: BULK_WORDS.offer, keptSeconds: 600, log, everyMs: 10 })
    running.push(work, at)
    const profile = {
      credentialConfigurationId: configurationId,
      authenticationMethod: 'PWD',
      userClaims: USER_CLAIMS,
    }
    const url = '/openid4vc/profiles/members'
    expect((await at.app.inject({ method: 'PUT', url, payload: profile })).statusCode).toBe(201)
    const answer = await at.app.inject({
      method: 'POST',
      url: `${url}/bulk`,
      headers: { 'content-type': 'application/jsonl' },
      payload: rows.map((row) => JSON.stringify(row)).join('\n'),
    })
    return { at, answer, test: { ...deployment, issuer } }
  }

  it('are taken by who shows the rest', async () => {
    const { answer, at, test } = await given([{ claims: { family_name: 'Row' } }])
    expect(answer.statusCode, answer.body).toBe(202)
    const { id } = answer.json<{ id: string }>()
    const job = async () => (await at.app.inject(`/openid4vc/bulk/${id}`)).json<{ state: string }>()
    await eventually('the offer is made', async () => (await job()).state === 'completed')
    const offers = await at.app.inject(`/openid4vc/bulk/${id}/offers`)
    const { error, url = '' } = JSON.parse(offers.body.trim()) as { error?: string; url?: string }
    expect(error).toBeUndefined()
    const uri = new URL(new URL(url).searchParams.get('credential_offer_uri') ?? '')
    const { grants } = (await at.app.inject(uri.pathname + uri.search)).json<{
      grants: { authorization_code: { issuer_state: string } }
    }>()
    const trip = await broughtBy(at, grants.authorization_code)
    await callback(at, trip, await sentState(at, trip))
    const approved = await decision(at, trip)
    const token = await tokenOf(at, trip, String(approved.headers.location))
    const credential = await credentialFor(test, token, await proofOfKey(test, newKey()))
    const disclosed = credential
      .split('~')
      .slice(1, -1)
      .map((part) => Buffer.from(part, 'base64url').toString())
    expect(disclosed.join()).toContain('Row')
    expect(disclosed.join()).toContain('Ada')
    expect(disclosed.join()).toContain('1990-01-01')
  })

  it('are refused by their lines where what the row says fits nobody', async () => {
    const { answer } = await given([{ claims: { family_name: 'Row' } }, { claims: { family_name: 7 } }])
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      400,
      expect.stringMatching(/line 2: .*family_name/),
    ])
  })
})
