/** Says in a sentence that this Node is too old, before anything is loaded that an old one cannot read. */
const OLDEST = 24

if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  process.stderr.write(
    `Node ${process.versions.node} is too old: ${OLDEST} or later is needed; npx countersign takes the one that "npm ci" brings.\n`,
  )
  process.exit(1)
}
