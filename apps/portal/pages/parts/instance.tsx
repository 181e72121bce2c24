/** Which instance did it: a shape as well as a name, so that the same one is seen again without reading. */
import { shapeOf } from './instance-shape.ts'

export function Instance({ name }: { readonly name: string }) {
  return (
    <bdi class="instance" data-shape={shapeOf(name)} dir="ltr">
      {name}
    </bdi>
  )
}
