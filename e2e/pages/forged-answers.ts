/**
 * Answers that are right in all but one respect, and the row of the result that says so: one a check of the portal's result. A copy
 * that is bound to another request is none of them, since nothing is ever decided by it.
 */
import { readFile } from 'node:fs/promises'
import type { Signer } from '@countersign/crypto/engine'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { issueAs, sdJwtKind } from '@countersign/testing/forging/credential-kinds'
import { badlySigned } from '@countersign/testing/forging/jws'
import { tokenJwt } from '@countersign/testing/forging/status-lists'
import { newAuthority } from '@countersign/testing/people/authority'
import { now } from '@countersign/testing/people/keys'
import { body, type ListServer, openListServer, status } from '../bad-input/list-server.ts'
import { keyOfDeployment } from '../deployment-keys.ts'
import type { StageCluster } from './stage.ts'

/** Signs as the deployment does, and publishes status lists. */
export interface Forger {
  readonly issuerKey: Signer
  readonly listKey: Signer
  readonly lists: ListServer
}

export async function openForger(cluster: StageCluster): Promise<Forger & { close(): Promise<void> }> {
  const { dataFolder: folder, secretFile, urls } = cluster
  const kept = { folder, baseUrl: urls.issuer, secret: await readFile(secretFile, 'utf8') }
  const lists = await openListServer()
  return {
    issuerKey: await keyOfDeployment(kept, 'credential-issuer'),
    listKey: await keyOfDeployment(kept, 'status-list'),
    lists,
    close: lists.close,
  }
}

export interface ForgedAnswer {
  /** What is wrong. */
  readonly fault: string
  /** Title of the row that fails, and what it says. */
  readonly row: string
  readonly meaning: RegExp
  /** False: anybody could have sent it, so that the browser that began has to bring it back. */
  readonly decides: boolean
  readonly disclose?: readonly (readonly string[])[]
  make(forger: Forger): Promise<Held>
}

export const FORGED_ANSWERS: readonly ForgedAnswer[] = [
  {
    fault: 'a signature that is not that of the issuer',
    row: 'Signature',
    meaning: /^Altered since it was signed, or signed by another key\.$/,
    decides: false,
    async make({ issuerKey }) {
      const { credential, holder } = await issueAs(sdJwtKind, issuerKey)
      const [jwt = '', ...rest] = credential.split('~')
      return { credential: [badlySigned(jwt), ...rest].join('~'), holder }
    },
  },
  {
    fault: 'an issuer whom nobody here believes',
    row: 'Trust',
    meaning: /^The issuer is not on any list you configured\.$/,
    decides: false,
    make: () => issueAs(sdJwtKind, newAuthority('Authority of a stranger').vouchFor()),
  },
  {
    fault: 'a credential that has expired',
    row: 'Validity',
    meaning: /^Expired on \d{1,2} \p{L}+ \d{4}\.$/u,
    decides: true,
    make: ({ issuerKey }) =>
      issueAs(sdJwtKind, issuerKey, { issuedAt: now() - 7200, expiresAt: now() - 3600 }),
  },
  {
    fault: 'a credential that was revoked',
    row: 'Status',
    meaning: /^Revoked by .+\.$/,
    decides: true,
    make: async (forger) => (await listed(forger, { revoked: true })).held,
  },
  {
    fault: 'a detail that is kept back',
    row: 'Query match',
    meaning: /^This detail is missing: family_name\.$/,
    decides: true,
    disclose: [['given_name']],
    make: ({ issuerKey }) => issueAs(sdJwtKind, issuerKey),
  },
]

export interface Listed {
  readonly held: Held
  /** The list answers from now on. */
  comeBack(): void
}

/** A credential whose status stands in a list of its own, which may be away at first. */
export async function listed(
  { issuerKey, listKey, lists }: Forger,
  { away = false, revoked = false }: { readonly away?: boolean; readonly revoked?: boolean },
): Promise<Listed> {
  let isAway = away
  const uri = await lists.publish(async (own) => {
    const { content, type } = await tokenJwt.write({ uri: own, signer: listKey, status: revoked ? 1 : 0 })
    return (response) => (isAway ? status(503) : body(type, content))(response)
  })
  return {
    held: await issueAs(sdJwtKind, issuerKey, { statuses: [tokenJwt.reference(uri)] }),
    comeBack() {
      isAway = false
    },
  }
}
