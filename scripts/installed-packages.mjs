// What lies in a checkout's `node_modules`: which packages others need, their licences, and copies of them. Packages go by the
// folder that they lie in below the root, since two versions of one name are two packages.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** For whoever writes programs: maps, declarations and descriptions. Licences stay. */
const NOT_RUN = /\.(?:map|[cm]?ts|umd\.js)$|^(?!licen|notice).*\.md$/i
const LICENCE = /^(?:licen[cs]e|copying|notice)/i

/** Name of the package and path within it, of a path below `node_modules`; undefined for another path. */
export function packageOf(path) {
  const found = /.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(path)
  return found === null ? undefined : [found[1], found[2]]
}

export function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Folders of the packages and of all that they need, those that another system needs left out. */
export function neededBy(root, names) {
  const found = new Set()
  const queue = names.map((name) => [name, ''])
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [name, from, isOptional = false] = next
    const folder = installed(root, name, from)
    if (folder === undefined && !isOptional) throw new Error(`${name} is not installed`)
    if (folder === undefined || found.has(folder)) continue
    found.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(join(root, folder))
    for (const one of Object.keys(dependencies)) queue.push([one, folder, one in optionalDependencies])
    for (const one of Object.keys(optionalDependencies)) queue.push([one, folder, true])
  }
  return [...found]
}

/** As Node looks: beside the package that asks, then further up. */
function installed(root, name, from) {
  const places = ['', ...from.matchAll(/.*?node_modules\/(?:@[^/]+\/)?[^/]+/g)]
  const folders = places.map((_, count) =>
    join(...places.slice(1, count + 1).map(([text]) => text), 'node_modules', name),
  )
  return folders.toReversed().find((folder) => existsSync(join(root, folder, 'package.json')))
}

/** Copies the folders into the same places below `out`, without what no program runs. */
export async function copyPackages(root, folders, out) {
  for (const folder of folders)
    await cp(join(root, folder), join(out, folder), {
      recursive: true,
      filter: (path) => !NOT_RUN.test(basename(path)) && !(path !== join(root, folder) && isModules(path)),
    })
}

function isModules(path) {
  return basename(path) === 'node_modules'
}

/** The licence of each package, or what its manifest says where it has none of its own. */
export function licencesOf(root, folders) {
  const texts = folders.map((folder) => {
    const { name, version, license } = manifestOf(join(root, folder))
    const files = readdirSync(join(root, folder)).filter((file) => LICENCE.test(file))
    const said = files.map((file) => readFileSync(join(root, folder, file), 'utf8').trim())
    return [`${name} ${version} (${license})`, ...said].join('\n\n')
  })
  return `${texts.toSorted((a, b) => a.localeCompare(b)).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
