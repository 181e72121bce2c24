/**
 * Puts the verifier together from ports and settings: its use cases' record, and the service over it. `main.ts` opens the
 * ports from a configuration; tests and the simulation hand in theirs. What is not configured is as `config.ts` says.
 */
import type { JsonObject } from '@countersign/core/json'
import type { CredentialFormat } from '@countersign/credential/contract/format'
import { formatRegistry } from '@countersign/credential/contract/registry'
import type { Sealing } from '@countersign/keys/deployment/sealing'
import { transactionTypes } from '@countersign/protocol/openid4vp/transaction-data/known-types'
import type { TransactionType } from '@countersign/protocol/openid4vp/transaction-data/transaction-type'
import { tellSession } from '@countersign/service/callbacks/tell-session'
import type { ServiceParts } from '@countersign/service/compose/run-service'
import type { ServiceStores } from '@countersign/service/compose/service-stores'
import { tokenBuckets } from '@countersign/service/operation/token-buckets'
import { soonest } from '@countersign/service/sessions/due-work'
import { callbackBody } from './http/callback-body.ts'
import { verifierRoutes } from './http/routes.ts'
import { lookTurns } from './look-turns.ts'
import { look } from './response/look-again.ts'
import { type StoredResult, withResultsApart } from './results-apart.ts'
import { type StoredVerification, VERIFICATION_SCHEMA, verificationStore } from './verification-store.ts'
import type { Verifier, VerifierLimits } from './verifier.ts'

export interface VerifierPorts
  extends Pick<
    Verifier,
    | 'crypto'
    | 'hpke'
    | 'jwe'
    | 'requestSigner'
    | 'clients'
    | 'didDocument'
    | 'policies'
    | 'trust'
    | 'trustLists'
    | 'holderKeys'
    | 'checkStatus'
    | 'callbacks'
    | 'now'
    | 'backOff'
  > {
  readonly stores: ServiceStores
  readonly sealing: Pick<Sealing, 'mac'>
  readonly formats: readonly CredentialFormat[]
}

export interface VerifierSettings
  extends Omit<VerifierLimits, 'skewSeconds' | 'bindingWindowSeconds' | 'statusLookUpMs'> {
  readonly baseUrl: string
  readonly clientIdPrefix: Verifier['clientIdPrefix']
  readonly responseMode: Verifier['responseMode']
  readonly transactionDataProfiles?: readonly TransactionType[] | undefined
  readonly mode?: 'development' | 'production'
  readonly clientName?: string | undefined
  readonly clientContact?: string | undefined
}

const RESULT_SCHEMA = 1
const SKEW_SECONDS = 60
const BINDING_WINDOW_SECONDS = 300
const STATUS_LOOK_UP_MS = 3000
/** Of one sender to one session: twenty a minute. */
const ANSWERS = { perSecond: 20 / 60, atOnce: 20 }

export function buildVerifier(ports: VerifierPorts, settings: VerifierSettings): Verifier {
  const { stores, formats, sealing, ...handedIn } = ports
  const { sessions, ...stepped } = stores.stepped<StoredVerification>('verification', VERIFICATION_SCHEMA)
  return {
    ...handedIn,
    ...stepped,
    sessions: withResultsApart(
      verificationStore(sessions),
      stores.sessions<StoredResult>('verification-result', RESULT_SCHEMA),
      { now: handedIn.now, resultRetentionSeconds: settings.resultRetentionSeconds },
    ),
    macs: { responseCode: sealing.mac('response-code') },
    formats: formatRegistry(formats),
    baseUrl: settings.baseUrl,
    clientMetadata: clientMetadataOf(settings),
    clientIdPrefix: settings.clientIdPrefix,
    responseMode: settings.responseMode,
    transactionTypes: transactionTypes(settings.transactionDataProfiles),
    loopbackOrigins: settings.mode === 'development',
    limits: {
      sessionTtlSeconds: settings.sessionTtlSeconds,
      resultRetentionSeconds: settings.resultRetentionSeconds,
      skewSeconds: SKEW_SECONDS,
      bindingWindowSeconds: BINDING_WINDOW_SECONDS,
      statusLookUpMs: STATUS_LOOK_UP_MS,
    },
    answerLimit: tokenBuckets({ ...ANSWERS, nowMs: () => handedIn.now() * 1000 }),
    lookTurns: lookTurns(),
  }
}

function clientMetadataOf({ clientContact, clientName }: VerifierSettings): JsonObject {
  return {
    ...(clientName !== undefined && { client_name: clientName }),
    ...(clientContact !== undefined && { contacts: [clientContact] }),
  }
}

/** Routes and what the API page says of them. */
export function verifierService(verifier: Verifier): ServiceParts {
  const bodyOf = callbackBody(verifier)
  return {
    // What was found out is told in the same turn.
    dueWork: {
      due: verifier.due,
      look: async (id, log) =>
        soonest(await look(verifier, id), await tellSession({ ...verifier, bodyOf, log }, id)),
    },
    title: 'Countersign verifier',
    description: 'Ask wallets for credentials over OpenID4VP 1.0, and read the results.',
    routes: verifierRoutes(verifier),
  }
}
