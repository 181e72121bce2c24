import type { JsonObject } from '@countersign/core/json'
import { createHttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { afterEach, describe, expect, it } from 'vitest'
import { issuerService } from './build.ts'
import { servedConfig } from './testing/issue-calls.testing.ts'
import { claims, configurationId, offered, proofOfKey, testIssuer } from './testing/issuer.testing.ts'

const BADGE = 'employee_badge_dc+sd-jwt'
const badge = { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** An offer of two credentials, over HTTP. */
async function served() {
  const test = testIssuer()
  const service = await createHttpService({
    ...issuerService(test.issuer, { displayName: 'Test' }),
    config: servedConfig(test.issuer),
    checks: [],
  })
  closing.push(() => service.close())
  const { code } = await offered(test.issuer, {
    credentials: [
      { configurationId, claims },
      { configurationId: BADGE, claims: badge },
    ],
  })
  return {
    async token(details?: string | object) {
      const form = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:pre-authorized_code',
        'pre-authorized_code': code,
        ...(details !== undefined && {
          authorization_details: typeof details === 'string' ? details : JSON.stringify(details),
        }),
      })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const sent = { method: 'POST', url: '/token', headers, payload: form.toString() } as const
      const answer = await service.app.inject(sent)
      return answer.json<TokenAnswer>()
    },
    async credential({ access_token: token = '' }: TokenAnswer, selector: JsonObject) {
      const proof = await proofOfKey(test, newKey())
      const headers = { authorization: `Bearer ${token}` }
      const payload = { ...selector, proofs: { jwt: [proof] } }
      const answer = await service.app.inject({ method: 'POST', url: '/credential', headers, payload })
      const { credentials = [], error = '' } = answer.json<CredentialAnswer>()
      return error === '' ? credentials.length : error
    },
  }
}

interface TokenAnswer {
  readonly access_token?: string
  readonly error?: string
  readonly authorization_details?: readonly {
    readonly type: string
    readonly credential_configuration_id: string
    readonly credential_identifiers: readonly string[]
  }[]
}

interface CredentialAnswer {
  readonly error?: string
  readonly credentials?: readonly JsonObject[]
}

const detail = (id: string) => ({ type: 'openid_credential', credential_configuration_id: id })
const byConfiguration = (id: string) => ({ credential_configuration_id: id })
const byIdentifier = (id: string) => ({ credential_identifier: id })

function identifierIn({ authorization_details: details = [] }: TokenAnswer, id: string): string {
  const found = details.find((one) => one.credential_configuration_id === id)
  return found?.credential_identifiers[0] ?? ''
}

describe('a token request with authorization_details', () => {
  it('is answered with an identifier for each credential that it names (§6.2)', async () => {
    const issuer = await served()
    const token = await issuer.token([detail(BADGE), detail(configurationId)])
    const identifiers = [configurationId, BADGE].map((id) => identifierIn(token, id))
    expect(token.authorization_details).toEqual(
      [configurationId, BADGE].map((id, at) => ({
        ...detail(id),
        credential_identifiers: [identifiers[at]],
      })),
    )
    expect(new Set(identifiers).size).toBe(2)
    for (const identifier of identifiers) expect(identifier).not.toBe('')
    for (const identifier of identifiers)
      expect(await issuer.credential(token, byIdentifier(identifier))).toBe(1)
  })

  it('is for what it names alone', async () => {
    const issuer = await served()
    const token = await issuer.token([detail(BADGE)])
    expect(token.authorization_details).toHaveLength(1)
    const other = identifierIn(token, BADGE).replace(BADGE, configurationId)
    expect(await issuer.credential(token, byIdentifier(other))).toBe('unknown_credential_identifier')
    expect(await issuer.credential(token, byIdentifier(identifierIn(token, BADGE)))).toBe(1)
  })

  it('takes no configuration afterwards, and no identifier that it was not given (§8.2)', async () => {
    const issuer = await served()
    const token = await issuer.token([detail(BADGE)])
    expect(await issuer.credential(token, byConfiguration(BADGE))).toBe('invalid_credential_request')
    for (const unknown of ['x', BADGE, `${identifierIn(token, BADGE)}x`])
      expect(await issuer.credential(token, byIdentifier(unknown))).toBe('unknown_credential_identifier')
    const both = { ...byConfiguration(BADGE), ...byIdentifier(identifierIn(token, BADGE)) }
    expect(await issuer.credential(token, both)).toBe('invalid_credential_request')
    expect(await issuer.credential({ access_token: 'x.y' }, byIdentifier(identifierIn(token, BADGE)))).toBe(
      'invalid_token',
    )
  })

  it.each([
    ['nothing that is offered', [detail('nothing')]],
    ['one that is offered and one that is not', [detail(BADGE), detail('nothing')]],
    ['a type that nobody knows', [{ ...detail(BADGE), type: 'account' }]],
    ['another issuer', [{ ...detail(BADGE), locations: ['https://other.example'] }]],
    ['no JSON', 'x'],
  ])('for %s is refused, and spends no code', async (_name, details) => {
    const issuer = await served()
    expect((await issuer.token(details)).error).toBe('invalid_authorization_details')
    expect(await issuer.token([detail(BADGE)])).toHaveProperty('access_token')
  })
})

describe('a token request without', () => {
  it('is answered without identifiers, and takes none', async () => {
    const issuer = await served()
    const token = await issuer.token()
    expect(token).not.toHaveProperty('authorization_details')
    const named = identifierIn(await (await served()).token([detail(BADGE)]), BADGE)
    expect(await issuer.credential(token, byIdentifier(named))).toBe('unknown_credential_identifier')
    expect(await issuer.credential(token, byConfiguration(BADGE))).toBe(1)
  })
})
