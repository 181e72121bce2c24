import { bareKey } from '@countersign/crypto/jwk'
import { jweEngine } from '@countersign/testing/engines/jwe-engine'
import { describe, expect, it } from 'vitest'
import { parseDeferredRequest, writeDeferredRequest } from './deferred-request.ts'

describe('a request of a wallet that comes again', () => {
  it('is the transaction alone, and is read as it was written', () => {
    expect(writeDeferredRequest({ transactionId: 't' })).toEqual({ transaction_id: 't' })
    expect(parseDeferredRequest(writeDeferredRequest({ transactionId: 't' }))).toEqual({
      ok: true,
      value: { transactionId: 't' },
    })
  })

  it('says for whom its own answer is encrypted, without the secret of the key', async () => {
    const { d, ...key } = await jweEngine.makeKey()
    const responseEncryption = { key: { ...key, d }, keyId: 'k', content: 'A256GCM', packed: true } as const
    const written = writeDeferredRequest({ transactionId: 't', responseEncryption })
    expect(JSON.stringify(written)).not.toContain(d)
    expect(parseDeferredRequest(written)).toMatchObject({
      value: { responseEncryption: { key: bareKey(key), keyId: 'k', content: 'A256GCM', packed: true } },
    })
  })

  it.each([{}, { transaction_id: null }, { transaction_id: '' }, { transaction_id: 7 }])(
    'without a transaction is none: %j',
    (body) => {
      expect(parseDeferredRequest(body)).toEqual({ ok: false, error: { code: 'transaction_id_missing' } })
    },
  )
})
