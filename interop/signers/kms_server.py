"""moto's server for AWS KMS, with two things done as AWS documents them and moto does not.

Sign with MessageType DIGEST signs the digest as it is; moto hashes it once more. The salt of RSASSA-PSS is as long as
the hash; moto takes the longest that fits. Everything else (wire format, request signatures, keys, aliases, states,
errors) is moto's own. Arguments: the port on 127.0.0.1.
"""

import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey, RSAPrivateKey
from moto.server import main

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
message_types = []


def hash_of(algorithm):
    chosen = HASHES[algorithm[-3:]]
    return utils.Prehashed(chosen) if message_types[-1] == "DIGEST" else chosen


def sign_ecdsa(self, message, signing_algorithm):
    if signing_algorithm not in self.valid_signing_algorithms:
        raise ValueError(signing_algorithm)
    return self.private_key.sign(message, ec.ECDSA(hash_of(signing_algorithm)))


def sign_rsa(self, message, signing_algorithm):
    is_pss = signing_algorithm.startswith("RSASSA_PSS")
    mgf = padding.MGF1(HASHES[signing_algorithm[-3:]])
    chosen = padding.PSS(mgf, padding.PSS.DIGEST_LENGTH) if is_pss else padding.PKCS1v15()
    return self.private_key.sign(message, chosen, hash_of(signing_algorithm))


original_sign = KmsResponse.sign


def sign(self):
    message_types.append(self._get_param("MessageType") or "RAW")
    try:
        return original_sign(self)
    finally:
        message_types.pop()


ECDSAPrivateKey.sign = sign_ecdsa
RSAPrivateKey.sign = sign_rsa
KmsResponse.sign = sign
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
