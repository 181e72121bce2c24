/**
 * What remains of a decided verification when its result can be read no more, and somebody is still told of it: states, codes and
 * events. Nothing of what was asked, by which rules, and of whom; where a result lies apart, it is gone by then.
 */
import type { Check } from '@countersign/credential/contract/checks'
import type { DecidedSession } from './session.ts'

/** The same object where nothing more can be left out. */
export function remainsOf(session: DecidedSession): DecidedSession {
  if (isEmpty(session)) return session
  const {
    errorRedirectUri: _error,
    purpose: _purpose,
    successRedirectUri: _success,
    transactionData: _transactions,
    ...rest
  } = session
  const remains = { ...rest, dcqlQuery: { credentials: [] }, policies: [], attempts: [] }
  return 'checks' in remains ? { ...remains, checks: remains.checks.map(codeOf), credentials: [] } : remains
}

function isEmpty({ dcqlQuery: { credentials } }: DecidedSession): boolean {
  return Array.isArray(credentials) && credentials.length === 0
}

/** What a passed check found is a name. */
function codeOf({ detail, name, outcome, policy, queryId }: Check): Check {
  return { name, outcome, policy, queryId, detail: outcome === 'passed' ? undefined : detail }
}
