/**
 * A client that proves itself by the certificate it signed with (OpenID4VP 1.0 §5.9.3): the two prefixes of X.509 differ
 * only in what they name of the leaf. A chain that leads to no anchor is told, not refused: the wallet decides on that.
 */
import { isJsonArray, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable } from '@countersign/crypto/engine'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import { validatePath } from '@countersign/x509/certification-path'
import type { ClientEvidence, ClientIdentity, ClientRefusal, VerifierTrust } from './client-id-prefix.ts'

export async function identifyByCertificate(
  x5c: JsonValue | undefined,
  isNamed: (leaf: Certificate) => Awaitable<boolean>,
  evidence: ClientEvidence,
): Promise<Result<ClientIdentity, ClientRefusal>> {
  const chain = readChain(x5c)
  const leafText = chain?.[0]
  if (chain === undefined || leafText === undefined) {
    return refuse({ code: 'client_key_unreadable', reason: 'no_certificate' })
  }
  const leaf = parseX5cEntry(leafText)
  if (!leaf.ok) return refuse({ code: 'client_key_unreadable', reason: leaf.error.code })
  if (!(await isNamed(leaf.value))) return refuse({ code: 'client_certificate_differs' })
  return ok({ key: leaf.value.publicKey, trust: await judgeChain(chain, leaf.value, evidence) })
}

function readChain(x5c: JsonValue | undefined): readonly string[] | undefined {
  if (!isJsonArray(x5c) || !x5c.every((entry) => typeof entry === 'string')) return undefined
  return x5c
}

async function judgeChain(
  chain: readonly string[],
  leaf: Certificate,
  { anchors, now, crypto }: ClientEvidence,
): Promise<VerifierTrust> {
  const verifier = leaf.subject.text
  const path = await validatePath(chain, anchors, now, crypto)
  if (!path.ok) return { trusted: false, verifier, reason: path.error.code }
  return { trusted: true, verifier, anchor: path.value.anchor.subject.text }
}
