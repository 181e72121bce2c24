/**
 * Issue calls whose key is said to lie in a Vault of the caller's: whatever there is at that address, and wherever it
 * leads, the call is refused in time and says no more than that the key is of no use.
 */
import { type BadInput, chapter } from '../case.ts'
import { body, redirect, type Serve, status } from '../list-server.ts'
import { anyOffer, order } from '../stages.ts'
import { sendJson } from '../wire.ts'
import type { World } from '../world.ts'

function keyAt(
  name: string,
  serverOf: (world: World) => string | Promise<string>,
  more: object = {},
): BadInput<undefined> {
  return {
    name,
    status: 400,
    message: /^issuerKey cannot be used: [a-z_]+$/,
    async send(_, world) {
      const auth = { accessKey: 'a-token-of-the-caller' }
      const issuerKey = { type: 'tse', server: await serverOf(world), id: 'key', auth, ...more }
      return sendJson(`${world.issuer.url}/openid4vc/sdjwt/issue`, { ...order, issuerKey })
    },
  }
}

function vault(name: string, serve: Serve): BadInput<undefined> {
  return keyAt(name, async ({ lists }) => {
    const address = new URL(await lists.publish(() => serve))
    return `${address.origin}${address.pathname}/v1/transit`
  })
}

const places = [
  'http://169.254.169.254/v1/transit',
  'http://2852039166/v1/transit',
  'http://[fe80::1]/v1/transit',
  'http://user:password@127.0.0.1:8200/v1/transit',
  'file:///etc/v1/transit',
  'http://127.0.0.1:1/v1/transit',
  'http://127.0.0.1:1/v1/../../v1/transit',
  'nowhere',
  '',
]

const json = 'application/json'

const answers: readonly BadInput<undefined>[] = [
  vault('that says no', status(403)),
  vault('that knows no such key', status(404)),
  vault('that is broken', status(500)),
  vault('that sends everybody to cloud metadata', redirect('http://169.254.169.254/')),
  vault('that answers with a page', body('text/html', '<p>')),
  vault('that answers with nothing', body(json, '')),
  vault('that answers with a list', body(json, '[]')),
  vault('that answers with null', body(json, 'null')),
  vault('that knows a key without a version', body(json, '{"data":{"type":"ecdsa-p256","keys":{}}}')),
  vault(
    'that knows a key that is none',
    body(json, '{"data":{"type":"ecdsa-p256","keys":{"1":{"public_key":"x"}}}}'),
  ),
  vault('that answers with 5 MB', body(json, `"${'a'.repeat(5_000_000)}"`)),
  vault('that cuts the connection', (response) => response.destroy()),
]

const references: readonly BadInput<undefined>[] = [
  keyAt('a key whose name climbs', () => 'http://127.0.0.1:1/v1/transit', { id: '../../sys/seal' }),
  keyAt('a key whose name is a number', () => 'http://127.0.0.1:1/v1/transit', { id: 7 }),
  keyAt('no way to log in', () => 'http://127.0.0.1:1/v1/transit', { auth: {} }),
  keyAt('a login by a file of ours', () => 'http://127.0.0.1:1/v1/transit', {
    auth: { tokenFile: '/etc/passwd' },
  }),
  keyAt("a key in this machine's own cloud", () => 'x', {
    type: 'aws',
    config: { auth: { region: 'eu-central-1' } },
  }),
]

export const remoteKeyChapters = [
  chapter(
    'issue calls with a key in a Vault, at',
    anyOffer,
    places.map((place) => keyAt(place, () => place)),
  ),
  chapter('issue calls with a key in a Vault', anyOffer, answers),
  chapter('issue calls with a key elsewhere', anyOffer, references),
]
