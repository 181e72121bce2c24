/**
 * What a picture may consist of (SVG 1.1 and 2, the still and self-contained part): elements, attributes and functions within
 * values. What is not here does not come out. Nothing of it runs, moves, or loads anything.
 */

export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg'
export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'
/** Its elements in a picture would be those of a page. */
export const XHTML_NAMESPACE = 'http://www.w3.org/1999/xhtml'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

export const ELEMENTS = words(`
  svg g defs symbol use switch title desc style
  path rect circle ellipse line polyline polygon
  text tspan textPath image
  linearGradient radialGradient stop pattern clipPath mask marker
  filter feBlend feColorMatrix feComponentTransfer feComposite feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
  feGaussianBlur feMerge feMergeNode feMorphology feOffset
`)

/** Those in which text is shown, or told to people who do not see. */
export const TEXT_ELEMENTS = words('text tspan textPath title desc')

/** An element of these is left out with all that is in it, and the picture looks the same. */
export const LEFT_OUT = words('metadata')

/** Attributes that are style properties as well: they may stand in `style` and in style sheets. */
export const PROPERTIES = words(`
  alignment-baseline baseline-shift clip-path clip-rule color color-interpolation color-interpolation-filters
  direction display dominant-baseline fill fill-opacity fill-rule filter flood-color flood-opacity
  font font-family font-size font-size-adjust font-stretch font-style font-variant font-weight
  image-rendering isolation letter-spacing lighting-color line-height
  marker-end marker-mid marker-start mask mask-type mix-blend-mode
  opacity overflow paint-order shape-rendering stop-color stop-opacity
  stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width
  text-align text-anchor text-decoration text-rendering text-transform transform transform-origin
  unicode-bidi vector-effect visibility white-space word-spacing writing-mode
`)

export const ATTRIBUTES = words(`
  x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height d points pathLength rotate
  viewBox preserveAspectRatio version lang dir
  gradientUnits gradientTransform spreadMethod offset
  patternUnits patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits
  markerUnits markerWidth markerHeight refX refY orient
  textLength lengthAdjust startOffset method spacing side
  filterUnits primitiveUnits in in2 result stdDeviation mode operator k1 k2 k3 k4 values type tableValues slope intercept
  amplitude exponent radius edgeMode
`)

/** Those that work with names of other elements of the picture. */
export const NAMES = words('id class')

/** Everything else that looks like a call within a value - `url` of elsewhere, `image-set`, `attr`, `var` - is refused. */
export const FUNCTIONS = words(`
  rgb rgba hsl hsla
  matrix translate translatex translatey scale scalex scaley rotate skew skewx skewy
  blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
  polygon circle ellipse inset calc
`)
