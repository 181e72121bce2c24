/** Calls that go to a chosen instance of a cluster, past its balancer. */
import type { Cluster } from '@countersign/countersign/cluster/start-cluster'
import { sentTo } from '@countersign/testing/client/http'

/** Of the issuers that one with this index, in turn; addresses in proofs stay as they are. */
export function atIssuer<T>(
  { services, urls }: Pick<Cluster, 'services' | 'urls'>,
  index: number,
  run: () => Promise<T>,
): Promise<T> {
  const issuers = services.filter(({ service }) => service === 'issuer')
  const instance = issuers[index % issuers.length]
  if (instance === undefined) throw new Error('there is no issuer')
  return sentTo(new Map([[new URL(urls.issuer).origin, new URL(instance.url).origin]]), run)
}
