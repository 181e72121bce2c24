/**
 * Properties are tried with the same values each time, so that a test that fails says something of the change before it. The long
 * test draws others, and ten times as many.
 */
import fc from 'fast-check'

const SEED = 20_261_130
const MANY = 1000

fc.configureGlobal(process.env.TEST_DRAW === undefined ? { seed: SEED } : { numRuns: MANY })
