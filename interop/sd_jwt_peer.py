"""Issues, presents and verifies SD-JWTs with the reference implementation in Python. One JSON request on stdin."""

import json
import sys

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier


def key_of(jwk):
    return JWK.from_json(json.dumps(jwk))


def conceal(claims, names):
    return {(SDObj(name) if name in names else name): value for name, value in claims.items()}


def issue(request):
    issuer = SDJWTIssuer(
        conceal(request["claims"], request["withholdable"]),
        key_of(request["issuerKey"]),
        key_of(request["holderKey"]),
        sign_alg="ES256",
        add_decoy_claims=True,
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": request["kid"]},
    )
    holder = SDJWTHolder(issuer.sd_jwt_issuance)
    holder.create_presentation(
        request["shown"], request["nonce"], request["audience"], key_of(request["holderKey"]), "ES256"
    )
    return {"credential": issuer.sd_jwt_issuance, "presentation": holder.sd_jwt_presentation}


def verify(request):
    verifier = SDJWTVerifier(
        request["presentation"],
        lambda issuer, header: key_of(request["issuerKey"]),
        request.get("audience"),
        request.get("nonce"),
    )
    return {"claims": verifier.get_verified_payload()}


request = json.load(sys.stdin)
print(json.dumps({"issue": issue, "verify": verify}[request["do"]](request)))
