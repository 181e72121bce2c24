/**
 * A client that is attested (draft-ietf-oauth-attestation-based-client-auth), at the endpoints of one authorization server: what
 * goes into the headers of each try, and what follows from an answer. Challenges are the server's for this instance alone.
 */
import {
  ATTESTATION_CHALLENGE_HEADER,
  attestJwtClientAuth,
} from '@countersign/protocol/oauth/client-authentication/attest-jwt-client-auth'
import { createAttestationPop } from '@countersign/protocol/oauth/client-authentication/client-proofs'
import type { WalletProvider } from '../provider/wallet-provider.ts'
import type { Wallet } from '../wallet.ts'
import { attestationFor, type InstancePlace, openInstance, renewAttestation } from './client-instance.ts'
import { INSTANCE_ALGORITHM } from './client-plan.ts'

/** How a client shows in a request who it is. */
export interface ClientProof {
  /** For one try: proofs are good once. */
  headers(): Promise<Readonly<Record<string, string>>>
  /** Whether the same request, sent once more, may find another answer. At most once for each reason. */
  isWorthAnother(answer: HeardAnswer): Promise<boolean>
}

export interface HeardAnswer {
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The error that it names. */
  readonly error?: string | undefined
}

export interface AttestedParts {
  readonly provider: WalletProvider
  readonly place: InstancePlace
  /** Asks the server for a challenge; undefined where it has no endpoint for that, or did not answer. */
  fetchChallenge(): Promise<string | undefined>
  /** The server believes nobody who attests this wallet: whether it may come as a public client instead. */
  goPublic(): Promise<boolean>
}

/** Everything that can go wrong before a request is sent goes wrong here. */
export async function attestedClient(
  wallet: Wallet,
  { fetchChallenge, goPublic, place, provider }: AttestedParts,
): Promise<ClientProof> {
  const instance = await openInstance(wallet, place, INSTANCE_ALGORITHM)
  const { clientChallenges: challenges, clientId } = wallet
  let attestation = await attestationFor(wallet, provider, instance)
  let isPublic = false
  let challenge = challenges.take(instance.id) ?? (await fetchChallenge())

  const remedies: Readonly<Record<string, () => Promise<boolean>>> = {
    async use_attestation_challenge() {
      challenge ??= await fetchChallenge()
      return challenge !== undefined
    },
    async use_fresh_attestation() {
      attestation = await renewAttestation(wallet, provider, instance)
      return true
    },
    async invalid_client_attestation() {
      isPublic = await goPublic()
      return isPublic
    },
  }
  const tried = new Set<string>()
  return {
    async headers() {
      if (isPublic) return {}
      const pop = await createAttestationPop({
        signer: instance.signer,
        clientId,
        audience: place.server,
        now: wallet.now(),
        jti: wallet.newId(),
        challenge,
      })
      return attestJwtClientAuth.write({ method: attestJwtClientAuth.method, attestation, pop }).headers
    },
    async isWorthAnother(answer) {
      challenges.keep(instance.id, answer.headers[ATTESTATION_CHALLENGE_HEADER])
      // Servers of before name the error as for any client.
      const error = answer.error === 'invalid_client' ? 'invalid_client_attestation' : answer.error
      if (error === undefined || isPublic || tried.has(error)) return false
      tried.add(error)
      challenge = challenges.take(instance.id)
      return (await remedies[error]?.()) === true
    },
  }
}
