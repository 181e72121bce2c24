/**
 * Switches Node's compile cache on for everything that is imported after this module.
 *
 * The cache holds compiled code that nobody checks: who may write there decides what this process runs. So it lies with
 * the program, in `node_modules`, and counts only where nobody may write who could not change the program itself. A cache
 * that is not trusted, not there or not writable costs time at the start and nothing else.
 */
import { lstatSync, mkdirSync, statSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const DIRECTORY = fileURLToPath(new URL('../../node_modules/.countersign', import.meta.url))
const OTHERS_MAY_WRITE = 0o022

if (isTrusted(DIRECTORY)) enableCompileCache(DIRECTORY)

function isTrusted(directory) {
  try {
    // One that exists is no mistake, on a read-only file system neither.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const found = lstatSync(directory)
    const owners = [0, process.getuid?.(), statSync(fileURLToPath(import.meta.url)).uid]
    // Windows has neither owners nor modes here; its folders inherit the rights of the program's.
    const isOurs =
      process.platform === 'win32' || (owners.includes(found.uid) && (found.mode & OTHERS_MAY_WRITE) === 0)
    return found.isDirectory() && isOurs
  } catch {
    return false
  }
}
