import { webWalletLink } from '@countersign/ui/http/wallet-link'
import { describe, expect, it } from 'vitest'
import { linkOfAddress } from './link-of-address.ts'
import { scannedCode } from './scanned-code.ts'

const OFFER =
  'openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2FcredentialOffer%3Fid%3D1'
const REQUEST =
  'openid4vp://authorize?client_id=x509_san_dns%3Ashop.example&request_uri=https%3A%2F%2Fshop.example%2Fr%2F1'

/** As a manifest's handler is filled in. */
function handedOn(link: string, scheme: string): string {
  return `https://wallet.example/open#${encodeURIComponent(link.replace(/^[^:]+/, scheme))}`
}

/** As a manifest's share target is opened. */
function shared(what: Readonly<Record<string, string>>): string {
  return `https://wallet.example/open?${new URLSearchParams(what).toString()}`
}

describe('an address', () => {
  it.each([
    ['of our own portal', webWalletLink('https://wallet.example', OFFER), 'offer'],
    [
      'with the link in its query',
      `https://wallet.example/open?link=${encodeURIComponent(REQUEST)}`,
      'request',
    ],
    ['with both: what no server saw counts', `${webWalletLink('https://wallet.example', OFFER)}`, 'offer'],
    [
      'of a walt.id portal that issues',
      `https://wallet.example/api/siop/initiateIssuance${new URL(OFFER).search}`,
      'offer',
    ],
    [
      'of a walt.id portal that verifies',
      `https://wallet.example/api/siop/initiatePresentation${new URL(REQUEST).search}`,
      'request',
    ],
    ['of a link of ours, as a browser hands it on', handedOn(OFFER, 'web+openidoffer'), 'offer'],
    ['of a request of ours, as a browser hands it on', handedOn(REQUEST, 'web+openidvp'), 'request'],
    ['that another app shares', shared({ url: OFFER }), 'offer'],
    [
      'that another app shares within a text',
      shared({ title: 'A card', text: `Look: ${REQUEST} !` }),
      'request',
    ],
    ['that another app shares as a title', shared({ title: OFFER, text: '' }), 'offer'],
    ['of our own portal, shared', shared({ text: webWalletLink('https://wallet.example', OFFER) }), 'offer'],
    ['of something else, shared', shared({ text: 'See https://shop.example/a' }), 'web'],
    ['of words alone, shared', shared({ title: 'Hello', text: 'you' }), 'text'],
    ['of nothing, shared', shared({ title: '', text: '' }), 'empty'],
    ['with nothing in it', 'https://wallet.example/open', 'empty'],
    [
      'of a walt.id portal with nothing in it',
      'https://wallet.example/api/siop/initiateIssuance',
      'offerDamaged',
    ],
  ] as const)('%s', (_whose, address, kind) => {
    expect(scannedCode(linkOfAddress(new URL(address))).kind).toBe(kind)
  })
})
