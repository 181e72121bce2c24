/**
 * Bad input at every endpoint of every service, running as processes: each case is refused with the right status and
 * error, tells nothing of the inside, takes no time worth mentioning, and leaves its session as it was.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessChapters } from './bad-input/access-cases.ts'
import { bindingChapters } from './bad-input/binding-cases.ts'
import type { Chapter } from './bad-input/case.ts'
import { cborChapters } from './bad-input/cbor-cases.ts'
import { credentialChapters } from './bad-input/credential-cases.ts'
import { endpoints, serviceNames } from './bad-input/endpoints.ts'
import { expiryChapters } from './bad-input/expiry-cases.ts'
import { formatBindingChapters } from './bad-input/format-binding-cases.ts'
import { formatJudgementChapters } from './bad-input/format-judgement-cases.ts'
import { formatQueryChapters } from './bad-input/format-query-cases.ts'
import { holderDidChapters } from './bad-input/holder-did-cases.ts'
import { issueChapters } from './bad-input/issue-cases.ts'
import { issuedCredentialChapters } from './bad-input/issued-credential-cases.ts'
import { issuerKeyChapters } from './bad-input/issuer-key-cases.ts'
import { issuersPartChapters } from './bad-input/issuers-part-cases.ts'
import { judgementChapters } from './bad-input/judgement-cases.ts'
import { lockedChapters } from './bad-input/locked-cases.ts'
import { mdocChapters } from './bad-input/mdoc-cases.ts'
import { mdocPkiChapters } from './bad-input/mdoc-pki-cases.ts'
import { offerChapters } from './bad-input/offer-cases.ts'
import { presentationChapters } from './bad-input/presentation-cases.ts'
import { remoteKeyChapters } from './bad-input/remote-key-cases.ts'
import { repositoryChapters } from './bad-input/repository-cases.ts'
import { responseChapters } from './bad-input/response-cases.ts'
import { slowListChapters, statusAddressChapters } from './bad-input/status-address-cases.ts'
import { statusEndpointChapters } from './bad-input/status-endpoint-cases.ts'
import { statusListChapters } from './bad-input/status-list-cases.ts'
import { statusReferenceChapters } from './bad-input/status-reference-cases.ts'
import { tokenChapters } from './bad-input/token-cases.ts'
import { transportChapters } from './bad-input/transport-cases.ts'
import { verificationChapters } from './bad-input/verification-cases.ts'
import { walletAccountChapters } from './bad-input/wallet-account-cases.ts'
import { walletExchangeChapters } from './bad-input/wallet-exchange-cases.ts'
import { openWorld, type World } from './bad-input/world.ts'
import { call } from './client/http.ts'

const chapters: readonly Chapter[] = [
  ...transportChapters,
  ...offerChapters,
  ...issueChapters,
  ...issuerKeyChapters,
  ...remoteKeyChapters,
  ...mdocPkiChapters,
  ...tokenChapters,
  ...accessChapters,
  ...credentialChapters,
  ...verificationChapters,
  ...formatQueryChapters,
  ...responseChapters,
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
  ...issuedCredentialChapters,
  ...statusEndpointChapters,
  ...lockedChapters,
  ...slowListChapters,
  ...repositoryChapters,
  ...walletAccountChapters,
  ...walletExchangeChapters,
  ...expiryChapters,
]

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.close())

describe('the table', () => {
  it.each(serviceNames)('knows every endpoint of the %s', async (service) => {
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
