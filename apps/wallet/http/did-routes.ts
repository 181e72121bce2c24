/** The DIDs of a wallet; and, for everybody, the documents of those that live on this host. */
import { walletParams } from '@countersign/api/wallet/accounts'
import {
  type CreateDidQuery,
  createDidParams,
  createDidQuery,
  didDocumentAnswer,
  didParams,
  didQuery,
  didsAnswer,
  hostedDidParams,
  importDidRequest,
} from '@countersign/api/wallet/dids'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
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
import {
  jsonAnswer,
  malformedAnswer,
  refusalAnswer,
  textAnswer,
  walletAnswers,
} from './answers/route-answers.ts'
import { didView, sendText, valueOr } from './answers/wire.ts'
import { DID_ERRORS, didParameterForeign } from './answers/wire-holding.ts'
import { walletOf } from './caller/authenticate-caller.ts'

const config = { door: 'open', limited: false } as const
const withoutBody = { ...config, accepts: ['json', 'text', 'form'] } as const
const base = '/wallet-api/wallet/:wallet/dids'
const tags = ['DIDs']
const json = 'application/json; charset=utf-8'

const unknown = { code: 'did_unknown' } as const
const noSuchName = refusalAnswer(DID_ERRORS, unknown, 'No did:web of this host has this name')
const noSuchDid = refusalAnswer(DID_ERRORS, unknown, 'There is no such wallet, or no such DID in it')
const didAnswers = { ...walletAnswers, 404: noSuchDid }
const taken = refusalAnswer(
  DID_ERRORS,
  { code: 'did_exists' },
  'The wallet has the DID, another one has its name, or the wallet is full',
)

const createAnswers = {
  ...walletAnswers,
  200: textAnswer('The new DID', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'),
  400: refusalAnswer(DID_ERRORS, { code: 'did_place_unusable' }, 'A parameter is malformed'),
  404: refusalAnswer(DID_ERRORS, { code: 'key_unknown' }, 'There is no such wallet, or no such key in it'),
  409: taken,
}

const importAnswers = {
  ...walletAnswers,
  200: textAnswer('The DID', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'),
  400: refusalAnswer(DID_ERRORS, { code: 'did_key_differs' }, 'The key or the DID cannot be used'),
  409: taken,
}

const defaultAnswers = {
  ...didAnswers,
  202: { description: 'The DID is the default' },
  400: malformedAnswer('querystring/did: Invalid input: expected string, received undefined'),
}

export function didRoutes(app: ServiceApp, wallet: Wallet): void {
  allDidsRoutes(app, wallet)
  oneDidRoutes(app, wallet)
}

function allDidsRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    base,
    {
      schema: { summary: 'The DIDs', tags, params: walletParams },
      config: { ...config, answers: { ...walletAnswers, 200: jsonAnswer('The DIDs', didsAnswer) } },
    },
    async (request) => (await listDids(wallet, walletOf(request))).map(didView),
  )

  app.post(
    `${base}/create/:method`,
    {
      schema: {
        summary: 'Make a did:jwk, a did:key or a did:web',
        description: 'A did:web without a domain lives on this host, which shows its document to everybody.',
        tags,
        params: createDidParams,
        querystring: createDidQuery,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...withoutBody, answers: createAnswers },
    },
    async (request, reply) => {
      const { keyId, alias } = request.query
      const wanted = { ...didRequest(request.params.method, request.query), alias, keyId }
      const made = valueOr(DID_ERRORS, await createDid(wallet, walletOf(request), wanted))
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
        body: importDidRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...config, answers: importAnswers },
    },
    async (request, reply) =>
      sendText(reply, valueOr(DID_ERRORS, await importDid(wallet, walletOf(request), request.body)).did),
  )

  app.post(
    `${base}/default`,
    {
      schema: { summary: 'Make a DID the default', tags, params: walletParams, querystring: didQuery },
      bodyLimit: BODY_LIMITS.message,
      config: { ...withoutBody, answers: defaultAnswers },
    },
    async (request, reply) => {
      valueOr(DID_ERRORS, await setDefaultDid(wallet, walletOf(request), request.query.did))
      return reply.code(202).send()
    },
  )
}

function oneDidRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    `${base}/:did`,
    {
      schema: { summary: 'The document of a DID', tags, params: didParams },
      config: { ...config, answers: { ...didAnswers, 200: jsonAnswer('The document', didDocumentAnswer) } },
    },
    async (request, reply) => {
      const { document } = valueOr(DID_ERRORS, await findDid(wallet, walletOf(request), request.params.did))
      return reply.type(json).send(document)
    },
  )

  app.delete(
    `${base}/:did`,
    {
      schema: { summary: 'Delete a DID; its key stays', tags, params: didParams },
      bodyLimit: BODY_LIMITS.message,
      config: { ...withoutBody, answers: { ...didAnswers, 202: { description: 'The DID is gone' } } },
    },
    async (request, reply) => {
      valueOr(DID_ERRORS, await deleteDid(wallet, walletOf(request), request.params.did))
      return reply.code(202).send()
    },
  )
}

/** Without a login, and for pages of any site: whoever meets such a DID has to read its document. */
export function registryRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    `${REGISTRY_PATH}/:id/did.json`,
    {
      schema: { summary: 'The document of a did:web that lives here', tags, params: hostedDidParams },
      config: {
        door: 'wallet',
        limited: false,
        errors: 'management',
        answers: { 200: jsonAnswer('The document', didDocumentAnswer), 404: noSuchName },
      },
    },
    async (request, reply) => {
      const document = valueOr(DID_ERRORS, await hostedDocument(wallet, request.params.id))
      return reply.header('cache-control', 'public, max-age=60').type(json).send(document)
    },
  )
}

const DID_PARAMETERS = { domain: 'web', path: 'web', useJwkJcsPub: 'key' } as const

function didRequest(method: DidRequest['method'], query: CreateDidQuery): DidRequest {
  const { domain, path, useJwkJcsPub } = query
  const given = Object.entries({ domain, path, useJwkJcsPub: useJwkJcsPub || undefined })
  const foreign = given.find(
    ([name, value]) => value !== undefined && DID_PARAMETERS[name as keyof typeof DID_PARAMETERS] !== method,
  )
  if (foreign !== undefined) fail(didParameterForeign(foreign[0], method))
  switch (method) {
    case 'jwk':
      return { method }
    case 'key':
      return useJwkJcsPub ? { method, encoding: 'jwk_jcs' } : { method }
    case 'web':
      return { method, domain, path }
  }
}
