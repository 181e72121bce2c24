/** Which instance did it: a shape as well as a name, so that the same one is seen again without reading. */
import { shapeOf } from './instance-shape.ts'

export interface InstanceProps {
  readonly name: string
  /** It is there no more. */
  readonly gone?: boolean
}

export function Instance({ name, gone = false }: InstanceProps) {
  return (
    <bdi class="instance" data-shape={gone ? 'cross' : shapeOf(name)} dir="ltr">
      {name}
    </bdi>
  )
}
