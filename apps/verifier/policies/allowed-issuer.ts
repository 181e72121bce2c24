/**
 * `allowed-issuer`: who issued what is presented is one of those that the relying party names. Compared is what the source of
 * trust vouches for, never the name that a credential claims: any signer under an anchor can claim any.
 */
import type { JudgedPolicy } from './policy.ts'

const MAX_ISSUERS = 100

export const allowedIssuer: JudgedPolicy = {
  name: 'allowed-issuer',
  description: 'The issuer that is vouched for is one of those given in args (a string or a list).',
  argumentsExpected: (args) =>
    issuersOf(args) === undefined ? `a string or a list of 1 to ${MAX_ISSUERS} strings` : undefined,
  judge: async ({ args, credentials }) => {
    const allowed = issuersOf(args) ?? []
    const isStrange = ({ issuer }: { readonly issuer?: string | undefined }) =>
      issuer === undefined || !allowed.includes(issuer)
    return credentials.some(isStrange)
      ? { outcome: 'failed', detail: 'issuer_not_allowed' }
      : { outcome: 'passed' }
  },
}

function issuersOf(args: unknown): readonly string[] | undefined {
  const list = typeof args === 'string' ? [args] : args
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_ISSUERS) return undefined
  return list.every((entry): entry is string => typeof entry === 'string') ? list : undefined
}
