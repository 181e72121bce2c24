/** What the files of `deploy/` say twice, and what they must not say: held where no container can run, too. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VERSION } from '@countersign/service/operation/version'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string) => readFileSync(root + file, 'utf8')

it('every stage stands on the Node of the project', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } }
  const stages = [...read('deploy/Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
  expect(new Set(stages)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]))
  expect(stages).toHaveLength(2)
})

it('the label of the image names the version', () => {
  expect(read('deploy/Dockerfile')).toContain(`image.version="${VERSION}"`)
})

it('the image is built once, and every other image says which version', () => {
  const compose = read('deploy/compose.yaml')
  expect(compose.match(/^ +build:/gm)).toHaveLength(1)
  const images = [...compose.matchAll(/^ +image: (\S+)/gm)].map(([, image = '']) => image)
  const others = images.filter((image) => image !== 'countersign')
  expect(others.filter((image) => !/^[a-z]+:\d+(?:\.\d+)?$/.test(image))).toEqual([])
  const page = read('docs/distributed.md')
  for (const image of ['redis', 'caddy']) {
    const tags = page.match(new RegExp(`\\b${image}:\\d+\\.\\d+`, 'g'))
    expect(new Set(tags)).toEqual(new Set(others.filter((other) => other.startsWith(image))))
  }
})

it('the image is built with every script that the build imports', () => {
  const copied = (/^COPY (.+) scripts\/$/m.exec(read('deploy/Dockerfile'))?.[1] ?? '').split(' ')
  const allowed = read('deploy/Dockerfile.dockerignore').split('\n')
  const imported = [...scriptsOf('scripts/build-bundle.mjs')]
  expect(imported.length).toBeGreaterThan(1)
  expect(copied.toSorted()).toEqual(imported.toSorted())
  for (const name of imported) expect(allowed).toContain(`!${name}`)
})

/** The script and those beside it that it imports, by their places in the checkout. */
function scriptsOf(name: string): ReadonlySet<string> {
  const imported = [...read(name).matchAll(/^import .* from '\.\/(.+)'$/gm)]
  return new Set([name, ...imported.flatMap(([, file]) => [...scriptsOf(`scripts/${file}`)])])
}

it.each(['deployment-secret', '*.pem', '*.key', '.env', '.env.*', '/data/'])('git ignores %s', (pattern) => {
  expect(read('.gitignore').split('\n')).toContain(pattern)
})
