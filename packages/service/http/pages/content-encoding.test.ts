import { describe, expect, it } from 'vitest'
import { chosenForm } from './content-encoding.ts'

const file = {
  contentType: 'text/javascript',
  body: Buffer.from('plain'),
  packed: { br: Buffer.from('br'), gzip: Buffer.from('gzip') },
  etag: 'e',
  hashed: true,
}

describe('the form of a file', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['br;q=0.1', 'br'],
    ['identity', undefined],
    ['', undefined],
    [undefined, undefined],
    ['*;q=0', undefined],
    ['BR;Q=1', 'br'],
  ])('for %j is %s', (accepted, encoding) => {
    expect(chosenForm(file, accepted).encoding).toBe(encoding)
  })

  it('is the file where no other lies there', () => {
    expect(chosenForm({ ...file, packed: {} }, 'br').body.toString()).toBe('plain')
  })
})
