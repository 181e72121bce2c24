import { webWalletLink } from '@countersign/ui/http/wallet-link'
import { describe, expect, it } from 'vitest'
import { scannedCode } from './scanned-code.ts'

const offer = `openid-credential-offer://?credential_offer_uri=${encodeURIComponent('https://issuer.example/credentialOffer?id=1')}`
const request = `openid4vp://authorize?client_id=x509_hash%3Aabc&request_uri=${encodeURIComponent('https://shop.example/request/1')}`

describe('a code', () => {
  it('is an offer or a request, with the host that it names', () => {
    expect(scannedCode(offer)).toEqual({ kind: 'offer', link: offer, host: 'issuer.example' })
    expect(scannedCode(` \n${request}\n`)).toEqual({ kind: 'request', link: request, host: 'shop.example' })
    expect(scannedCode('haip-vci://?credential_offer=%7B%7D')).toMatchObject({ kind: 'offer' })
    expect(scannedCode(`https://wallet.example/authorize?client_id=a&request=eyJ`)).toMatchObject({
      kind: 'request',
    })
  })

  it('is one behind a link to a web wallet', () => {
    const link = webWalletLink('http://localhost:7101/', request)
    expect(link.startsWith('http://localhost:7101/open#')).toBe(true)
    expect(scannedCode(link)).toEqual({ kind: 'request', link: request, host: 'shop.example' })
  })

  it('is read where a line break came in by copying', () => {
    expect(scannedCode(`${request.slice(0, 40)}\n${request.slice(40)}`)).toMatchObject({ kind: 'request' })
  })

  it('is a request where its parameters stand in the link, named by where the answer goes', () => {
    const link = `openid4vp://x?client_id=a&response_type=vp_token&response_uri=${encodeURIComponent('https://shop.example/answer')}`
    expect(scannedCode(link)).toEqual({ kind: 'request', link, host: 'shop.example' })
  })

  it('says a host in ASCII', () => {
    const link = `openid4vp://x?client_id=a&request_uri=${encodeURIComponent('https://раураl.example/r')}`
    expect(scannedCode(link)).toMatchObject({ host: expect.stringMatching(/^xn--/) })
  })
})

describe('what is no code of ours', () => {
  it.each([
    ['', 'empty'],
    ['  \n ', 'empty'],
    ['Please call me back tomorrow', 'text'],
    ['https://shop.example/products/1', 'web'],
    ['WIFI:S:guest;T:WPA;P:secret;;', 'other'],
    ['tel:+49301234567', 'other'],
    ['BEGIN:VCARD', 'other'],
    ['javascript:alert(1)', 'other'],
    ['openid-credential-offer://?credential_offer=', 'offerDamaged'],
    ['openid4vp://authorize?client_id=x', 'requestDamaged'],
    ['openid4vp://authorize?request_uri=https%3A%2F%2Fshop.example', 'requestDamaged'],
    [`openid4vp://${'x'.repeat(100_001)}`, 'tooLong'],
  ])('%j is %s', (text, kind) => {
    expect(scannedCode(text).kind).toBe(kind)
  })
})
