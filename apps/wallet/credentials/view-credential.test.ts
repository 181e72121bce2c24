import { afterEach, expect, it } from 'vitest'
import { useOffer } from '../receive/receive-credential.ts'
import { eagle, identity, identityAs, startTestIssuer, type TestIssuer } from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { viewCredential } from './view-credential.ts'

const open: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function receive(wallet: Wallet, owned: OwnedWallet, configuration: string) {
  const issuer = await startTestIssuer()
  open.push(issuer)
  const received = await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [configuration] }) })
  if (!received.ok) throw new Error(JSON.stringify(received.error))
  return { id: received.value[0]?.id ?? '', issuer }
}

async function view(wallet: Wallet, owned: OwnedWallet, id: string, locales: readonly string[]) {
  const shown = await viewCredential(wallet, owned, id, locales)
  if (!shown.ok) throw new Error(shown.error.code)
  return shown.value
}

onBothDatabases('the view of a credential', (store) => {
  it.each([identity, ...Object.values(identityAs)])(
    'as $format has the words of its issuer, in the language of the reader',
    async ({ format, id: configuration, type }) => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const { id, issuer } = await receive(wallet, owned, configuration)
      const asked = issuer.asked.length
      const english = await view(wallet, owned, id, ['en-GB'])
      expect(english).toMatchObject({ id, format, type, title: 'Identity', backgroundColor: '#123456' })
      expect(english.textColor).toBeUndefined()
      expect(english.expiresAt).toBeGreaterThan(wallet.now())
      expect(english.claims[0]).toMatchObject({ label: 'Family name', value: 'Example-planted' })
      expect(english.claims.map(({ label }) => label).sort()).toEqual([
        'Birthdate',
        'Family name',
        'Given name',
      ])

      const german = await view(wallet, owned, id, ['fr', 'de'])
      expect(german).toMatchObject({
        title: 'Ausweis',
        logo: { uri: eagle, altText: 'Adler' },
      })
      expect(german.claims[0]?.label).toBe('Nachname')
      expect(issuer.asked).toHaveLength(asked)
    },
  )

  it('gets along with a credential that came before looks were kept', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const { id } = await receive(wallet, owned, identity.id)
    await wallet.database.db
      .updateTable('credentials')
      .set({ look_sealed: null })
      .where('id', '=', id)
      .execute()
    const plain = await view(wallet, owned, id, ['en'])
    expect(plain.title).toBe('Identity')
    expect(plain.claims.map(({ label }) => label).sort()).toEqual(['Birthdate', 'Family name', 'Given name'])
    expect(plain.backgroundColor).toBeUndefined()
  })

  it('is not shown to another wallet, and what it is made of is not to be read in the database', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const { id } = await receive(wallet, owned, identity.id)
    expect(await viewCredential(wallet, await newOwner(wallet), id, ['en'])).toEqual({
      ok: false,
      error: { code: 'credential_unknown' },
    })
    const text = await dump(store())
    const secrets = ['Nachname', 'Ausweis', 'issuer.test', '#123456', 'planted']
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  })
})
