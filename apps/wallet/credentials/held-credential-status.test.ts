import { openDeployment } from '@countersign/keys/deployment/deployment'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { openStatusLists } from '@countersign/service/outgoing/kept-status-lists'
import { now } from '@countersign/testing/people/keys'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust, statusListTrust } from '@countersign/trust/issuer-trust'
import { afterAll, afterEach, expect, it } from 'vitest'
import { statusView } from '../http/answers/wire.ts'
import { useOffer } from '../receive/receive-credential.ts'
import {
  identity,
  identityAs,
  issuerChains,
  startTestIssuer,
  type TestConfiguration,
  type TestIssuer,
} from '../testing/issuer.testing.ts'
import type { ListedStatus } from '../testing/status-list.testing.ts'
import { newOwner, onBothDatabases, type TestStore } from '../testing/wallet.testing.ts'
import type { TrustedIssuers, Wallet } from '../wallet.ts'
import { heldCredentialStatus } from './held-credential-status.ts'

const remote = createRemote({ allowHttp: true, allowPrivateAddresses: true, timeoutMs: 30_000 })
afterAll(() => remote.close())
const open: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** Keeps no list, so that a change is seen at once. */
const issuers: TrustedIssuers = {
  trust: issuerTrust(issuerChains),
  statusLists: openStatusLists(remote, {
    crypto: nodeCrypto,
    compression: nodeCompression,
    minFreshSeconds: 0,
    maxFreshSeconds: 0,
    failureSeconds: 0,
    trust: statusListTrust(issuerChains),
  }),
  // mdocs have an authority of their own.
  listAnchors: () => ['Test CA'],
}

async function holding(store: TestStore, configuration: TestConfiguration, status?: ListedStatus) {
  const issuer = await startTestIssuer(status && { status })
  open.push(issuer)
  const wallet = store.instance({ issuers, now })
  const owned = await newOwner(wallet)
  const received = await useOffer(wallet, owned, {
    offer: issuer.offer({ configurations: [configuration.id] }),
  })
  if (!received.ok) throw new Error(JSON.stringify(received.error))
  const [credential] = received.value
  const id = credential?.id ?? ''
  const ask = async (asked: Wallet = wallet) => {
    const statuses = await heldCredentialStatus(asked, owned, id)
    if (!statuses.ok) throw new Error(statuses.error.code)
    return statuses.value.map(statusView)
  }
  return { ask, id, issuer, owned, wallet }
}

const formats = [identity, ...Object.values(identityAs)]
const withTwoLists = new Set<string>(['vc+jwt', 'vc+sd-jwt'])

onBothDatabases('the status of a credential', (store) => {
  it.each(formats)('as $format is what its issuer says now', async (configuration) => {
    const status: ListedStatus = { now: 'valid' }
    const { ask } = await holding(store(), configuration, status)
    const valid = { result: false, message: 'valid', status: 'valid' }
    const two = withTwoLists.has(configuration.format)
    const quiet = two
      ? [
          { type: 'revocation', ...valid },
          { type: 'suspension', ...valid },
        ]
      : [{ type: 'revocation', ...valid }]
    expect(await ask()).toEqual(quiet)

    status.now = 'suspended'
    const suspended = { type: 'suspension', result: true, message: 'suspended', status: 'suspended' }
    // Data model 1.1 has one status, which is revocation.
    if (configuration.format === 'jwt_vc_json') expect(await ask()).toEqual(quiet)
    else expect(await ask()).toEqual(two ? [{ type: 'revocation', ...valid }, suspended] : [suspended])

    status.now = 'revoked'
    const revoked = { type: 'revocation', result: true, message: 'revoked', status: 'revoked' }
    expect(await ask()).toEqual(two ? [revoked, { type: 'suspension', ...valid }] : [revoked])
  })

  it('is an empty list for a credential that names none', async () => {
    const { ask, issuer } = await holding(store(), identity)
    const asked = issuer.asked.length
    expect(await ask()).toEqual([])
    expect(issuer.asked).toHaveLength(asked)
  })

  it('is not told of the credential of another wallet', async () => {
    const { id, wallet } = await holding(store(), identity, { now: 'valid' })
    expect(await heldCredentialStatus(wallet, await newOwner(wallet), id)).toEqual({
      ok: false,
      error: { code: 'credential_unknown' },
    })
  })
})

onBothDatabases('neither valid nor revoked is a credential', (store) => {
  async function undetermined(views: readonly object[]) {
    expect(views).toHaveLength(1)
    expect(views[0]).toMatchObject({ result: null, status: 'undetermined' })
    return (views[0] as { message: string }).message
  }

  it('whose wallet knows nobody who vouches for issuers, and it asks nobody', async () => {
    const { ask, issuer, wallet } = await holding(store(), identity, { now: 'revoked' })
    const { issuers: _issuers, ...alone } = wallet
    expect(await undetermined(await ask(alone))).toBe('undetermined: no_trusted_issuers_configured')
    expect(issuer.asked).not.toContain('/lists/token')
  })

  it.each([identity, identityAs.mso_mdoc])(
    'whose issuer is a stranger, as $format',
    async (configuration) => {
      const { ask, issuer, wallet } = await holding(store(), configuration, { now: 'revoked' })
      const strict = issuerTrust(chainTrust({ list: { anchors: [], pins: [] }, crypto: nodeCrypto }))
      const { issuers } = wallet
      if (issuers === undefined) throw new Error('nobody is trusted')
      const message = await undetermined(await ask({ ...wallet, issuers: { ...issuers, trust: strict } }))
      expect(message).toMatch(/^undetermined: issuer_trust: /)
      expect(issuer.asked).not.toContain('/lists/token')
    },
  )

  it('whose list cannot be had', async () => {
    const { ask, issuer } = await holding(store(), identity, { now: 'revoked' })
    issuer.failNext('/lists/token', 'unavailable', 2)
    expect(await undetermined(await ask())).toMatch(/^undetermined: list_/)
    expect(await ask()).toMatchObject([{ status: 'revoked' }])
  })

  it('whose list a stranger signed, whatever it says', async () => {
    const deployment = await openDeployment({ mode: 'development', warn: () => {}, now })
    if (!deployment.ok) throw new Error(deployment.error.code)
    const other = await deployment.value.signer('status-list', { baseUrl: 'https://o.test', dnsNames: [] })
    if (!other.ok) throw new Error(other.error.code)
    const { ask } = await holding(store(), identity, { now: 'revoked', signer: other.value })
    expect(await undetermined(await ask())).toMatch(/^undetermined: /)
  })

  it('whose list is that of somebody who speaks for other issuers', async () => {
    const { ask, wallet } = await holding(store(), identityAs.mso_mdoc, { now: 'revoked' })
    const message = await undetermined(
      await ask({ ...wallet, issuers: { ...issuers, listAnchors: () => [] } }),
    )
    expect(message).toBe('undetermined: signer_of_another_anchor')
  })

  it('whose list says something that only the application knows', async () => {
    const { ask } = await holding(store(), identityAs.mso_mdoc, { now: 'application_specific' })
    expect(await undetermined(await ask())).toBe('undetermined: status_value_3')
  })
})
