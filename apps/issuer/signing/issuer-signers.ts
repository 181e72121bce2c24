/**
 * Who signs what this issuer issues: a key for credentials under JOSE, another for documents under ISO 18013-5,
 * whose certificate follows a profile of its own, and one for status lists.
 */

import type { FormatFacts, SignerProfile } from '@countersign/credential/contract/format-facts'
import type { Signer } from '@countersign/crypto/engine'
import { openServiceSigner, type SignerHome } from '@countersign/service/compose/service-signers'
import type { Config } from '@countersign/service/config/load'
import { StartRefused } from '@countersign/service/operation/start-refused'
import type { issuerShape } from '../config.ts'
import { type NamedHome, tellUnnamed } from './named-issuer.ts'

export interface IssuerSigners {
  readonly credentials: Signer
  /** Absent in production where none is configured: mdocs are not offered then. */
  readonly documents?: Signer | undefined
}

export async function openIssuerSigners(
  home: SignerHome & NamedHome,
  config: Config<typeof issuerShape>,
): Promise<IssuerSigners> {
  const credentials = await openServiceSigner(home, {
    purpose: 'credential-issuer',
    setting: 'signing',
    key: config.signingKey,
    keyFile: config.signingKeyFile,
    certificateFile: config.signingCertFile,
  })
  tellUnnamed(home, 'credential-issuer', credentials)
  const hasDocumentSigner =
    config.mode === 'development' ||
    config.documentSigningKey !== undefined ||
    config.documentSigningKeyFile !== undefined
  if (!hasDocumentSigner) return { credentials }
  const documents = await openServiceSigner(home, {
    purpose: 'document-signer',
    setting: 'documentSigning',
    key: config.documentSigningKey,
    keyFile: config.documentSigningKeyFile,
    certificateFile: config.documentSigningCertFile,
  })
  // An mdoc carries the certificate of its signer, or nobody could read it.
  if (documents.x5c === undefined)
    throw new StartRefused('documentSigningCertFile is needed: an mdoc carries the certificate of its signer')
  return { credentials, documents }
}

/**
 * Lists have a key of their own wherever an operator has a say. What development makes for itself signs them with the key of
 * credentials: many wallets and verifiers look for a list's key where they found that of the credential.
 */
export async function openListSigner(
  home: SignerHome & NamedHome,
  config: Config<typeof issuerShape>,
  credentials: Signer,
): Promise<Signer> {
  const { signingKey, signingKeyFile, statusListKey: key, statusListKeyFile: keyFile } = config
  const { statusListCertFile: certificateFile } = config
  const configured = [signingKey, signingKeyFile, key, keyFile, certificateFile]
  if (config.mode === 'development' && configured.every((one) => one === undefined)) return credentials
  const lists = await openServiceSigner(home, {
    purpose: 'status-list',
    setting: 'statusList',
    key,
    keyFile,
    certificateFile,
  })
  tellUnnamed(home, 'status-list', lists)
  return lists
}

/** Throws where there is no signer of that profile: types of its formats are not offered. */
export function signerFor(signers: IssuerSigners, profile: SignerProfile): Signer {
  const signer = signerOf(signers, profile)
  if (signer === undefined) throw new Error(`there is no signer of the profile ${profile}`)
  return signer
}

/** Those of the given formats that there is a signer for. */
export function signableFormats<Format extends Pick<FormatFacts, 'signerProfile'>>(
  signers: IssuerSigners,
  formats: readonly Format[],
): readonly Format[] {
  return formats.filter(({ signerProfile }) => signerOf(signers, signerProfile) !== undefined)
}

function signerOf({ credentials, documents }: IssuerSigners, profile: SignerProfile): Signer | undefined {
  const byProfile: Readonly<Record<SignerProfile, Signer | undefined>> = {
    jose: credentials,
    'iso-mdl': documents,
  }
  return byProfile[profile]
}
