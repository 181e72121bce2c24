/**
 * What the issuer publishes about itself. The documents are made once: they change with the configuration, and with the key for requests. They are sent
 * packed: with all types of the catalogue one of them is nearly two hundred kilobytes of words that repeat themselves.
 */
import {
  authorizationServerMetadata,
  issuerMetadata,
  jwtVcIssuerMetadata,
} from '@countersign/api/issuer/metadata'
import { defined, type JsonObject } from '@countersign/core/json'
import type { Awaitable } from '@countersign/crypto/engine'
import {
  type IssuerDisplay,
  writeAuthorizationServerMetadata,
  writeIssuerMetadata,
} from '@countersign/protocol/openid4vci/metadata/published-metadata'
import type { DescribedAnswer } from '@countersign/service/http/answers/described-answers'
import { basePathOf } from '@countersign/service/http/base-path'
import type { BuiltFile } from '@countersign/service/http/pages/built-pages'
import { madeFile } from '@countersign/service/http/pages/made-file'
import { sendFile } from '@countersign/service/http/pages/send-file'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Issuer } from '../issuer.ts'

interface Publication {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly schema: NonNullable<DescribedAnswer['schema']>
  /** As it is now: the same object until it changes. */
  readonly document: () => Awaitable<JsonObject>
}

/** What the documents say beyond what the issuer's use cases know. */
export interface Published {
  readonly display: IssuerDisplay
  readonly requirePushedRequests?: boolean | undefined
}

export async function metadataRoutes(app: ServiceApp, issuer: Issuer, published: Published): Promise<void> {
  // The path of the issuer identifier is inserted after the well-known part (OpenID4VCI §12.2.2, RFC 8414 §3.1).
  const path = basePathOf(issuer.baseUrl)
  for (const { name, summary, description, schema, document } of publications(issuer, published)) {
    const answers = { 200: { description, schema, example: await document() } }
    const send = sender(document)
    app.get(
      `/.well-known/${name}${path}`,
      { schema: { summary, tags: ['metadata'] }, config: { door: 'wallet', limited: false, answers } },
      send,
    )
    // Where those look who append it, as OpenID Connect Discovery does.
    if (path !== '')
      app.get(
        `/.well-known/${name}`,
        { schema: { hide: true }, config: { door: 'wallet', limited: false } },
        send,
      )
  }
}

function sender(current: Publication['document']) {
  let made: { readonly document: JsonObject; readonly file: Promise<BuiltFile> } | undefined
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const document = await current()
    if (made?.document !== document)
      made = { document, file: madeFile('application/json; charset=utf-8', JSON.stringify(document)) }
    return sendFile(await made.file, request, reply)
  }
}

/** The key for requests is another one from time to time. */
function issuerDocument(issuer: Issuer, display: IssuerDisplay) {
  const { baseUrl, encryption, formats, keyAttesters, limits, now, requestKeys, types } = issuer
  const configurations = [...types.values()].map((type) => type.configuration)
  let made: { readonly keyId: string; readonly document: JsonObject } | undefined
  return async () => {
    const requestKey = await requestKeys.current(now())
    if (made?.keyId === requestKey.keyId) return made.document
    const document = writeIssuerMetadata({
      issuer: baseUrl,
      configurations,
      formats,
      display: [display],
      batchSize: limits.batchSize,
      attested: keyAttesters !== undefined,
      encryption: { requestKey, ...encryption },
    })
    made = { keyId: requestKey.keyId, document }
    return document
  }
}

function fixed(document: JsonObject) {
  return () => document
}

function publications(
  issuer: Issuer,
  { display, requirePushedRequests = false }: Published,
): readonly Publication[] {
  const { algorithm, keyId, publicJwk, x5c } = issuer.signerFor('jose')
  return [
    {
      name: 'openid-credential-issuer',
      summary: 'Credential issuer metadata',
      description: 'Endpoints, and what can be issued (OpenID4VCI 1.0 §12.2)',
      schema: issuerMetadata,
      document: issuerDocument(issuer, display),
    },
    {
      name: 'oauth-authorization-server',
      summary: 'Authorization server metadata',
      description: 'The token endpoint and what it takes (RFC 8414)',
      schema: authorizationServerMetadata,
      document: fixed(writeAuthorizationServerMetadata({ issuer: issuer.baseUrl, requirePushedRequests })),
    },
    {
      name: 'jwt-vc-issuer',
      summary: 'Keys of the issuer (SD-JWT VC)',
      description: 'The keys that the signatures of its SD-JWT VCs are checked with',
      schema: jwtVcIssuerMetadata,
      document: fixed({
        issuer: issuer.baseUrl,
        // RFC 7517 §4.7: with its chain a wallet can tell who this issuer is before it has a credential.
        jwks: {
          keys: [defined({ ...publicJwk, kid: keyId, use: 'sig', alg: algorithm, x5c: x5c && [...x5c] })],
        },
      }),
    },
  ]
}
