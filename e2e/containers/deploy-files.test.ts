/** What the files of `deploy/` say twice, and what they must not say: held where no container can run, too. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VERSION } from '@countersign/service/operation/version'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string) => readFileSync(root + file, 'utf8')

it('every stage stands on the Node of the project', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } }
  const stages = [...read('deploy/Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
  expect(new Set(stages)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]))
  expect(stages).toHaveLength(3)
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

it('the image has the style sheets that the repository makes its own of', () => {
  const copied = [...read('deploy/Dockerfile').matchAll(/^COPY packages\/ui\/(\S+) packages\/ui\/\S+\/$/gm)]
  const patterns = copied.map(
    ([, one = '']) => new RegExp(`^${one.replace('*', '[\\w-]+').replace('.css', '\\.css')}$`),
  )
  const needed = [...read('apps/repository/site/style-sheet.ts').matchAll(/'([\w-]+\/[\w-]+\.css)'/g)]
  expect(needed.length).toBeGreaterThan(4)
  expect(
    needed.map(([, name = '']) => name).filter((name) => !patterns.some((one) => one.test(name))),
  ).toEqual([])
})

it('the image has what the web wallet makes pages without a script with, and that stands alone', () => {
  const copied = new Set(
    [...read('deploy/Dockerfile').matchAll(/^COPY (packages\/ui\/\S+\.ts) packages\/ui\/\S+\/$/gm)].map(
      ([, path = '']) => path,
    ),
  )
  const files = ['plain', 'shown'].flatMap((folder) =>
    readdirSync(`${root}apps/web-wallet/${folder}`)
      .filter((name) => /(?<!\.test|\.testing)\.ts$/.test(name))
      .map((name) => `apps/web-wallet/${folder}/${name}`),
  )
  const needed = new Set(
    files.flatMap((file) =>
      [...read(file).matchAll(/'@countersign\/ui\/([\w/-]+)'/g)].map(
        ([, name = '']) => `packages/ui/${name}.ts`,
      ),
    ),
  )
  expect(needed.size).toBeGreaterThan(2)
  expect(copied).toEqual(needed)
  for (const path of copied) expect(read(path)).not.toMatch(/^import /m)
})

it.each(['deployment-secret', '*.pem', '*.key', '.env', '.env.*', '/data/'])('git ignores %s', (pattern) => {
  expect(read('.gitignore').split('\n')).toContain(pattern)
})
