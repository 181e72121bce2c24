import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { curlCommand } from './curl-command.ts'

/** What a shell makes of the command, argument by argument. */
function argumentsIn(command: string): readonly string[] {
  const script = `curl() { for one in "$@"; do printf '%s\\0' "$one"; done; }\n${command}`
  const env = { COUNTERSIGN_ISSUER_URL: 'http://issuer:7002', COUNTERSIGN_ISSUER_API_KEY: 'a key' }
  return execFileSync('sh', ['-c', script], { env }).toString('utf8').split('\0').slice(0, -1)
}

it('asks with the address and the key of whoever types it', () => {
  const command = curlCommand({ service: 'issuer', path: '/openid4vc/session/a-1' })
  expect(command).toContain('"$COUNTERSIGN_ISSUER_URL"')
  expect(argumentsIn(command)).toEqual([
    'http://issuer:7002/openid4vc/session/a-1',
    '-H',
    'x-api-key: a key',
    '-H',
    'accept: application/json',
  ])
})

it.each([
  ['quotes and what a shell would run', `'; rm -rf / #"$(id)\`id\`!!\\`],
  ['lines', 'one\ntwo\r\n'],
  ['marks of direction and what has no width', 'a\u202eb\u200bc\u{e0001}d'],
  ['other alphabets', 'Żółć 名前 👩‍🚀'],
])('sends %s as they are', (_what, given_name) => {
  const body = { credentialData: { given_name } }
  const command = curlCommand({ service: 'issuer', path: '/openid4vc/sdjwt/issue', body })
  const sent = argumentsIn(command)
  expect(sent.slice(5, 8)).toEqual(['-H', 'content-type: application/json', '-d'])
  expect(JSON.parse(sent[8] ?? '')).toEqual(body)
  expect(sent).toHaveLength(9)
  expect(command.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
})
