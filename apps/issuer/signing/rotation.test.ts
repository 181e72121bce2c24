/**
 * Another key that signs, and another one for lists, at two instances one after the other: whatever was issued before, meanwhile and
 * after is believed by verifiers at every moment, whichever instance they ask and however old what they keep is.
 */
import { ok } from '@countersign/core/result'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import type { Remote } from '@countersign/service/outgoing/guarded-client'
import { openStatusLists } from '@countersign/service/outgoing/kept-status-lists'
import { checkStatus } from '@countersign/status-list/check-status'
import { newKey } from '@countersign/testing/people/keys'
import { metadataIssuerTrust } from '@countersign/trust/metadata-trust'
import { afterEach, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { Issuer } from '../issuer.ts'
import { changeStatus } from '../status/change-status.ts'
import { newDeployment, onSqlite } from '../testing/durable.testing.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { credentialFor, offered, proofOfKey, tokenFor } from '../testing/issuer.testing.ts'

type Key = ReturnType<typeof newKey>

/** What an instance is started with. */
interface Keys {
  readonly credentials: Key
  readonly lists: Key
  readonly published: readonly Key[]
}

interface Slot {
  readonly issuer: Issuer
  readonly service: HttpService
}

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

onSqlite('another key', (database) => {
  function opened() {
    const deployment = newDeployment(database())
    const { clock } = deployment
    const slots: Slot[] = []

    async function start(at: number, { credentials, lists, published }: Keys): Promise<void> {
      const issuer: Issuer = {
        ...deployment.instance({ listSigner: lists }),
        signerFor: () => credentials,
        publishedKeys: published,
      }
      const service = await createHttpService({
        ...issuerService(issuer, { displayName: 'Test' }),
        config: servedConfig(issuer),
        checks: [],
      })
      services.push(service)
      slots[at] = { issuer, service }
    }

    async function issue(at: number): Promise<string> {
      const { issuer } = slots[at] ?? {}
      if (issuer === undefined) throw new Error('nobody is there')
      const test = { issuer, clock }
      const { code } = await offered(issuer)
      return credentialFor(test, await tokenFor(test, code), await proofOfKey(test, newKey()))
    }

    /** A verifier that knows the issuer by its name alone; `ask` says which instance its next request reaches. */
    function verifier(ask: () => number) {
      const remote: Remote = {
        request: async ({ headers = {}, url }) => {
          const { pathname } = new URL(url)
          const answer = await slots[ask()]?.service.app.inject({ url: pathname, headers: { ...headers } })
          if (answer === undefined) throw new Error('nobody is there')
          return ok({
            status: answer.statusCode,
            headers: { 'content-type': String(answer.headers['content-type']) },
            body: answer.body,
            bytes: answer.rawPayload,
          })
        },
        close: async () => {},
      }
      const trust = metadataIssuerTrust({
        issuers: [{ issuer: deployment.issuer.baseUrl, source: 'configuration' }],
        fetchText: async (url) => {
          const answer = await remote.request({ purpose: 'issuer_metadata', method: 'GET', url })
          return answer.ok ? ok(answer.value.body) : { ok: false, error: { reason: answer.error.code } }
        },
      })
      const lists = openStatusLists(remote, {
        crypto: nodeCrypto,
        compression: nodeCompression,
        trust,
        skewSeconds: 60,
      })
      return async (presentation: string): Promise<string> => {
        const { now } = clock
        const outcome = await sdJwtVc.verify(
          { presentation, now, skewSeconds: 60, bindingWindowSeconds: 60, trust },
          nodeCrypto,
        )
        const failed = outcome.checks.filter(({ outcome: said }) => said !== 'passed' && said !== 'skipped')
        if (failed.length > 0) return JSON.stringify(failed)
        const { detail, status } = await checkStatus(outcome.presentation?.statuses ?? [], {
          lists,
          now,
          listKind: 'token-jwt',
          credentialIssuer: outcome.presentation?.issuer,
        })
        return status === 'valid' || status === 'revoked' ? status : `${status}: ${detail}`
      }
    }
    return { clock, issue, start, verifier }
  }

  it('step by step leaves no credential unbelieved, at no instance and at no verifier', async () => {
    const { clock, issue, start, verifier } = opened()
    const [oldKey, nextKey, oldLists, nextLists] = [newKey(), newKey(), newKey(), newKey()]
    const before = { credentials: oldKey, lists: oldLists, published: [oldLists] }
    const all = [oldKey, nextKey, oldLists, nextLists]
    const steps: readonly Keys[] = [
      { ...before, published: all },
      { credentials: nextKey, lists: nextLists, published: all },
    ]
    await start(0, before)
    await start(1, before)
    const issued: string[] = []
    let turn = 0
    const inTurns = () => {
      turn = 1 - turn
      return turn
    }
    const longLived = [verifier(inTurns), verifier(() => 0), verifier(() => 1)]
    const everyoneBelieves = async (moment: string) => {
      issued.push(await issue(0), await issue(1))
      const fresh = [verifier(() => 0), verifier(() => 1)]
      for (const [who, judge] of [...longLived, ...fresh].entries())
        for (const [which, credential] of issued.entries())
          expect(await judge(credential), `${moment}, credential ${which}, verifier ${who}`).toBe('valid')
    }
    await everyoneBelieves('before')
    for (const [step, keys] of steps.entries()) {
      for (const at of [0, 1]) {
        await start(at, keys)
        await everyoneBelieves(`step ${step + 1}, instance ${at}`)
        clock.now += 10
        await everyoneBelieves(`step ${step + 1}, instance ${at}, ten seconds later`)
      }
      // What verifiers keep of the metadata is known to be of this step.
      clock.now += 300
      await everyoneBelieves(`after step ${step + 1}`)
    }
    const { db } = database()
    for (const { id } of await db.selectFrom('issued_credentials').select('id').execute())
      expect(await changeStatus(database(), id, 'revoked', clock.now)).toMatchObject({ ok: true })
    clock.now += 300
    for (const judge of longLived)
      for (const credential of issued) expect(await judge(credential)).toBe('revoked')
  })

  it('that was not published first is not believed at the instance that does not know it yet', async () => {
    const { issue, start, verifier } = opened()
    const [oldKey, nextKey, lists] = [newKey(), newKey(), newKey()]
    await start(0, { credentials: nextKey, lists, published: [lists, oldKey] })
    await start(1, { credentials: oldKey, lists, published: [lists] })
    const [ofNext, ofOld] = [await issue(0), await issue(1)]
    expect(await verifier(() => 0)(ofNext)).toBe('valid')
    expect(await verifier(() => 0)(ofOld)).toBe('valid')
    expect(await verifier(() => 1)(ofNext)).toContain('key_not_in_metadata')
  })

  it('that is taken out of the metadata is not believed any more', async () => {
    const { clock, issue, start, verifier } = opened()
    const [oldKey, nextKey, lists] = [newKey(), newKey(), newKey()]
    await start(0, { credentials: oldKey, lists, published: [lists] })
    const credential = await issue(0)
    const judge = verifier(() => 0)
    expect(await judge(credential)).toBe('valid')
    await start(0, { credentials: nextKey, lists, published: [lists] })
    clock.now += 300
    expect(await judge(credential)).toContain('key_not_in_metadata')
  })
})
