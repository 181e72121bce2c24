/**
 * Who signs what this issuer issues: a key for credentials under JOSE, another for documents under ISO 18013-5, whose
 * certificate follows a profile of its own, and keys that callers bring along.
 */
import type { Signer } from '@countersign/credential/crypto'
import type { FormatId } from '@countersign/credential/format'
import { ok, refuse } from '@countersign/credential/result'
import type { Config } from '@countersign/service/config/load'
import { openSigner, type Runtime } from '@countersign/service/runtime'
import type { issuerShape } from './config.ts'
import type { CallerKeys } from './issuer.ts'

export interface IssuerSigners {
  readonly credentials: Signer
  /** Absent in production where none is configured: mdocs are not offered then. */
  readonly documents?: Signer
}

export async function openIssuerSigners(
  runtime: Runtime,
  config: Config<typeof issuerShape>,
): Promise<IssuerSigners> {
  const credentials = await openSigner(runtime, {
    purpose: 'credential-issuer',
    keyFile: config.signingKeyFile,
    certificateFile: config.signingCertFile,
  })
  const hasDocumentSigner = config.mode === 'development' || config.documentSigningKeyFile !== undefined
  if (!hasDocumentSigner) return { credentials }
  const documents = await openSigner(runtime, {
    purpose: 'document-signer',
    keyFile: config.documentSigningKeyFile,
    certificateFile: config.documentSigningCertFile,
  })
  return { credentials, documents }
}

/** Throws for a format that there is no signer for: its types are not offered. */
export function signerFor({ credentials, documents }: IssuerSigners, format: FormatId): Signer {
  if (format !== 'mso_mdoc') return credentials
  if (documents === undefined) throw new Error('there is no document signer')
  return documents
}

/**
 * In development a key that comes without certificates gets one from the development CA, so that what it signs is
 * believed within the deployment.
 */
export function callerKeys(runtime: Runtime): CallerKeys {
  const { deployment, config } = runtime
  return {
    async signer(key, x5c, format) {
      const purpose = format === 'mso_mdoc' ? 'caller-document-signer' : 'caller-issuer'
      const options = { configuredKey: key, dnsNames: [], baseUrl: config.baseUrl }
      const opened = await deployment.signer(
        purpose,
        x5c ? { ...options, configuredCertificates: x5c } : options,
      )
      if (opened.ok) return ok<Signer>(opened.value)
      return refuse({ code: 'cause' in opened.error ? opened.error.cause.code : opened.error.code })
    },
  }
}
