/** The version of the whole: of the API documents and of the command. Every package has the same one. */
import packageJson from '../package.json' with { type: 'json' }

export const VERSION: string = packageJson.version
