import { describe, expect, it } from 'vitest'
import { CALLBACK_MISTAKES, parseCallback } from './parse-callback.ts'

const uri = 'https://shop.example/told/$id?x=1'

describe('where a caller wants to be told', () => {
  it.each([
    [{}, undefined],
    [{ statuscallbackuri: uri }, { uri, apiKey: undefined }],
    [
      { statuscallbackuri: uri, statuscallbackapikey: 'a.b-c~d+/==' },
      { uri, apiKey: 'a.b-c~d+/==' },
    ],
    [{ statuscallbackuri: 'HTTP://127.0.0.1:8080' }, { uri: 'HTTP://127.0.0.1:8080', apiKey: undefined }],
  ])('is read from %j', (headers, value) => {
    expect(parseCallback(headers)).toEqual({ ok: true, value })
  })

  it.each([
    [{ statuscallbackapikey: 'key' }, 'callback_key_alone'],
    ...[
      '',
      'shop.example',
      'ftp://shop.example',
      'https://',
      'https://u:p@shop.example/',
      'https://a b/',
      'https://[::1',
      `https://${'a'.repeat(2000)}`,
      'javascript:alert(1)',
      'https://x\\y/\n',
    ].map((address) => [{ statuscallbackuri: address }, 'callback_malformed'] as const),
    ...['', 'two words', 'new\nline', 'é', 'k'.repeat(1001)].map(
      (key) => [{ statuscallbackuri: uri, statuscallbackapikey: key }, 'callback_key_malformed'] as const,
    ),
  ] as const)('is refused in %j', (headers, code) => {
    expect(parseCallback(headers)).toEqual({ ok: false, error: { code } })
    expect(CALLBACK_MISTAKES[code]).toMatch(/statusCallback/)
  })
})
