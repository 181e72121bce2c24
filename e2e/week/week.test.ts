/**
 * Every service for a week, and some of it for two months, in seconds: their clocks are turned from one moment to the next,
 * and each thing that begins or ends has its right answer before and after. What asks the system for the time, or
 * remembers the moment of the start, is found here.
 */
import { call, expectStatus } from '@countersign/testing/client/http'
import { TURNED_CLOCK, turnClockTo } from '@countersign/testing/time/turned-clock'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { believed } from './stories/believed.ts'
import { callersCertificates } from './stories/callers-certificates.ts'
import { logIns } from './stories/log-ins.ts'
import { ownCertificates } from './stories/own-certificates.ts'
import { sessions } from './stories/sessions.ts'
import { statusLists } from './stories/status-lists.ts'
import { inOrder, momentOf } from './story.ts'
import { openWeek, type Week } from './week.ts'

let week: Week
beforeAll(async () => {
  turnClockTo(TURNED_CLOCK.now())
  week = await openWeek()
})
afterAll(() => week?.stop())

const stories = [callersCertificates, believed, ownCertificates, statusLists, sessions, logIns]

for (const { at, says, act } of inOrder(stories.flatMap((told) => told()))) {
  it(`${momentOf(at)}: ${says}`, async () => {
    turnClockTo(week.start + at)
    await act(week)
  })
}

it('in the end every service that runs is ready', async () => {
  const { issuer, verifier, wallet, repository, certifiedIssuer, certifiedVerifier } = week
  for (const { url } of [issuer, verifier, wallet, repository, certifiedIssuer, certifiedVerifier])
    expect(expectStatus(await call(`${url}/readyz`), 200).json()).toMatchObject({ ready: true })
})
