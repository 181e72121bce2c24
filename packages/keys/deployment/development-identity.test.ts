import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { findIacaFaults } from '@countersign/x509/certificate-profile'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../engines/node.ts'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { type DevelopmentIacas, keptDocumentSigner, openDevelopmentIacas } from './development-identity.ts'
import { identityRecords, type SealedRecords, sealedRecords } from './identity-records.ts'
import { type IdentityShelf, memoryShelf } from './identity-store.ts'
import { openSealing } from './sealing.ts'

const now = 1_800_000_000
const day = 86_400
const occasion = { purpose: 'issuer', format: 'mso_mdoc', signerProfile: 'iso-mdl' } as const
const sealing = openSealing(new TextEncoder().encode('a secret of the operator, 0123456789abcdef'))

function openRecords(shelf: IdentityShelf = memoryShelf()): SealedRecords {
  return sealedRecords(identityRecords(shelf), sealing)
}

async function open(records: SealedRecords, at = now): Promise<DevelopmentIacas> {
  const iacas = await openDevelopmentIacas(records, 'Development IACA', at)
  if (!iacas.ok) throw new Error(iacas.error.code)
  return iacas.value
}

async function signerOf(
  records: SealedRecords,
  iacas: DevelopmentIacas,
  at = now,
  key = generateSoftwareKey('ES256'),
) {
  const signer = await keptDocumentSigner(records, iacas.active, key, at)
  if (!signer.ok) throw new Error(signer.error.code)
  return signer.value
}

describe('the development IACA', () => {
  it('follows its profile but for revocation lists, and its document signers are trusted', async () => {
    const records = openRecords()
    const iacas = await open(records)
    const parsed = parseX5cEntry(iacas.active.certificate)
    if (!parsed.ok) throw new Error(parsed.error.code)
    expect(findIacaFaults(parsed.value)).toEqual(['crl_distribution_point_missing'])
    expect(iacas.anchors).toEqual([iacas.active.certificate])
    const signer = await signerOf(records, iacas)
    const list = anchorsFrom([parsed.value], {})
    const strict = chainTrust({ list, crypto: nodeCrypto })
    expect(await strict([signer], occasion, now)).toMatchObject({
      error: { reason: 'document_signer_crl_distribution_point_missing' },
    })
    const waivedFaults = ['crl_distribution_point_missing'] as const
    const lenient = chainTrust({ list, waivedFaults, crypto: nodeCrypto })
    expect((await lenient([signer], { ...occasion, signedAt: now }, now)).ok).toBe(true)
  })

  it('is the same for all instances, and so are the certificates of a key', async () => {
    const shelf = memoryShelf()
    const [one, two] = await Promise.all([open(openRecords(shelf)), open(openRecords(shelf))])
    expect(one.active.certificate).toBe(two.active.certificate)
    const key = generateSoftwareKey('ES256')
    const records = openRecords(shelf)
    expect(await signerOf(records, one, now, key)).toBe(
      await signerOf(openRecords(shelf), two, now + day, key),
    )
    expect(await signerOf(records, one)).not.toBe(await signerOf(records, one))
  })

  it('gets a successor before its document signers would be cut short, and stays trusted until it ends', async () => {
    const records = openRecords()
    const first = await open(records)
    const later = now + (3650 - 499) * day
    const second = await open(records, later)
    expect(second.active.certificate).not.toBe(first.active.certificate)
    expect(second.anchors).toEqual([first.active.certificate, second.active.certificate])
    expect((await open(records, now + 3651 * day)).anchors).toEqual([second.active.certificate])
  })

  it('renews a document signer a month before it ends', async () => {
    const records = openRecords()
    const iacas = await open(records)
    const key = generateSoftwareKey('ES256')
    const first = await signerOf(records, iacas, now, key)
    expect(await signerOf(records, iacas, now + 426 * day, key)).toBe(first)
    expect(await signerOf(records, iacas, now + 428 * day, key)).not.toBe(first)
  })

  it('is refused when its record is not what was sealed', async () => {
    const shelf = memoryShelf()
    await shelf.putIfAbsent(`development-iaca.1.${sealing.fingerprint}`, 'x')
    expect(await openDevelopmentIacas(openRecords(shelf), 'Development IACA', now)).toMatchObject({
      ok: false,
      error: { code: 'identity_unreadable' },
    })
  })
})
