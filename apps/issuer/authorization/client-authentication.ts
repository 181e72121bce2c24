/**
 * Whether a client is who it says it is: one entry a method that the token endpoint speaks, and the compiler names one that
 * is missing. How a request presents a method is protocol's part.
 */
import { ok, type Result } from '@countersign/core/result'
import type { ClientMethod, PresentedClient } from '@countersign/protocol/oauth/client-authentication/methods'

/** The client as the issuer knows it after authentication. */
export interface AuthenticatedClient {
  /** A name without proof for a public client; absent for an anonymous one. */
  readonly clientId?: string | undefined
}

/** A public client cannot fail to authenticate; the refusals of another method will be part of the token endpoint's. */
type ClientRefusal = never

/** Method syntax, so that the table can be read by a method that is known at run time only. */
interface ClientAuthenticator<Method extends ClientMethod> {
  authenticate(presented: PresentedClient<Method>): Promise<Result<AuthenticatedClient, ClientRefusal>>
}

const AUTHENTICATORS: { readonly [M in ClientMethod]: ClientAuthenticator<M> } = {
  none: { authenticate: async ({ clientId }) => ok({ clientId }) },
}

const authenticators: Readonly<Record<ClientMethod, ClientAuthenticator<ClientMethod>>> = AUTHENTICATORS

export function authenticateClient(
  presented: PresentedClient,
): Promise<Result<AuthenticatedClient, ClientRefusal>> {
  return authenticators[presented.method].authenticate(presented)
}
