/** Puts the issuer together. */

import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import type { DidKeyResolver } from '@countersign/did/did-document'
import { didResolver } from '@countersign/did/did-resolver'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { observedRemote } from '@countersign/service/compose/observed'
import {
  openRuntime,
  type RunningService,
  type Runtime,
  runService,
} from '@countersign/service/compose/runtime'
import type { Config } from '@countersign/service/config/load'
import { outgoingOptions } from '@countersign/service/config/outgoing'
import type { ReadinessCheck } from '@countersign/service/operation/health'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { didDocumentFetcher } from '@countersign/service/outgoing/did-documents'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import type { Database } from '@countersign/stores/sql/database'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { issuerShape } from './config.ts'
import { databaseUrl, prepareDatabase } from './database/open-database.ts'
import type { IssuerTables } from './database/schema.ts'
import { issuerRoutes } from './http/routes.ts'
import type { CredentialAnswer, Issuer, OwnStatusLists } from './issuer.ts'
import { openOwnStatusLists } from './open-own-status-lists.ts'
import { callerKeys } from './signing/caller-keys.ts'
import { openIssuerSigners, signableFormats, signerFor } from './signing/issuer-signers.ts'
import { catalogueTypes } from './types/issuable-types.ts'

type IssuerConfig = Config<typeof issuerShape>

const ISSUANCE_SCHEMA = 1
const ANSWER_SCHEMA = 1

export async function startIssuer(start: ServiceStart): Promise<RunningService> {
  const config = await configure({ service: 'issuer', defaultPort: 7002, extra: issuerShape }, start)
  const runtime = await openRuntime(config)
  const { signers, durable } = await openParts(runtime, config).catch(async (error: unknown) => {
    await runtime.close()
    throw error
  })
  const formats = formatRegistry([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt])
  const { sealing } = runtime.deployment
  const issuer: Issuer = {
    ...runtime.sessionPorts<IssuanceSession>('issuance', ISSUANCE_SCHEMA),
    answers: runtime.sessions<CredentialAnswer>('credential-answer', ANSWER_SCHEMA),
    proofs: runtime.engine.once('dpop'),
    ...durable,
    formats,
    crypto: nodeCrypto,
    signerFor: (format) => signerFor(signers, format),
    openCallerKey: callerKeys(runtime),
    holderKeys: holderKeys(runtime, config),
    macs: { grant: sealing.mac('grant'), nonce: sealing.mac('c-nonce'), txCode: sealing.mac('tx-code') },
    baseUrl: config.baseUrl,
    types: catalogueTypes(signableFormats(signers, formats.ids)),
    limits: {
      offerTtlSeconds: config.offerTtlSeconds,
      resultRetentionSeconds: config.resultRetentionSeconds,
      bearerTtlSeconds: config.bearerTtlSeconds,
      boundTtlSeconds: config.boundTtlSeconds,
      nonceTtlSeconds: config.nonceTtlSeconds,
      proofMaxAgeSeconds: 300,
      skewSeconds: 60,
    },
    now: runtime.now,
  }
  return runService(runtime, {
    title: 'Countersign issuer',
    description: 'Offer and issue credentials over OpenID4VCI 1.0.',
    routes: issuerRoutes(issuer, { display: { name: config.displayName, locale: 'en' } }),
    ...(durable && { checks: [databaseCheck(durable.database)], close: [() => durable.database.close()] }),
  })
}

/** Of wallets that name their key by a did:web: its document is fetched, the guarded way. */
function holderKeys(runtime: Runtime, config: IssuerConfig): DidKeyResolver {
  const outgoing = outgoingOptions(config)
  const remote = observedRemote(createRemote(outgoing), runtime.metrics)
  runtime.closeAtEnd(() => remote.close())
  return didResolver({ fetchDocument: didDocumentFetcher(remote, outgoing), now: runtime.now })
}

async function openParts(runtime: Runtime, config: IssuerConfig) {
  return {
    signers: await openIssuerSigners(runtime, config),
    durable: await openDurable(runtime, config),
  }
}

interface Durable {
  readonly database: Database<IssuerTables>
  readonly statusLists?: OwnStatusLists
}

/** The log of issued credentials and the status lists, where there is a database that all instances share. */
async function openDurable(runtime: Runtime, config: IssuerConfig): Promise<Durable | undefined> {
  const { engine, dataDir, log } = runtime
  const warn = (message: string) => log.warn(message)
  const url = databaseUrl({ configured: config.database, sharedSessions: engine.shared, dataDir })
  if (url === undefined) {
    if (config.statusLists === true) throw new StartRefused('statusLists needs a database: postgres://…')
    warn('no database: credentials are issued without status and cannot be revoked; set database')
    return undefined
  }
  if (engine.shared && url.startsWith('sqlite:'))
    warn('the database is a file: instances on other machines would not find its status lists')
  const database = await openDatabase<IssuerTables>(url, { onProblem: warn })
  try {
    await prepareDatabase(database, warn)
    if (config.statusLists === false) return { database }
    return { database, statusLists: await openOwnStatusLists(runtime, config, database) }
  } catch (error) {
    await database.close()
    throw error
  }
}

function databaseCheck(database: Database<IssuerTables>): ReadinessCheck {
  return {
    name: 'database',
    check: async () => {
      await database.ping(1000)
      return undefined
    },
  }
}
