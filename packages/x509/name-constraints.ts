/**
 * Name constraints (RFC 5280 §4.2.1.10): which names a CA's certificates may carry. Whatever cannot be compared - a form
 * that we do not read, a URI without a host name - counts as a violation where the CA constrains that form. The
 * state of §6.1 is not kept: asking every CA of a path in turn decides the same.
 */
import { type DerElement, readAscii, readChildren, readSequence, TAG } from './asn1/der.ts'
import { ATTRIBUTE, attributeValues, type DistinguishedName, isWithinName } from './distinguished-name.ts'
import { FORM, type GeneralNames, readDirectoryName } from './general-name.ts'

export interface NameConstraints {
  readonly permitted: readonly Subtree[]
  readonly excluded: readonly Subtree[]
}

export type Subtree =
  | { readonly form: 'dns_name' | 'uri' | 'email'; readonly base: string }
  | { readonly form: 'directory_name'; readonly base: DistinguishedName }
  | { readonly form: 'address'; readonly base: Uint8Array; readonly mask: Uint8Array }
  | { readonly form: 'other'; readonly tag: number }

/** A name that is constrained, in its form. */
type ConstrainedName =
  | { readonly form: 'dns_name' | 'uri' | 'email'; readonly value: string }
  | { readonly form: 'directory_name'; readonly value: DistinguishedName }
  | { readonly form: 'address'; readonly value: Uint8Array }
  | { readonly form: 'other'; readonly tag: number }

const PERMITTED_TAG = 0xa0
const EXCLUDED_TAG = 0xa1

/** Undefined for malformed ones, and for the `minimum` and `maximum` that §4.2.1.10 rules out. */
export function readNameConstraints(value: Uint8Array): NameConstraints | undefined {
  const fields = readSequence(value)
  const tags = fields?.map(({ tag }) => tag).join()
  const [first, second] = fields ?? []
  const isKnown = ['160', '161', '160,161'].includes(tags ?? '')
  if (!isKnown || first === undefined) return undefined
  const permitted = first.tag === PERMITTED_TAG ? readSubtrees(first) : []
  const excludedField = first.tag === EXCLUDED_TAG ? first : second
  const excluded = excludedField === undefined ? [] : readSubtrees(excludedField)
  return permitted && excluded && { permitted, excluded }
}

/** Whether the subject, by any of its names, is outside of what the CA may name. */
export function violatesNameConstraints(
  { permitted, excluded }: NameConstraints,
  subject: DistinguishedName,
  alternative: GeneralNames | undefined,
): boolean {
  return namesOf(subject, alternative).some((name) => {
    const allowing = permitted.filter((subtree) => isOfForm(subtree, name))
    if (allowing.length > 0 && !allowing.some((subtree) => covers(subtree, name, 'permitted'))) return true
    return excluded.some((subtree) => isOfForm(subtree, name) && covers(subtree, name, 'excluded'))
  })
}

function readSubtrees(field: DerElement): readonly Subtree[] | undefined {
  const subtrees: Subtree[] = []
  for (const element of readChildren(field) ?? []) {
    const [base, ...limits] = (element.tag === TAG.sequence && readChildren(element)) || []
    const subtree = base && limits.length === 0 ? readSubtree(base) : undefined
    if (subtree === undefined) return undefined
    subtrees.push(subtree)
  }
  return subtrees.length > 0 ? subtrees : undefined
}

const TEXT_FORMS: ReadonlyMap<number, 'dns_name' | 'uri' | 'email'> = new Map([
  [FORM.dnsName, 'dns_name'],
  [FORM.uri, 'uri'],
  [FORM.email, 'email'],
])

function readSubtree(element: DerElement): Subtree | undefined {
  const { tag } = element
  if (tag === FORM.directoryName) {
    const base = readDirectoryName(element)
    return base && { form: 'directory_name', base }
  }
  if (tag === FORM.address) return readAddressRange(element.contents)
  const form = TEXT_FORMS.get(tag)
  if (form === undefined) return { form: 'other', tag }
  const base = element.contents.length === 0 ? '' : readAscii(element)
  // §4.2.1.10 gives a leading period a meaning for URIs and mailboxes alone.
  return base === undefined || (form === 'dns_name' && base.startsWith('.')) ? undefined : { form, base }
}

/** Address and mask; a mask with holes is no CIDR block (RFC 4632). */
function readAddressRange(contents: Uint8Array): Subtree | undefined {
  const half = contents.length / 2
  if (half !== 4 && half !== 16) return undefined
  const mask = contents.subarray(half)
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.includes('01') ? undefined : { form: 'address', base: contents.subarray(0, half), mask }
}

function namesOf(
  subject: DistinguishedName,
  alternative: GeneralNames | undefined,
): readonly ConstrainedName[] {
  const emails = [...attributeValues(subject, ATTRIBUTE.emailAddress), ...(alternative?.emails ?? [])]
  const directoryNames = [subject, ...(alternative?.directoryNames ?? [])]
  return [
    // §6.1.3 (b): an empty subject is no name.
    ...directoryNames
      .filter(({ comparable }) => comparable.length > 0)
      .map((value) => ({ form: 'directory_name', value }) as const),
    ...emails.map((value) => ({ form: 'email', value }) as const),
    ...(alternative?.dnsNames ?? []).map((value) => ({ form: 'dns_name', value }) as const),
    ...(alternative?.uris ?? []).map((value) => ({ form: 'uri', value }) as const),
    ...(alternative?.addresses ?? []).map((value) => ({ form: 'address', value }) as const),
    ...(alternative?.otherForms ?? []).map((tag) => ({ form: 'other', tag }) as const),
  ]
}

/** Both versions of addresses are one form: where one is permitted, the other is not. */
function isOfForm(subtree: Subtree, name: ConstrainedName): boolean {
  return subtree.form === 'other' && name.form === 'other'
    ? subtree.tag === name.tag
    : subtree.form === name.form
}

type Side = 'permitted' | 'excluded'

function covers(subtree: Subtree, name: ConstrainedName, side: Side): boolean {
  if (subtree.form === 'directory_name') {
    return name.form === 'directory_name' && isWithinName(name.value, subtree.base)
  }
  if (subtree.form === 'address') return name.form === 'address' && isInRange(name.value, subtree)
  // Nobody can tell: not permitted, and excluded.
  if (subtree.form === 'other' || typeof name.form !== 'string') return side === 'excluded'
  switch (name.form) {
    case 'dns_name':
      return coversDnsName(subtree.base, name.value, side)
    case 'uri':
      return coversUri(subtree.base, name.value, side)
    case 'email':
      return coversEmail(subtree.base, name.value, side)
    case 'address':
    case 'directory_name':
    case 'other':
      return false
  }
}

function isInRange(
  address: Uint8Array,
  { base, mask }: { readonly base: Uint8Array; readonly mask: Uint8Array },
): boolean {
  return (
    address.length === base.length &&
    address.every((byte, at) => ((byte ^ (base[at] ?? 0)) & (mask[at] ?? 0)) === 0)
  )
}

/** A wildcard stands for hosts below its base, so it is excluded when any of those is. */
function coversDnsName(base: string, name: string, side: Side): boolean {
  const host = normalHost(name)
  const wanted = normalHost(base)
  if (!isHostName(host)) return side === 'excluded'
  if (isHostWithin(host, wanted)) return true
  return side === 'excluded' && host.startsWith('*.') && isHostWithin(wanted, host.slice(2))
}

/** Letters, digits and hyphens (RFC 1034 §3.5), the underscore that is met in practice, a wildcard in front. */
function isHostName(host: string): boolean {
  if (host.length > 253) return false
  return /^(?:\*\.)?[a-z\d_](?:[a-z\d_-]*[a-z\d_])?(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*$/.test(host)
}

function isHostWithin(host: string, domain: string): boolean {
  return domain === '' || host === domain || host.endsWith(`.${domain}`)
}

/** A URI whose authority is no host name (none, or an address) cannot be judged. */
function coversUri(base: string, uri: string, side: Side): boolean {
  const host = normalHost(
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i.exec(uri)?.[1] ?? '',
  )
  if (!isHostName(host) || /^[\d.]+$/.test(host)) return side === 'excluded'
  return matchesHost(base, host)
}

/** A mailbox, all mailboxes of a host, or with a leading period those of all hosts in a domain. */
function coversEmail(base: string, email: string, side: Side): boolean {
  const at = email.lastIndexOf('@')
  const host = normalHost(email.slice(at + 1))
  // RFC 5321 §4.1.2: only a quoted local part may have an @ of its own.
  const isMailbox = at > 0 && (email.indexOf('@') === at || /^".*"$/.test(email.slice(0, at)))
  if (!isMailbox || !isHostName(host)) return side === 'excluded'
  const baseAt = base.lastIndexOf('@')
  if (baseAt === -1) return matchesHost(base, host)
  // The local part is the host's own affair, case included.
  return email.slice(0, at) === base.slice(0, baseAt) && host === normalHost(base.slice(baseAt + 1))
}

function matchesHost(base: string, host: string): boolean {
  const wanted = normalHost(base)
  return wanted === '' || (wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted)
}

/** Without case and without the dot of the root. */
function normalHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}
