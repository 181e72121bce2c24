/** Results and refusals as HTTP answers: every public text of the wallet is here, in walt.id's shapes. */
import type { JsonObject } from '@countersign/core/json'
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import { fail, type WireError } from '@countersign/service/http/wire-errors'
import type { FastifyReply } from 'fastify'
import type { ListedWallet } from '../account/accounts.ts'
import type { StoredCredential } from '../credentials/credentials.ts'
import { splitDocument } from '../credentials/disclosures.ts'
import type { HeldCredentialStatuses } from '../credentials/held-credential-status.ts'
import type { ListedDid } from '../dids/dids.ts'
import type { DescribedKey, ListedKey } from '../keys/keys.ts'
import type { VerifierAnswer } from '../present/presentation-record.ts'
import { refusalError, type WalletRefusal } from './wire-refusals.ts'

export function sendText(reply: FastifyReply, text: string) {
  return reply.type('text/plain; charset=utf-8').send(text)
}

/** The value, or the refusal's answer. */
export function valueOr<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WalletRefusal },
): T {
  return result.ok ? result.value : fail(refusalError(result.error))
}

/** The same for `usePresentationRequest`, whose scripts look for `errorMessage`. */
export function presentedOr(
  result:
    | { readonly ok: true; readonly value: VerifierAnswer }
    | { readonly ok: false; readonly error: WalletRefusal },
): VerifierAnswer {
  return result.ok ? result.value : fail(withErrorMessage(refusalError(result.error)))
}

export function walletsView(account: string, wallets: readonly ListedWallet[]) {
  return {
    account,
    wallets: wallets.map(({ id, name, createdAt }) => ({
      id,
      name,
      createdOn: isoTime(createdAt),
      addedOn: isoTime(createdAt),
      permission: 'ADMINISTRATE',
    })),
  }
}

export function keyView({ id, keyType, name, provesPossession }: ListedKey) {
  return {
    algorithm: keyType,
    cryptoProvider: 'jwk',
    keyId: { id },
    keyPair: {},
    keysetHandle: null,
    name: name ?? null,
    provesPossession,
  }
}

export function keyMetaView(key: DescribedKey) {
  const { algorithm, createdAt, id, keyType, name, provesPossession } = key
  return {
    type: 'jwk',
    keyId: id,
    algorithm: keyType,
    signatureAlgorithm: algorithm,
    cryptoProvider: 'jwk',
    name: name ?? null,
    provesPossession,
    createdOn: isoTime(createdAt),
  }
}

export function didView({ did, alias, document, keyId, isDefault, createdAt }: ListedDid) {
  return { did, alias, document, keyId, default: isDefault, createdOn: isoTime(createdAt) }
}

export function credentialView(credential: StoredCredential) {
  const { id, walletId, content, held, addedAt, deletedAt } = credential
  return {
    wallet: walletId,
    id,
    ...splitDocument(content),
    addedOn: isoTime(addedAt),
    ...(deletedAt !== undefined && { deletedOn: isoTime(deletedAt) }),
    pending: false,
    format: held.format,
    parsedDocument: held.claims,
  }
}

/**
 * `result` says whether the status stands against the credential; null where nobody can say, which is neither yes nor no.
 * `type` is the purpose of the list's entry; a list that has several in one is named by what it says.
 */
export function statusView({ reason, reference, status }: HeldCredentialStatuses[number]) {
  return {
    type: statusType(reference, status),
    result: status === 'undetermined' ? null : status !== 'valid',
    message: reason === undefined ? status : `${status}: ${reason}`,
    status,
  }
}

function statusType(
  reference: HeldCredentialStatuses[number]['reference'],
  status: HeldCredentialStatuses[number]['status'],
): string {
  if (reference.mechanism === 'bitstring_status_list') return reference.purpose
  return status === 'suspended' ? 'suspension' : 'revocation'
}

/** Who asks for what, for somebody who has to decide. */
export function requestView(url: string, request: VerifiedRequest): JsonObject {
  const { client, trust, query, clientMetadata, expiresAt } = request
  const credentials = query.credentials.map(({ id, format, meta, claims, requireHolderBinding }) => ({
    id,
    format,
    meta,
    requireHolderBinding,
    ...(claims && { claims: claims.map(({ path }) => path) }),
  }))
  return {
    presentationRequest: url,
    clientId: client.full,
    trusted: trust.trusted,
    ...(trust.verifier !== undefined && { verifier: trust.verifier }),
    ...(trust.trusted ? { anchor: trust.anchor } : { reason: trust.reason }),
    credentials,
    ...(clientMetadata && { clientMetadata }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

/** Epoch seconds as ISO 8601. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

/** Only what is the request's fault has this shape: of our own troubles scripts expect the usual one. */
function withErrorMessage(error: WireError): WireError {
  if (error.status >= 500) return error
  const { message, code } = error
  return {
    ...error,
    body: { redirectUri: null, errorMessage: message, ...(code !== undefined && { error: code }) },
  }
}
