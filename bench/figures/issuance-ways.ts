/** Other ways through an issuance, each beside the plain one: what a bound token costs, an attested client, a status, and nine copies more. */
import { type IssuanceWay, issuanceFlow } from '../load/issuance-flow.ts'
import type { Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { besidePlain, plainFlow } from './flow-beside-plain.ts'

export async function issuanceWayFigures(stand: Stand): Promise<readonly Row[]> {
  const { attester, issuerUrl: issuer, managementApiKey } = stand.deployment
  const load = { signers: stand.holders.map(({ signer }) => signer), managementApiKey, issuer }
  const plain = await plainFlow(stand, await stand.service('issuer'), issuanceFlow(load))
  const way = (different: IssuanceWay) => issuanceFlow({ ...load, ...different })
  return [
    await besidePlain(plain, 'issuance, bearer token', way({ bearer: true })),
    await besidePlain(plain, 'issuance, client attested', way({ attester })),
    await besidePlain(plain, 'issuance, no status', way({ status: false })),
    await besidePlain(plain, 'issuance, batch of 10', way({ copies: 10 })),
  ]
}
