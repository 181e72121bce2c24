/** The version of this command, as its package says it. */
import packageJson from '../package.json' with { type: 'json' }

export const version: string = packageJson.version
