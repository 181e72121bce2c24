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
import { signIssuerMetadata } from '@countersign/protocol/openid4vci/metadata/signed-metadata'
import type { DescribedAnswer } from '@countersign/service/http/answers/described-answers'
import { basePathOf } from '@countersign/service/http/base-path'
import type { BuiltFile } from '@countersign/service/http/pages/built-pages'
import { madeFile } from '@countersign/service/http/pages/made-file'
import { sendFile } from '@countersign/service/http/pages/send-file'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { takenMethods } from '../client-rules.ts'
import type { Issuer, PublishedKey } from '../issuer.ts'
import { preferredType } from './negotiation.ts'

interface Publication {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly schema: NonNullable<DescribedAnswer['schema']>
  /** As it is now: the same object until it changes. */
  readonly document: () => Awaitable<JsonObject>
  /** The same as a signed JWT. */
  readonly signed?: (() => Promise<BuiltFile>) | undefined
  readonly otherForms?: DescribedAnswer['otherForms']
}

/** What the documents say beyond what the issuer's use cases know. */
export interface Published {
  readonly display: IssuerDisplay
  readonly requirePushedRequests?: boolean | undefined
}

export async function metadataRoutes(app: ServiceApp, issuer: Issuer, published: Published): Promise<void> {
  // The path of the issuer identifier is inserted after the well-known part (OpenID4VCI §12.2.2, RFC 8414 §3.1).
  const path = basePathOf(issuer.baseUrl)
  for (const { name, summary, description, schema, document, signed, otherForms } of publications(
    issuer,
    published,
  )) {
    const answers = { 200: { description, schema, example: await document(), otherForms } }
    const send = sender({ document, signed })
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

function sender({ document, signed }: Pick<Publication, 'document' | 'signed'>) {
  let made: { readonly document: JsonObject; readonly file: Promise<BuiltFile> } | undefined
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (signed !== undefined) {
      void reply.header('vary', 'accept')
      if (preferredType(request.headers.accept, FORMS) === JWT)
        return sendFile(await signed(), request, reply)
    }
    const current = await document()
    if (made?.document !== current)
      made = { document: current, file: madeFile('application/json; charset=utf-8', JSON.stringify(current)) }
    return sendFile(await made.file, request, reply)
  }
}

const JWT = 'application/jwt'
/** JSON comes first: it is what everybody gets who does not ask for the other (OpenID4VCI §12.2.2). */
const FORMS = ['application/json', JWT] as const

/** How old the signature of a document may be, in seconds: who keeps it sees that it is looked after. */
const SIGNED_ANEW_SECONDS = 3600

/** Of many who ask at once one waits for the signature, and the others for him. */
function signedEachHour({ now, sign }: { readonly now: () => number; readonly sign: () => Promise<string> }) {
  let made: { readonly at: number; readonly file: Promise<BuiltFile> } | undefined
  return async (): Promise<BuiltFile> => {
    const at = now()
    if (made === undefined || at >= made.at + SIGNED_ANEW_SECONDS)
      made = { at, file: sign().then((jwt) => madeFile(JWT, jwt)) }
    try {
      return await made.file
    } catch (error) {
      // A key that could not be asked is asked again by whoever comes next.
      made = undefined
      throw error
    }
  }
}

/** Each once: the one that signs may be among the others, and verifiers believe no id that two keys have. */
function publicKeys(signer: PublishedKey, others: readonly PublishedKey[]): readonly JsonObject[] {
  return [signer, ...others.filter(({ keyId }) => keyId !== signer.keyId)].map(
    ({ algorithm, keyId, publicJwk, x5c }) =>
      defined({ ...publicJwk, kid: keyId, use: 'sig', alg: algorithm, x5c: x5c && [...x5c] }),
  )
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
  const signer = issuer.signerFor('jose')
  const metadata = issuerDocument(issuer, display)
  return [
    {
      name: 'openid-credential-issuer',
      summary: 'Credential issuer metadata',
      description: 'Endpoints, and what can be issued (OpenID4VCI 1.0 §12.2)',
      schema: issuerMetadata,
      document: metadata,
      signed: signedEachHour({
        now: issuer.now,
        sign: async () =>
          signIssuerMetadata(await metadata(), { issuer: issuer.baseUrl, now: issuer.now(), signer }),
      }),
      otherForms: [{ contentType: JWT }],
    },
    {
      name: 'oauth-authorization-server',
      summary: 'Authorization server metadata',
      description: 'The token endpoint and what it takes (RFC 8414)',
      schema: authorizationServerMetadata,
      document: fixed(
        writeAuthorizationServerMetadata({
          issuer: issuer.baseUrl,
          requirePushedRequests,
          clients: { methods: takenMethods(issuer.clients), anonymous: issuer.clients.publicClients },
        }),
      ),
    },
    {
      name: 'jwt-vc-issuer',
      summary: 'Keys of the issuer (SD-JWT VC)',
      description: 'The keys that the signatures of its SD-JWT VCs are checked with',
      schema: jwtVcIssuerMetadata,
      document: fixed({
        issuer: issuer.baseUrl,
        // RFC 7517 §4.7: with its chain a wallet can tell who this issuer is before it has a credential.
        jwks: { keys: publicKeys(signer, issuer.publishedKeys) },
      }),
    },
  ]
}
