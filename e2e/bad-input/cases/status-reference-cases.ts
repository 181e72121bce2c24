/**
 * What a credential says of its status, and what its list says of itself, in forms that nobody can read. What cannot be
 * read is undetermined: taken for no status it would make a revoked credential good.
 */
import { gzipSync } from 'node:zlib'
import type { JsonObject } from '@countersign/core/json'
import { type CborInput, mapOf } from '@countersign/crypto/cbor/value'
import type { Signer } from '@countersign/crypto/engine'
import { resignedMdoc, withEntry } from '@countersign/testing/forging/cbor'
import {
  jwtVcKind,
  type Kind,
  mdocKind,
  presentAs,
  sdJwtKind,
} from '@countersign/testing/forging/credential-kinds'
import { type JwtChange, rewriteCredential, rewriteJws } from '@countersign/testing/forging/jws'
import { bitstring, type Mechanism, tokenJwt } from '@countersign/testing/forging/status-lists'
import { asked, formOf, trusted } from '../asked.ts'
import { type BadInput, chapter } from '../case.ts'
import { body } from '../list-server.ts'
import { refused, taken } from '../rejection.ts'
import type { Requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import { expectStatusAlone, expectUndetermined } from './status-list-cases.ts'

type Rewrite = (credential: string, signer: Signer) => Promise<string>

function unreadable(kind: Kind, name: string, reason: RegExp, rewrite: Rewrite): BadInput<Requested> {
  return {
    name,
    ...taken,
    async send(at, world) {
      const { credential, holder } = await trusted(kind, world)
      const held = { credential: await rewrite(credential, kind.trustedKey(world)), holder }
      return sendForm(at.request.responseUri, formOf(at, await presentAs(kind, at, held)))
    },
    ends: { because: 'it has its answer', after: (at) => expectUndetermined(at, reason) },
  }
}

const uri = 'http://127.0.0.1:1/list'

/** The `status` of an SD-JWT VC. */
function claim(name: string, status: object, reason = /^mechanism_unknown/): BadInput<Requested> {
  const payload = (known: JsonObject) => ({ ...known, status })
  return unreadable(sdJwtKind, name, reason, (credential, signer) =>
    rewriteCredential(credential, { payload }, signer),
  )
}

const claims: readonly BadInput<Requested>[] = [
  claim('a status that says nothing', {}),
  claim('a mechanism that nobody knows', { moon_phase: { uri } }),
  claim('a list that is a text', { status_list: uri }),
  claim('a list in a list', { status_list: [{ idx: 0, uri }] }),
  claim('a negative index', { status_list: { idx: -1, uri } }),
  claim('an index that is a text', { status_list: { idx: '0', uri } }),
  claim('an index with a fraction', { status_list: { idx: 0.5, uri } }),
  claim('no index', { status_list: { uri } }),
  claim('no address', { status_list: { idx: 0 } }),
  claim('an address that is a number', { status_list: { idx: 0, uri: 7 } }),
  claim('an address that is a path', { status_list: { idx: 0, uri: '/list' } }),
  claim('an address of 3000 characters', { status_list: { idx: 0, uri: `${uri}/${'a'.repeat(3000)}` } }),
  claim('an address with a line break', { status_list: { idx: 0, uri: `${uri}\r\nX: y` } }),
]

/** The same of an mdoc. */
function entry(name: string, status: CborInput, reason = /^mechanism_unknown/): BadInput<Requested> {
  return unreadable(mdocKind, name, reason, (credential, signer) =>
    resignedMdoc(credential, (mso) => withEntry(mso, 'status', status), signer),
  )
}

const entries: readonly BadInput<Requested>[] = [
  entry('a status that says nothing', new Map()),
  entry('a status that is a text', 'valid'),
  entry('a mechanism that nobody knows', mapOf({ moon_phase: mapOf({ uri }) })),
  entry('a negative index', mapOf({ status_list: mapOf({ idx: -1, uri }) })),
  entry('an index of 64 bits', mapOf({ status_list: mapOf({ idx: 2n ** 63n, uri }) })),
  entry('an index that is a text', mapOf({ status_list: mapOf({ idx: '0', uri }) })),
  entry('no address', mapOf({ status_list: mapOf({ idx: 0 }) })),
  entry('an address that is bytes', mapOf({ status_list: mapOf({ idx: 0, uri: new Uint8Array(8) }) })),
  entry('an identifier without end', mapOf({ identifier_list: mapOf({ id: new Uint8Array(1000), uri }) })),
  entry('a good mechanism beside an unknown one', mapOf({ status_list: mapOf({ idx: 0, uri }), x: 1 }), /./),
]

/** `credentialStatus` of a W3C credential. */
function member(name: string, change: object, reason = /^mechanism_unknown/): BadInput<Requested> {
  const good = {
    id: `${uri}#0`,
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '0',
    statusListCredential: uri,
  }
  const payload = ({ vc, ...known }: JsonObject) => ({
    ...known,
    vc: { ...(vc as JsonObject), credentialStatus: Array.isArray(change) ? change : { ...good, ...change } },
  })
  return unreadable(jwtVcKind, name, reason, (credential, signer) =>
    rewriteCredential(credential, { payload }, signer),
  )
}

const members: readonly BadInput<Requested>[] = [
  member('a mechanism that nobody knows', { type: 'MoonPhase' }),
  member('a negative index', { statusListIndex: '-1' }),
  member('an index that is a number', { statusListIndex: 0 }),
  member('an index with zeros before it', { statusListIndex: '007' }),
  member('an index in another notation', { statusListIndex: '1e3' }),
  member('an index without end', { statusListIndex: '9'.repeat(40) }),
  member('no list', { statusListCredential: undefined }),
  member('a list that is an object', { statusListCredential: { id: uri } }),
  member('no purpose', { statusPurpose: undefined }),
  member('purposes in a list', { statusPurpose: ['revocation'] }),
  member('an entry of no bits', { statusSize: 0 }),
  member('an entry of 64 bits', { statusSize: 64 }),
  member('two mechanisms that nobody knows', [{ type: 'MoonPhase' }, { type: 'Tide' }]),
]

/** A list in good order but for what is changed in its JWT. */
function list(
  mechanism: Mechanism,
  name: string,
  reason: RegExp,
  change: JwtChange,
  { status = 0, outcome }: { readonly status?: number; readonly outcome?: 'failed' } = {},
): BadInput<Requested> {
  const { kind } = mechanism
  return {
    name,
    ...(outcome === 'failed' ? refused : taken),
    async send(at, world) {
      const signer = world.listKey
      const address = await world.lists.publish(async (own) => {
        const { content, type } = await mechanism.write({ uri: own, signer, status })
        return body(type, await rewriteJws(String(content), change, signer))
      })
      const held = await trusted(kind, world, { statuses: [mechanism.reference(address)] })
      return sendForm(at.request.responseUri, formOf(at, await presentAs(kind, at, held)))
    },
    ends: { because: 'it has its answer', after: (at) => expectStatusAlone(at, reason, outcome) },
  }
}

function signedLists(mechanism: Mechanism): readonly BadInput<Requested>[] {
  const header = (name: string, reason: RegExp, more: object, ends: { readonly outcome?: 'failed' } = {}) =>
    list(mechanism, name, reason, { header: (known) => ({ ...known, ...more }) }, ends)
  const payload = (name: string, reason: RegExp, more: object) =>
    list(mechanism, name, reason, { payload: (known) => ({ ...known, ...more }) })
  return [
    header('alg none', /^alg_not_allowed$/, { alg: 'none' }),
    header('alg HS256', /^alg_not_allowed$/, { alg: 'HS256' }),
    header('an algorithm of another key', /^alg_key_mismatch$/, { alg: 'ES384' }, { outcome: 'failed' }),
    header('another typ', /^typ_wrong$/, { typ: 'dc+sd-jwt' }),
    header('a critical extension', /^list_malformed/, { crit: ['x'], x: 1 }),
    header('a chain that is a text', /^list_malformed/, { x5c: 'AAAA' }),
    payload('an end that is a text', /^list_malformed: exp$/, { exp: 'soon' }),
    payload('a beginning that is a text', /^list_malformed: nbf$/, { nbf: 'now' }),
    payload('a beginning to come', /^list_not_yet_valid$/, { nbf: 2 ** 40 }),
    payload('an end long ago', /^list_expired$/, { exp: 1000 }),
  ]
}

function tokenList(name: string, reason: RegExp, more: object): BadInput<Requested> {
  const payload = ({ status_list: inner, ...known }: JsonObject) => ({
    ...known,
    status_list: { ...(inner as JsonObject), ...more },
  })
  return list(tokenJwt, name, reason, { payload })
}

const tokenLists: readonly BadInput<Requested>[] = [
  ...signedLists(tokenJwt),
  list(tokenJwt, 'no subject', /^list_malformed: sub$/, {
    payload: (known) => ({ ...known, sub: undefined }),
  }),
  list(tokenJwt, 'no list', /^list_malformed: status_list$/, {
    payload: (known) => ({ ...known, status_list: [] }),
  }),
  list(tokenJwt, 'a time to live of nothing', /^list_malformed: ttl$/, {
    payload: (known) => ({ ...known, ttl: 0 }),
  }),
  tokenList('entries of three bits', /^list_malformed: status_list$/, { bits: 3 }),
  tokenList('entries of no bits', /^list_malformed: status_list$/, { bits: 0 }),
  tokenList('entries of a text of bits', /^list_malformed: status_list$/, { bits: '2' }),
  tokenList('a list that is no base64url', /^list_malformed: status_list$/, { lst: '@@' }),
  tokenList('an empty list', /^compressed_malformed$/, { lst: '' }),
  tokenList('a list of other bytes', /^compressed_malformed$/, { lst: 'AAAA' }),
  list(tokenJwt, 'a status that means nothing yet', /^status_value_3$/, {}, { status: 3 }),
]

function bitstringList(name: string, reason: RegExp, more: object): BadInput<Requested> {
  const payload = ({ credentialSubject: inner, ...known }: JsonObject) => ({
    ...known,
    credentialSubject: { ...(inner as JsonObject), ...more },
  })
  return list(bitstring, name, reason, { payload })
}

const short = (bytes: number) => `u${gzipSync(new Uint8Array(bytes)).toString('base64url')}`

const bitstringLists: readonly BadInput<Requested>[] = [
  ...signedLists(bitstring),
  bitstringList('another purpose', /^purpose_differs$/, { statusPurpose: 'suspension' }),
  bitstringList('no purpose', /^list_malformed: statusPurpose$/, { statusPurpose: [] }),
  bitstringList('entries of another size', /^size_differs$/, { statusSize: 2 }),
  bitstringList('entries of 33 bits', /^list_malformed: statusSize$/, { statusSize: 33 }),
  bitstringList('a list that tells who is meant', /^list_too_short$/, { encodedList: short(1) }),
  bitstringList('an empty list', /^list_too_short$|^compressed_malformed$/, { encodedList: short(0) }),
  bitstringList('a list without its prefix', /^list_malformed: encodedList$/, {
    encodedList: short(16_384).slice(1),
  }),
  bitstringList('a list in another base', /^list_malformed: encodedList$/, {
    encodedList: `z${short(16_384)}`,
  }),
  bitstringList('a subject of another type', /^list_malformed: credentialSubject$/, { type: 'Thing' }),
  bitstringList('a time to live backwards', /^list_malformed: ttl$/, { ttl: -1 }),
]

export const statusReferenceChapters = [
  chapter('status of dc+sd-jwt, the reference', asked(sdJwtKind), claims),
  chapter('status of mso_mdoc, the reference', asked(mdocKind), entries),
  chapter('status of jwt_vc_json, the reference', asked(jwtVcKind), members),
  chapter('a Token Status List that is malformed', asked(sdJwtKind), tokenLists),
  chapter('a Bitstring Status List that is malformed', asked(jwtVcKind), bitstringLists),
]
