/**
 * Credentials in good order whose status cannot be found out: the list is away, is no list, has ended, or is signed by
 * somebody who has no say. Each is undetermined with its reason, and that alone; never valid, never revoked. What the
 * believed signer of a list did wrong for good fails: another list, a signature that is not his, a place that is not there.
 */
import type { Signer } from '@countersign/crypto/engine'
import { clumsy, presentAs } from '@countersign/testing/forging/credential-kinds'
import { type ListFacts, type Mechanism, mechanisms } from '@countersign/testing/forging/status-lists'
import { now } from '@countersign/testing/people/keys'
import { asked, formOf, trusted } from '../asked.ts'
import { type BadInput, chapter } from '../case.ts'
import { body, redirect, type Serve, status } from '../list-server.ts'
import { expectObjection, objectionsTo, refused, taken } from '../rejection.ts'
import type { Requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'
import { stranger } from './format-judgement-cases.ts'

type MakeList = (mechanism: Mechanism, uri: string, signer: Signer) => Serve | Promise<Serve>

/** The status of a good credential whose list is this one. */
export function undetermined(
  mechanism: Mechanism,
  name: string,
  reason: RegExp,
  uriOf: (world: World) => Promise<string>,
): BadInput<Requested> {
  return objected(mechanism, { name, reason }, uriOf)
}

function objected(
  mechanism: Mechanism,
  { name, reason, index = 0, outcome }: Omit<ListFault, 'list'>,
  uriOf: (world: World) => Promise<string>,
): BadInput<Requested> {
  const { kind } = mechanism
  return {
    name: `${mechanism.type}, ${name}`,
    ...(outcome === 'failed' ? refused : taken),
    send: async (at, world) => {
      const statuses = [mechanism.reference(await uriOf(world), index)]
      const held = await trusted(kind, world, { statuses })
      return sendForm(at.request.responseUri, formOf(at, await presentAs(kind, at, held)))
    },
    ends: { because: 'it has its answer', after: (at) => expectStatusAlone(at, reason, outcome) },
  }
}

export function expectUndetermined(at: Requested, reason: RegExp): Promise<void> {
  return expectStatusAlone(at, reason)
}

export async function expectStatusAlone(
  at: Requested,
  reason: RegExp,
  outcome: 'undetermined' | 'failed' = 'undetermined',
): Promise<void> {
  const objections = await objectionsTo(at)
  expectObjection(objections, 'status', reason, outcome)
  if (objections.length > 1) throw new Error(`more than the status objects: ${JSON.stringify(objections)}`)
}

interface ListFault {
  readonly name: string
  readonly reason: RegExp
  readonly list: MakeList
  readonly index?: number
  /** Of the check; `undetermined` when absent. */
  readonly outcome?: 'failed'
}

/** A list that is as it should be but for these facts. */
const written =
  (change: (uri: string, signer: Signer) => Partial<ListFacts>, type?: string): MakeList =>
  async (mechanism, uri, signer) => {
    const list = await mechanism.write({ uri, signer, ...change(uri, signer) })
    return body(type ?? list.type, list.content)
  }

const GOOD = () => ({})
const MEGABYTE = 2 ** 20

const answers: readonly ListFault[] = [
  { name: 'nothing there', reason: /^list_http_status: 404$/, list: () => status(404) },
  { name: 'a fault of the server', reason: /^list_http_status: 500$/, list: () => status(500) },
  { name: 'a login', reason: /^list_http_status: 401$/, list: () => status(401) },
  {
    name: 'a connection that is cut',
    reason: /^list_unreachable/,
    list: () => (response) => response.destroy(),
  },
  { name: 'a page', reason: /^media_type_wrong: text\/html$/, list: () => body('text/html', '<p>') },
  {
    name: 'a list that is called JSON',
    reason: /^media_type_wrong: application\/json$/,
    list: written(GOOD, 'application/json'),
  },
  { name: 'a list that is called nothing', reason: /^media_type_wrong/, list: written(GOOD, '') },
  {
    name: 'a list that is called what it is not',
    reason: /^media_type_wrong/,
    list: written(GOOD, 'application/statuslist+xml'),
  },
  {
    name: 'a list in an encoding that nobody asked for',
    reason: /^list_unreachable: response_encoded$/,
    list: ({ type }) => body(type, 'x', { 'content-encoding': 'br' }),
  },
  { name: 'nothing of the right type', reason: /^list_malformed/, list: ({ type }) => body(type, '') },
  { name: 'letters of the right type', reason: /^list_malformed/, list: ({ type }) => body(type, 'x.y.z') },
  {
    name: 'bytes of the right type',
    reason: /^list_malformed/,
    list: ({ type }) => body(type, Uint8Array.of(0xff, 0, 0x9f)),
  },
  { name: '5 MB', reason: /^list_too_large$/, list: ({ type }) => body(type, 'A'.repeat(5 * MEGABYTE)) },
  { name: 'a list without end', reason: /^list_too_large$/, list: ({ type }) => endless(type) },
  {
    name: 'a way in circles',
    reason: /^list_unreachable: too_many_redirects$/,
    list: (_, uri) => redirect(uri),
  },
  {
    name: 'a way to nowhere',
    reason: /^list_http_status: 302$/,
    list: () => (response) => response.writeHead(302).end(),
  },
  {
    name: 'a way to the address of cloud metadata',
    reason: /^list_unreachable: address_not_allowed$/,
    list: () => redirect('http://169.254.169.254/latest/meta-data/'),
  },
  {
    name: 'a way to a file',
    reason: /^list_unreachable: scheme$/,
    list: () => redirect('file:///etc/passwd'),
  },
  {
    name: 'a way with user and password',
    reason: /^list_unreachable: user_info$/,
    list: (_, uri) => redirect(uri.replace('//', '//a:b@')),
  },
  { name: 'a way that is no address', reason: /^list_unreachable/, list: () => redirect('http://[') },
]

/** For as long as somebody reads. */
function endless(type: string): Serve {
  return (response) => {
    response.writeHead(200, { 'content-type': type })
    const more = () => {
      while (!response.destroyed && response.write('A'.repeat(65_536)));
    }
    response.on('drain', more).on('error', () => undefined)
    more()
  }
}

const contents: readonly ListFault[] = [
  {
    name: 'another list of the same issuer',
    reason: /^list_uri_differs$/,
    outcome: 'failed',
    list: written((uri) => ({ uri: `${uri}2` })),
  },
  {
    name: 'a list that has expired',
    reason: /^list_expired$/,
    list: written(() => ({ issuedAt: now() - 7200, expiresAt: now() - 3600 })),
  },
  {
    name: 'a list of the future',
    reason: /^list_not_yet_valid$/,
    list: written(() => ({ issuedAt: now() + 3600, expiresAt: now() + 7200 })),
  },
  {
    name: 'a list with a bit turned in the signature',
    reason: /^signature_invalid$/,
    outcome: 'failed',
    list: written((_, signer) => ({ signer: clumsy(signer) })),
  },
  {
    name: 'a list of an issuer whom nobody vouches for',
    reason: /^signer_untrusted/,
    list: async (mechanism, uri) => signedBy(mechanism, uri, await stranger(mechanism.kind)),
  },
  {
    name: 'a list that names nobody',
    reason: /^signer_unknown/,
    list: (mechanism, uri, { x5c: _chain, ...signer }) => signedBy(mechanism, uri, signer),
  },
  {
    name: 'a list that is cut off',
    reason: /^compressed_malformed$/,
    list: written(() => ({ squeeze: (bytes) => bytes.subarray(0, -8) })),
  },
  {
    name: 'a list that is not compressed',
    reason: /^compressed_malformed$/,
    list: written(() => ({ squeeze: (bytes) => bytes.map((byte) => byte ^ 0x55) })),
  },
  {
    name: 'a list that grows to 20 MB',
    reason: /^inflated_too_large$/,
    list: written(() => ({ bytes: 20 * MEGABYTE })),
  },
  {
    name: 'an index behind the last',
    reason: /^index_out_of_range$/,
    outcome: 'failed',
    list: written(GOOD),
    index: 131_072,
  },
  {
    name: 'an index without end',
    reason: /^index_out_of_range$/,
    outcome: 'failed',
    list: written(GOOD),
    index: Number.MAX_SAFE_INTEGER,
  },
]

async function signedBy(mechanism: Mechanism, uri: string, signer: Signer): Promise<Serve> {
  const { content, type } = await mechanism.write({ uri, signer })
  return body(type, content)
}

function published(mechanism: Mechanism, { list, ...fault }: ListFault): BadInput<Requested> {
  const address = (world: World) => world.lists.publish((uri) => list(mechanism, uri, world.listKey))
  return objected(mechanism, fault, address)
}

export const statusListChapters = mechanisms.flatMap((mechanism) => [
  chapter(
    `status of ${mechanism.kind.format}, what is served`,
    asked(mechanism.kind),
    answers.map((fault) => published(mechanism, fault)),
  ),
  chapter(
    `status of ${mechanism.kind.format}, the list`,
    asked(mechanism.kind),
    contents.map((fault) => published(mechanism, fault)),
  ),
])
