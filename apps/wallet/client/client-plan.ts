/**
 * How this wallet shows an authorization server who it is, decided before anything is sent: a list, the best way first. Without a
 * way that both have nothing would be granted. Pure.
 */
import type { ClientMethod } from '@countersign/protocol/oauth/client-authentication/methods'
import type { GrantType } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import type { AuthorizationServerMetadata } from '@countersign/protocol/openid4vci/metadata/read-metadata'
import type { AttestedFacts } from '../provider/wallet-provider.ts'

export type ClientWay = Extract<ClientMethod, 'attest_jwt_client_auth' | 'none'>

/** What its key signs with at an authorization server. */
export const INSTANCE_ALGORITHM = 'ES256'

interface Way {
  readonly way: ClientWay
  isOpen(server: AuthorizationServerMetadata, provider: AttestedFacts | undefined): boolean
}

const WAYS: readonly Way[] = [
  { way: 'attest_jwt_client_auth', isOpen: takesAttestations },
  { way: 'none', isOpen: takesPublicClients },
]

/** Undefined where there is none. Nobody says more than he is asked for: an anonymous client is welcome as that (OpenID4VCI 1.0 §6.1). */
export function chooseClient(
  server: AuthorizationServerMetadata,
  grantType: GrantType,
  provider: AttestedFacts | undefined,
): ClientWay | undefined {
  if (isAnonymous(server, grantType)) return 'none'
  return WAYS.find(({ isOpen }) => isOpen(server, provider))?.way
}

/** Only who has a page to come back to needs a name there. */
export function isAnonymous(
  { anonymousPreAuthorized }: AuthorizationServerMetadata,
  grantType: GrantType,
): boolean {
  return grantType === PRE_AUTHORIZED_CODE && anonymousPreAuthorized
}

/** Where metadata do not say, it is tried: most servers say half of what they do. */
export function takesPublicClients({
  tokenEndpointAuthMethods: taken,
}: AuthorizationServerMetadata): boolean {
  return taken?.includes('none') !== false
}

function takesAttestations(
  { clientAttestation = {}, tokenEndpointAuthMethods: taken }: AuthorizationServerMetadata,
  provider: AttestedFacts | undefined,
): boolean {
  if (provider === undefined || taken?.includes('attest_jwt_client_auth') !== true) return false
  const { popAlgorithms, signingAlgorithms } = clientAttestation
  const isTaken = signingAlgorithms?.includes(provider.algorithm) !== false
  return isTaken && popAlgorithms?.includes(INSTANCE_ALGORITHM) !== false
}
