/** Deployments for tests: on shelves that can be looked into and damaged, with signers that are not in this process. */
import { setTimeout as pause } from 'node:timers/promises'
import { generateSoftwareKey, softwareSigner } from '../signers/software-key.ts'
import { type Deployment, type DeploymentOptions, openDeployment } from './deployment.ts'
import type { IdentityShelf } from './identity-store.ts'

export const now = 1_800_000_000
export const configuredSecret = 'a secret of the operator, 0123456789abcdef'
export const hosts = { dnsNames: ['verifier.example'], baseUrl: 'https://verifier.example' }

/** A shelf whose records a test can look into, lose and damage; each answer takes its time. */
export function openShelf(shared = true): IdentityShelf & { records: Map<string, string> } {
  const records = new Map<string, string>()
  return {
    records,
    shared,
    async read(name) {
      await pause(Math.random() * 2)
      return records.get(name)
    },
    async putIfAbsent(name, value) {
      await pause(Math.random() * 2)
      const winner = records.get(name) ?? value
      records.set(name, winner)
      await pause(Math.random() * 2)
      return winner
    },
  }
}

export function open(options: Partial<DeploymentOptions>) {
  return openDeployment({ mode: 'development', warn: () => {}, now: () => now, ...options })
}

export async function opened(options: Partial<DeploymentOptions>): Promise<Deployment> {
  const deployment = await open(options)
  if (!deployment.ok) throw new Error(deployment.error.code)
  return deployment.value
}

export async function signerOf(deployment: Deployment, purpose = 'verifier-request', options = {}) {
  const signer = await deployment.signer(purpose, { ...hosts, ...options })
  if (!signer.ok) throw new Error(signer.error.code)
  return signer.value
}

/** As a token or a key service gives it: named by the service, signing later, without certificates. */
export function makeRemoteSigner() {
  const privateJwk = generateSoftwareKey('ES256')
  const software = softwareSigner(privateJwk, { keyId: 'slot 7' })
  return {
    privateJwk,
    signer: { ...software, sign: async (data: Uint8Array | string) => software.sign(data) },
  }
}
