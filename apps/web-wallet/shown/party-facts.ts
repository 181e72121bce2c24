/** Who stands on the other side, as a page may say it: what is confirmed, apart from what they say of themselves. Pure. */
import type { ShownTrust } from '@countersign/api/wallet/shown'
import { mixesAlphabets, plainName } from '@countersign/ui/elements/plain-name'

export interface PartyFacts {
  /** What a sentence of ours may call them: the confirmed name, else the host. Never their own word. */
  readonly known: string
  /** Whether `known` is a host, whose direction is its own. */
  readonly isHost: boolean
  readonly host: string
  /** Their own word, where it differs. */
  readonly own?: string
  /** The own word is written in letters that look like others. */
  readonly mixed: boolean
  readonly trusted: boolean
  /** Who vouches for them. */
  readonly anchor: string
}

interface Party {
  readonly host: string
  readonly name?: string | undefined
  readonly trust: ShownTrust
}

export function partyFacts({ host, name, trust }: Party): PartyFacts {
  const confirmed = trust.trusted ? hostOrName(trust.name) : ''
  const known = confirmed === '' ? host : confirmed
  const own = plainName(name ?? '')
  return {
    known,
    isHost: known === host,
    host,
    ...(own !== '' && own !== known && { own }),
    mixed: mixesAlphabets(name ?? ''),
    trusted: trust.trusted,
    anchor: commonName(trust.anchor) || plainName(trust.source ?? ''),
  }
}

/** Somebody who is known by an address of the web alone is called by its host, as the page calls everybody without a name. */
function hostOrName(name: string | undefined): string {
  const url = URL.parse(name ?? '')
  const isHost = url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/'
  return isHost ? url.host : commonName(name)
}

/** The name within a distinguished name (RFC 4514): `CN=Example CA,O=Example` is "Example CA" to people. */
export function commonName(name: string | undefined): string {
  const found = /(?:^|[,+]\s*)(?:CN|2\.5\.4\.3)=((?:\\.|[^,+\\])+)/i.exec(name ?? '')?.[1]
  return plainName((found ?? name ?? '').replaceAll(/\\(.)/g, '$1'))
}
