/** The services behind the portal, by their internal addresses, with the keys that it holds for them. */
import type { Upstream } from '@countersign/service/http/passing/call-upstream'

export interface KeyedUpstream extends Upstream {
  readonly name: 'issuer' | 'verifier' | 'repository'
  /** Absent: the other one is open to loopback, in development. */
  readonly apiKey?: string | undefined
}

export interface Upstreams {
  readonly issuer: KeyedUpstream
  readonly verifier: KeyedUpstream
  readonly repository: KeyedUpstream
}

export function credentialOf({ apiKey }: KeyedUpstream): Readonly<Record<string, string>> {
  return apiKey === undefined ? {} : { 'x-api-key': apiKey }
}
