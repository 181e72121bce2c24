/** Hands the signed request object to the wallet (OpenID4VP 1.0 §5.10). May be asked for as often as it likes. */
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  PROVABLE_PREFIX_NAMES,
  parseClientId,
  type VerifierClient,
} from '@countersign/protocol/openid4vp/request/client-id'
import { buildRequestObject, signRequestObject } from '@countersign/protocol/openid4vp/request/request-object'
import {
  notTakenBy,
  parseWalletMetadata,
  type WalletMetadata,
  type WalletMetadataRefusal,
} from '@countersign/protocol/openid4vp/request/wallet-metadata'
import type { VerificationRefusal, VerificationSession } from '@countersign/protocol/openid4vp/session'
import { stepVerification } from '@countersign/protocol/openid4vp/session-step'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import type { Verifier } from '../verifier.ts'

type ServingVerifier = Pick<
  Verifier,
  | 'sessions'
  | 'signals'
  | 'backOff'
  | 'observe'
  | 'formats'
  | 'requestSigner'
  | 'clients'
  | 'clientIdPrefix'
  | 'clientMetadata'
  | 'now'
>

/** What a wallet sends when it fetches a request by POST. */
export interface FetchingWallet {
  readonly walletNonce?: string | undefined
  /** JSON text. */
  readonly walletMetadata?: string | undefined
}

export type ServeRefusal = VerificationRefusal | SessionUnknown | WalletMetadataRefusal

export async function serveRequest(
  verifier: ServingVerifier,
  id: string,
  { walletMetadata: text, walletNonce }: FetchingWallet = {},
): Promise<Result<string, ServeRefusal>> {
  const metadata = text === undefined ? ok({} as WalletMetadata) : parseWalletMetadata(text)
  if (!metadata.ok) return metadata
  const now = verifier.now()
  const moved = await stepSession<VerificationSession, VerificationRefusal | WalletMetadataRefusal>(
    verifier,
    id,
    (session) => {
      const notTaken = notTakenBy(metadata.value, session.clientId)
      return notTaken === undefined
        ? stepVerification(session, { type: 'request_fetched' }, now)
        : refuse(notTaken)
    },
  )
  if (!moved.ok) return refuse(moved.error)
  const payload = buildRequestObject(moved.value.after, {
    now,
    formats: verifier.formats.all,
    walletNonce,
    audience: metadata.value.issuer,
    clientMetadata: verifier.clientMetadata,
  })
  const { header } = clientOfSession(verifier, moved.value.after)
  return ok(await signRequestObject(payload, header, verifier.requestSigner))
}

/**
 * Who the verifier is in this session. One that lost what it had to show since the session began (an attestation, a registration)
 * has nothing better than what it is otherwise: the wallet refuses it.
 */
function clientOfSession(
  { clientIdPrefix, clients }: Pick<Verifier, 'clients' | 'clientIdPrefix'>,
  { clientId }: VerificationSession,
): VerifierClient {
  const parsed = parseClientId(clientId)
  const [name = clientIdPrefix] = PROVABLE_PREFIX_NAMES.filter(
    (one) => parsed.ok && parsed.value.prefix.name === one,
  )
  const client = clients.get(name) ?? clients.get(clientIdPrefix)
  if (client === undefined) throw new Error(`this verifier is nobody under ${clientIdPrefix}`)
  return client
}
