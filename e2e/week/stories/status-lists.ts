/** Lists that are signed anew while they last, and kept by the verifier for as long as they say. */
import { decodeJws } from '@countersign/crypto/jose/jws'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { receive } from '@countersign/testing/client/wallet-api'
import { TURNED_CLOCK } from '@countersign/testing/time/turned-clock'
import { expect } from 'vitest'
import { offered, sdJwt, shown, user } from '../flows.ts'
import { DAY, HOUR, MINUTE } from '../moments.ts'
import type { Chapter, Story } from '../story.ts'
import { LIST_TTL_SECONDS } from '../week.ts'

function renewed(): Story {
  let held: string
  let uri: string
  let index: number
  const goodAt = (at: number): Chapter => ({
    at,
    says: 'the list is good for hours to come, and the credential is verified',
    async act(week) {
      const decoded = decodeJws(expectStatus(await call(uri), 200).text, { maxLength: 1_000_000 })
      const { exp, iat } = (decoded.ok ? decoded.value.payload : {}) as { exp?: number; iat?: number }
      expect(exp).toBeGreaterThanOrEqual(TURNED_CLOCK.now() + 12 * HOUR)
      expect(iat).toBeLessThanOrEqual(TURNED_CLOCK.now())
      expect(await shown(week, week.verifier, sdJwt, held)).toMatchObject({ state: 'verified' })
    },
  })
  return [
    {
      at: 3 * MINUTE,
      says: 'a credential has a place in a list',
      async act(week) {
        const { url } = await offered(week.issuer, sdJwt)
        const [credential] = await receive(await user(week), url)
        held = credential?.id ?? ''
        const decoded = decodeJws((credential?.document ?? '').split('~')[0] ?? '')
        const { status } = (decoded.ok ? decoded.value.payload : {}) as {
          status?: { status_list: { uri: string; idx: number } }
        }
        uri = status?.status_list.uri ?? ''
        index = status?.status_list.idx ?? -1
      },
    },
    ...[10, 22, 31, 53, 108, 158].map((hours) => goodAt(hours * HOUR)),
    {
      at: 7 * DAY,
      says: 'what is revoked is told as soon as the list is fetched again',
      async act(week) {
        const at = `${week.issuer.url}/openid4vc/credentials/status`
        expect(await shown(week, week.verifier, sdJwt, held)).toMatchObject({ state: 'verified' })
        expectStatus(
          await postJson(at, { statusListUri: uri, statusListIndex: index, status: 'revoked' }),
          200,
        )
      },
    },
    {
      at: 7 * DAY + LIST_TTL_SECONDS + 2,
      says: 'and then it is rejected',
      async act(week) {
        const { state, told } = await shown(week, week.verifier, sdJwt, held)
        expect([state, told]).toEqual(['rejected', expect.stringContaining('revoked')])
      },
    },
  ]
}

export const statusLists = (): readonly Story[] => [renewed()]
