/** What use cases give, as the answers of the API: in walt.id's shapes, with the types of `api/wallet`. */

import type { UserInfoAnswer, WalletAnswer, WalletsAnswer } from '@countersign/api/wallet/accounts'
import type {
  OpenedCard as OpenedCardAnswer,
  WalletCard as WalletCardAnswer,
} from '@countersign/api/wallet/cards'
import type {
  Credential as CredentialAnswer,
  CredentialStatus,
  CredentialView,
} from '@countersign/api/wallet/credentials'
import type { ListedDid as ListedDidAnswer } from '@countersign/api/wallet/dids'
import type { RequestView } from '@countersign/api/wallet/exchange'
import type { KeyMetaAnswer, ListedKey as ListedKeyAnswer } from '@countersign/api/wallet/keys'
import type { BrowserSession as BrowserSessionAnswer } from '@countersign/api/wallet/passkeys'
import { showDateTime } from '@countersign/core/date-time'
import type { Result } from '@countersign/core/result'
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import { showTransaction } from '@countersign/protocol/openid4vp/transaction-data/shown-transaction'
import { fail, type WireErrors, wireError } from '@countersign/service/http/answers/wire-errors'
import type { FastifyReply } from 'fastify'
import type { ListedWallet } from '../../account/accounts.ts'
import type { BrowserSession } from '../../account/browser-session.ts'
import type { UserInfo } from '../../account/user-info.ts'
import type { CopyCount } from '../../copies/copies.ts'
import type { OpenedCard, WalletCard } from '../../credentials/cards.ts'
import type { StoredCredential } from '../../credentials/credentials.ts'
import { splitDocument } from '../../credentials/disclosures.ts'
import type { HeldCredentialStatuses } from '../../credentials/held-credential-status.ts'
import type { ShownCredential } from '../../credentials/view-credential.ts'
import type { ListedDid } from '../../dids/dids.ts'
import type { CountedKey, DescribedKey } from '../../keys/keys.ts'

export function sendText(reply: FastifyReply, text: string) {
  return reply.type('text/plain; charset=utf-8').send(text)
}

/** Gives the value, or ends the handler with the refusal's answer. */
export function valueOr<T, R extends { readonly code: string }>(
  errors: WireErrors<R>,
  result: Result<T, R>,
): T {
  return result.ok ? result.value : fail(wireError(errors, result.error))
}

export function userInfoView({ createdAt, email, id, name }: UserInfo): UserInfoAnswer {
  return { id, name, email, createdOn: showDateTime(createdAt) }
}

export function browserSessionView({ account, csrf, expiresAt }: BrowserSession): BrowserSessionAnswer {
  return { csrf, account, expiresAt: showDateTime(expiresAt) }
}

/**
 * What a use case gives, as an answer of the API: the same members, which the schema's type allows to change and nobody does.
 */
export function asAnswer<T>(value: Unchanging<T>): T {
  return value as unknown as T
}

/** The same value for readers alone. */
export type Unchanging<T> = T extends readonly (infer Item)[]
  ? readonly Unchanging<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Unchanging<T[Name]> }
    : T

export function walletsView(account: string, wallets: readonly ListedWallet[]): WalletsAnswer {
  return { account, wallets: wallets.map(listedWalletView) }
}

export function listedWalletView({ createdAt, id, name }: ListedWallet): WalletAnswer {
  return {
    id,
    name,
    createdOn: showDateTime(createdAt),
    addedOn: showDateTime(createdAt),
    permission: 'ADMINISTRATE',
  }
}

export function keyView({ credentials, id, keyType, name, provesPossession }: CountedKey): ListedKeyAnswer {
  return {
    algorithm: keyType,
    cryptoProvider: 'jwk',
    keyId: { id },
    keyPair: {},
    keysetHandle: null,
    name: name ?? null,
    provesPossession,
    credentials,
  }
}

export function keyMetaView(key: DescribedKey): KeyMetaAnswer {
  const { algorithm, createdAt, id, keyType, name, provesPossession } = key
  return {
    type: 'jwk',
    keyId: id,
    algorithm: keyType,
    signatureAlgorithm: algorithm,
    cryptoProvider: 'jwk',
    name: name ?? null,
    provesPossession,
    createdOn: showDateTime(createdAt),
  }
}

export function didView(listed: ListedDid): ListedDidAnswer {
  const { did, alias, document, keyId, isDefault, createdAt } = listed
  return { did, alias, document, keyId, default: isDefault, createdOn: showDateTime(createdAt) }
}

export function credentialView(credential: StoredCredential, copies?: CopyCount): CredentialAnswer {
  const { id, walletId, content, held, addedAt, deletedAt } = credential
  return {
    wallet: walletId,
    id,
    ...splitDocument(content),
    addedOn: showDateTime(addedAt),
    deletedOn: deletedAt === undefined ? undefined : showDateTime(deletedAt),
    pending: false,
    format: held.format,
    parsedDocument: held.claims,
    unshown: held.unshown?.map((path) => [...path]),
    copies: copies && { ...copies },
  }
}

/** Paths are copied: the answer's type is that of any JSON. */
export function shownView({ claims, unshown, ...shown }: ShownCredential): CredentialView {
  return {
    ...shown,
    unshown: unshown?.map((path) => [...path]),
    claims: claims.map(({ path, ...claim }) => ({ ...claim, path: [...path] })),
  }
}

export function cardView({ addedAt, ...card }: WalletCard): WalletCardAnswer {
  return asAnswer<WalletCardAnswer>({ ...card, addedOn: showDateTime(addedAt) })
}

export function openedCardView({ addedAt, ...card }: OpenedCard): OpenedCardAnswer {
  return asAnswer<OpenedCardAnswer>({ ...card, addedOn: showDateTime(addedAt) })
}

/**
 * `result` says whether the status stands against the credential; null where nobody can say, which is neither yes nor no.
 * `type` is the purpose of the list's entry; a list that has several in one is named by what it says.
 */
export function statusView({ reason, reference, status }: HeldCredentialStatuses[number]): CredentialStatus {
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
export function requestView(url: string, request: VerifiedRequest): RequestView {
  const { client, trust, query, clientMetadata, expiresAt, transactionData } = request
  return {
    presentationRequest: url,
    clientId: client.full,
    trusted: trust.trusted,
    verifier: trust.verifier,
    anchor: trust.trusted ? trust.anchor : undefined,
    reason: trust.trusted ? undefined : trust.reason,
    credentials: query.credentials.map(({ id, format, meta, claims, requireHolderBinding }) => ({
      id,
      format,
      meta,
      requireHolderBinding,
      claims: claims?.map(({ path }) => [...path]),
    })),
    transactions: transactionData?.map((entry) => {
      const { fields, title, type } = showTransaction(entry, [])
      return { type, title, fields: [...fields], queryIds: [...entry.credentialIds] }
    }),
    clientMetadata,
    expiresAt,
  }
}
