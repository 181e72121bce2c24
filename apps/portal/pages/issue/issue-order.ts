/** What the form says, as the body of an issue call. Pure. */
import { valueAt, withValueAt } from '@countersign/ui/forms/schema-values'
import { claimsAt, type TypeEntry } from './catalogue.ts'
import { waysOf } from './format-ways.ts'

export interface IssueForm {
  readonly format: string
  /** What an issue call takes as credentialData or mdocData; the claims lie in it. */
  readonly data: unknown
  readonly takenUp: TakenUp
  /** The wallet waits until somebody agrees. */
  readonly waits: boolean
}

/** What somebody needs beside the code of the offer to take it up. */
export type TakenUp = 'nothing' | 'transaction_code' | 'browser'

export interface IssueOrder {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** The same call at the issuer itself, without the portal in front of it. */
export function issuerCall({ body, path }: IssueOrder): IssueOrder {
  return { path: path.replace(/^\/issuer/, ''), body }
}

const MEMBERS: Readonly<Record<TakenUp, object>> = {
  nothing: {},
  transaction_code: { txCode: { input_mode: 'numeric', length: 6 } },
  browser: { authenticationMethod: 'NONE' },
}

export function issueOrder(
  configurationId: string,
  { data, format, takenUp, waits }: IssueForm,
  mapping: unknown,
): IssueOrder {
  const { issuePath, member } = waysOf(format)
  return {
    path: `/issuer/openid4vc/${issuePath}/issue`,
    body: {
      credentialConfigurationId: configurationId,
      [member]: data,
      // Data elements of an mdoc are what they are; the other formats have members that are filled in at issuance.
      ...(member === 'credentialData' && mapping !== undefined && { mapping }),
      ...MEMBERS[takenUp],
      ...(waits && { issuanceType: 'DEFERRED' }),
    },
  }
}

export function claimsOf(type: TypeEntry, { data, format }: IssueForm): unknown {
  return valueAt(data, claimsAt(type, format))
}

export function withClaims(type: TypeEntry, form: IssueForm, claims: unknown): IssueForm {
  return { ...form, data: withValueAt(form.data, claimsAt(type, form.format), claims) }
}

/** Whose card it is, as far as claims say it. */
export function holderOf(claims: unknown): string | undefined {
  const parts = ['given_name', 'family_name'].map((name) => valueAt(claims, [name]))
  const name = parts.filter((part) => typeof part === 'string' && part !== '').join(' ')
  return name === '' ? undefined : name
}

export function countClaims(claims: unknown): number {
  if (typeof claims !== 'object' || claims === null) return 0
  return Object.values(claims).filter((value) => value !== undefined && value !== null && value !== '').length
}
