/**
 * Bad input at every endpoint of every service, running as processes: each case is refused with the right status and
 * error, tells nothing of the inside, takes no time worth mentioning, and leaves its session as it was.
 */

import { call } from '@countersign/testing/client/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API_SERVICE_NAMES } from './api-services.ts'
import type { Chapter } from './bad-input/case.ts'
import { accessChapters } from './bad-input/cases/access-cases.ts'
import { bindingChapters } from './bad-input/cases/binding-cases.ts'
import { cborChapters } from './bad-input/cases/cbor-cases.ts'
import { credentialChapters } from './bad-input/cases/credential-cases.ts'
import { encryptedResponseChapters } from './bad-input/cases/encrypted-response-cases.ts'
import { expiryChapters } from './bad-input/cases/expiry-cases.ts'
import { formatBindingChapters } from './bad-input/cases/format-binding-cases.ts'
import { formatJudgementChapters } from './bad-input/cases/format-judgement-cases.ts'
import { formatQueryChapters } from './bad-input/cases/format-query-cases.ts'
import { holderDidChapters } from './bad-input/cases/holder-did-cases.ts'
import { issueChapters } from './bad-input/cases/issue-cases.ts'
import { issuedCredentialChapters } from './bad-input/cases/issued-credential-cases.ts'
import { issuerKeyChapters } from './bad-input/cases/issuer-key-cases.ts'
import { issuersPartChapters } from './bad-input/cases/issuers-part-cases.ts'
import { judgementChapters } from './bad-input/cases/judgement-cases.ts'
import { listChapters } from './bad-input/cases/list-cases.ts'
import { lockedChapters } from './bad-input/cases/locked-cases.ts'
import { managementChapters } from './bad-input/cases/management-cases.ts'
import { mdocChapters } from './bad-input/cases/mdoc-cases.ts'
import { mdocPkiChapters } from './bad-input/cases/mdoc-pki-cases.ts'
import { notificationChapters } from './bad-input/cases/notification-cases.ts'
import { offerChapters } from './bad-input/cases/offer-cases.ts'
import { presentationChapters } from './bad-input/cases/presentation-cases.ts'
import { remoteKeyChapters } from './bad-input/cases/remote-key-cases.ts'
import { repositoryChapters } from './bad-input/cases/repository-cases.ts'
import { responseChapters } from './bad-input/cases/response-cases.ts'
import { sameDeviceChapters } from './bad-input/cases/same-device-cases.ts'
import { slowListChapters, statusAddressChapters } from './bad-input/cases/status-address-cases.ts'
import { statusEndpointChapters } from './bad-input/cases/status-endpoint-cases.ts'
import { statusListChapters } from './bad-input/cases/status-list-cases.ts'
import { statusReferenceChapters } from './bad-input/cases/status-reference-cases.ts'
import { statusWaitingChapters } from './bad-input/cases/status-waiting-cases.ts'
import { tokenChapters } from './bad-input/cases/token-cases.ts'
import { transportChapters } from './bad-input/cases/transport-cases.ts'
import { verificationChapters } from './bad-input/cases/verification-cases.ts'
import { walletAccessChapters } from './bad-input/cases/wallet-access-cases.ts'
import { walletAccountChapters } from './bad-input/cases/wallet-account-cases.ts'
import { walletExchangeChapters } from './bad-input/cases/wallet-exchange-cases.ts'
import { walletPageChapters } from './bad-input/cases/wallet-page-cases.ts'
import { endpoints } from './bad-input/endpoints.ts'
import { openWorld, type World } from './bad-input/world.ts'

const chapters: readonly Chapter[] = [
  ...transportChapters,
  ...offerChapters,
  ...issueChapters,
  ...issuerKeyChapters,
  ...remoteKeyChapters,
  ...managementChapters,
  ...mdocPkiChapters,
  ...tokenChapters,
  ...accessChapters,
  ...credentialChapters,
  ...notificationChapters,
  ...verificationChapters,
  ...formatQueryChapters,
  ...responseChapters,
  ...sameDeviceChapters,
  ...bindingChapters,
  ...judgementChapters,
  ...formatBindingChapters,
  ...presentationChapters,
  ...issuersPartChapters,
  ...mdocChapters,
  ...cborChapters,
  ...formatJudgementChapters,
  ...holderDidChapters,
  ...statusListChapters,
  ...statusReferenceChapters,
  ...statusAddressChapters,
  ...statusWaitingChapters,
  ...issuedCredentialChapters,
  ...statusEndpointChapters,
  ...lockedChapters,
  ...listChapters,
  ...slowListChapters,
  ...repositoryChapters,
  ...walletAccountChapters,
  ...walletAccessChapters,
  ...walletExchangeChapters,
  ...walletPageChapters,
  ...encryptedResponseChapters,
  ...expiryChapters,
]

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.close())

describe('the table', () => {
  it.each(API_SERVICE_NAMES)('knows every endpoint of the %s', async (service) => {
    const { paths } = (await call(`${world[service].url}/api.json`)).json() as {
      paths: Record<string, object>
    }
    const described = Object.entries(paths).map(
      ([path, methods]) => `${Object.keys(methods).sort().join()} ${path}`,
    )
    const known = endpoints
      .filter((endpoint) => endpoint.service === service)
      .map(({ path, methods }) => `${Object.keys(methods).sort().join().toLowerCase()} ${path}`)
    expect(known.sort()).toEqual(described.sort())
  })
})

describe.each(chapters)('$name', ({ cases }) => {
  it.each(cases)('$name', ({ run }) => run(world))
})

describe('after all of it', () => {
  it('no service has died or logged a fault of its own', () => {
    expect(world.services.filter((service) => !service.isRunning())).toEqual([])
    expect(world.services.flatMap((service) => service.faults())).toEqual([])
  })
})
