/** A verification whose answer comes encrypted, and one of an mdoc, each beside limits of its own. */
import { encryptedAnswerWork, mdocAnswerWork } from '../limit/answer-work.ts'
import { verificationPlan } from '../limit/plan.ts'
import { ENCRYPTED_VERIFICATION_TRIPS, MDOC_VERIFICATION_TRIPS } from '../limit/store-work.ts'
import { present } from '../load/holders.ts'
import { mdocWallets } from '../load/mdoc-wallets.ts'
import { verificationFlow } from '../load/verification-flow.ts'
import type { Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { againstBare, againstLimits, againstStore, type FlowRounds } from './flow-against-limit.ts'
import { VERIFICATION_BUDGET } from './verification.ts'

export async function verificationFormatFigures(stand: Stand): Promise<readonly Row[]> {
  return [
    ...rowsOf('verification, answer encrypted', await encrypted(stand)),
    ...rowsOf('verification of an mdoc', await ofMdoc(stand)),
  ]
}

function rowsOf(what: string, rounds: FlowRounds): readonly Row[] {
  return [againstStore(what, rounds, VERIFICATION_BUDGET), againstBare(`${what}, of the bare limit`, rounds)]
}

/** A key is made for each request, and its thumbprint; the rest is as in the clear. */
async function encrypted(stand: Stand): Promise<FlowRounds> {
  const { deployment, holders } = stand
  const { issuer, managementApiKey } = deployment
  const [holder] = holders
  if (holder === undefined) throw new Error('there is no holder')
  const presentation = await present(holder, { audience: 'limit', nonce: 'limit' })
  return againstLimits({
    stand,
    service: await stand.service('verifier'),
    flow: verificationFlow({ holders, managementApiKey, responseMode: 'direct_post.jwt' }),
    planOf: async (exchanges) =>
      verificationPlan(exchanges, {
        create: [{ kind: 'make-key' }, { kind: 'hash', texts: ['x'.repeat(120)] }],
        answer: await encryptedAnswerWork(exchanges, presentation, issuer.publicJwk),
        trips: ENCRYPTED_VERIFICATION_TRIPS,
      }),
  })
}

async function ofMdoc(stand: Stand): Promise<FlowRounds> {
  const { deployment, holders } = stand
  const { documentSigner, managementApiKey } = deployment
  const asked = await mdocWallets(documentSigner)
  return againstLimits({
    stand,
    service: await stand.service('verifier'),
    flow: verificationFlow({ holders, managementApiKey, asked }),
    planOf: async (exchanges) =>
      verificationPlan(exchanges, {
        answer: await mdocAnswerWork(exchanges, documentSigner),
        trips: MDOC_VERIFICATION_TRIPS,
      }),
  })
}
