/**
 * What the history tells of an answer to a request: read out of the presentations that were made, before they are sent. Nobody is
 * asked what the holder picked or the verifier wanted.
 */
import { isJsonArray, type JsonObject } from '@countersign/core/json'
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import { issuerName } from '../credentials/claimed-issuer.ts'
import type { StoredCredential } from '../credentials/credentials.ts'
import { disclosedClaims } from '../credentials/disclosed-claims.ts'
import { boundedTexts, type Described, describeCredential } from '../history/described-credential.ts'
import type { EventParty, EventSummary, LocalText } from '../history/event.ts'
import type { NewEvent } from '../history/record-event.ts'
import { hostOf } from '../outgoing-client.ts'
import type { Wallet } from '../wallet.ts'

/** One presentation of an answer. */
export interface MadePresentation {
  readonly queryId: string
  readonly credential: StoredCredential
  readonly presentation: string
}

export async function shareEvent(
  wallet: Wallet,
  request: VerifiedRequest,
  { made, note }: { readonly made: readonly MadePresentation[]; readonly note?: string | undefined },
): Promise<NewEvent> {
  const shown: Described[] = []
  for (const one of made) shown.push(await describedPresentation(wallet, request, one))
  const summary = { ...requestSummary(request), credentials: shown.map(({ credential }) => credential), note }
  return made.length === 0
    ? { action: 'reject', outcome: 'unanswered', summary: { ...summary, declined: 'request' } }
    : { action: 'present', outcome: 'unanswered', summary, values: shown.map(({ values }) => values) }
}

/** Who asked, and why. */
export function requestSummary(request: VerifiedRequest): EventSummary {
  const { purposes } = request
  return {
    party: partyOf(request),
    credentials: [],
    purposes: purposes.length === 0 ? undefined : boundedTexts(purposes),
  }
}

async function describedPresentation(
  wallet: Wallet,
  { query }: VerifiedRequest,
  { credential, presentation, queryId }: MadePresentation,
): Promise<Described> {
  const { held, id, look } = credential
  const format = wallet.formats.get(held.format)
  const disclosed = format && (await disclosedClaims(wallet, format, presentation, held.claims))
  // Our own presentation, made a moment ago.
  if (disclosed === undefined) throw new Error(`a presentation of ${held.format} cannot be read`)
  const claims = query.credentials.find((asked) => asked.id === queryId)?.claims ?? []
  return describeCredential(wallet, {
    id,
    queryId,
    credential: { ...disclosed, type: held.type },
    asked: claims.map(({ path }) => path),
    look,
    issuer: issuerName(held, look),
  })
}

function partyOf({ answerMode, client, clientMetadata, trust }: VerifiedRequest): EventParty {
  return {
    id: client.full,
    host: hostOf(answerMode.responseUri),
    names: boundedTexts(namesIn(clientMetadata)),
    trust: { trusted: trust.trusted, name: trust.verifier },
    contact: contactIn(clientMetadata),
  }
}

/** RFC 7591 §2.2: a name in another language has its tag behind a `#`. */
function namesIn(metadata: JsonObject | undefined): readonly LocalText[] {
  return Object.entries(metadata ?? {}).flatMap(([member, value]) => {
    const [name, locale] = member.split('#', 2)
    const isName = name === 'client_name' && typeof value === 'string' && value.trim() !== ''
    return isName ? [{ text: value.trim(), locale }] : []
  })
}

const EMAIL = /^[^\s@<>"]{1,64}@[a-z0-9.-]{1,190}$/i

/** RFC 7591 §2: how to reach whoever is responsible. */
function contactIn(metadata: JsonObject | undefined): string | undefined {
  const contacts = metadata?.['contacts']
  if (!isJsonArray(contacts)) return undefined
  return contacts.find((one): one is string => typeof one === 'string' && EMAIL.test(one))
}
