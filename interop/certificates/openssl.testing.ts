/** OpenSSL's command line as a judge of chains and a maker of certificates, in a folder of its own that goes with the tests. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64 } from '@countersign/core/base64url'
import { certificatePem } from '@countersign/x509/pem'

export const folder = mkdtempSync(join(tmpdir(), 'countersign-openssl-'))

export function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true })
}

/** Standard output. Rejects with what OpenSSL wrote to standard error. */
export function openssl(...parameters: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, timeout: 60_000 }
    execFile('openssl', parameters, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`openssl ${parameters.join(' ')}: ${stdout}${stderr}`, { cause: error }))
    })
  })
}

export interface ChainFiles {
  /** DER, the leaf first. */
  readonly chain: readonly Uint8Array[]
  readonly anchors: readonly Uint8Array[]
  /** Epoch seconds. */
  readonly now: number
}

let written = 0

/** By the strict reading that OpenSSL has (`-x509_strict`), for TLS servers or for no purpose in particular. */
export async function judgeByOpenssl(
  { chain, anchors, now }: ChainFiles,
  asServer = false,
): Promise<'valid' | 'invalid'> {
  const name = `chain-${written++}`
  const file = (part: string, certificates: readonly Uint8Array[]) => {
    const path = join(folder, `${name}-${part}.pem`)
    writeFileSync(path, certificates.map((der) => certificatePem(encodeBase64(der))).join(''))
    return path
  }
  const [leaf, ...others] = chain
  if (leaf === undefined) throw new Error('a chain has a leaf')
  const untrusted = others.length > 0 ? ['-untrusted', file('others', others)] : []
  const trusted = ['-no-CApath', '-no-CAstore', '-trusted', file('anchors', anchors)]
  const rules = [
    '-x509_strict',
    '-partial_chain',
    '-attime',
    String(now),
    ...(asServer ? ['-purpose', 'sslserver'] : []),
  ]
  return openssl('verify', ...rules, ...trusted, ...untrusted, file('leaf', [leaf])).then(
    () => 'valid',
    () => 'invalid',
  )
}
