import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  COUNTRY,
  CRL_SIGN,
  crlDistributionPoint,
  DIGITAL_SIGNATURE,
  generalName,
  issuerAlternativeName,
  KEY_CERT_SIGN,
  NOT_BEFORE,
  toX5c,
} from '@countersign/testing/forging/certificates'
import { describe, expect, it } from 'vitest'
import { type Changes, DAY, ISSUER, id, judge, makeLeaf, makeRoot, NOW, root } from './chain-trust.testing.ts'
import { chainTrust } from './chain-trust.ts'
import { anchorsFrom, combineTrustLists, type TrustOccasion } from './trust-anchor.ts'

describe('a document signer of mdocs', () => {
  const mdoc: TrustOccasion = {
    purpose: 'issuer',
    format: 'mso_mdoc',
    signerProfile: 'iso-mdl',
    type: 'org.iso.18013.5.1.mDL',
  }
  const extra = [
    issuerAlternativeName(generalName.uri('https://authority.example')),
    crlDistributionPoint('https://authority.example/crl'),
  ]
  const names = { subjectAttributes: [[COUNTRY, 'UT']], issuerAttributes: [[COUNTRY, 'UT']] } as const
  const makeIaca = (changes: Changes = {}) =>
    makeRoot({ ...names, pathLength: 0, keyUsage: [KEY_CERT_SIGN, CRL_SIGN], extra, ...changes })
  const makeSignerOf = (changes: Changes = {}) =>
    makeLeaf({
      ...names,
      notAfter: NOT_BEFORE + 365 * DAY,
      extendedKeyUsage: ['1.0.18013.5.1.2'],
      subjectKeyId: id('signer'),
      extra,
      ...changes,
    })

  it('counts when both it and its root follow their profiles', async () => {
    const list = anchorsFrom([await makeIaca()], {})
    expect(await judge(list, [await makeSignerOf()], mdoc)).toMatchObject({ ok: true })
  })

  it('is refused with all that is wrong with it, and only where mdocs are asked about', async () => {
    const list = anchorsFrom([await makeIaca()], {})
    const leaf = await makeSignerOf({ extendedKeyUsage: undefined, subjectKeyId: undefined })
    expect(await judge(list, [leaf], mdoc)).toMatchObject({
      error: {
        reason: 'document_signer_subject_key_id_missing',
        details: {
          faults: ['subject_key_id_missing', 'extended_key_usage_wrong', 'extension_criticality_wrong'],
          subject: 'C=UT, CN=Issuer of Example',
        },
      },
    })
    expect((await judge(list, [leaf], ISSUER)).ok).toBe(true)
    expect((await judge(list, [leaf], { ...mdoc, purpose: 'status_list' })).ok).toBe(true)
  })

  const MDL_USAGE = '1.0.18013.5.1.2'
  const PID_USAGE = '1.3.130.2.0.0.1.2'
  const PID = 'eu.europa.ec.eudi.pid.1'

  it.each<[string | undefined, string, 'any' | readonly string[] | undefined, boolean]>([
    [MDL_USAGE, mdoc.type ?? '', undefined, true],
    [PID_USAGE, mdoc.type ?? '', undefined, false],
    [undefined, mdoc.type ?? '', undefined, false],
    [MDL_USAGE, PID, undefined, true],
    [PID_USAGE, PID, undefined, true],
    [undefined, PID, undefined, true],
    [MDL_USAGE, PID, [PID_USAGE], false],
    [PID_USAGE, PID, [PID_USAGE], true],
    [undefined, PID, [PID_USAGE], false],
    [MDL_USAGE, mdoc.type ?? '', [PID_USAGE], false],
    [PID_USAGE, mdoc.type ?? '', [PID_USAGE, MDL_USAGE], true],
    [PID_USAGE, mdoc.type ?? '', 'any', true],
    [undefined, mdoc.type ?? '', 'any', true],
  ])('made for %s counts for a %s by what its source says: %j', async (usage, type, says, counts) => {
    const list = anchorsFrom([await makeIaca()], { documentSignerUsages: says, name: 'The IACA' })
    const leaf = await makeSignerOf({ extendedKeyUsage: usage === undefined ? undefined : [usage] })
    const judged = await judge(list, [leaf], { ...mdoc, type })
    expect(judged).toMatchObject(
      counts ? { ok: true } : { error: { reason: 'document_signer_extended_key_usage_wrong' } },
    )
  })

  it('made for more than one thing counts where all of it does', async () => {
    const leaf = await makeSignerOf({ extendedKeyUsage: [PID_USAGE, MDL_USAGE] })
    const believed = async (says: readonly string[] | undefined) =>
      (await judge(anchorsFrom([await makeIaca()], { documentSignerUsages: says }), [leaf], mdoc)).ok
    expect(await believed(undefined)).toBe(false)
    expect(await believed([PID_USAGE])).toBe(false)
    expect(await believed([PID_USAGE, MDL_USAGE])).toBe(true)
  })

  it('counts by one source where another asks for another purpose, in whatever order they stand', async () => {
    const certificate = await makeIaca()
    const strict = anchorsFrom([certificate], { source: 'strict' })
    const lenient = anchorsFrom([certificate], { source: 'lenient', documentSignerUsages: [PID_USAGE] })
    const leaf = await makeSignerOf({ extendedKeyUsage: [PID_USAGE] })
    for (const list of [combineTrustLists(strict, lenient), combineTrustLists(lenient, strict)])
      expect(await judge(list, [leaf], mdoc)).toMatchObject({ ok: true, value: { source: 'lenient' } })
  })

  it('is judged anew for another type although its path is remembered', async () => {
    const trust = chainTrust({ list: anchorsFrom([await makeIaca()], {}), crypto: nodeEngine })
    const x5c = toX5c(await makeSignerOf({ extendedKeyUsage: [PID_USAGE] }))
    expect((await trust(x5c, { ...mdoc, type: PID }, NOW)).ok).toBe(true)
    expect((await trust(x5c, mdoc, NOW)).ok).toBe(false)
  })

  it('is refused for its root, unless that is put up with', async () => {
    const iaca = await makeIaca({ pathLength: undefined })
    const leaf = await makeSignerOf()
    expect(await judge(anchorsFrom([iaca], {}), [leaf], mdoc)).toMatchObject({
      error: { reason: 'iaca_path_length_not_zero', details: { subject: 'C=UT, CN=Root' } },
    })
    expect((await judge(anchorsFrom([iaca], { profileWaived: true }), [leaf], mdoc)).ok).toBe(true)
    const waivedFaults = ['path_length_not_zero'] as const
    expect((await judge(anchorsFrom([iaca], {}), [leaf], mdoc, NOW, { waivedFaults })).ok).toBe(true)
    const weak = await makeSignerOf({ keyUsage: [DIGITAL_SIGNATURE, 1] })
    expect(await judge(anchorsFrom([iaca], { profileWaived: true }), [weak], mdoc)).toMatchObject({
      error: { reason: 'document_signer_key_usage_wrong' },
    })
  })

  it('stands directly below its root', async () => {
    const middle = makeSigner('P-256', 'middle')
    const between = await makeIaca({
      subject: 'Middle',
      key: middle.publicJwk,
      signer: root,
      subjectKeyId: id('middle'),
      authorityKeyId: id('root'),
    })
    const leaf = await makeSignerOf({ issuer: 'Middle', signer: middle, authorityKeyId: id('middle') })
    const list = anchorsFrom([await makeIaca({ pathLength: 1 })], { profileWaived: true })
    expect(await judge(list, [leaf, between], mdoc)).toMatchObject({
      error: { reason: 'document_signer_intermediate_ca' },
    })
  })

  it('was valid when it signed', async () => {
    const list = anchorsFrom([await makeIaca()], {})
    const leaf = await makeSignerOf({ notBefore: NOW - 10 })
    const at = (signedAt: number) => judge(list, [leaf], { ...mdoc, signedAt })
    expect((await at(NOW - 10)).ok).toBe(true)
    expect(await at(NOW - 11)).toMatchObject({
      error: { reason: 'signed_outside_certificate', details: { notBefore: NOW - 10 } },
    })
    expect(await at(leaf.notAfter + 1)).toMatchObject({ error: { reason: 'signed_outside_certificate' } })
  })
})
