"""Actions that would return key material, a secret's value or the result of using a key: this product is no KMS.

They answer `UnsupportedOperation` (400), whatever their parameters, and are named one by one, so that a program learns
at once that it asks the wrong service. Other actions that are not offered answer `InvalidAction.NotFound`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.openapi.errors import Fault

if TYPE_CHECKING:
    from alerts.openapi.call import Call

BAD = 400
REFUSED = (
    "AdvanceDecrypt",
    "AdvanceEncrypt",
    "AdvanceGenerateDataKey",
    "AsymmetricDecrypt",
    "AsymmetricEncrypt",
    "AsymmetricSign",
    "AsymmetricVerify",
    "BatchGetSecretValue",
    "CertificatePrivateKeyDecrypt",
    "CertificatePrivateKeySign",
    "CertificatePublicKeyEncrypt",
    "CertificatePublicKeyVerify",
    "Decrypt",
    "Encrypt",
    "ExportDataKey",
    "GenerateAndExportDataKey",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetManagedDataKey",
    "GetParametersForImport",
    "GetPublicKey",
    "GetRandomPassword",
    "GetSecretValue",
    "ReEncrypt",
    "VerifyMac",
)


def refuse(call: Call) -> dict[str, object]:
    """Say that this product keeps metadata only. Always raises Fault."""
    raise Fault(
        BAD,
        "UnsupportedOperation",
        f"{call.action} is not offered here: this product keeps metadata of keys and secrets and is no KMS. "
        "It holds no key material and no secret value; ask the KMS endpoint of your cloud account.",
    )
