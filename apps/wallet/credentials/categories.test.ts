import { expect, it } from 'vitest'
import { ready } from '../exchange/request-exchange.testing.ts'
import { badge, identity } from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases } from '../testing/wallet.testing.ts'
import {
  addCategory,
  attachCategories,
  categoriesByCredential,
  categoriesOfCredential,
  categoryHashes,
  deleteCategory,
  detachCategories,
  listCategories,
  MAX_CATEGORIES,
  renameCategory,
} from './categories.ts'
import { deleteCredential, listCredentials } from './credentials.ts'

onBothDatabases('categories', (store) => {
  it('find the credentials that are in them, and go without them', async () => {
    const { owned, wallet } = await ready(store(), [identity.id, badge.id])
    const [first, second] = (await listCredentials(wallet, owned)).map(({ id }) => id)
    for (const name of ['Travel', 'Work']) await addCategory(wallet, owned, name)
    expect(await listCategories(wallet, owned)).toHaveLength(2)
    await attachCategories(wallet, owned, first ?? '', ['Travel', 'Work'])
    await attachCategories(wallet, owned, first ?? '', ['Travel'])
    await attachCategories(wallet, owned, second ?? '', ['Work'])
    const within = async (...names: string[]) => {
      const categories = await categoryHashes(wallet, owned, names)
      return (await listCredentials(wallet, owned, { categories })).map(({ id }) => id)
    }
    expect(await within('Travel')).toEqual([first])
    expect(new Set(await within('Travel', 'Work'))).toEqual(new Set([first, second]))
    expect(await within('Nothing')).toEqual([])
    expect((await categoriesOfCredential(wallet, owned, first ?? '')).toSorted()).toEqual(['Travel', 'Work'])
    expect(await categoriesByCredential(wallet, owned)).toEqual(
      new Map([
        [first, await categoriesOfCredential(wallet, owned, first ?? '')],
        [second, ['Work']],
      ]),
    )
    expect((await categoriesByCredential(wallet, await newOwner(wallet))).size).toBe(0)
    await detachCategories(wallet, owned, first ?? '', ['Work'])
    expect(await within('Work')).toEqual([second])
    await deleteCategory(wallet, owned, 'Work')
    expect(await within('Work')).toEqual([])
    await deleteCredential(wallet, owned, first ?? '', { permanent: true })
    expect(await within('Travel')).toEqual([])
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
  })

  it('have a name once, however it is written and however many ask at once', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const made = await Promise.all(
      ['Café', 'Cafe\u0301', ' Café '].map((name) => addCategory(store().instance(), owned, name)),
    )
    expect(made.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await addCategory(wallet, owned, 'Café')).toMatchObject({ error: { code: 'category_exists' } })
    await addCategory(wallet, owned, 'Bar')
    expect(await renameCategory(wallet, owned, { from: 'Bar', to: 'Café' })).toMatchObject({
      error: { code: 'category_exists' },
    })
    const both = await Promise.all(
      ['Inn', 'Inn'].map((to) => renameCategory(store().instance(), owned, { from: 'Bar', to })),
    )
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
    expect((await listCategories(wallet, owned)).toSorted()).toEqual(['Café', 'Inn'])
    expect(await renameCategory(wallet, owned, { from: 'Inn', to: 'Inn' })).toMatchObject({ ok: true })
  })

  it('are a wallet’s own, and sealed', async () => {
    const { owned, wallet } = await ready(store())
    const stranger = await newOwner(wallet)
    const [credential] = await listCredentials(wallet, owned)
    await addCategory(wallet, owned, 'Illness-planted')
    const unknown = { error: { code: 'category_unknown' } }
    expect(await listCategories(wallet, stranger)).toEqual([])
    expect(await deleteCategory(wallet, stranger, 'Illness-planted')).toMatchObject(unknown)
    expect(await renameCategory(wallet, stranger, { from: 'Illness-planted', to: 'x' })).toMatchObject(
      unknown,
    )
    await addCategory(wallet, stranger, 'Illness-planted')
    expect(await attachCategories(wallet, stranger, credential?.id ?? '', ['Illness-planted'])).toMatchObject(
      { error: { code: 'credential_unknown' } },
    )
    expect(await attachCategories(wallet, owned, credential?.id ?? '', ['Other'])).toMatchObject({
      error: { code: 'category_unknown', name: 'Other' },
    })
    const hashes = (await store().database.db.selectFrom('categories').select('name_hash').execute()).map(
      ({ name_hash }) => name_hash,
    )
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(await dump(store())).not.toContain('planted-Illness')
    expect(await dump(store())).not.toContain('Illness-planted')
  })

  it('are so many and no more', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    for (let at = 0; at < MAX_CATEGORIES; at++) await addCategory(wallet, owned, String(at))
    expect(await addCategory(wallet, owned, 'more')).toMatchObject({ error: { code: 'too_many_categories' } })
  })
})
