/** The DIDs of a wallet; and, for everybody, the documents of those that live on this host. */
import type { ServiceApp } from '@countersign/service/http/http-service'
import {
  createDid,
  type DidRequest,
  deleteDid,
  findDid,
  hostedDocument,
  listDids,
  setDefaultDid,
} from '../dids/dids.ts'
import { REGISTRY_PATH } from '../dids/hosted-dids.ts'
import { importDid } from '../dids/import-did.ts'
import type { Wallet } from '../wallet.ts'
import { walletOf } from './authenticate-caller.ts'
import {
  type CreateDidQuery,
  createDidQuery,
  didMethodParams,
  didParams,
  didQuery,
  hostedParams,
  importDidBody,
  walletParams,
} from './messages.ts'
import { didView, sendText, valueOr } from './wire.ts'

const config = { door: 'open' as const }
const withoutBody = { ...config, accepts: ['json' as const, 'text' as const, 'form' as const] }
const base = '/wallet-api/wallet/:wallet/dids'
const tags = ['DIDs']
const json = 'application/json; charset=utf-8'

export function didRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(base, { schema: { summary: 'The DIDs', tags, params: walletParams }, config }, async (request) =>
    (await listDids(wallet, walletOf(request))).map(didView),
  )

  app.post(
    `${base}/create/:method`,
    {
      schema: {
        summary: 'Make a did:jwk, a did:key or a did:web',
        description: 'A did:web without a domain lives on this host, which shows its document to everybody.',
        tags,
        params: didMethodParams,
        querystring: createDidQuery,
      },
      config: withoutBody,
    },
    async (request, reply) => {
      const { keyId, alias } = request.query
      const wanted = { ...didRequest(request.params.method, request.query), alias, keyId }
      const made = valueOr(await createDid(wallet, walletOf(request), wanted))
      return sendText(reply, made.did)
    },
  )

  app.post(
    `${base}/import`,
    {
      schema: {
        summary: 'Bring a DID along, with its private key',
        tags,
        params: walletParams,
        body: importDidBody,
      },
      config,
    },
    async (request, reply) =>
      sendText(reply, valueOr(await importDid(wallet, walletOf(request), request.body)).did),
  )

  app.post(
    `${base}/default`,
    {
      schema: { summary: 'Make a DID the default', tags, params: walletParams, querystring: didQuery },
      config: withoutBody,
    },
    async (request, reply) => {
      valueOr(await setDefaultDid(wallet, walletOf(request), request.query.did))
      return reply.code(202).send()
    },
  )

  app.get(
    `${base}/:did`,
    { schema: { summary: 'The document of a DID', tags, params: didParams }, config },
    async (request, reply) => {
      const { document } = valueOr(await findDid(wallet, walletOf(request), request.params.did))
      return reply.type(json).send(document)
    },
  )

  app.delete(
    `${base}/:did`,
    { schema: { summary: 'Delete a DID; its key stays', tags, params: didParams }, config: withoutBody },
    async (request, reply) => {
      valueOr(await deleteDid(wallet, walletOf(request), request.params.did))
      return reply.code(202).send()
    },
  )
}

/** Without a login, and for pages of any site: whoever meets such a DID has to read its document. */
export function registryRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    `${REGISTRY_PATH}/:id/did.json`,
    {
      schema: { summary: 'The document of a did:web that lives here', tags, params: hostedParams },
      config: { door: 'wallet', errors: 'management' },
    },
    async (request, reply) => {
      const document = valueOr(await hostedDocument(wallet, request.params.id))
      return reply.header('cache-control', 'public, max-age=60').type(json).send(document)
    },
  )
}

function didRequest(method: DidRequest['method'], query: CreateDidQuery): DidRequest {
  const { domain, path, useJwkJcsPub } = query
  switch (method) {
    case 'jwk':
      return { method }
    case 'key':
      return useJwkJcsPub ? { method, encoding: 'jwk_jcs' } : { method }
    case 'web':
      return { method, domain, path }
  }
}
