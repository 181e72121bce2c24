/** Certificates of the services themselves: those of an operator, and those that a deployment in development makes. */
import { call, expectStatus } from '@countersign/testing/client/http'
import { expect } from 'vitest'
import {
  askedForCredential,
  askedForRequest,
  issued,
  noteOf,
  type Offered,
  offered,
  sdJwt,
  shown,
} from '../flows.ts'
import { DAY, HOUR, MINUTE } from '../moments.ts'
import type { Story } from '../story.ts'
import { OPERATORS_DAYS, type Week } from '../week.ts'

const END = OPERATORS_DAYS * DAY

async function works(week: Week, issuer: Week['issuer'], verifier: Week['verifier']): Promise<void> {
  const id = await issued(week, issuer, sdJwt)
  expect(await shown(week, verifier, sdJwt, id)).toMatchObject({ state: 'verified' })
}

async function notes(service: Week['issuer']): Promise<readonly string[]> {
  return (await noteOf(service, 'certificates'))
    .split('; ')
    .filter((note) => !note.startsWith('an authority'))
}

/** Nothing is signed that nobody would believe, and nothing of a flow is lost by that. */
function operators(): Story {
  let held: string
  const walk = (week: Week) => works(week, week.certifiedIssuer, week.certifiedVerifier)
  return [
    {
      at: MINUTE,
      says: 'services with certificates of an operator work, and say when those end',
      async act(week) {
        await walk(week)
        held = await issued(week, week.certifiedIssuer, sdJwt)
        expect(await notes(week.certifiedIssuer)).toEqual([
          'the credential-issuer certificate expires in 5 days',
          'the status-list certificate expires in 5 days',
        ])
      },
    },
    { at: END - MINUTE, says: 'they work until the last minute', act: walk },
    {
      at: END + MINUTE,
      says: 'with ended certificates they are ready, and sign nothing: 503, and nothing counts as issued',
      async act(week) {
        const { certifiedIssuer, certifiedVerifier } = week
        expect(await notes(certifiedIssuer)).toEqual([
          'the credential-issuer certificate has expired',
          'the status-list certificate has expired',
        ])
        expect(await notes(certifiedVerifier)).toEqual(['the verifier-request certificate has expired'])
        const waiting = await offered(certifiedIssuer, sdJwt)
        expect((await askedForCredential(waiting)).status).toBe(503)
        expect(await stateAndLog(certifiedIssuer, waiting)).toEqual(['token_issued', []])
        const asked = await askedForRequest(certifiedVerifier, sdJwt)
        expect([asked.answer.status, asked.state]).toEqual([503, 'requested'])
      },
    },
    {
      at: END + HOUR,
      says: 'with new ones in their place and a restart all of it goes on, but for what was issued under the old',
      async act(week) {
        await week.renew()
        await Promise.all([week.certifiedIssuer.restart(), week.certifiedVerifier.restart()])
        await walk(week)
        const { state, told } = await shown(week, week.certifiedVerifier, sdJwt, held)
        expect(state).not.toBe('verified')
        expect(told).toContain('certificate_expired')
        expect(await notes(week.certifiedIssuer)).toEqual([''])
      },
    },
  ]
}

async function stateAndLog({ url }: Week['issuer'], { id }: Offered): Promise<unknown> {
  const session = expectStatus(await call(`${url}/openid4vc/session/${id}`), 200).json()
  const logged = await call(`${url}/openid4vc/credentials?sessionId=${id}`)
  return [session['state'], JSON.parse(expectStatus(logged, 200).text)]
}

/** The development CA has 62 days left at the start, so its next generation begins after two. */
function madeOnes(): Story {
  const walk = (week: Week) => works(week, week.issuer, week.verifier)
  return [
    { at: 2 * MINUTE, says: 'a deployment of ten years ago works', act: walk },
    {
      at: 3 * DAY,
      says: 'readiness goes over to the next generation of the authorities',
      async act(week) {
        for (const { url } of [week.issuer, week.verifier, week.wallet]) {
          expectStatus(await call(`${url}/readyz`), 200)
        }
        await walk(week)
      },
    },
    {
      at: 33 * DAY,
      says: 'certificates of its own that end within 30 days are told',
      async act(week) {
        expect(await notes(week.issuer)).toEqual(['the credential-issuer certificate expires in 29 days'])
        expect(await notes(week.verifier)).toEqual(['the verifier-request certificate expires in 29 days'])
      },
    },
    {
      at: 34 * DAY,
      says: 'and new after a restart, believed by those that run on',
      async act(week) {
        await week.issuer.restart()
        expect(await notes(week.issuer)).toEqual([''])
        await walk(week)
      },
    },
    {
      at: 63 * DAY,
      says: 'whoever never restarts signs no more, until it does',
      async act(week) {
        const id = await issued(week, week.issuer, sdJwt)
        expect((await askedForRequest(week.verifier, sdJwt)).answer.status).toBe(503)
        await week.renew()
        await week.verifier.restart()
        expect(await shown(week, week.verifier, sdJwt, id)).toMatchObject({ state: 'verified' })
      },
    },
  ]
}

export const ownCertificates = (): readonly Story[] => [operators(), madeOnes()]
