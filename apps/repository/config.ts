/** Keys that the repository knows, beside those that every service has. */
import { typesShape } from '@countersign/service/config/types-dir'

export const repositoryShape = { ...typesShape } as const
