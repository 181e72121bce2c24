/**
 * Who asks, at the endpoints of an authorization server: pushed requests, tokens. The way is chosen once for an issuance and
 * written down before it is gone, since a code belongs to whoever asked for it.
 */
import { FETCHED } from '@countersign/core/size-limits'
import { parseChallengeResponse } from '@countersign/protocol/oauth/client-authentication/attest-jwt-client-auth'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { attestedClient, type ClientProof } from '../client/attested-client.ts'
import { type ClientWay, chooseClient, takesPublicClients } from '../client/client-plan.ts'
import type { Wallet } from '../wallet.ts'
import type { ChosenGrant } from './authorization-plan.ts'
import type { Issuer } from './fetch-offer.ts'
import { advance, type IssuanceRecord, type Progress, reload } from './issuance-record.ts'
import { postToIssuer } from './post-to-issuer.ts'

export interface ClientStep {
  readonly issuer: Issuer
  readonly grant: ChosenGrant
}

/** Undefined for a client that has nothing to show. */
export async function clientProof(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: ClientStep,
): Promise<ClientProof | undefined> {
  const { authorizationServer } = step.issuer
  const shown = { walletId: issuance.walletId, authorizationServer }
  return proofBy(wallet, await settleWay(wallet, issuance, step), shown, () =>
    goPublic(wallet, issuance, step),
  )
}

/** For whoever was shown to the server before, as what; nobody is asked again how. */
export async function shownAgain(
  wallet: Wallet,
  way: ClientWay | undefined,
  shown: ShownTo,
): Promise<ClientProof | undefined> {
  return proofBy(wallet, way, shown, async () => false)
}

interface ShownTo extends Pick<Issuer, 'authorizationServer'> {
  readonly walletId: string
}

async function proofBy(
  wallet: Wallet,
  way: ClientWay | undefined,
  { authorizationServer, walletId }: ShownTo,
  goPublicInstead: () => Promise<boolean>,
): Promise<ClientProof | undefined> {
  const { provider } = wallet
  if (way !== 'attest_jwt_client_auth' || provider === undefined) return undefined
  return attestedClient(wallet, {
    provider,
    place: { walletId, server: authorizationServer.issuer },
    fetchChallenge: () => fetchChallenge(wallet, authorizationServer.clientAttestation?.challengeEndpoint),
    goPublic: goPublicInstead,
  })
}

async function settleWay(
  wallet: Wallet,
  issuance: IssuanceRecord,
  { grant, issuer }: ClientStep,
): Promise<ClientWay> {
  const { progress } = issuance
  if (progress.client !== undefined) return progress.client
  // Begun where nobody chose.
  if (isSent(progress)) return 'none'
  const chosen = chooseClient(issuer.authorizationServer, grant.type, wallet.provider)
  if (chosen !== 'attest_jwt_client_auth') return 'none'
  const settled = await advance(wallet, issuance, (now) =>
    now.client === undefined ? { ...now, client: isSent(now) ? 'none' : chosen } : now,
  )
  return settled.progress.client ?? 'none'
}

/** Somebody is on his way already, or has come back. */
function isSent({ authorization }: Progress): boolean {
  const { attempts = [], code } = authorization ?? {}
  return code !== undefined || attempts.some(({ url }) => url !== undefined)
}

/** Where the server takes public clients too, and nothing is bound to the key of this one. Written down, so that all do the same. */
async function goPublic(
  wallet: Wallet,
  { id }: IssuanceRecord,
  { grant, issuer }: ClientStep,
): Promise<boolean> {
  if (!takesPublicClients(issuer.authorizationServer)) return false
  const isPushed = grant.type === AUTHORIZATION_CODE && grant.endpoints.pushedRequestEndpoint !== undefined
  const current = await reload(wallet, { id })
  if (isPushed && isSent(current.progress)) return false
  const settled = await advance(wallet, current, (now) =>
    isPushed && isSent(now) ? now : { ...now, client: 'none' },
  )
  return settled.progress.client === 'none'
}

async function fetchChallenge(wallet: Wallet, url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined
  const answered = await postToIssuer(wallet, {
    url,
    body: '',
    sender: {},
    maxBytes: FETCHED.protocolAnswer,
  })
  return answered.ok ? parseChallengeResponse(answered.value) : undefined
}
