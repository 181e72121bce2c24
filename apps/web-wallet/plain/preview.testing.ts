/** A request as the wallet API shows it, for tests of pages. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'

export type Query = RequestPreview['queries'][number]
export type Candidate = Query['candidates'][number]

const claim = (name: string) => ({ path: [name], label: name, value: `${name}-value` })
export const asked = (name: string) => ({ ...claim(name), needed: 'asked' as const })
export const free = (name: string, ...along: readonly string[]) => ({
  ...claim(name),
  along: along.map(claim),
})

const nothingElse = { notShared: { labels: [], more: 0 }, technical: [] }

export function way(alternative: number, name: string, ...optional: readonly string[]) {
  return { alternative, claims: [asked(name)], optional: optional.map((one) => free(one)), ...nothingElse }
}

export function candidate(credentialId: string, more: Partial<Candidate> = {}): Candidate {
  return {
    credentialId,
    type: 'urn:test:card',
    title: credentialId,
    look: {},
    claims: [asked('given_name')],
    optional: [],
    alternatives: [],
    ...nothingElse,
    ...more,
  }
}

export function query(queryId: string, ...candidates: readonly Candidate[]): Query {
  return { queryId, required: true, multiple: false, candidates: [...candidates] }
}

export function preview(queries: readonly Query[], more: Partial<RequestPreview> = {}): RequestPreview {
  return {
    id: 'exchange-1',
    state: 'open',
    expiresAt: '2026-11-29T10:30:00Z',
    expired: false,
    verifier: {
      clientId: 'x509_hash:abc',
      host: 'shop.example',
      trust: { trusted: true, name: 'CN=Example Shop', anchor: 'CN=Receivers' },
    },
    alternatives: [
      {
        required: true,
        options: [{ queryIds: queries.map(({ queryId }) => queryId), satisfiable: true }],
      },
    ],
    queries: [...queries],
    satisfiable: true,
    ...more,
  }
}
