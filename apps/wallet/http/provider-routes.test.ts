import { expect, it } from 'vitest'
import { startApi } from '../testing/api.testing.ts'
import { testProvider } from '../testing/clients.testing.ts'
import { onSqlite } from '../testing/wallet.testing.ts'

onSqlite('the authority above who attests wallets', (store) => {
  const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'

  it.each([
    ['is given out to everybody', PEM, 200],
    ['is unknown where the provider brings no certificate', undefined, 404],
  ])('%s', async (_name, anchorsPem, status) => {
    const { provider } = await testProvider(anchorsPem === undefined ? {} : { anchorsPem })
    const api = await startApi(store().instance({ provider }))
    const answer = await api.ask('GET', '/wallet-api/provider/anchor')
    await api.close()
    expect(answer.status).toBe(status)
    if (anchorsPem === undefined) return
    expect(answer.text).toBe(PEM)
    expect(answer.headers.get('content-type')).toBe('application/pem-certificate-chain')
  })

  it('is unknown where nobody attests wallets', async () => {
    const api = await startApi(store().instance())
    const { status } = await api.ask('GET', '/wallet-api/provider/anchor')
    await api.close()
    expect(status).toBe(404)
  })
})
