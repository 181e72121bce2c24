/**
 * The issuer's side of the pre-authorized code grant (OpenID4VCI 1.0 §4.1.1, §6). The code is derived from the session's id
 * each time and stored nowhere.
 */
import { ok, refuse } from '@countersign/core/result'
import { readDerivedSecret, writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import type { GrantOffer } from '@countersign/protocol/oauth/grants/grants'
import {
  PRE_AUTHORIZED_CODE,
  type PreAuthorizedCodeRequest,
} from '@countersign/protocol/oauth/grants/pre-authorized-code'
import type { PreAuthorizedCodeFacts } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { GrantHandler, GrantPorts } from './grant-handler.ts'
import { judgeTransactionCode } from './transaction-code.ts'

export const preAuthorizedCodeHandler: GrantHandler<PreAuthorizedCodeRequest, PreAuthorizedCodeFacts> = {
  findSession: async ({ macs }, { preAuthorizedCode }) => {
    const sessionId = await readDerivedSecret('pre-authorized_code', preAuthorizedCode, macs.grant)
    return sessionId === undefined ? refuse({ code: 'code_unknown' }) : ok(sessionId)
  },

  gatherFacts: async (ports, session, { txCode }) => ({
    grantType: PRE_AUTHORIZED_CODE,
    txCode: await judgeTransactionCode(ports, session, txCode),
  }),
}

/** How the session's offer has the grant. */
export async function offerPreAuthorizedCode(
  { macs }: Pick<GrantPorts, 'macs'>,
  { id, txCode }: IssuanceSession,
): Promise<GrantOffer<typeof PRE_AUTHORIZED_CODE>> {
  return { code: await writeDerivedSecret('pre-authorized_code', id, macs.grant), txCode }
}
