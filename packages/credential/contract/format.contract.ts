/**
 * What every entry of the format registry keeps to, whatever is inside: issue, open, present and verify fit together,
 * nothing is shown that was not asked for, and every refusal has its check. A new format runs this suite unchanged.
 */

import { encodeTextBase64url } from '@countersign/core/base64url'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { describe, expect, it } from 'vitest'
import type { CheckName } from './checks.ts'
import { type ConcretePath, resolveClaimPath } from './claim-path.ts'
import type { ClaimPath, CredentialFormat, IssueInput, VerifyInput, VerifyOutcome } from './format.ts'
import type { StatusListKind } from './format-facts.ts'
import type { StatusReference } from './status-reference.ts'
import type { TrustedKey } from './trust-port.ts'

export interface FormatFixtures {
  readonly crypto: CryptoEngine
  /** Bound to `holder`, with at least the two claims below withholdable. */
  readonly issue: IssueInput
  readonly holder: Signer
  readonly stranger: Signer
  /** Verification that accepts `issue` for `binding`; the presentation is filled in. */
  readonly verify: Omit<VerifyInput, 'presentation'> & {
    readonly binding: NonNullable<VerifyInput['binding']>
  }
  /** Claims that can be withheld; a name stands for the claim at the top. */
  readonly shown: string | ClaimPath
  readonly withheld: string | ClaimPath
  /** For a format that can withhold nothing: both claims are always there. */
  readonly showsEverything?: boolean
  /** `meta` of a query that matches the credential, and one that does not. */
  readonly matchingMeta: Parameters<CredentialFormat['matchesMeta']>[0]
  readonly otherMeta: Parameters<CredentialFormat['matchesMeta']>[0]
}

const CHECKS: readonly CheckName[] = [
  'structure',
  'issuer_signature',
  'issuer_trust',
  'validity_period',
  'holder_binding',
]

const TOKEN: StatusReference = {
  mechanism: 'token_status_list',
  uri: 'https://issuer.example/list',
  index: 7,
}

/** A reference to each kind of list. */
const STATUSES: Readonly<Record<StatusListKind, StatusReference>> = {
  'token-jwt': TOKEN,
  'token-cwt': TOKEN,
  bitstring: {
    mechanism: 'bitstring_status_list',
    uri: 'https://issuer.example/list',
    index: 7,
    purpose: 'revocation',
    size: 1,
  },
}

export function describeFormat(
  name: string,
  format: CredentialFormat,
  makeFixtures: () => FormatFixtures,
): void {
  describe(`${name} keeps the contract of a credential format`, () => {
    const fixtures = makeFixtures()
    const { crypto, holder, verify, showsEverything = false } = fixtures
    const [shown, withheld] = [pathOf(fixtures.shown), pathOf(fixtures.withheld)]

    async function issued(changes: Partial<IssueInput> = {}): Promise<string> {
      const result = await format.issue({ ...fixtures.issue, ...changes }, crypto)
      if (!result.ok) throw new Error(result.error.code)
      return result.value
    }

    async function presented(
      disclose: readonly ClaimPath[],
      signer: Signer = holder,
      issuedAt = verify.now,
    ): Promise<string> {
      const binding = { signer, ...verify.binding, issuedAt }
      const result = await format.present({ credential: await issued(), disclose, binding }, crypto)
      if (!result.ok) throw new Error(result.error.code)
      return result.value
    }

    function verified(presentation: string, changes: Partial<VerifyInput> = {}): Promise<VerifyOutcome> {
      return format.verify({ ...verify, ...changes, presentation }, crypto)
    }

    it('opens what it issued, with all claims', async () => {
      const held = await format.open(await issued(), crypto)
      if (!held.ok) throw new Error(held.error.code)
      expect(held.value.format).toBe(format.id)
      expect(held.value.type).toBe(fixtures.issue.type)
      expect(held.value.claims).toMatchObject(fixtures.issue.claims)
      expect(format.matchesMeta(fixtures.matchingMeta, held.value)).toBe(true)
      expect(format.matchesMeta(fixtures.otherMeta, held.value)).toBe(false)
      expect(format.matchesMeta({}, held.value)).toBe(false)
    })

    it('passes five checks, in order, for what it presented', async () => {
      const { checks, presentation } = await verified(await presented([shown]))
      expect(checks.map((check) => [check.name, check.outcome])).toEqual(
        CHECKS.map((check) => [check, 'passed']),
      )
      expect(valuesAt(presentation?.claims, shown)).toEqual(valuesAt(fixtures.issue.claims, shown))
    })

    it('shows nothing that was not asked for', async () => {
      const { presentation } = await verified(await presented([shown]))
      expect(valuesAt(presentation?.claims, withheld)).toHaveLength(showsEverything ? 1 : 0)
      const nothing = await verified(await presented([]))
      expect(valuesAt(nothing.presentation?.claims, shown)).toHaveLength(showsEverything ? 1 : 0)
    })

    it('never writes the same credential twice', async () => {
      expect(await issued()).not.toBe(await issued())
    })

    it('refuses to present with the key of somebody else', async () => {
      await expect(presented([shown], fixtures.stranger)).rejects.toThrow()
    })

    it('fails the holder binding of an answer to another request', async () => {
      const presentation = await presented([shown])
      for (const change of [{ nonce: 'other' }, { audience: 'other' }]) {
        const { checks } = await verified(presentation, { binding: { ...verify.binding, ...change } })
        expect(failed(checks)).toEqual(['holder_binding'])
      }
    })

    it('says what the holder confirms, where its facts say that it can be told', async () => {
      const [payment, other] = ['{"type":"payment"}', '{"type":"other"}'].map(encodeTextBase64url)
      const entries = format.confirmsTransactions === true ? [payment ?? ''] : []
      const binding = { signer: holder, ...verify.binding, issuedAt: verify.now, transactionData: entries }
      const made = await format.present({ credential: await issued(), disclose: [], binding }, crypto)
      if (!made.ok) throw new Error(made.error.code)
      const asking = (transactionData: readonly string[]) =>
        verified(made.value, { binding: { ...verify.binding, transactionData } })
      if (format.confirmsTransactions !== true) {
        expect((await asking([])).confirmed).toBeUndefined()
        return
      }
      expect((await asking([other ?? '', ...entries])).confirmed).toEqual({ ok: true, value: [1] })
      expect((await asking([])).confirmed).toEqual({ ok: false, error: 'confirmed_otherwise' })
      expect(failed((await asking([])).checks)).toEqual([])
    })

    it('fails the validity period of a credential that ended', async () => {
      const now = (fixtures.issue.expiresAt ?? 0) + 10_000
      const { checks } = await verified(await presented([shown], holder, now), { now })
      expect(failed(checks)).toEqual(['validity_period'])
    })

    it('fails the signature of an issuer with another key', async () => {
      const trust: VerifyInput['trust'] = async (reference, now) => {
        const trusted = await verify.trust(reference, now)
        return trusted.ok
          ? { ok: true, value: { ...trusted.value, key: fixtures.stranger.publicJwk } }
          : trusted
      }
      const { checks } = await verified(await presented([shown]), { trust })
      expect(failed(checks)).toEqual(['issuer_signature'])
    })

    it('checks the signature of an issuer that nobody trusts, and says which of both failed', async () => {
      const trust: VerifyInput['trust'] = async (reference, now) => {
        const trusted = await verify.trust(reference, now)
        if (!trusted.ok) return trusted
        return { ok: false, error: { code: 'untrusted', reason: 'anchor_unknown', key: trusted.value.key } }
      }
      const { checks, presentation } = await verified(await presented([shown]), { trust })
      expect(failed(checks)).toEqual(['issuer_trust'])
      expect(presentation?.anchor).toBeUndefined()
    })

    it('says who issued it as the source of trust does, and apart from that what the credential claims', async () => {
      const asked: (string | undefined)[] = []
      const judgedBy = (change: Partial<TrustedKey>): VerifyInput['trust'] => {
        return async (reference, now) => {
          asked.push(reference.issuer)
          const trusted = await verify.trust(reference, now)
          return trusted.ok ? { ok: true, value: { ...trusted.value, ...change } } : trusted
        }
      }
      const shownBy = async (change: Partial<TrustedKey>) => {
        const { presentation } = await verified(await presented([shown]), { trust: judgedBy(change) })
        return [presentation?.issuer, presentation?.claimedIssuer]
      }
      const subject = await shownBy({ issuer: 'CN=Somebody' })
      const [claimed] = asked
      expect(subject).toEqual(['CN=Somebody', claimed])
      expect(await shownBy({ issuer: undefined })).toEqual([undefined, claimed])
      if (claimed !== undefined) expect(await shownBy({ issuer: claimed })).toEqual([claimed, undefined])
      // A certificate that somebody copied vouches for nobody.
      const forged = { issuer: 'CN=Somebody', key: fixtures.stranger.publicJwk }
      expect(await shownBy(forged)).toEqual([undefined, claimed])
    })

    it('asks for trust under its own name, and for certificates of its kind of signer', async () => {
      const asked: unknown[] = []
      const trust: VerifyInput['trust'] = (reference, now) => {
        asked.push([reference.format, reference.signerProfile])
        return verify.trust(reference, now)
      }
      await verified(await presented([shown]), { trust })
      expect(asked).toEqual([[format.id, format.signerProfile]])
    })

    it('takes the status that its kind of list is for, and refuses the others', async () => {
      const own = STATUSES[format.statusList]
      const held = await format.open(await issued({ statuses: [own] }), crypto)
      expect(held.ok && held.value.statuses).toEqual([own])
      const others = Object.values(STATUSES).filter(({ mechanism }) => mechanism !== own.mechanism)
      for (const other of others) await expect(issued({ statuses: [other] })).rejects.toThrow()
    })

    it('has its claims where it says that they are', () => {
      const { claims } = fixtures.issue
      const places = Object.keys(claims).map((member) => format.claimsAt(member))
      expect(
        places.some((place) => resolveClaimPath(claims, [...place, ...below(shown, place)]).length > 0),
      ).toBe(true)
      if (format.subjectMember !== undefined) expect(format.claimsAt('')).toEqual([format.subjectMember])
    })

    it('answers rubbish with a failed structure and nothing else', async () => {
      for (const presentation of ['', '~', '...', 'a'.repeat(1_000_000)]) {
        const { checks, presentation: read } = await verified(presentation)
        expect(checks.map((check) => check.name)).toEqual(CHECKS)
        expect(failed(checks)).toEqual(['structure'])
        expect(read).toBeUndefined()
        expect((await format.open(presentation, crypto)).ok).toBe(false)
        expect((await format.present({ credential: presentation, disclose: [] }, crypto)).ok).toBe(false)
      }
    })
  })
}

function pathOf(claim: string | ClaimPath): ClaimPath {
  return typeof claim === 'string' ? [claim] : claim
}

function valuesAt(claims: JsonObject | undefined, path: ClaimPath): readonly JsonValue[] {
  return claims === undefined ? [] : resolveClaimPath(claims, path).map((place) => valueAt(claims, place))
}

function valueAt(claims: JsonValue, place: ConcretePath): JsonValue {
  const [step, ...rest] = place
  if (step === undefined) return claims
  return valueAt(Object(claims)[step], rest)
}

/** The rest of a path, where it begins with `above`. */
function below(path: ClaimPath, above: readonly string[]): ClaimPath {
  return above.every((step, at) => path[at] === step) ? path.slice(above.length) : ['nowhere']
}

function failed(checks: VerifyOutcome['checks']): readonly CheckName[] {
  return checks.filter((check) => check.outcome === 'failed').map((check) => check.name)
}
