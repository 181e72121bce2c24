/** What the terminal says of `--lan`: the code that a phone scans, what it has to compare, and who is let in. */
import { isIP } from 'node:net'
import { encodeQR } from 'qr'
import type { AnchorFacts } from './anchor-page.ts'

/** Bright white on black, whatever the colours of the terminal: the modules of white are the blocks. */
const [WHITE_ON_BLACK, PLAIN] = ['\u001b[97;40m', '\u001b[0m']

/** Modules of white around a code (ISO/IEC 18004). */
const QUIET = 4

/** `url`: of the page. */
export function lanLines(
  url: string,
  { authority, fingerprint, name, walletUrl }: AnchorFacts,
): readonly string[] {
  const code = encodeQR(url, 'ascii', { border: QUIET }).trimEnd().split('\n')
  return [
    '',
    `  For a phone in the same network: scan this, or open ${url}`,
    '',
    ...code.map((line) => `  ${WHITE_ON_BLACK}${line}${PLAIN}`),
    '',
    `  There it gets the certificate “${authority}”. Compare the SHA-256 fingerprint:`,
    ...(fingerprint.match(/.{1,48}/g) ?? []).map((part) => `    ${part}`),
    `  Then open ${walletUrl}`,
    '',
    ...(isIP(name) === 0
      ? []
      : ['  Passkeys need a name, and this is an address: take a password, or say --lan=NAME.']),
    '  Everybody in this network reaches the wallets, offers and requests of this stack, and the pre-registered',
    '  account. The portal and the management of issuer and verifier stay on this machine.',
  ]
}
