/**
 * Puts the issuer together from ports and settings: its use cases' record, and the service over it. `main.ts` opens the
 * ports from a configuration; tests and the simulation hand in theirs. What is not configured is as `config.ts` says.
 */
import type { CatalogueType } from '@countersign/catalogue/catalogue-type'
import type { CredentialFormat } from '@countersign/credential/contract/format'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { derivedDecryptionKey } from '@countersign/keys/deployment/derived-key'
import type { Sealing } from '@countersign/keys/deployment/sealing'
import type { Authorization } from '@countersign/protocol/openid4vci/authorization/authorization'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { apiKeyJudge } from '@countersign/service/api-keys/api-key-judge'
import { tellSession } from '@countersign/service/callbacks/tell-session'
import type { ServiceParts } from '@countersign/service/compose/run-service'
import type { ServiceStores } from '@countersign/service/compose/service-stores'
import { soonest } from '@countersign/service/sessions/due-work'
import { openSealedColumns } from '@countersign/stores/sql/sealed-columns'
import { type Attesters, attesterKeys } from './attesters.ts'
import { startBulkWork } from './bulk/bulk-work.ts'
import { type ClientSettings, clientRules } from './client-rules.ts'
import type { IssuerDefaults } from './config.ts'
import { requestKeys } from './credential/request-keys.ts'
import { BULK_WORDS } from './http/answers/wire-bulk.ts'
import { callbackBody } from './http/callback-body.ts'
import { apiKeyShelf, issuerRoutes } from './http/routes.ts'
import type { CredentialAnswer, Issuer, IssuerLimits, KnownUser } from './issuer.ts'
import { lookAtIssuance } from './look-at-issuance.ts'
import { keptAfterSeconds } from './offer/create-offer.ts'
import { type StoredPromises, withPromisesApart } from './promises-apart.ts'
import { type RequiredKeyAttestation, withKeyAttestations } from './required-key-attestations.ts'
import { type IssuerSigners, signableFormats, signerFor } from './signing/issuer-signers.ts'
import { issuableTypes } from './types/issuable-types.ts'

export interface IssuerPorts
  extends Pick<
    Issuer,
    | 'database'
    | 'statusLists'
    | 'crypto'
    | 'jwe'
    | 'openCallerKey'
    | 'holderKeys'
    | 'keyAttesters'
    | 'claimsWebhooks'
    | 'userLogin'
    | 'userPresentations'
    | 'callbacks'
    | 'now'
    | 'backOff'
  > {
  readonly issuerNames?: Issuer['issuerNames']
  readonly publishedKeys?: Issuer['publishedKeys']
  readonly stores: ServiceStores
  readonly sealing: Pick<Sealing, 'mac' | 'sealer'>
  readonly formats: readonly CredentialFormat[]
  readonly signers: IssuerSigners
  /** What is issued, in every format that it comes in and that there is a signer for; the catalogue when absent. */
  readonly types?: readonly CatalogueType[]
  /** Who vouches for clients; nobody when absent. */
  readonly attesters?: Attesters
}

export interface IssuerSettings
  extends Omit<
      IssuerLimits,
      'authorization' | 'refreshTtlSeconds' | 'proofMaxAgeSeconds' | 'skewSeconds' | 'auditSeconds' | 'bulk'
    >,
    ClientSettings,
    Pick<
      IssuerDefaults,
      | 'pushedRequestTtlSeconds'
      | 'authorizationCodeTtlSeconds'
      | 'refreshTokenTtlSeconds'
      | 'auditDays'
      | 'bulkMaxBytes'
      | 'bulkRetentionSeconds'
    > {
  readonly baseUrl: string
  readonly dpopNonces: Issuer['senders']['nonces']
  readonly requireSenderConstraint: boolean
  readonly requestEncryptionRequired: boolean
  readonly responseEncryptionRequired: boolean
  /** None where it is absent. */
  readonly requiredKeyAttestations?: readonly RequiredKeyAttestation[] | undefined
}

const ISSUANCE_SCHEMA = 1
const PROMISES_SCHEMA = 1
const ANSWER_SCHEMA = 1
const AUTHORIZATION_SCHEMA = 1
const USER_SCHEMA = 1
const PROOF_MAX_AGE_SECONDS = 300
const SKEW_SECONDS = 60
/** For a log-in and a page of text. */
const DECIDE_SECONDS = 600

export function buildIssuer(ports: IssuerPorts, settings: IssuerSettings): Issuer {
  const { attesters, stores, sealing, formats, signers, types, ...handedIn } = ports
  const limits = limitsOf(settings)
  const { sessions, ...stepped } = stores.stepped<IssuanceSession>('issuance', ISSUANCE_SCHEMA)
  return {
    ...handedIn,
    issuerNames: ports.issuerNames ?? new Map(),
    publishedKeys: ports.publishedKeys ?? [],
    ownProfiles: new Map(),
    ...stepped,
    sessions: withPromisesApart(
      sessions,
      stores.sessions<StoredPromises>('issuance-promises', PROMISES_SCHEMA),
      ({ promised }) => keptAfterSeconds(limits, promised),
    ),
    answers: stores.sessions<CredentialAnswer>('credential-answer', ANSWER_SCHEMA),
    authorizations: stores.sessions<Authorization>('authorization', AUTHORIZATION_SCHEMA),
    users: stores.sessions<KnownUser>('authorized-user', USER_SCHEMA),
    proofs: stores.once('dpop'),
    formats: formatRegistry(formats),
    signerFor: (profile) => signerFor(signers, profile),
    requestKeys: requestKeys(
      (name) => derivedDecryptionKey(sealing.mac('credential-request-key'), name),
      ports.crypto,
    ),
    encryption: {
      requestRequired: settings.requestEncryptionRequired || settings.responseEncryptionRequired,
      responseRequired: settings.responseEncryptionRequired,
    },
    columns: openSealedColumns({
      sealer: sealing.sealer('issuer-database'),
      mac: sealing.mac('issuer-database'),
    }),
    macs: { grant: sealing.mac('grant'), nonce: sealing.mac('c-nonce'), txCode: sealing.mac('tx-code') },
    clients: clientRules(settings, attesters && attesterKeys(attesters, 'wallet_attester', ports.crypto)),
    senders: { nonces: settings.dpopNonces, required: settings.requireSenderConstraint },
    baseUrl: settings.baseUrl,
    types: withKeyAttestations(
      issuableTypes(signableFormats(signers, formats), types),
      settings.requiredKeyAttestations ?? [],
    ),
    limits,
  }
}

/** Routes and what the API page says of them. */
export function issuerService(
  issuer: Issuer,
  {
    displayName,
    requirePushedRequests,
  }: Pick<IssuerDefaults, 'displayName'> & Partial<Pick<IssuerDefaults, 'requirePushedRequests'>>,
): ServiceParts {
  const bodyOf = callbackBody(issuer)
  const shelf = apiKeyShelf(issuer)
  return {
    dueWork: {
      due: issuer.due,
      look: async (id, log) =>
        soonest(await lookAtIssuance(issuer, id), await tellSession({ ...issuer, bodyOf, log }, id)),
    },
    alsoWorking: (log) =>
      startBulkWork({ issuer, log, tell: BULK_WORDS.offer, keptSeconds: issuer.limits.bulk.keptSeconds }),
    judges: shelf === undefined ? [] : [apiKeyJudge(shelf)],
    title: 'Countersign issuer',
    description: 'Offer and issue credentials over OpenID4VCI 1.0.',
    routes: issuerRoutes(issuer, { display: { name: displayName, locale: 'en' }, requirePushedRequests }),
  }
}

function limitsOf(settings: IssuerSettings): IssuerLimits {
  return {
    offerTtlSeconds: settings.offerTtlSeconds,
    resultRetentionSeconds: settings.resultRetentionSeconds,
    bearerTtlSeconds: settings.bearerTtlSeconds,
    boundTtlSeconds: settings.boundTtlSeconds,
    refreshTtlSeconds: settings.refreshTokenTtlSeconds,
    deferredTtlSeconds: settings.deferredTtlSeconds,
    deferredIntervalSeconds: settings.deferredIntervalSeconds,
    nonceTtlSeconds: settings.nonceTtlSeconds,
    batchSize: settings.batchSize,
    proofMaxAgeSeconds: PROOF_MAX_AGE_SECONDS,
    skewSeconds: SKEW_SECONDS,
    auditSeconds: settings.auditDays * 86_400,
    bulk: { maxBytes: settings.bulkMaxBytes, keptSeconds: settings.bulkRetentionSeconds },
    authorization: {
      openSeconds: settings.pushedRequestTtlSeconds,
      decideSeconds: DECIDE_SECONDS,
      codeSeconds: settings.authorizationCodeTtlSeconds,
    },
  }
}
