/**
 * A reader's request as `@owf/mdoc` reads it (ISO/IEC 18013-5 §8.3.2.1.2.1, §9.1.4): what is asked, what is kept, and who signed that. Their
 * handover is that of OpenID4VP, which is signed in the same way as that of `org-iso-mdoc`.
 */

import { writeDeviceRequest } from '@countersign/credential/mdoc/device-request'
import { sessionTranscriptOf } from '@countersign/credential/mdoc/device-signed/session-transcript'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { newAuthority } from '@countersign/testing/people/authority'
import { DeviceRequest } from '@owf/mdoc'
import { expect, it } from 'vitest'
import { context, theirTranscript } from './owf.testing.ts'

const origin = 'https://shop.example'
const nonce = 'n'.repeat(22)
const documents = [
  {
    docType: 'org.iso.18013.5.1.mDL',
    elements: [
      { namespace: 'org.iso.18013.5.1', element: 'age_over_18', intentToRetain: false },
      { namespace: 'org.iso.18013.5.1', element: 'family_name', intentToRetain: true },
      { namespace: 'org.iso.18013.5.1.aamva', element: 'sex', intentToRetain: false },
    ],
  },
  {
    docType: 'org.iso.23220.photoid.1',
    elements: [{ namespace: 'org.iso.23220.1', element: 'portrait', intentToRetain: false }],
  },
]

async function written(forNonce = nonce) {
  const binding = { audience: `origin:${origin}`, nonce: forNonce }
  const transcript = await sessionTranscriptOf(binding, nodeCrypto)
  if (!transcript.ok) throw new Error(transcript.error.code)
  const reader = newAuthority('Readers').vouchFor({ name: 'Shop' })
  return DeviceRequest.decode(await writeDeviceRequest(documents, transcript.value, reader))
}

const theirs = () => theirTranscript({ origin, nonce })

it('asks them for the same elements', async () => {
  const { docRequests, version } = await written()
  expect(version).toBe('1.0')
  expect(docRequests.map(({ itemsRequest }) => [itemsRequest.docType, itemsRequest.namespaces])).toEqual([
    [
      'org.iso.18013.5.1.mDL',
      new Map([
        [
          'org.iso.18013.5.1',
          new Map([
            ['age_over_18', false],
            ['family_name', true],
          ]),
        ],
        ['org.iso.18013.5.1.aamva', new Map([['sex', false]])],
      ]),
    ],
    ['org.iso.23220.photoid.1', new Map([['org.iso.23220.1', new Map([['portrait', false]])]])],
  ])
})

it('is signed by its reader for one session, as they see it', async () => {
  const faults: string[] = []
  const verify = async (request: DeviceRequest) => {
    for (const { itemsRequest, readerAuth } of request.docRequests) {
      if (readerAuth === undefined) throw new Error('nobody signed')
      const verificationCallback = ({ status, check }: { status: string; check: string }) => {
        if (status !== 'PASSED') faults.push(check)
      }
      const readerAuthentication = { sessionTranscript: await theirs(), itemsRequest }
      await readerAuth.verify({ readerAuthentication, verificationCallback }, context)
    }
  }
  await verify(await written())
  expect(faults).toEqual([])
  await verify(await written('another'))
  expect(faults).toHaveLength(2)
})
