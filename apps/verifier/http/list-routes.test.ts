import { verificationList } from '@countersign/api/verifier/session-list'
import type { HttpService } from '@countersign/service/http/http-service'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serveRequest } from '../request/serve-request.ts'
import { receivePresentation } from '../response/receive-presentation.ts'
import { serveVerifier } from '../testing/served.testing.ts'
import {
  answerTo,
  heldCredential,
  started,
  type TestVerifier,
  testVerifier,
  vct,
} from '../testing/verifier.testing.ts'

let test: TestVerifier
let service: HttpService
beforeEach(async () => {
  test = await testVerifier()
  service = await serveVerifier(test)
})
afterEach(() => service.close())

const ask = (query = '') =>
  service.app.inject({ url: `/openid4vc/sessions${query}`, headers: { host: 'localhost' } })

async function listed(query = '') {
  const answer = await ask(query)
  expect(answer.statusCode, answer.body).toBe(200)
  return verificationList.parse(answer.json())
}

describe('the list of verifications', () => {
  it('shows each as far as it is, newest first, and nothing that was presented', async () => {
    const { verifier, clock } = test
    const first = await started(verifier)
    clock.now += 5
    const answered = await started(verifier)
    const held = await heldCredential(test, { claims: { given_name: 'Zebrastripe', family_name: 'X' } })
    await receivePresentation(verifier, answered.id, await answerTo(answered, held, clock.now))
    clock.now += 5
    const opened = await started(verifier)
    await serveRequest(verifier, opened.id)
    const { sessions } = await listed()
    expect(sessions).toMatchObject([
      { id: opened.id, state: 'requested', lastEvent: { type: 'requested' } },
      { id: answered.id, state: 'verified', decidedAt: clock.now - 5, lastEvent: { type: 'verified' } },
      {
        id: first.id,
        state: 'created',
        types: [vct],
        createdAt: first.createdAt,
        expiresAt: first.expiresAt,
      },
    ])
    const { body } = await ask()
    expect(body).not.toMatch(/Zebrastripe|given_name|nonce|claims/)
    expect((await listed('?state=verified')).sessions.map(({ id }) => id)).toEqual([answered.id])
  })

  it('has the state that the next reader will find where the time is over, and writes nothing', async () => {
    const { verifier, clock } = test
    const { id, expiresAt } = await started(verifier)
    clock.now = expiresAt
    expect((await listed('?state=expired')).sessions).toMatchObject([{ id, lastEvent: { type: 'created' } }])
    expect((await listed('?state=created')).sessions).toEqual([])
    expect(await verifier.sessions.get(id)).toMatchObject({ version: 1, value: { state: 'created' } })
  })

  it('names the types of every format that is asked for, ten at most', async () => {
    const { verifier } = test
    const vctValues = Array.from({ length: 12 }, (_, at) => `urn:type:${at}`)
    const dcqlQuery = { credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: vctValues } }] }
    await started(verifier, { dcqlQuery })
    expect((await listed()).sessions[0]?.types).toEqual(vctValues.slice(0, 10))
  })
})
