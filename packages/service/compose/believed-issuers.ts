/**
 * Puts together whom a service believes (`config/trust.ts`): files of certificates, signed lists of them, DIDs and
 * https issuers, in development its own authorities beside them. Every decision names the anchor that made it, and is made
 * by what the sources say at that moment.
 */
import type { Result } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import type {
  IssuerKeyReference,
  IssuerTrust,
  ListTrust,
  TrustedKey,
  TrustRefusal,
} from '@countersign/credential/contract/trust-port'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { StatusListKeyReference, StatusListTrust } from '@countersign/status-list/status-list'
import { type ChainTrustOptions, chainTrust } from '@countersign/trust/chain-trust'
import { didIssuerTrust, type TrustedIssuer } from '@countersign/trust/did-trust'
import { issuerTrust, statusListTrust } from '@countersign/trust/issuer-trust'
import { type FetchText, metadataIssuerTrust } from '@countersign/trust/metadata-trust'
import { anchorsFrom, combineTrustLists, nameOf, type TrustList } from '@countersign/trust/trust-anchor'
import { type Trust, trustedByAny } from '@countersign/trust/trusted-by-any'
import type { TrustSource } from '../config/trust.ts'
import type { ReadinessCheck } from '../operation/health.ts'
import { StartRefused } from '../operation/start-refused.ts'
import type { Remote } from '../outgoing/guarded-client.ts'
import { remoteText } from '../outgoing/remote-text.ts'
import type { KeptSource } from '../trust/kept-source.ts'
import { trustCheck } from '../trust/source-report.ts'
import { openTrustSources, type TrustSources } from '../trust/trust-sources.ts'
import type { ToldSource } from '../trust/trust-view.ts'
import { namedLists } from './named-lists.ts'
import type { Outgoing } from './outgoing.ts'
import type { Runtime } from './runtime.ts'

export interface OpenTrust {
  readonly issuers: IssuerTrust
  readonly statusLists: StatusListTrust
  /** Names of the authorities whose lists count now, whoever issued the credential. */
  readonly listAnchors: () => readonly string[]
  /** How often somebody ceased to be believed: what is remembered of lists that he signed is forgotten with it. */
  readonly losses: () => number
  /** Lists of `trustedIssuers` that are fetched, each by itself. */
  readonly lists: ListTrust
  /** For `/readyz`; absent where nobody is configured. */
  readonly checks: readonly ReadinessCheck[]
}

/** What of the service this needs. */
export type TrustHome = Pick<
  Runtime,
  'developmentAnchors' | 'developmentIacas' | 'log' | 'now' | 'certificates' | 'trust' | 'closeAtEnd'
> & {
  readonly metrics: Pick<Runtime['metrics'], 'trustSources' | 'trustLook'>
  readonly config: Pick<Runtime['config'], 'mode'>
  readonly deployment: Pick<Runtime['deployment'], 'remembersName'>
}

/** As an operator configures it. */
export interface TrustSettings {
  readonly sources: readonly TrustSource[]
  readonly refreshSeconds: number
}

export interface TrustWays extends Pick<Outgoing, 'resolveKey' | 'remote'> {
  readonly formats: FormatRegistry
}

export async function openIssuerTrust(
  home: TrustHome,
  { sources, refreshSeconds }: TrustSettings,
  { formats, remote, resolveKey }: TrustWays,
): Promise<OpenTrust> {
  refuseUnspoken(sources, formats)
  const { certificates, log, metrics, now } = home
  const opened = await openTrustSources({ certificates, log, metrics, now, refreshSeconds, remote }, sources)
  home.closeAtEnd(() => opened.close())
  const list = believed(home, opened)
  const development = home.config.mode === 'development'
  home.trust.setSources(() => [
    ...(development ? developmentSources(home) : []),
    ...toldSources(sources, opened.kept()),
  ])
  const rules: Pick<ChainTrustOptions, 'waivedFaults' | 'crypto'> = {
    // The authorities of development publish no list of revoked certificates.
    waivedFaults: development ? ['crl_distribution_point_missing'] : [],
    crypto: nodeCrypto,
  }
  const chains = chainTrust({ ...rules, list })
  const dids = namedIssuers(sources, 'did:')
  const urls = namedIssuers(sources, 'https://')
  const byName = [
    ...(development ? [didIssuerTrust({ issuers: callersNames(home), resolveKey })] : []),
    ...(dids.length > 0 ? [didIssuerTrust({ issuers: dids, resolveKey })] : []),
    ...(urls.length > 0 ? [metadataIssuerTrust({ issuers: urls, fetchText: textOver(remote) })] : []),
  ]
  const believesOthers = development || byName.length > 0
  return {
    issuers: atHand(opened, trustedByAny<IssuerKeyReference>([issuerTrust(chains), ...byName])),
    statusLists: atHand(opened, trustedByAny<StatusListKeyReference>([statusListTrust(chains), ...byName])),
    // By name, which an authority of development keeps from one generation to the next.
    listAnchors: () =>
      list()
        .anchors.filter(({ purposes }) => purposes === undefined || purposes.includes('status_list'))
        .map(nameOf),
    losses: opened.losses,
    lists: namedLists(opened, rules),
    checks: opened.kept().length === 0 ? [] : [trustCheck(opened.kept, believesOthers, now)],
  }
}

/** In development the deployment believes what it signed itself, with keys that callers brought along under DIDs of their own. */
function callersNames({ deployment }: TrustHome) {
  return async (did: string): Promise<TrustedIssuer | undefined> =>
    (await deployment.remembersName(did)) ? { issuer: did, source: 'development' } : undefined
}

/** A judgement is made by the lists of its own moment, whenever its session began. */
function atHand<Reference>(sources: TrustSources, trust: Trust<Reference>) {
  return async (reference: Reference, now: number): Promise<Result<TrustedKey, TrustRefusal>> => {
    await sources.atHand()
    return trust(reference, now)
  }
}

/** Own authorities beside the configured ones; the same list until another generation, or another list, begins. */
function believed(home: TrustHome, sources: TrustSources): () => TrustList {
  let known: { readonly of: readonly unknown[]; readonly list: TrustList } | undefined
  return () => {
    const of = [home.developmentAnchors(), home.developmentIacas(), sources.lists()]
    if (known === undefined || of.some((anchors, at) => anchors !== known?.of[at]))
      known = { of, list: combineTrustLists(...developmentAuthorities(home), ...sources.lists()) }
    return known.list
  }
}

/** A name that no format has would narrow whom somebody trusts to nobody. */
function refuseUnspoken(sources: readonly TrustSource[], formats: FormatRegistry): void {
  const named = sources.flatMap((source) => source.formats ?? [])
  const unspoken = named.find((id) => formats.get(id) === undefined)
  if (unspoken === undefined) return
  throw new StartRefused(
    `trustedIssuers: the format ${unspoken} is not known; known: ${formats.ids.join(', ')}`,
  )
}

/** The root of document signers speaks for mdocs alone, and the other one for everything else. */
function developmentAuthorities({
  developmentAnchors,
  developmentIacas,
}: TrustHome): readonly [authority: TrustList, iaca: TrustList] {
  return [
    anchorsFrom(developmentAnchors(), {
      source: 'development CA',
      signerProfiles: ['jose'],
      // It makes its certificates for the deployment's own names, which may change faster than they do.
      bindIssuer: 'if_named',
    }),
    anchorsFrom(developmentIacas(), {
      source: 'development IACA',
      signerProfiles: ['iso-mdl'],
      purposes: ['issuer'],
    }),
  ]
}

/** As operators see them. */
function developmentSources(home: TrustHome): readonly ToldSource[] {
  const [authority, iaca] = developmentAuthorities(home)
  return [
    { kind: 'development', place: 'development CA', list: authority },
    { kind: 'development', place: 'development IACA', list: iaca },
  ]
}

/** As operators see them: in the order in which they are configured. */
function toldSources(sources: readonly TrustSource[], kept: readonly KeptSource[]): readonly ToldSource[] {
  return sources.flatMap(({ issuer, name, types }, at): readonly ToldSource[] => {
    if (issuer !== undefined) return [{ kind: 'issuer', place: issuer, name, types }]
    const one = kept.find(({ number }) => number === at + 1)
    return one === undefined ? [] : [{ kind: one.readable.kind, kept: one }]
  })
}

function namedIssuers(sources: readonly TrustSource[], prefix: string): readonly TrustedIssuer[] {
  return sources.flatMap(({ issuer, name, types }): readonly TrustedIssuer[] =>
    issuer?.startsWith(prefix)
      ? [
          {
            issuer,
            source: 'configuration',
            name,
            types,
          },
        ]
      : [],
  )
}

function textOver(remote: Remote): FetchText {
  return (url) => remoteText({ remote, purpose: 'issuer_metadata', maxBytes: FETCHED.issuerKeys }, url)
}
