/** The address of an offer for everybody, as wallets fetch it and as somebody puts it into a QR code; and a browser that comes by it. */

import { parseJsonObject } from '@countersign/core/json'
import { parseCredentialOffer, parseOfferUrl } from '@countersign/protocol/openid4vci/offer'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { afterEach, describe, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { KnownProfile } from '../issuer.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { claims, configurationId, testIssuer } from '../testing/issuer.testing.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

const open = {
  credentialConfigurationId: configurationId,
  claims: { source: 'constant' as const, data: claims },
  authenticationMethod: 'NONE' as const,
  openToWallets: true as const,
}

async function served(...profiles: readonly [string, KnownProfile['profile']][]) {
  const { clock, issuer } = testIssuer()
  const ownProfiles = new Map(
    profiles.map(([name, profile]) => [name, { name, version: 1, origin: 'file' as const, profile }]),
  )
  const service = await createHttpService({
    ...issuerService({ ...issuer, ownProfiles }, { displayName: 'Test' }),
    config: servedConfig(issuer),
    checks: [],
  })
  services.push(service)
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const { body: text, headers: told, statusCode: status } = await service.app.inject({ url, headers })
    return { status, text, type: String(told['content-type']), location: String(told['location']) }
  }
  const count = async () => (await issuer.index.page({ createdAt: clock.now + 1 }, 10)).length
  return { get, count }
}

function offerIn(text: string) {
  const json = parseJsonObject(text)
  if (!json.ok) throw new Error(json.error.code)
  const offer = parseCredentialOffer(json.value)
  if (!offer.ok) throw new Error(offer.error.code)
  return offer.value
}

const EXPECTED = {
  issuer: 'https://issuer.example',
  configurationIds: [configurationId],
  grants: { authorization_code: {} },
}

describe('the address of an offer for everybody', () => {
  it('is an offer that a wallet reads, by reference and by value', async () => {
    const { count, get } = await served(['visitors', open])
    for (const name of ['visitors', configurationId, encodeURIComponent(configurationId)]) {
      const answer = await get(`/openid4vc/offers/${name}`)
      expect([answer.status, answer.type]).toEqual([200, 'application/json; charset=utf-8'])
      expect(offerIn(answer.text)).toEqual(EXPECTED)
    }
    const link = await get('/openid4vc/offers/visitors', { accept: 'text/plain' })
    expect(parseOfferUrl(link.text)).toMatchObject({
      value: { kind: 'reference', uri: 'https://issuer.example/openid4vc/offers/visitors' },
    })
    const whole = await get('/openid4vc/offers/visitors?valueMode=BY_VALUE', { accept: 'text/plain' })
    expect(parseOfferUrl(whole.text)).toMatchObject({ value: { kind: 'value', offer: EXPECTED } })
    expect(await count()).toBe(0)
  })

  it('is none where no profile is open, and says nothing of those that there are', async () => {
    const { openToWallets: _open, ...closed } = open
    const { get } = await served(['closed', closed], ['one', open], ['two', open])
    const unknown = (await get('/openid4vc/offers/nobody')).text.replace(/"correlationId":"[^"]*"/, '')
    for (const name of ['closed', 'one', 'two', configurationId]) {
      const answer = await get(`/openid4vc/offers/${name}`)
      expect([answer.status, answer.text.replace(/"correlationId":"[^"]*"/, '')]).toEqual([404, unknown])
    }
    expect((await get('/openid4vc/offers/one?unknown=1')).status).toBe(400)
  })

  it('leads a browser to a page without anything being made', async () => {
    const { count, get } = await served(['visitors', open])
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'wallet',
      redirect_uri: 'https://wallet.example/back',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([
        { type: 'openid_credential', credential_configuration_id: configurationId },
      ]),
    })
    const sent = await get(`/authorize?${query.toString()}`)
    expect([sent.status, sent.location]).toEqual([303, expect.stringMatching(/^\/authorize\?/)])
    const page = await get(sent.location)
    expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await count()).toBe(0)
    query.set('authorization_details', '[{"type":"openid_credential","credential_configuration_id":"other"}]')
    const refused = new URL((await get(`/authorize?${query.toString()}`)).location)
    expect(refused.searchParams.get('error')).toBe('invalid_request')
  })
})
