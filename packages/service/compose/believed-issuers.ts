/**
 * Puts together whom a service believes (`config/trust.ts`): files of certificates, signed lists of them, DIDs and
 * https issuers, in development its own authorities beside them. Every decision names the anchor that made it.
 * Files are read once, at start; what cannot be read is a reason not to start.
 */
import type { Result } from '@countersign/core/result'
import { ok, refuse } from '@countersign/core/result'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import type { IssuerKeyReference, IssuerTrust } from '@countersign/credential/contract/trust-port'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { StatusListKeyReference, StatusListTrust } from '@countersign/status-list/status-list'
import { anchorsOfFile, pinsOfFile } from '@countersign/trust/certificate-files'
import { chainTrust } from '@countersign/trust/chain-trust'
import { didIssuerTrust, type TrustedIssuer } from '@countersign/trust/did-trust'
import { issuerTrust, statusListTrust } from '@countersign/trust/issuer-trust'
import { readListOfTrustedEntities } from '@countersign/trust/lists/list-of-trusted-entities'
import { EU_SERVICE_RULES, publicAttestationRules } from '@countersign/trust/lists/service-rules'
import { readVical, vicalSignerTrust } from '@countersign/trust/lists/vical'
import { type FetchText, metadataIssuerTrust } from '@countersign/trust/metadata-trust'
import {
  anchorsFrom,
  combineTrustLists,
  nameOf,
  type TrustList,
  type TrustScope,
} from '@countersign/trust/trust-anchor'
import { trustedByAny } from '@countersign/trust/trusted-by-any'
import type { TrustSource } from '../config/trust.ts'
import { StartRefused } from '../operation/start-refused.ts'
import type { Remote } from '../outgoing/guarded-client.ts'
import { bytesOfFile } from './configured-file.ts'
import type { Outgoing } from './outgoing.ts'
import type { Runtime } from './runtime.ts'

export interface OpenTrust {
  readonly issuers: IssuerTrust
  readonly statusLists: StatusListTrust
  /** Names of the authorities whose lists count whoever issued the credential. */
  readonly listAnchors: readonly string[]
}

/** What of the service this needs. */
export type TrustHome = Pick<
  Runtime,
  'developmentAnchors' | 'developmentIacas' | 'log' | 'now' | 'certificates'
> & {
  readonly config: Pick<Runtime['config'], 'mode'>
}

export interface TrustWays extends Pick<Outgoing, 'resolveKey' | 'remote'> {
  readonly formats: FormatRegistry
}

export async function openIssuerTrust(
  home: TrustHome,
  sources: readonly TrustSource[],
  { formats, remote, resolveKey }: TrustWays,
): Promise<OpenTrust> {
  refuseUnspoken(sources, formats)
  const list = believed(home, combineTrustLists(...(await readSources(home, sources))))
  const development = home.config.mode === 'development'
  const chains = chainTrust({
    list,
    // The authorities of development publish no list of revoked certificates.
    waivedFaults: development ? ['crl_distribution_point_missing'] : [],
    crypto: nodeCrypto,
  })
  const dids = namedIssuers(sources, 'did:')
  const urls = namedIssuers(sources, 'https://')
  const byName = [
    ...(dids.length > 0 ? [didIssuerTrust({ issuers: dids, resolveKey })] : []),
    ...(urls.length > 0 ? [metadataIssuerTrust({ issuers: urls, fetchText: textOver(remote) })] : []),
  ]
  return {
    issuers: trustedByAny<IssuerKeyReference>([issuerTrust(chains), ...byName]),
    statusLists: trustedByAny<StatusListKeyReference>([statusListTrust(chains), ...byName]),
    // By name, which an authority of development keeps from one generation to the next.
    listAnchors: list()
      .anchors.filter(({ purposes }) => purposes === undefined || purposes.includes('status_list'))
      .map(nameOf),
  }
}

/** Own authorities beside the configured ones; the same list until another generation of the own ones begins. */
function believed(home: TrustHome, configured: TrustList): () => TrustList {
  let known: { readonly of: readonly unknown[]; readonly list: TrustList } | undefined
  return () => {
    const of = [home.developmentAnchors(), home.developmentIacas()]
    if (known === undefined || of.some((anchors, at) => anchors !== known?.of[at]))
      known = { of, list: combineTrustLists(developmentAuthorities(home), configured) }
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
function developmentAuthorities({ developmentAnchors, developmentIacas }: TrustHome): TrustList {
  return combineTrustLists(
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
  )
}

async function readSources(home: TrustHome, sources: readonly TrustSource[]): Promise<readonly TrustList[]> {
  const lists: TrustList[] = []
  for (const source of sources) {
    const read = await readSource(home, source)
    if (read === undefined) continue
    watchEnds(home, read)
    lists.push(read)
  }
  return lists
}

/** Of what is in force: a bundle may carry authorities that ended long ago. A list that ends takes all its entries along. */
function watchEnds({ certificates, now }: TrustHome, { anchors, pins }: TrustList): void {
  for (const trusted of [...anchors, ...pins]) {
    const { certificate, source = '', usableUntil } = trusted
    if (usableUntil !== undefined) certificates.addBelieved(source, usableUntil)
    else if (now() <= certificate.notAfter)
      certificates.addBelieved(`${nameOf(trusted)} of ${source}`, certificate.notAfter)
  }
}

/** Undefined for a source that is a name. */
async function readSource(home: TrustHome, source: TrustSource): Promise<TrustList | undefined> {
  const { anchorsFile, listFile, pinsFile, vicalFile } = source
  if (anchorsFile !== undefined)
    return readable(anchorsFile, anchorsOfFile(bytesOfFile(anchorsFile), scopeOf(source, anchorsFile)))
  if (pinsFile !== undefined)
    return readable(pinsFile, pinsOfFile(bytesOfFile(pinsFile), scopeOf(source, pinsFile)))
  if (vicalFile !== undefined) return readVicalFile(home, vicalFile, source)
  return listFile === undefined ? undefined : readListFile(home, listFile, source)
}

function scopeOf(
  { bindIssuer, bindJurisdiction, formats, name, purposes, types }: TrustSource,
  file: string,
): TrustScope {
  return { source: file, name, types, formats, purposes, bindIssuer, bindJurisdiction }
}

async function readVicalFile(
  home: TrustHome,
  file: string,
  { bindJurisdiction, signerFile = '' }: TrustSource,
): Promise<TrustList> {
  const signers = vicalSignerTrust(signersOf(signerFile), nodeCrypto)
  const options = { signers, now: home.now(), crypto: nodeCrypto, bindJurisdiction }
  const read = readable(file, await readVical(bytesOfFile(file), options))
  report(home, file, read.skipped.length, read.signedBy)
  return read.list
}

async function readListFile(
  home: TrustHome,
  file: string,
  { bindIssuer, bindJurisdiction, listType, signerFile = '', types = [] }: TrustSource,
): Promise<TrustList> {
  const signers = chainTrust({ list: signersOf(signerFile), crypto: nodeCrypto })
  const rules = [...EU_SERVICE_RULES, ...publicAttestationRules(types)]
  const options = { signers, rules, now: home.now(), crypto: nodeCrypto, bindIssuer, bindJurisdiction }
  const text = Buffer.from(bytesOfFile(file)).toString('utf8')
  const read = readable(file, await readListOfTrustedEntities(text, { ...options, listType }))
  report(home, file, read.skipped.length, read.signedBy)
  return read.list
}

function signersOf(file: string): TrustList {
  return readable(file, pinsOfFile(bytesOfFile(file), { source: file, purposes: ['trust_list'] }))
}

function report({ log }: TrustHome, file: string, skipped: number, signedBy: string): void {
  if (skipped > 0) log.warn(`${file}, signed by ${signedBy}: ${skipped} entries cannot be used`)
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
  return async (url) => {
    const answer = await remote.request({
      purpose: 'issuer_metadata',
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
    })
    if (!answer.ok) return refuse({ reason: answer.error.code })
    const { body, status } = answer.value
    return status === 200 ? ok(body) : refuse({ reason: `status_${status}` })
  }
}

function readable<T>(file: string, read: Result<T, object>): T {
  if (read.ok) return read.value
  throw new StartRefused(`${file} cannot be used: ${JSON.stringify(read.error)}`)
}
