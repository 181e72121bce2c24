/** The dependency rule of ARCHITECTURE.md: reads the imports and prints the arrow that breaks it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What each part may import of the others; third-party packages and `node:` beside it. */
const mayImport: Record<string, { parts: string[]; nodeModules: boolean; npm: string[] }> = {
  'packages/credential': { parts: [], nodeModules: false, npm: [] },
  'packages/catalogue': { parts: ['credential'], nodeModules: false, npm: [] },
  'packages/protocol': { parts: ['credential'], nodeModules: false, npm: [] },
  'packages/keys': { parts: ['credential', 'stores'], nodeModules: true, npm: [] },
  'packages/stores': { parts: [], nodeModules: true, npm: ['redis', 'kysely', 'pg'] },
  'packages/service': { parts: ['credential', 'protocol', 'keys', 'stores'], nodeModules: true, npm: ['*'] },
  'apps/issuer': {
    parts: ['credential', 'catalogue', 'protocol', 'keys', 'stores', 'service'],
    nodeModules: true,
    npm: ['*'],
  },
  'apps/verifier': {
    parts: ['credential', 'protocol', 'keys', 'stores', 'service'],
    nodeModules: true,
    npm: ['*'],
  },
  'apps/wallet': {
    parts: ['credential', 'protocol', 'keys', 'stores', 'service'],
    nodeModules: true,
    npm: ['*'],
  },
  'apps/repository': {
    parts: ['credential', 'catalogue', 'service', 'stores'],
    nodeModules: true,
    npm: ['*'],
  },
}

/** A port meets its adapter where a process is put together, nowhere else. */
const adapters = /^@countersign\/stores\/(memory|redis|sql\/database)$/
const puttingTogether = /^(apps\/[^/]+\/main\.ts|packages\/service\/runtime\.ts|apps\/countersign\/)/

const pure = ['packages/credential', 'packages/catalogue', 'packages/protocol']
const impure = /\b(Date\.now|Math\.random|new Date\(\)|setTimeout|setInterval|process\.|Buffer\b|fetch\()/

describe('the dependency rule', () => {
  for (const [part, allowed] of Object.entries(mayImport)) {
    it(`${part} imports only ${allowed.parts.join(', ') || 'itself'}`, () => {
      expect(sources(part).flatMap((file) => brokenArrows(file, part, allowed))).toEqual([])
    })
  }

  for (const part of pure) {
    it(`${part} knows no clock, no randomness and no platform`, () => {
      const found = sources(part).flatMap((file) =>
        codeLines(file)
          .filter((line) => impure.test(line))
          .map((line) => `${file}: ${line.trim()}`),
      )
      expect(found).toEqual([])
    })
  }
})

function brokenArrows(
  file: string,
  part: string,
  allowed: { parts: string[]; nodeModules: boolean; npm: string[] },
) {
  return importsOf(file)
    .filter((target) => !isAllowed(file, part, target, allowed))
    .map((target) => `${file} → ${target}`)
}

function isAllowed(
  file: string,
  part: string,
  target: string,
  allowed: { parts: string[]; nodeModules: boolean; npm: string[] },
): boolean {
  if (target.startsWith('.')) {
    const resolved = relative(root, join(root, dirname(file), target))
      .split(sep)
      .join('/')
    return resolved.startsWith(`${part}/`)
  }
  if (adapters.test(target)) return puttingTogether.test(file)
  if (target.startsWith('@countersign/')) return allowed.parts.includes(target.split('/')[1] ?? '')
  if (target.startsWith('node:')) return allowed.nodeModules
  const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '')
  return allowed.npm.includes('*') || allowed.npm.includes(name)
}

function importsOf(file: string): string[] {
  const text = codeLines(file).join('\n')
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^']+)'/gm)
  return [...found].map((match) => match[1] ?? '')
}

function codeLines(file: string): string[] {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
}

/** Product code of a part: tests and what only tests import are left out. */
function sources(part: string): string[] {
  return readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
    .map((name) => `${part}/${name.split(sep).join('/')}`)
    .filter((name) => name.endsWith('.ts') && !name.includes('/node_modules/'))
    .filter((name) => !/(\.test\.ts|\.testing\.ts|contract\.ts|\/testing\/.*)$/.test(name))
}
