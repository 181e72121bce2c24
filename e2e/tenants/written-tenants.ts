/** Two tenants as an operator writes them: a file each, with keys under authorities of their own, and whom a verifier has to believe. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  authority,
  type Certified,
  documentSignerUnder,
  iaca,
  signerUnder,
} from '@countersign/testing/people/authorities'
import { now } from '@countersign/testing/people/keys'

const DAY_SECONDS = 86_400

export interface WrittenTenant {
  readonly name: string
  /** Of its management API. */
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  /** PEM of the authorities above its keys. */
  readonly anchorsFile: string
}

export async function writeTenant(folder: string, name: string): Promise<WrittenTenant> {
  const own = join(folder, `keys-of-${name}`)
  const tenants = join(folder, 'tenants')
  for (const one of [own, tenants]) await mkdir(one, { recursive: true })
  const period = { notBefore: now() - DAY_SECONDS, notAfter: now() + 30 * DAY_SECONDS }
  const root = await authority(`Authority of ${name}`, period)
  const documents = await iaca(`IACA of ${name}`, { ...period, notAfter: now() + 400 * DAY_SECONDS })
  const signers = {
    signing: await signerUnder(root, 'issuer', period),
    statusList: await signerUnder(root, 'status_list', period),
    documentSigning: await documentSignerUnder(documents, period),
  }
  const files = await Promise.all(Object.entries(signers).map((one) => writeSigner(own, ...one)))
  const anchorsFile = join(own, 'anchors.pem')
  await writeFile(anchorsFile, root.made.certificatePem + documents.made.certificatePem)
  const key = `key-of-${name}-0123456789`
  const settings = {
    displayName: `The company ${name}`,
    managementApiKey: key,
    ...Object.assign({}, ...files),
  }
  await writeFile(join(tenants, `${name}.json`), JSON.stringify(settings))
  return { name, key, headers: { 'x-api-key': key }, anchorsFile }
}

async function writeSigner(folder: string, setting: string, { jwk, made }: Certified) {
  const [keyFile, certFile] = [join(folder, `${setting}.jwk`), join(folder, `${setting}.pem`)]
  await writeFile(keyFile, JSON.stringify(jwk))
  await writeFile(certFile, made.certificatePem)
  return { [`${setting}KeyFile`]: keyFile, [`${setting}CertFile`]: certFile }
}
