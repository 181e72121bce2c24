/** What was revoked or suspended is not had again by refreshing the token that it was had with. */
import { defined } from '@countersign/core/json'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import { newKey } from '@countersign/testing/people/keys'
import { expect, it } from 'vitest'
import { requestToken } from '../authorization/request-token.ts'
import { issuedInSession } from '../database/issued-credentials.ts'
import type { IssuerDatabase } from '../database/schema.ts'
import { viewsOfSession } from '../http/issued-credential-view.ts'
import type { ClaimsWebhooks } from '../issuer.ts'
import { newDeployment, onBothDatabases } from '../testing/durable.testing.ts'
import {
  anonymousClient,
  answerFor,
  claims,
  configurationId,
  offered,
  proofOfKey,
  proofOfSender,
  type TestIssuer,
  tokenRequest,
} from '../testing/issuer.testing.ts'
import { type CredentialStatus, changeStatus } from './change-status.ts'

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

async function refreshable(database: IssuerDatabase, order?: object, claimsWebhooks?: ClaimsWebhooks) {
  const deployment = newDeployment(database)
  const instance = deployment.instance()
  const limits = { ...instance.limits, refreshTtlSeconds: 86_400 }
  const issuer = { ...instance, limits, ...defined({ claimsWebhooks }) }
  const test: TestIssuer = { issuer, clock: deployment.clock }
  const sender = newKey()
  const { code, id } = await offered(issuer, order)
  const token = async (grant: Parameters<typeof requestToken>[1]) => {
    const dpop = await proofOfSender(test, sender, '/token')
    const given = await requestToken(issuer, grant, { client: anonymousClient, dpop })
    if (!given.ok) throw new Error(given.error.code)
    return given.value as unknown as Tokens
  }
  const ask = async ({ access_token: accessToken }: Tokens) => {
    const answer = await answerFor(test, accessToken, await proofOfKey(test, newKey()), { sender })
    return answer.ok ? 'issued' : answer.error.code
  }
  const first = await token(tokenRequest(code))
  expect(await ask(first)).toBe('issued')
  const set = async (status: CredentialStatus) => {
    const [credential] = await issuedInSession(database, id)
    const changed = await changeStatus(database, credential?.id ?? '', status, deployment.clock.now)
    expect(changed.ok).toBe(true)
  }
  const refresh = (refreshToken: string) => token({ grantType: REFRESH_TOKEN, refreshToken })
  const statuses = async () => (await viewsOfSession(database, id)).map(({ status }) => status)
  return { ask, first, refresh, set, statuses }
}

onBothDatabases('a credential whose token was refreshed', (database) => {
  it('is given again while it is good', async () => {
    const { ask, first, refresh, statuses } = await refreshable(database())
    expect(await ask(await refresh(first.refresh_token))).toBe('issued')
    expect(await statuses()).toEqual(['valid', 'valid'])
  })

  it('is not given again once it was revoked', async () => {
    const { ask, first, refresh, set, statuses } = await refreshable(database())
    await set('revoked')
    const next = await refresh(first.refresh_token)
    expect(await ask(next)).toBe('status_not_valid')
    expect(await ask(next)).toBe('status_not_valid')
    expect(await statuses()).toEqual(['revoked'])
  })

  it('is not asked for in vain once it was revoked', async () => {
    let asked = 0
    const order = { configurationId, claims, awaited: { url: 'https://register.example/claims' } }
    const profile = { name: 'members', version: 1 }
    const register: ClaimsWebhooks = {
      judge: () => undefined,
      ask: () => {
        asked++
        return Promise.resolve({ outcome: 'claims', claims })
      },
    }
    const { ask, first, refresh, set } = await refreshable(
      database(),
      { credentials: [order], profile },
      register,
    )
    expect(asked).toBe(1)
    await set('revoked')
    expect(await ask(await refresh(first.refresh_token))).toBe('status_not_valid')
    expect(asked).toBe(1)
  })

  it('is given again when it is suspended no more', async () => {
    const { ask, first, refresh, set } = await refreshable(database())
    await set('suspended')
    const next = await refresh(first.refresh_token)
    expect(await ask(next)).toBe('status_not_valid')
    await set('valid')
    expect(await ask(next)).toBe('issued')
  })

  it('is not good for whoever revokes while it is given', async () => {
    for (let round = 0; round < 20; round++) {
      const { ask, first, refresh, set, statuses } = await refreshable(database())
      const next = await refresh(first.refresh_token)
      const [answer] = await Promise.all([ask(next), set('revoked')])
      // Either it was not given, or it is revoked as well.
      const all = answer === 'issued' ? ['revoked', 'revoked'] : ['revoked']
      expect(await statuses()).toEqual(all)
      expect(await ask(await refresh(next.refresh_token))).toBe('status_not_valid')
    }
  })
})
