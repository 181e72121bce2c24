/** Log-ins of the wallet: how long a token lasts, and how long wrong passwords shut somebody out. */
import { type Answer, call, expectStatus, postJson } from '@countersign/testing/client/http'
import { logIn, type WalletUser } from '@countersign/testing/client/wallet-api'
import { expect } from 'vitest'
import { user } from '../flows.ts'
import { DAY, HOUR, MINUTE } from '../moments.ts'
import type { Story } from '../story.ts'
import { LOGIN_DAYS, type Week } from '../week.ts'

function tokens(): Story {
  let first: WalletUser
  const info = ({ url, token }: WalletUser) =>
    call(`${url}/wallet-api/auth/user-info`, { headers: { authorization: `Bearer ${token}` } })
  return [
    {
      at: HOUR,
      says: 'a user logs in',
      async act(week) {
        first = await user(week)
        expectStatus(await info(first), 200)
      },
    },
    {
      at: HOUR + LOGIN_DAYS * DAY - MINUTE,
      says: 'and is known for three days',
      act: async () => void expectStatus(await info(first), 200),
    },
    {
      at: HOUR + LOGIN_DAYS * DAY + MINUTE,
      says: 'and not longer, until the next log-in',
      async act(week) {
        expectStatus(await info(first), 401)
        expectStatus(await info(await user(week)), 200)
      },
    },
  ]
}

const EMAIL = 'guessed@example.org'
const PASSWORD = 'correct-horse'

function guesses(): Story {
  const begins = 2 * DAY + 7 * HOUR
  const tryOne = ({ wallet }: Week, password: string): Promise<Answer> =>
    postJson(`${wallet.url}/wallet-api/auth/login`, { type: 'email', email: EMAIL, password })
  return [
    {
      at: begins,
      says: 'too many wrong passwords shut the guesser out for the minute',
      async act(week) {
        const account = { type: 'email', name: 'Guessed', email: EMAIL, password: PASSWORD }
        expectStatus(await postJson(`${week.wallet.url}/wallet-api/auth/register`, account), 201)
        const answers: Answer[] = []
        for (let guess = 0; guess < 4; guess++) answers.push(await tryOne(week, 'wrong'))
        expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429])
        const retryAfter = Number(answers.at(-1)?.headers.get('retry-after'))
        expect(retryAfter).toBeGreaterThan(0)
        expect(retryAfter).toBeLessThanOrEqual(60)
      },
    },
    {
      at: begins + MINUTE + 5,
      says: 'and nobody after it',
      act: async ({ wallet }) => void (await logIn(wallet.url, EMAIL, PASSWORD)),
    },
  ]
}

export const logIns = (): readonly Story[] => [tokens(), guesses()]
