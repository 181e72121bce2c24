/** The catalogue. Names that it does not have are a 400, as scripts of the field expect. */
import { type BadInput, chapter } from '../case.ts'
import { anyRequest } from '../stages.ts'
import { send } from '../wire.ts'

function bad(path: string, status: number, message: RegExp): BadInput<undefined> {
  return {
    name: path.slice(0, 70),
    status,
    message,
    send: (_, { repository }) => send(repository.url + path),
  }
}

const unknown = /^No credential found named: /
const shelves = ['vc', 'sdjwt-vc', 'mapping', 'manifest', 'schema', 'type-metadata']

export const repositoryChapters = [
  chapter(
    'the catalogue',
    anyRequest(({ repository }) => `${repository.url}/api/vc/IdentityCredential`),
    [
      ...shelves.map((shelf) => bad(`/api/${shelf}/Unknown`, 400, unknown)),
      ...shelves.map((shelf) => bad(`/api/${shelf}/__proto__`, 400, unknown)),
      bad('/api/vc/constructor', 400, unknown),
      bad('/api/vc/IdentityCredential%00', 400, unknown),
      bad('/api/vc/..%2f..%2fpackage.json', 400, unknown),
      bad('/api/vc/%3Cscript%3Ealert(1)%3C%2Fscript%3E', 400, unknown),
      bad(`/api/vc/${'n'.repeat(201)}`, 400, /params\/name/),
      bad('/api/type-metadata', 400, /vct/),
      bad('/api/type-metadata?vct=', 400, /vct/),
      bad('/api/type-metadata?vct=a&vct=b', 400, /vct/),
      bad('/api/type-metadata?vct=urn:unknown', 404, /No type has the vct/),
      bad(`/api/type-metadata?vct=${'v'.repeat(501)}`, 400, /vct/),
    ],
  ),
]
