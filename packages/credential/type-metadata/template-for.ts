/** Which of the templates of a type draws its card. Without the reader of templates, which few need. */
import type { SvgTemplateReference, TypeDisplay } from './type-metadata.ts'

/** Of several the one for a card that lies, in daylight, for everybody (§5.5.1.2.1); one that stands would be another card. */
export function templateFor({
  svgTemplates,
}: Pick<TypeDisplay, 'svgTemplates'>): SvgTemplateReference | undefined {
  const lying = svgTemplates.filter(({ orientation }) => orientation !== 'portrait')
  const oddness = ({ colorScheme, contrast }: SvgTemplateReference) =>
    Number(colorScheme === 'dark') + Number(contrast === 'high')
  return lying.toSorted((one, other) => oddness(one) - oddness(other))[0]
}
