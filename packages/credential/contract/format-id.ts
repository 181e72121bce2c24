/**
 * Identifier of a format: of OpenID4VCI 1.0 appendix A, OpenID4VP 1.0 appendix B, or a media type of VC-JOSE-COSE. Any
 * text, because a deployment speaks the formats that its registry was built from (`registry.ts`) and no type lists
 * them: what somebody has to know of a format is a fact on its entry (`format-facts.ts`).
 */
export type FormatId = string
