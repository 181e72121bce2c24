"""Issues and verifies the issuer's part of mdocs with pymdoccbor. One JSON request on stdin, JSON on stdout."""

import base64
import json
import logging
import sys

import cbor2
from cryptography import x509
from pymdoccbor.mdoc.issuer import MdocCborIssuer
from pymdoccbor.mdoc.verifier import MdocCbor

logging.disable(logging.CRITICAL)


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def as_json(value):
    return encode(value) if isinstance(value, bytes) else str(value)


def cose_key(jwk):
    key = {"KTY": "EC2", "CURVE": "P_256", "ALG": "ES256", "X": decode(jwk["x"]), "Y": decode(jwk["y"])}
    return {**key, "D": decode(jwk["d"])} if "d" in jwk else key


def verify(request):
    """Of a DeviceResponse, or of an IssuerSigned with the document type it is to be shown as."""
    data = decode(request["mdoc"])
    if "docType" in request:
        document = {"docType": request["docType"], "issuerSigned": cbor2.loads(data)}
        data = cbor2.dumps({"version": "1.0", "documents": [document], "status": 0})
    roots = [x509.load_der_x509_certificate(base64.b64decode(der)) for der in request["trusted"]]
    mdoc = MdocCbor()
    mdoc.loads(data)
    valid = mdoc.verify(trusted_root_certs=roots)
    checked = [document.hash_verification for document in mdoc.documents if hasattr(document, "hash_verification")]
    return {
        "valid": valid and len(mdoc.documents) == 1,
        "digests": sum(results["verified"] for results in checked),
        "claims": mdoc.disclosure_map,
    }


def issue(request):
    issuer = MdocCborIssuer(private_key=cose_key(request["issuerKey"]), alg="ES256")
    made = issuer.new(
        data=request["claims"],
        doctype=request["docType"],
        validity={"issuance_date": request["from"], "expiry_date": request["until"]},
        devicekeyinfo=cose_key(request["deviceKey"]),
        x509_chain=[base64.b64decode(request["certificate"])],
        revocation=request.get("status"),
    )
    return {"credential": encode(cbor2.dumps(made["documents"][0]["issuerSigned"]))}


request = json.load(sys.stdin)
print(json.dumps({"issue": issue, "verify": verify}[request["do"]](request), default=as_json))
