/** Certificates that callers bring along, which begin and end while the issuer and the verifier run. */
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { call, expectStatus } from '@countersign/testing/client/http'
import {
  keyProof,
  offerUri,
  readOffer,
  requestCredential,
  requestNonce,
  requestToken,
} from '@countersign/testing/client/protocol-wallet'
import {
  brought,
  type Certified,
  documentSignerUnder,
  type Period,
  signerUnder,
} from '@countersign/testing/people/authorities'
import { newKey } from '@countersign/testing/people/keys'
import { expect } from 'vitest'
import { issued, mdoc, offer, offered, sdJwt, shown } from '../flows.ts'
import { DAY, HOUR, MINUTE } from '../moments.ts'
import type { Chapter, Story } from '../story.ts'
import type { Week } from '../week.ts'

interface Kind {
  readonly name: string
  readonly one: typeof sdJwt
  certify(week: Week, period: Period): Promise<Certified>
}

const KINDS: readonly Kind[] = [
  {
    name: 'an issuer',
    one: sdJwt,
    certify: ({ callersCa }, period) => signerUnder(callersCa, 'issuer', period),
  },
  {
    name: 'a document signer',
    one: mdoc,
    certify: ({ callersIaca }, period) => documentSignerUnder(callersIaca, period),
  },
]

const EARLY_ENDS = 3 * DAY
const LATE_BEGINS = 2 * DAY
const LATE_ENDS = 6 * DAY

const NOT_NOW = 'certificate_not_valid_now'

function kindStory({ name, one, certify }: Kind): Story {
  let early: Certified
  let late: Certified
  let held: string
  let heldLate: string
  const refused = async ({ issuer }: Week, key: Certified) =>
    expect(expectStatus(await offer(issuer, one, brought(key)), 400).text).toContain(NOT_NOW)
  const good = async (week: Week, key: Certified) => {
    const id = await issued(week, week.issuer, one, brought(key))
    expect(await shown(week, week.verifier, one, id)).toMatchObject({ state: 'verified' })
    return id
  }
  return [
    {
      at: 0,
      says: `${name} that is certified now issues, and is believed; one that will be does not`,
      async act(week) {
        const { start } = week
        early = await certify(week, { notBefore: start - HOUR, notAfter: start + EARLY_ENDS })
        late = await certify(week, { notBefore: start + LATE_BEGINS, notAfter: start + LATE_ENDS })
        held = await good(week, early)
        await refused(week, late)
      },
    },
    {
      at: LATE_BEGINS - MINUTE,
      says: `${name} waits for its first minute`,
      act: (week) => refused(week, late),
    },
    {
      at: LATE_BEGINS + MINUTE,
      says: `${name} issues from its first minute on, without any restart`,
      async act(week) {
        heldLate = await good(week, late)
        await good(week, early)
      },
    },
    {
      at: EARLY_ENDS + MINUTE,
      says: `${name} whose certificate has ended issues no more, and what it issued is not believed`,
      async act(week) {
        await refused(week, early)
        const { state, told } = await shown(week, week.verifier, one, held)
        expect(state).not.toBe('verified')
        expect(told).toContain('certificate_expired')
        expect(await shown(week, week.verifier, one, heldLate)).toMatchObject({ state: 'verified' })
      },
    },
    { at: LATE_ENDS + MINUTE, says: `${name} ends as the others did`, act: (week) => refused(week, late) },
  ]
}

/** The wallet gets a refusal, and not the word that something broke. */
function endsBeforeTheWalletComes(): Story {
  let key: Certified
  let url: string
  const chapters: readonly Chapter[] = [
    {
      at: EARLY_ENDS - HOUR,
      says: 'an offer is made under a certificate that ends within the hour',
      async act(week) {
        const { start, callersCa, issuer } = week
        key = await signerUnder(callersCa, 'issuer', { notBefore: start, notAfter: start + EARLY_ENDS })
        url = (await offered(issuer, sdJwt, brought(key), DAY)).url
      },
    },
    {
      at: EARLY_ENDS + HOUR,
      says: 'and whoever comes for it later is refused, in the words of the protocol',
      async act({ issuer }) {
        const taken = readOffer(expectStatus(await call(offerUri(url)), 200).json())
        const sender = { dpopKey: newKey() }
        const token = expectStatus(await requestToken(taken, sender), 200).json()
        const nonce = expectStatus(await requestNonce(issuer.url), 200).json()
        const proof = await keyProof(issuer.url, String(nonce['c_nonce']), newKey())
        const configurationId = taken.configurationIds[0] ?? ''
        const accessToken = String(token['access_token'])
        const answer = await requestCredential(issuer.url, sender, { accessToken, configurationId, proof })
        expect(expectStatus(answer, 400).json()).toMatchObject({ error: 'credential_request_denied' })
      },
    },
  ]
  return chapters
}

/** Those that development makes for a key that comes without, which are dated by the clock of the call. */
function made(): Story {
  return [10 * MINUTE, 3 * DAY + 2 * HOUR, 40 * DAY].flatMap((at) =>
    KINDS.map(({ name, one }) => ({
      at,
      says: `${name} without certificates gets one that is good now`,
      async act(week: Week) {
        const issuerKey = { type: 'jwk', jwk: generateSoftwareKey('ES256') }
        const id = await issued(week, week.issuer, one, { issuerKey })
        expect(await shown(week, week.verifier, one, id)).toMatchObject({ state: 'verified' })
      },
    })),
  )
}

export const callersCertificates = (): readonly Story[] => [
  ...KINDS.map(kindStory),
  endsBeforeTheWalletComes(),
  made(),
]
