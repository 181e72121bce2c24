/**
 * A query as ISO/IEC TS 18013-7 annex C asks it (`org-iso-mdoc`): the elements of documents, and no alternatives. What it has no word for
 * is not asked in it, because a wallet would show more, or something else, than was meant.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { type RequestedDocument, writeDeviceRequest } from '@countersign/credential/mdoc/device-request'
import { dcapiTranscript } from '@countersign/credential/mdoc/device-signed/session-transcript'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import type { CredentialQuery, DcqlQuery } from '../dcql/query.ts'

/** What of a query the protocol has no word for. */
export type UnsayableQuery =
  | 'other_format'
  | 'no_claims'
  | 'alternatives'
  | 'values'
  | 'trusted_authorities'
  | 'several_of_one'
  | 'same_type_twice'

export function findUnsayable({ credentials, credentialSets }: DcqlQuery): UnsayableQuery | undefined {
  if (credentialSets !== undefined) return 'alternatives'
  const docTypes = new Set(credentials.map(docTypeOf))
  if (docTypes.size < credentials.length) return 'same_type_twice'
  return credentials.map(findUnsayableOf).find((fault) => fault !== undefined)
}

function findUnsayableOf(query: CredentialQuery): UnsayableQuery | undefined {
  const { claims = [], claimSets, format, multiple, trustedAuthorities } = query
  if (format !== 'mso_mdoc' || docTypeOf(query) === undefined) return 'other_format'
  if (claimSets !== undefined) return 'alternatives'
  // Elements that are not named are not asked for, and a document without any is none.
  if (claims.length === 0) return 'no_claims'
  if (claims.some(({ values }) => values !== undefined)) return 'values'
  if (trustedAuthorities !== undefined) return 'trusted_authorities'
  return multiple ? 'several_of_one' : undefined
}

function docTypeOf({ meta }: CredentialQuery): string | undefined {
  const { doctype_value: docType } = meta
  return typeof docType === 'string' ? docType : undefined
}

export interface DeviceRequestParts {
  readonly query: DcqlQuery
  readonly encryptionInfo: string
  readonly origin: string
}

/** `data` of the request. Signed by a reader that has a certificate. */
export async function deviceRequestData(
  { encryptionInfo, origin, query }: DeviceRequestParts,
  reader: Signer,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<JsonObject> {
  const transcript = await dcapiTranscript({ encryptionInfo, origin }, crypto)
  const deviceRequest = await writeDeviceRequest(query.credentials.map(documentOf), transcript, reader)
  return { deviceRequest: encodeBase64url(deviceRequest), encryptionInfo }
}

function documentOf(query: CredentialQuery): RequestedDocument {
  const elements = (query.claims ?? []).map(({ intentToRetain = false, path }) => {
    const [namespace, element] = path
    return { namespace: String(namespace), element: String(element), intentToRetain }
  })
  return { docType: docTypeOf(query) ?? '', elements }
}
