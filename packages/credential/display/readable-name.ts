/** What people read where nobody says how something is called: its name as words. */

/** `urn:eudi:pid:1`, `org.iso.18013.5.1.mDL`, `given_name`, `UniversityDegree` as words. */
export function readableName(name: string): string {
  const last = name.split(/[/:#.]/).findLast((part) => /[A-Za-z]{2}/.test(part)) ?? name
  const words = last
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}
