import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { KEY_CERT_SIGN, NOT_AFTER, NOT_BEFORE, toX5c } from '@countersign/testing/forging/certificates'
import { describe, expect, it } from 'vitest'
import { anchored, DAY, ISSUER, id, judge, leafKey, makeLeaf, makeRoot, NOW } from './chain-trust.testing.ts'
import { chainTrust } from './chain-trust.ts'
import {
  anchorsFrom,
  combineTrustLists,
  pinsFrom,
  type TrustList,
  type TrustOccasion,
  type TrustScope,
} from './trust-anchor.ts'

const NOBODY: TrustList = { anchors: [], pins: [] }

describe('a chain', () => {
  it('is trusted by the name and the source of its anchor', async () => {
    const list = await anchored({ name: 'The Root', source: 'anchors.pem' })
    expect(await judge(list, [await makeLeaf()])).toMatchObject({
      ok: true,
      value: {
        anchor: 'The Root',
        source: 'anchors.pem',
        leaf: { subject: { text: 'CN=Issuer of Example' } },
      },
    })
  })

  it.each<[string, TrustScope, number, number]>([
    ['the leaf', {}, NOW + DAY, NOW + DAY],
    ['the anchor', {}, NOT_AFTER + DAY, NOT_AFTER],
    ['the list', { usableUntil: NOW + 10 }, NOW + DAY, NOW + 10],
    ['the period', { periods: [{ from: 0, until: NOW + 5 }, { from: NOW + 9 }] }, NOW + DAY, NOW + 4],
  ])('says until when it is trusted: by the end of %s', async (_what, scope, notAfter, trustedUntil) => {
    const list = await anchored(scope)
    const chain = [await makeLeaf({ notAfter })]
    expect(await judge(list, chain)).toMatchObject({ value: { trustedUntil } })
    expect((await judge(list, chain, ISSUER, trustedUntil)).ok).toBe(true)
    expect((await judge(list, chain, ISSUER, trustedUntil + 1)).ok).toBe(false)
  })

  it('that leads nowhere is refused with what is missing', async () => {
    expect(await judge(NOBODY, [await makeLeaf()])).toMatchObject({
      error: {
        code: 'untrusted',
        reason: 'anchor_unknown',
        leaf: { publicKey: leafKey.publicJwk },
        details: { subject: 'CN=Issuer of Example', issuer: 'CN=Root', authorityKeyId: 'cm9vdA' },
      },
    })
  })

  it('with a faulty certificate is refused with the place of that', async () => {
    const list = await anchored({})
    expect(await judge(list, [await makeLeaf({ notAfter: NOW - 1 })])).toMatchObject({
      error: { reason: 'certificate_expired', details: { position: 0, notAfter: NOW - 1, serial: '2a17' } },
    })
  })

  it.each<[string, TrustScope, TrustOccasion, string | undefined]>([
    ['the purpose', { purposes: ['issuer'] }, { purpose: 'status_list' }, 'anchor_not_for_purpose'],
    ['the purpose', { purposes: ['status_list'] }, { purpose: 'status_list' }, undefined],
    ['the format', { formats: ['mso_mdoc'] }, ISSUER, 'anchor_not_for_format'],
    ['the format', { formats: ['dc+sd-jwt'] }, ISSUER, undefined],
    ['its kind of signer', { signerProfiles: ['iso-mdl'] }, ISSUER, 'anchor_not_for_format'],
    ['its kind of signer', { signerProfiles: ['jose'] }, ISSUER, undefined],
    ['the type', { types: ['urn:other'] }, ISSUER, 'anchor_not_for_type'],
    ['the type', { types: ['urn:other', 'urn:example'] }, ISSUER, undefined],
    ['the type, where none is asked about', { types: ['urn:other'] }, { purpose: 'status_list' }, undefined],
    ['a period that is over', { periods: [{ from: 0, until: NOW }] }, ISSUER, 'anchor_not_trusted_then'],
    ['a period to come', { periods: [{ from: NOW + 1 }] }, ISSUER, 'anchor_not_trusted_then'],
    ['its periods', { periods: [{ from: 0, until: 1 }, { from: NOW }] }, ISSUER, undefined],
    [
      'the period in which it was signed',
      { periods: [{ from: 0, until: NOW - 100 }] },
      { ...ISSUER, signedAt: NOW - 101 },
      undefined,
    ],
    [
      'a period that was over when it was signed',
      { periods: [{ from: 0, until: NOW - 100 }] },
      { ...ISSUER, signedAt: NOW - 100 },
      'anchor_not_trusted_then',
    ],
    ['a list that is outdated', { usableUntil: NOW - 1 }, ISSUER, 'anchor_list_outdated'],
    ['a list that is current', { usableUntil: NOW }, ISSUER, undefined],
  ])('is judged by %s', async (_what, scope, occasion, reason) => {
    const list = await anchored({ name: 'The Root', ...scope })
    const judged = await judge(list, [await makeLeaf()], occasion)
    if (reason === undefined) expect(judged.ok).toBe(true)
    else expect(judged).toMatchObject({ error: { reason, details: { anchor: 'The Root' } } })
    const pinned = pinsFrom([await makeLeaf()], { name: 'The Pin', ...scope })
    const byPin = await judge(pinned, [pinned.pins[0]?.certificate ?? (await makeLeaf())], occasion)
    if (reason === undefined) expect(byPin.ok).toBe(true)
    else expect(byPin).toMatchObject({ error: { reason, details: { anchor: 'The Pin' } } })
  })

  it('counts by one entry of an anchor where another does not', async () => {
    const certificate = await makeRoot()
    const list = combineTrustLists(
      anchorsFrom([certificate], { source: 'old', periods: [{ from: 0, until: 1 }] }),
      anchorsFrom([certificate], { source: 'other', types: ['urn:other'] }),
      anchorsFrom([certificate], { source: 'new' }),
    )
    expect(await judge(list, [await makeLeaf()])).toMatchObject({ ok: true, value: { source: 'new' } })
  })

  it('has a purpose of its key where the deployment demands one', async () => {
    const list = await anchored({})
    const options = { extendedKeyUsage: { status_list: ['2.999.30'] } }
    const lists: TrustOccasion = { purpose: 'status_list' }
    const plain = await makeLeaf()
    const made = await makeLeaf({ extendedKeyUsage: ['2.999.30'] })
    expect(await judge(list, [plain], lists, NOW, options)).toMatchObject({
      error: { reason: 'extended_key_usage_wrong' },
    })
    expect((await judge(list, [made], lists, NOW, options)).ok).toBe(true)
    expect((await judge(list, [plain], ISSUER, NOW, options)).ok).toBe(true)
  })

  it('may bring its anchor along where that is put up with', async () => {
    const list = await anchored({})
    const chain = [await makeLeaf(), ...list.anchors.map(({ certificate }) => certificate)]
    expect(await judge(list, chain)).toMatchObject({ error: { reason: 'anchor_in_chain' } })
    expect((await judge(list, chain, ISSUER, NOW, { acceptAnchorInChain: true })).ok).toBe(true)
  })
})

describe('a pin', () => {
  it('relaxes every rule for that certificate, even a self-signed one, but not its time', async () => {
    const pin = await makeRoot({ subject: 'Pinned', issuer: 'Pinned', keyUsage: [KEY_CERT_SIGN] })
    const list = pinsFrom([pin], { source: 'pins.pem' })
    const mdoc: TrustOccasion = { ...ISSUER, format: 'mso_mdoc', signerProfile: 'iso-mdl' }
    expect(await judge(list, [pin], mdoc)).toMatchObject({
      ok: true,
      value: { anchor: 'CN=Pinned', source: 'pins.pem' },
    })
    expect(await judge(list, [pin], mdoc, NOT_AFTER + 1)).toMatchObject({
      error: { reason: 'certificate_expired' },
    })
    expect(await judge(list, [pin], mdoc, NOT_BEFORE - 1)).toMatchObject({
      error: { reason: 'certificate_not_yet_valid' },
    })
    expect(await judge(list, [pin], { ...mdoc, signedAt: NOT_BEFORE - 1 })).toMatchObject({
      error: { reason: 'signed_outside_certificate' },
    })
  })

  it('is worth nothing for what that certificate signed', async () => {
    const pin = await makeRoot()
    const below = await makeLeaf()
    expect((await judge(pinsFrom([pin], {}), [below, pin])).ok).toBe(false)
    expect((await judge(pinsFrom([pin], {}), [below])).ok).toBe(false)
  })

  it('that does not count leaves its chain a chance', async () => {
    const leaf = await makeLeaf()
    const list = combineTrustLists(
      pinsFrom([leaf], { types: ['urn:other'], name: 'pin' }),
      await anchored({ name: 'The Root' }),
    )
    expect(await judge(list, [leaf])).toMatchObject({ ok: true, value: { anchor: 'The Root' } })
  })

  it('may be there several times for several purposes', async () => {
    const leaf = await makeLeaf()
    const list = combineTrustLists(
      pinsFrom([leaf], { purposes: ['status_list'], name: 'lists' }),
      pinsFrom([leaf], { purposes: ['issuer'], name: 'credentials' }),
    )
    expect(await judge(list, [leaf])).toMatchObject({ ok: true, value: { anchor: 'credentials' } })
    expect(await judge(list, [leaf], { purpose: 'wallet_attester' })).toMatchObject({
      error: { reason: 'anchor_not_for_purpose' },
    })
  })
})

describe('what was found once', () => {
  function counting() {
    let verified = 0
    const crypto: typeof nodeEngine = {
      ...nodeEngine,
      verify: (...input) => {
        verified++
        return nodeEngine.verify(...input)
      },
    }
    return { crypto, count: () => verified }
  }

  it('is remembered for the chain as a whole, until its first certificate ends', async () => {
    const { crypto, count } = counting()
    const middle = makeSigner('P-256', 'middle')
    const between = await makeRoot({ subject: 'Middle', key: middle.publicJwk, subjectKeyId: id('middle') })
    const leaf = await makeLeaf({ issuer: 'Middle', signer: middle, authorityKeyId: id('middle') })
    const x5c = toX5c(leaf, between)
    const trust = chainTrust({ list: await anchored({}), crypto })
    expect((await trust(x5c, ISSUER, NOW)).ok).toBe(true)
    expect((await trust(x5c, ISSUER, NOW + 1)).ok).toBe(true)
    expect(count()).toBe(2)
    expect(await trust([x5c.join(' ')], ISSUER, NOW)).toMatchObject({ error: { code: 'key_unreadable' } })
    expect(await trust(x5c.slice(0, 1), ISSUER, NOW)).toMatchObject({ error: { reason: 'anchor_unknown' } })
    expect((await trust(x5c, ISSUER, NOT_AFTER + 1)).ok).toBe(false)
    expect((await trust(x5c, ISSUER, NOT_BEFORE - 1)).ok).toBe(false)
  })

  it('counts for no other type, format or purpose', async () => {
    const x5c = toX5c(await makeLeaf())
    const scope: TrustScope = { types: ['urn:example'], formats: ['dc+sd-jwt'], purposes: ['issuer'] }
    const trust = chainTrust({ list: await anchored(scope), crypto: nodeEngine })
    expect((await trust(x5c, ISSUER, NOW)).ok).toBe(true)
    expect((await trust(x5c, { ...ISSUER, type: 'urn:other' }, NOW)).ok).toBe(false)
    expect((await trust(x5c, { ...ISSUER, format: 'mso_mdoc', signerProfile: 'iso-mdl' }, NOW)).ok).toBe(
      false,
    )
    expect((await trust(x5c, { ...ISSUER, purpose: 'status_list' }, NOW)).ok).toBe(false)
  })

  it('ends with the period and the list of its anchor', async () => {
    const x5c = toX5c(await makeLeaf())
    const scope = { periods: [{ from: 0, until: NOW + 10 }], usableUntil: NOW + 5 }
    const trust = chainTrust({ list: await anchored(scope), crypto: nodeEngine })
    expect((await trust(x5c, ISSUER, NOW)).ok).toBe(true)
    expect(await trust(x5c, ISSUER, NOW + 6)).toMatchObject({ error: { reason: 'anchor_list_outdated' } })
    expect(await trust(x5c, { ...ISSUER, signedAt: NOW + 10 }, NOW)).toMatchObject({
      error: { reason: 'anchor_not_trusted_then' },
    })
  })

  it('is forgotten when another list comes', async () => {
    const x5c = toX5c(await makeLeaf())
    let list = await anchored({})
    const trust = chainTrust({ list: () => list, crypto: nodeEngine })
    expect((await trust(x5c, ISSUER, NOW)).ok).toBe(true)
    list = NOBODY
    expect((await trust(x5c, ISSUER, NOW)).ok).toBe(false)
  })

  it('is forgotten when strangers bring more than there is room for', async () => {
    const { crypto, count } = counting()
    const x5c = toX5c(await makeLeaf())
    const trust = chainTrust({ list: await anchored({}), crypto })
    for (let type = 0; type < 257; type++) await trust(x5c, { ...ISSUER, type: `urn:${type}` }, NOW)
    expect(count()).toBe(257)
    await trust(x5c, { ...ISSUER, type: 'urn:0' }, NOW)
    expect(count()).toBe(258)
    await trust(x5c, { ...ISSUER, type: 'urn:256' }, NOW)
    expect(count()).toBe(258)
  })
})
