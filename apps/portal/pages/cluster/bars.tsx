/** How many requests in each quarter of a minute: a picture of what the figures beside it say. */

const QUARTERS = 20
const STEP = 7
const BAR = 5
const HEIGHT = 32

/** `most`: of all that stand beside each other, so that they can be compared. */
export function Bars({ values, most }: { readonly values: readonly number[]; readonly most: number }) {
  const first = QUARTERS - values.length
  return (
    <svg class="bars" viewBox={`0 0 ${QUARTERS * STEP} ${HEIGHT}`} aria-hidden="true">
      {values.map((value, at) => {
        const height = Math.max(2, Math.round((value / most) * HEIGHT))
        const x = (first + at) * STEP
        return <rect key={x} x={x} y={HEIGHT - height} width={BAR} height={height} rx="1.5" />
      })}
    </svg>
  )
}
