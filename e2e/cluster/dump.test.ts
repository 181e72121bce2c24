/** With a deployment secret set, what lies in Redis and in the databases says nothing about anybody. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { postgresFolders } from '@countersign/local-servers/find-program'
import {
  broughtBack,
  locationOf,
  newBrowser,
  offeredAndPushed,
  textAt,
} from '@countersign/testing/client/browser-trip'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  credentialOf,
  identityConfiguration,
  keyProof,
  offerUri,
  readOffer,
  readRequest,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, present, receive } from '@countersign/testing/client/wallet-api'
import { newKey } from '@countersign/testing/people/keys'
import { createClient } from '@redis/client'
import { afterAll, beforeAll, expect, it } from 'vitest'

const planted = 'Plantedvalue Zebrastripe'
const phone = '+43 660 0815 4711'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 1 })
})
afterAll(() => cluster?.stop())

it('a dump of Redis, of the database and of the logs during flows holds no claim, no private key and no token in clear', async () => {
  const secrets: string[] = [planted, phone, 'Zebrastripe']
  const callerKey = { ...generateSoftwareKey('ES256') }
  secrets.push(callerKey.d)
  const credentialData = { given_name: planted, family_name: 'Example', phone_number: phone }
  const order = {
    credentialConfigurationId: identityConfiguration,
    credentialData,
    issuerKey: { type: 'jwk', jwk: callerKey },
  }

  // Flows left standing at every step, so that each kind of value is there.
  await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, {
    ...order,
    txCode: {},
    txCodeValue: '47114711',
  })
  const offered = await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order)
  const offer = readOffer((await call(offerUri(offered.text))).json())
  const token = expectStatus(await requestToken(offer, {}), 200)
  const accessToken = String(token.json()['access_token'])
  const nonce = String((await requestNonce(offer.issuer)).json()['c_nonce'])
  const holder = newKey()
  const proof = await keyProof(offer.issuer, nonce, holder)
  const issued = await requestCredential(
    offer.issuer,
    {},
    { accessToken, configurationId: identityConfiguration, proof },
  )
  const credential = credentialOf(expectStatus(issued, 200))
  secrets.push(offer.code, accessToken, credential, ...credential.split('~').slice(1, -1))

  const started = await postJson(`${cluster.urls.verifier}/openid4vc/verify`, { dcql_query: identityQuery })
  const request = readRequest((await call(requestUri(started.text))).text)
  await postForm(
    request.responseUri,
    await answerBody(request, { credential, holder }, [['given_name'], ['family_name']]),
  )

  const user = await newWalletUser(cluster.urls.wallet)
  secrets.push(user.token)
  const second = await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order)
  const [received] = await receive(user, second.text)
  secrets.push(received?.document ?? planted)
  const asked = await postJson(`${cluster.urls.verifier}/openid4vc/verify`, { dcql_query: identityQuery })
  await present(user, asked.text, [received?.id ?? ''])

  // One of whom it is known who he is, and one who said yes then.
  for (const saysYes of [false, true]) secrets.push(...(await presentedAtIssuer(saysYes)))

  const dumps = { redis: await dumpOfRedis(), postgres: dumpOfPostgres() }
  expect(dumps.redis.length).toBeGreaterThan(2000)
  expect(dumps.postgres).toContain('wallets')
  const logs = await Promise.all(cluster.services.map(({ logFile }) => readFile(logFile, 'utf8')))
  expect(logs.join('\n')).toContain('/authorize/presentation-callback')
  for (const [name, dump] of Object.entries({ ...dumps, logs: logs.join('\n') })) {
    const found = secrets.filter((secret) => forms(secret).some((form) => dump.includes(form)))
    expect(found, `in the dump of ${name}`).toEqual([])
    expect(dump, name).not.toMatch(/"d"\s*:\s*"/)
  }
})

/** Somebody shows his wallet who he is, to get a credential; what nobody may find of it. */
async function presentedAtIssuer(saysYes: boolean): Promise<readonly string[]> {
  const { issuer } = cluster.urls
  const held = await issue(issuer, { claims: { given_name: planted, family_name: 'Example' } })
  const trip = await offeredAndPushed(issuer, {
    authenticationMethod: 'VP_TOKEN',
    credentialData: {},
    vpRequest: { dcql_query: identityQuery },
    userClaims: { given_name: '/identity/given_name', family_name: '/identity/family_name' },
  })
  const browser = newBrowser()
  const going = locationOf(await browser.get(trip.address), trip.address)
  const [, link = ''] = /id="present" href="([^"]+)"/.exec((await browser.get(going)).text) ?? []
  const request = readRequest((await call(requestUri(link.replaceAll('&#38;', '&')))).text)
  const body = await answerBody(request, held, [['given_name'], ['family_name']])
  const back = String((await postForm(request.responseUri, body)).json()['redirect_uri'])
  const url = locationOf(await browser.get(back), back)
  const page = await browser.get(url)
  expect(textAt(page, 'user')).toContain(planted)
  const code = saysYes ? broughtBack(await browser.press(page, 'approve', url))['code'] : undefined
  return [new URL(back).searchParams.get('response_code') ?? '', ...(code === undefined ? [] : [code])]
}

/** In clear, and as base64 in its three alignments would show it. */
function forms(secret: string): readonly string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + secret)
      .toString('base64')
      .slice(4, -4),
  )
  return [secret, Buffer.from(secret).toString('hex'), ...encoded.filter((text) => text.length >= 12)]
}

async function dumpOfRedis(): Promise<string> {
  const client = await createClient({ url: cluster.redis?.url ?? '' }).connect()
  const lines: string[] = []
  for await (const keys of client.scanIterator()) {
    for (const key of keys) {
      const type = await client.type(key)
      if (type === 'zset') lines.push(key, ...(await client.zRange(key, 0, -1)))
      else if (type === 'hash')
        lines.push(key, ...Object.entries(await client.hGetAll(key)).map((field) => field.join(' ')))
      else lines.push(key, String(await client.get(key)))
    }
  }
  client.destroy()
  return lines.join('\n')
}

function dumpOfPostgres(): string {
  const folder = postgresFolders().find((one) => one !== '')
  const program = folder === undefined ? 'pg_dump' : `${folder}/pg_dump`
  return execFileSync(program, ['--inserts', cluster.postgres.url], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
}
