/**
 * The names of the credential formats as both protocols write them. What a format needs elsewhere stands on its entry in the
 * registry, never in a list of names somewhere else.
 */

/** Format identifiers of OpenID4VCI 1.0 appendix A and OpenID4VP 1.0 appendix B, and the media types of VC-JOSE-COSE. */
export type FormatId =
  | 'dc+sd-jwt' // SD-JWT VC
  | 'mso_mdoc' // ISO/IEC 18013-5
  | 'jwt_vc_json' // W3C VC data model 1.1 as a JWT
  | 'vc+jwt' // W3C VC data model 2.0, VC-JOSE-COSE §3.1
  | 'vc+sd-jwt' // W3C VC data model 2.0, VC-JOSE-COSE §3.2
