/** Queries that ask a format for what it does not have, or for another format's: refused before a wallet sees them. */
import type { FormatId } from '@countersign/credential/contract/format-id'
import { kinds } from '@countersign/testing/forging/credential-kinds'
import { type BadInput, chapter } from '../case.ts'
import { anyVerification } from '../stages.ts'
import { sendJson } from '../wire.ts'

function start(name: string, message: RegExp, body: object): BadInput<undefined> {
  return {
    name,
    status: 400,
    message,
    send: (_, { verifier }) => sendJson(`${verifier.url}/openid4vc/verify`, body),
  }
}

function asking(format: FormatId, name: string, message: RegExp, members: object): BadInput<undefined> {
  const query = kinds.find((kind) => kind.format === format)?.query
  return start(`${format}, ${name}`, message, { dcql_query: { credentials: [{ ...query, ...members }] } })
}

const badMeta = /\.meta: it does not name a type as \S+ does/
const badPath = /\.path: mso_mdoc has no claim there/

const metas: readonly BadInput<undefined>[] = [
  asking('dc+sd-jwt', 'no type', badMeta, { meta: {} }),
  asking('dc+sd-jwt', 'a type outside of a list', badMeta, { meta: { vct_values: 'urn:x:1' } }),
  asking('dc+sd-jwt', 'no type in the list', badMeta, { meta: { vct_values: [] } }),
  asking('dc+sd-jwt', 'a type that is a number', badMeta, { meta: { vct_values: [7] } }),
  asking('dc+sd-jwt', 'an empty type', badMeta, { meta: { vct_values: [''] } }),
  asking('dc+sd-jwt', 'the type of an mdoc', badMeta, { meta: { doctype_value: 'org.iso.18013.5.1.mDL' } }),
  asking('mso_mdoc', 'no type', badMeta, { meta: {} }),
  asking('mso_mdoc', 'an empty type', badMeta, { meta: { doctype_value: '' } }),
  asking('mso_mdoc', 'a type in a list', badMeta, { meta: { doctype_value: ['org.iso.18013.5.1.mDL'] } }),
  asking('mso_mdoc', 'the type of an SD-JWT VC', badMeta, { meta: { vct_values: ['urn:x:1'] } }),
  ...(['jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'] as const).flatMap((format) => [
    asking(format, 'no type', badMeta, { meta: {} }),
    asking(format, 'types outside of a list', badMeta, { meta: { type_values: 'IdentityCredential' } }),
    asking(format, 'types that are no sets', badMeta, { meta: { type_values: ['IdentityCredential'] } }),
    asking(format, 'a set without a type', badMeta, { meta: { type_values: [[]] } }),
    asking(format, 'no set', badMeta, { meta: { type_values: [] } }),
    asking(format, 'a type that is a number', badMeta, { meta: { type_values: [[7]] } }),
  ]),
]

const element = (...path: readonly unknown[]) => ({ claims: [{ path }] })

const paths: readonly BadInput<undefined>[] = [
  asking('mso_mdoc', 'a namespace alone', badPath, element('org.iso.18013.5.1')),
  asking(
    'mso_mdoc',
    'a place within an element',
    badPath,
    element('org.iso.18013.5.1', 'driving_privileges', 0),
  ),
  asking('mso_mdoc', 'every element', badPath, element('org.iso.18013.5.1', null)),
  asking('mso_mdoc', 'an element by its number', badPath, element('org.iso.18013.5.1', 0)),
  asking('mso_mdoc', 'whether it is kept, in words', /intent_to_retain: it must be true or false/, {
    claims: [{ path: ['org.iso.18013.5.1', 'portrait'], intent_to_retain: 'yes' }],
  }),
]

function requested(name: string, message: RegExp, entry: object): BadInput<undefined> {
  return start(name, message, { request_credentials: [entry] })
}

const fields = (path: string) => ({ input_descriptor: { constraints: { fields: [{ path: [path] }] } } })

const shortForms: readonly BadInput<undefined>[] = [
  requested('an mdoc without a document type', /doc_type is missing/, { format: 'mso_mdoc' }),
  requested('an mdoc by the type of another format', /doc_type is missing/, {
    format: 'mso_mdoc',
    vct: 'urn:x:1',
  }),
  requested('a document type that is a pattern', /not a pattern/, {
    format: 'mso_mdoc',
    doc_type: 'org.iso.*',
  }),
  requested('an empty document type', /not a pattern|missing/, { format: 'mso_mdoc', doc_type: '' }),
  requested('a field of an mdoc that is no element', badPath, {
    doc_type: 'x.y',
    ...fields('$.family_name'),
  }),
  requested('a claim of an mdoc that is no element', badPath, {
    doc_type: 'x.y',
    claims: [{ path: ['family_name'] }],
  }),
  requested('a W3C credential without a type', /is missing/, { format: 'jwt_vc_json' }),
  requested('a W3C credential by a pattern', /not a pattern/, { format: 'vc+jwt', type: 'Identity.*' }),
  requested('an SD-JWT VC by a type of the W3C', /is missing/, {
    format: 'dc+sd-jwt',
    type: 'IdentityCredential',
  }),
  requested('a field by a script', /field path/, { type: 'Identity', ...fields("$.vc[?(@.x=='y')]") }),
  requested('a field above everything', /field path/, { type: 'Identity', ...fields('$') }),
  requested('a format by a name that is inherited', /can be asked for/, { format: 'constructor', type: 'x' }),
  requested('a format in other letters', /can be asked for/, { format: 'MSO_MDOC', doc_type: 'x' }),
]

export const formatQueryChapters = [
  chapter('starting a verification, the type in a query', anyVerification, metas),
  chapter('starting a verification, the paths of a query', anyVerification, paths),
  chapter('starting a verification, the short form of formats', anyVerification, shortForms),
]
