/** Issuer keys of the configuration beside the deployment's own, each under a name that profiles call it by. */
import type { Signer } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import { resolveDid } from '@countersign/did/did'
import { refusalInWords, textOfFile } from '@countersign/service/compose/configured-file'
import { openConfiguredKey, type SignerHome } from '@countersign/service/compose/service-signers'
import type { Config } from '@countersign/service/config/load'
import { StartRefused } from '@countersign/service/operation/start-refused'
import type { issuerShape } from '../config.ts'

export interface NamedKey {
  readonly signer: Signer
  /** PEM, the leaf first. */
  readonly certificates?: string | undefined
  /** What it calls itself; the deployment's issuer when absent. */
  readonly issuer?: string | undefined
}

export type NamedKeys = ReadonlyMap<string, NamedKey>

/** Throws `StartRefused` for a key that cannot be opened, and for certificates that are not its own. */
export async function openNamedKeys(
  home: SignerHome,
  { issuerKeys }: Pick<Config<typeof issuerShape>, 'issuerKeys'>,
): Promise<NamedKeys> {
  const opened = new Map<string, NamedKey>()
  for (const { certFile, issuer, key, keyFile, name } of issuerKeys) {
    const purpose = `issuer key ${name}`
    const signer = await openConfiguredKey(home, { purpose, setting: `issuerKeys ${name} `, key, keyFile })
    if (signer === undefined) throw new StartRefused(`issuerKeys: ${name} names no key`)
    judgeName(name, issuer, signer)
    const certificates = certFile === undefined ? undefined : textOfFile(certFile)
    if (certificates?.trim() === '') throw new StartRefused(`${purpose}: ${certFile} (certFile) is empty`)
    if (certificates !== undefined) await judgeChain(home, { certificates, purpose, signer })
    home.trust.addKey({ ...signer, purpose })
    opened.set(name, { signer, certificates, issuer })
  }
  return opened
}

/** Whoever reads such a name finds the key in it, and would look for no other. */
function judgeName(name: string, issuer: string | undefined, { publicJwk }: Signer): void {
  const document = issuer === undefined ? undefined : resolveDid(issuer)
  if (document?.ok !== true) return
  const isOwn = document.value.verificationMethod.some((method) => sameKey(method.publicKeyJwk, publicJwk))
  if (!isOwn) throw new StartRefused(`issuerKeys: the issuer of ${name} is the DID of another key`)
}

async function judgeChain(
  { certificates: watch, config, deployment }: SignerHome,
  {
    certificates,
    purpose,
    signer,
  }: Required<Pick<NamedKey, 'signer'>> & { certificates: string; purpose: string },
): Promise<void> {
  // What it is for decides what it is called in the refusal, and nothing else where the chain is given.
  const judged = await deployment.signer('caller-issuer', {
    baseUrl: config.baseUrl,
    dnsNames: [],
    configuredSigner: signer,
    configuredCertificates: certificates,
  })
  if (!judged.ok) throw new StartRefused(`${purpose}: certFile is of no use: ${refusalInWords(judged.error)}`)
  if (judged.value.x5c) watch.add(purpose, judged.value.x5c)
}
