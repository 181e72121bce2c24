/**
 * Lists of trusted entities by the addresses that they are fetched from, as queries name them (`etsi_tl`, OpenID4VP 1.0 §6.1.1.2): each
 * judges by itself, since a query that names one is not answered by whom another vouches for.
 */
import { refuse } from '@countersign/core/result'
import type { IssuerTrust, ListTrust } from '@countersign/credential/contract/trust-port'
import { type ChainTrustOptions, chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { combineTrustLists, type TrustList } from '@countersign/trust/trust-anchor'
import { isInForce, type KeptSource } from '../trust/kept-source.ts'
import type { TrustSources } from '../trust/trust-sources.ts'

type Rules = Pick<ChainTrustOptions, 'waivedFaults' | 'crypto'>

export function namedLists(sources: Pick<TrustSources, 'kept' | 'atHand'>, rules: Rules): ListTrust {
  const urls = new Set(
    sources.kept().flatMap(({ readable: { kind, place } }) => (kind === 'listUrl' ? place : [])),
  )
  const trusts = new Map([...urls].map((url) => [url, trustOf(url, sources, rules)] as const))
  return (url) => trusts.get(url)
}

/** Several sources may read one list, for types of their own. */
function trustOf(url: string, sources: Pick<TrustSources, 'kept' | 'atHand'>, rules: Rules): IssuerTrust {
  const own = () =>
    sources.kept().filter(({ readable }) => readable.kind === 'listUrl' && readable.place === url)
  // A chain may have its authority in it here: it is found in the list, whoever sends it along.
  const trust = issuerTrust(chainTrust({ ...rules, list: contentsOf(own), acceptAnchorInChain: true }))
  return async (reference, now) => {
    await sources.atHand()
    const judged = await trust(reference, now)
    const isAway = own().some(({ good }) => good === undefined || !isInForce(good, now))
    return !judged.ok && isAway ? UNAVAILABLE : judged
  }
}

const UNAVAILABLE = refuse({ code: 'key_unavailable', reason: 'trust_list_unavailable' } as const)

/** The same list until another of them begins. */
function contentsOf(own: () => readonly KeptSource[]): () => TrustList {
  let known: { readonly of: readonly (TrustList | undefined)[]; readonly list: TrustList } | undefined
  return () => {
    const of = own().map(({ good }) => good?.list)
    if (known === undefined || of.some((list, at) => list !== known?.of[at]))
      known = { of, list: combineTrustLists(...of.filter((list) => list !== undefined)) }
    return known.list
  }
}
