import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { makeKeyAgreement, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { fromHex, toHex } from '@countersign/testing/hex'
import { describe, expect, it } from 'vitest'
import type { ClaimPath, PresentInput } from '../contract/format.ts'
import { findDeviceMacFault } from './device-signed/device-auth.ts'
import { issueMdoc } from './issue.ts'
import {
  BINDING,
  forge,
  forgeCredential,
  holder,
  issueInput,
  LOCAL_NAMESPACE,
  NAMESPACE,
  NOW,
  transcriptOf,
  verifyInput,
} from './mdoc.testing.ts'
import { presentMdoc, presentMdocWithMac } from './present.ts'
import { readPresentation, verifyMdoc } from './verify.ts'

const issued = await issueMdoc(issueInput(), nodeEngine)
if (!issued.ok) throw new Error(issued.error.code)
const credential = issued.value
const binding = { ...BINDING, signer: holder, issuedAt: NOW }

function present(disclose: readonly ClaimPath[], changes: Partial<PresentInput> = {}) {
  return presentMdoc({ credential, disclose, binding, ...changes }, nodeEngine)
}

async function refusal(disclose: readonly ClaimPath[], changes: Partial<PresentInput> = {}) {
  const result = await present(disclose, changes)
  return result.ok ? 'presented' : result.error.code
}

async function shown(disclose: readonly ClaimPath[]) {
  const result = await present(disclose)
  if (!result.ok) throw new Error(result.error.code)
  return (await verifyMdoc(verifyInput(result.value), nodeEngine)).presentation?.claims
}

describe('a presentation', () => {
  it('shows the elements that were asked for, and no others', async () => {
    expect(await shown([[NAMESPACE, 'given_name']])).toEqual({ [NAMESPACE]: { given_name: 'Erika' } })
    expect(await shown([[LOCAL_NAMESPACE, 'given_name']])).toEqual({
      [LOCAL_NAMESPACE]: { given_name: 'E.' },
    })
    expect(await shown([])).toEqual({})
  })

  it('shows an element once that was asked for twice', async () => {
    const path = [NAMESPACE, 'given_name']
    expect(await shown([path, path])).toEqual({ [NAMESPACE]: { given_name: 'Erika' } })
  })

  it('shows whole elements with bytes, dates and lists in them', async () => {
    const paths = [
      [NAMESPACE, 'portrait'],
      [NAMESPACE, 'driving_privileges'],
    ]
    expect(await shown(paths)).toEqual({
      [NAMESPACE]: {
        portrait: '_9j_4AAQ',
        driving_privileges: [{ vehicle_category_code: 'B', issue_date: '2013-04-25' }],
      },
    })
  })

  it('sends items and signature byte for byte as the issuer wrote them', async () => {
    // Numbers and a map in longer forms than ours.
    const wide = fromHex(`b90004${textHex('digestID')}1800${textHex('random')}50${'00'.repeat(16)}
      ${textHex('elementIdentifier')}6178${textHex('elementValue')}190005`)
    const text = await forgeCredential({ items: [{ written: { kind: 'tag', tag: 24, content: wide } }] })
    const result = await present([[NAMESPACE, 'x']], { credential: text })
    if (!result.ok) throw new Error(result.error.code)
    expect(toHex(decodeBase64url(result.value) ?? new Uint8Array())).toContain(toHex(wide))
    const { checks, presentation } = await verifyMdoc(verifyInput(result.value), nodeEngine)
    expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true)
    expect(presentation?.claims).toEqual({ [NAMESPACE]: { x: 5 } })
  })

  it('keeps an issuerAuth with a tag', async () => {
    const bytes = decodeBase64url(
      await forgeCredential({ items: [], issuerSigned: { nameSpaces: undefined } }),
    )
    const at = bytes?.findIndex((byte, index) => byte === 0x84 && bytes[index + 1] === 0x43) ?? 0
    const tagged = Uint8Array.from([...(bytes?.slice(0, at) ?? []), 0xd2, ...(bytes?.slice(at) ?? [])])
    const result = await present([], { credential: encodeBase64url(tagged) })
    expect(toHex(decodeBase64url(result.ok ? result.value : '') ?? new Uint8Array())).toContain(
      'd28443a10126',
    )
  })
})

describe('nothing is presented', () => {
  it.each<[string, readonly ClaimPath[], string]>([
    ['for no path', [[]], 'path_malformed'],
    ['for a namespace alone', [[NAMESPACE]], 'path_malformed'],
    ['for a part of an element', [[NAMESPACE, 'driving_privileges', 0]], 'path_malformed'],
    ['for all elements', [[NAMESPACE, null]], 'path_malformed'],
    ['for an element by number', [[NAMESPACE, 0]], 'path_malformed'],
    ['for an element that is not there', [[NAMESPACE, 'eye_colour']], 'path_not_found'],
    ['for an element of another namespace', [[LOCAL_NAMESPACE, 'family_name']], 'path_not_found'],
    ['for a namespace that is not there', [['constructor', 'name']], 'path_not_found'],
    ['for too many elements', Array<ClaimPath>(501).fill([NAMESPACE, 'given_name']), 'too_many_paths'],
  ])('%s', async (_, disclose, code) => expect(await refusal(disclose)).toBe(code))

  it('without a binding: there is no mdoc without the proof of the device', async () => {
    expect(await refusal([], { binding: undefined })).toBe('binding_required')
  })

  it('with another key than that of the credential', async () => {
    const signer = makeSigner()
    expect(await refusal([], { binding: { ...binding, signer } })).toBe('holder_key_wrong')
  })

  it('for a transaction, which it could not confirm', async () => {
    expect(await refusal([], { binding: { ...binding, transactionData: ['e30'] } })).toBe(
      'transaction_data_unsupported',
    )
  })

  it('where the answer would go nowhere', async () => {
    expect(await refusal([], { binding: { ...binding, responseUri: undefined } })).toBe(
      'response_uri_missing',
    )
  })

  it('of what was a presentation already', async () => {
    expect(await refusal([], { credential: await forge() })).toBe('issuer_signed_malformed')
  })

  it('of a credential whose digests are wrong', async () => {
    const text = await forgeCredential({ items: [{ digest: new Uint8Array(32) }] })
    expect(await refusal([], { credential: text })).toBe('digest_wrong')
  })
})

describe('a presentation with a MAC', () => {
  it('is for the reader whose key it was made with', async () => {
    const [device, reader, stranger] = [makeKeyAgreement(), makeKeyAgreement(), makeKeyAgreement()]
    const bound = await issueMdoc(issueInput({ holderKey: device.publicJwk }), nodeEngine)
    const transcript = await transcriptOf(BINDING)
    const input = { credential: bound.ok ? bound.value : '', disclose: [[NAMESPACE, 'height']], transcript }
    const { agree } = device
    const result = await presentMdocWithMac({ ...input, agree, readerKey: reader.publicJwk }, nodeEngine)
    const read = result.ok ? await readPresentation(result.value, nodeEngine) : result
    if (!read.ok) throw new Error(read.error.code)
    const { document } = read.value
    const fault = (key: typeof reader) =>
      findDeviceMacFault(
        document.deviceAuth.proof,
        document,
        transcript,
        key.agree,
        device.publicJwk,
        nodeEngine,
      )
    expect(await fault(reader)).toBeUndefined()
    expect(await fault(stranger)).toBe('mac_invalid')
  })

  it('is not made with a key that is none', async () => {
    const input = {
      credential,
      disclose: [],
      transcript: await transcriptOf(BINDING),
      agree: () => undefined,
    }
    const result = await presentMdocWithMac({ ...input, readerKey: holder.publicJwk }, nodeEngine)
    expect(result).toEqual({ ok: false, error: { code: 'reader_key_unusable' } })
  })
})

function textHex(text: string): string {
  return toHex(encodeCbor(text))
}
