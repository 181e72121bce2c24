// What `npm run bench` needs that the tests do not.
import { ensureOpponents } from './workspace.mjs'

ensureOpponents()
