/** CBOR that is no CBOR, or that would be far more than it looks: in the place of the response, and deep inside of it. */
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf, TAG, tagged } from '@countersign/crypto/cbor/value'
import { rewriteCbor } from '@countersign/testing/forging/cbor'
import { licenceNamespace, mdocKind, presentAs } from '@countersign/testing/forging/credential-kinds'
import { base64url } from '@countersign/testing/forging/jws'
import { unread } from '../answer.ts'
import { asked, formOf } from '../asked.ts'
import { type BadInput, chapter } from '../case.ts'
import type { Requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import { unbound } from './format-binding-cases.ts'

const KILOBYTE = 1024

function sent(name: string, reason: RegExp, bytes: Uint8Array | readonly number[]): BadInput<Requested> {
  return unbound(name, mdocKind, reason, () => base64url(Uint8Array.from(bytes)))
}

const repeated = (bytes: readonly number[], times: number) =>
  Array.from({ length: times }, () => bytes).flat()
const huge = (initial: number) => [initial, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
const gigabyte = (initial: number) => [initial, 0x40, 0, 0, 0]

const bombs: readonly BadInput<Requested>[] = [
  sent('no bytes', /./, []),
  sent('one byte', /./, [0xff]),
  sent('arrays 100 000 deep', /cbor_too_deep/, [...repeated([0x81], 100_000), 0]),
  sent('maps 50 000 deep', /cbor_too_deep/, [...repeated([0xa1, 0], 50_000), 0]),
  sent('tags 100 000 deep', /cbor_too_deep/, [...repeated([0xc1], 100_000), 0]),
  sent('an array of 2^64 entries', /cbor_truncated/, huge(0x9b)),
  sent('a map of 2^64 entries', /cbor_truncated/, huge(0xbb)),
  sent('2^64 bytes', /cbor_truncated/, huge(0x5b)),
  sent('a text of 2^64 letters', /cbor_truncated/, huge(0x7b)),
  sent('a gigabyte that is announced', /cbor_truncated/, gigabyte(0x5a)),
  sent('a billion entries that are announced', /cbor_truncated/, gigabyte(0x9a)),
  sent('an array that does not end', /cbor_indefinite_length/, [0x9f, ...repeated([0x9f], 1000)]),
  sent('a map that does not end', /cbor_indefinite_length/, [0xbf, 0x00]),
  sent('bytes in pieces', /cbor_indefinite_length/, [0x5f, 0x41, 0x00, 0xff]),
  sent('a text in pieces', /cbor_indefinite_length/, [0x7f, 0x61, 0x61, 0xff]),
  sent('an end of nothing', /cbor_indefinite_length/, [0xff]),
  sent('100 000 values', /cbor_too_many_values/, [0x9a, 0, 1, 0x86, 0xa0, ...repeated([0], 100_000)]),
  sent('a key twice', /cbor_duplicate_key/, [0xa2, 0x61, 0x61, 0, 0x61, 0x61, 1]),
  sent('a key that is a map', /cbor_key_unsupported/, [0xa1, 0xa0, 0]),
  sent('a text that is no UTF-8', /cbor_utf8_invalid/, [0x62, 0xc3, 0x28]),
  sent('half a surrogate pair', /cbor_utf8_invalid/, [0x63, 0xed, 0xa0, 0x80]),
  sent('a reserved length', /cbor_malformed/, [0x1c]),
  sent('250 kB of zeros', /cbor_trailing_bytes/, new Uint8Array(250 * KILOBYTE)),
  sent('2.2 MB', /credential_too_large \(limit 2097152 characters/, new Uint8Array(2200 * KILOBYTE)),
]

function altered(name: string, reason: RegExp, alter: (text: string) => string): BadInput<Requested> {
  return unbound(name, mdocKind, reason, async (at, held) => alter(await presentAs(mdocKind, at, held)))
}

const bytesOf = (text: string) => Buffer.from(text, 'base64url')

const texts: readonly BadInput<Requested>[] = [
  altered('a byte behind the response', /cbor_trailing_bytes/, (text) =>
    base64url(Buffer.concat([bytesOf(text), Buffer.of(0)])),
  ),
  altered('a second response behind it', /cbor_trailing_bytes/, (text) =>
    base64url(Buffer.concat([bytesOf(text), bytesOf(text)])),
  ),
  altered('the last byte missing', /cbor_truncated/, (text) => base64url(bytesOf(text).subarray(0, -1))),
  altered('base64 instead of base64url', /not_base64url/, (text) => `${bytesOf(text).toString('base64')}=`),
  altered('padding', /not_base64url/, (text) => `${text}==`),
  altered('hexadecimal digits', /./, (text) => bytesOf(text).toString('hex')),
  altered(
    'a number in more bytes than it needs, in what the device says',
    /malformed|signature_invalid/,
    (text) =>
      rewriteCbor(text, ['documents', 0, 'deviceSigned', 'nameSpaces'], () =>
        tagged(TAG.embedded, Uint8Array.of(0xb8, 0x00)),
      ),
  ),
]

const item = ['documents', 0, 'issuerSigned', 'nameSpaces', licenceNamespace, 0] as const

/** Embedded CBOR is bytes to who reads the response; it is opened later, and must be bounded then, too. */
function embedded(name: string, bytes: readonly number[]): BadInput<Requested> {
  const value: CborInput = tagged(TAG.embedded, Uint8Array.from(bytes))
  return altered(name, /issuer_signed_item_malformed/, (text) => rewriteCbor(text, item, () => value))
}

function nested(depth: number): CborInput {
  let value: CborInput = 0
  for (let at = 0; at < depth; at++) value = [value]
  return value
}

const inside: readonly BadInput<Requested>[] = [
  embedded('an element that is 100 000 arrays deep', [...repeated([0x81], 100_000), 0]),
  embedded('an element of 2^64 bytes', huge(0x5b)),
  embedded('an element that does not end', [0x9f]),
  embedded('an element of 50 000 values', [0x99, 0xc3, 0x50, ...repeated([0], 50_000)]),
  embedded('an element that is embedded in itself many times', repeated([0xd8, 0x18, 0x58, 0x20], 1000)),
  altered('an element whose value is 12 arrays deep', /digest_wrong/, (text) =>
    rewriteCbor(text, [...item, 'elementValue'], () => nested(12)),
  ),
  altered('a header that is 100 arrays deep', /cose_header_malformed/, (text) =>
    rewriteCbor(text, ['documents', 0, 'issuerSigned', 'issuerAuth', 0], () => encodeCbor(nested(100))),
  ),
  altered('a security object of 2^64 bytes', /mso_malformed/, (text) =>
    rewriteCbor(text, ['documents', 0, 'issuerSigned', 'issuerAuth', 2], () => Uint8Array.from(huge(0x5b))),
  ),
  altered('501 elements', /too_many_elements/, (text) =>
    rewriteCbor(text, ['documents', 0, 'issuerSigned', 'nameSpaces'], () =>
      mapOf({
        [licenceNamespace]: Array.from({ length: 501 }, () => tagged(TAG.embedded, Uint8Array.of(0xa0))),
      }),
    ),
  ),
]

const large: readonly BadInput<Requested>[] = [
  {
    name: '5 MB',
    status: 413,
    error: 'invalid_request',
    message: /too large, limit 4194304 bytes/,
    send: (at) => sendForm(at.request.responseUri, formOf(at, 'A'.repeat(5_000_000))),
  },
  {
    name: '3 MB',
    ...unread(/credential_too_large \(limit 2097152 characters/),
    send: (at) => sendForm(at.request.responseUri, formOf(at, 'A'.repeat(3_000_000))),
  },
]

export const cborChapters = [
  chapter('mso_mdoc, CBOR bombs', asked(mdocKind), bombs),
  chapter('mso_mdoc, its encoding', asked(mdocKind), texts),
  chapter('mso_mdoc, CBOR within CBOR', asked(mdocKind), inside),
  chapter('mso_mdoc, sizes', asked(mdocKind), large),
]
