import type { WalletCard } from '@countersign/api/wallet/cards'
import { describe, expect, it } from 'vitest'
import { keptOf } from './kept-cards.ts'

const card: WalletCard = {
  id: 'urn:uuid:1',
  format: 'dc+sd-jwt',
  type: 'urn:eudi:pid:1',
  title: 'Identity card',
  issuerName: 'id.example',
  holder: 'Ana Brandt',
  look: {
    description: 'Of Ana Brandt',
    backgroundColor: '#12107c',
    textColor: '#ffffff',
    print: true,
    logo: { uri: '/wallet-api/wallet/w/credentials/1/pictures/logo', altText: 'Ana' },
    drawing: { uri: 'data:image/svg+xml,Ana' },
  },
  addedOn: '2026-11-29T09:30:00Z',
  expiresAt: 1_827_392_400,
  categories: ['Travel'],
}

describe('of a card is kept', () => {
  it('what tells it from others, and nothing that stands on it', () => {
    const added = { ...card, claims: [{ label: 'Name', value: 'Ana' }] }
    expect(keptOf(added, undefined)).toEqual({
      id: 'urn:uuid:1',
      type: 'urn:eudi:pid:1',
      title: 'Identity card',
      issuerName: 'id.example',
      look: { backgroundColor: '#12107c', textColor: '#ffffff', print: true },
      addedOn: '2026-11-29T09:30:00Z',
      expiresAt: 1_827_392_400,
      categories: ['Travel'],
    })
    expect(JSON.stringify(keptOf(added, 'revoked'))).not.toContain('Ana')
  })

  it('that it was taken back', () => {
    expect(keptOf(card, 'suspended')).toMatchObject({ takenBack: 'suspended' })
    expect(keptOf(card, undefined)).not.toHaveProperty('takenBack')
  })
})
