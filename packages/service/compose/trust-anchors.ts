/** Certificates of authorities, as certificates: those of the development CA, and those of a file that an operator names. */
import { type Certificate, parsePemCertificates, parseX5cEntry } from '@countersign/x509/certificate'
import { StartRefused } from '../operation/start-refused.ts'
import { refusalInWords, textOfFile } from './configured-file.ts'

/** Those of a PEM file beside those that the development CA has at the moment. */
export function trustAnchors(
  { developmentAnchors }: { readonly developmentAnchors: () => readonly Certificate[] },
  file: string | undefined,
): () => readonly Certificate[] {
  if (file === undefined) return developmentAnchors
  const configured = parsePemCertificates(textOfFile(file))
  if (!configured.ok)
    throw new StartRefused(`${file} holds no readable certificates: ${refusalInWords(configured.error)}`)
  return () => [...developmentAnchors(), ...configured.value]
}

/** `der`: standard base64, of a certificate of the deployment itself. */
export function anchorOf(der: string): Certificate {
  const parsed = parseX5cEntry(der)
  if (!parsed.ok) throw new Error(`an own trust anchor cannot be read: ${parsed.error.code}`)
  return parsed.value
}
