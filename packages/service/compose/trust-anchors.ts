/** Certificates of authorities, as certificates: those of the development CA, and those of a file that an operator names. */
import type { Deployment } from '@countersign/keys/deployment/deployment'
import { anchorsOfFile } from '@countersign/trust/certificate-files'
import { reasonOf } from '@countersign/trust/unusable-certificate'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import type { Logger } from '../operation/log.ts'
import { StartRefused } from '../operation/start-refused.ts'
import { refusalInWords, textOfFile } from './configured-file.ts'

/**
 * Those of a file beside those that the development CA has at the moment. One that cannot be used is named in the log and costs
 * the others nothing.
 */
export function trustAnchors(
  {
    developmentAnchors,
    log,
  }: { readonly developmentAnchors: () => readonly Certificate[]; readonly log: Pick<Logger, 'warn'> },
  file: string | undefined,
): () => readonly Certificate[] {
  if (file === undefined) return developmentAnchors
  const configured = anchorsOfFile(Buffer.from(textOfFile(file)), { source: file })
  if (!configured.ok)
    throw new StartRefused(`${file} holds no readable certificates: ${refusalInWords(configured.error)}`)
  for (const one of configured.value.skipped)
    log.warn(`${file}: ${reasonOf(one, `certificate ${one.index + 1}`)} cannot be used`)
  const certificates = configured.value.list.anchors.map(({ certificate }) => certificate)
  return () => [...developmentAnchors(), ...certificates]
}

/** The authorities above who attests wallets, in development. None in production. */
export async function developmentProviders({
  deployment,
}: {
  readonly deployment: Pick<Deployment, 'walletProviderAnchors'>
}): Promise<readonly Certificate[]> {
  const anchors = await deployment.walletProviderAnchors()
  if (anchors.ok) return anchors.value.map(anchorOf)
  throw new StartRefused((await import('./start-sentences.ts')).deploymentSentence(anchors.error))
}

/** `der`: standard base64, of a certificate of the deployment itself. */
export function anchorOf(der: string): Certificate {
  const parsed = parseX5cEntry(der)
  if (!parsed.ok) throw new Error(`an own trust anchor cannot be read: ${parsed.error.code}`)
  return parsed.value
}
