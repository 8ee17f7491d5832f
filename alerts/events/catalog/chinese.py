"""What the catalogue says of its events, in Chinese: meaning, impact and remedy by their English sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

IN_CHINESE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Somebody asked for this key to be deleted; it cannot be used while it waits.": "有人计划删除该密钥；等待期内密钥不可用。",
        "Data encrypted with the key cannot be decrypted now, and never again once the period is over.": (
            "使用该密钥加密的数据目前无法解密；等待期结束后将永远无法解密。"
        ),
        "If this was not intended, cancel the deletion before the planned date.": "如非预期操作，请在计划删除日期之前取消删除。",
        "The key no longer exists and cannot be brought back.": "该密钥已不存在，且无法恢复。",
        "Everything that was encrypted with it is lost.": "使用该密钥加密的所有数据均已无法恢复。",
        "Check that nothing still refers to the key; find out who asked for it in the earlier events.": (
            "请确认没有业务仍引用该密钥，并通过更早的事件查明是谁发起的删除。"
        ),
        "The replica instance does not hold this key, or holds an old version of it.": "副本实例中没有该密钥，或仅有其旧版本。",
        "If the primary region fails, data under this key cannot be decrypted in the other region.": (
            "如果主地域发生故障，将无法在其他地域解密该密钥保护的数据。"
        ),
        "Look at the failure's cause, check the replica's quota and network, and synchronize again.": (
            "请查看失败原因，检查副本实例的配额与网络，然后重新同步。"
        ),
        "The replica instance holds the key.": "副本实例已持有该密钥。",
        "None: the key can be used in the other region.": "无影响：该密钥可在其他地域使用。",
        "Nothing to do.": "无需处理。",
        "Somebody asked for this secret to be deleted; it cannot be read while it waits.": (
            "有人计划删除该凭据；等待期内无法读取凭据。"
        ),
        "Applications that read the secret fail now, and the secret is gone once the period is over.": (
            "读取该凭据的应用目前会失败；等待期结束后凭据将被永久删除。"
        ),
        "If this was not intended, restore the secret before the planned date.": "如非预期操作，请在计划删除日期之前恢复该凭据。",
        "The secret no longer exists and cannot be brought back.": "该凭据已不存在，且无法恢复。",
        "Applications that still read it fail.": "仍在读取该凭据的应用会失败。",
        "Check that nothing still refers to the secret; create it again if something does.": (
            "请确认没有业务仍引用该凭据；如有，请重新创建。"
        ),
        "The service could not change the password or key of the account behind the secret.": (
            "服务无法修改该凭据所对应账号的口令或密钥。"
        ),
        "Automatic rotation stops: the old credential stays in use for longer than your policy allows.": (
            "自动轮转已停止：旧凭据的使用时间将超过策略允许的期限。"
        ),
        "Look at the failure's code, mend the permission or the account, and rotate again.": (
            "请查看错误码，修复权限或账号后重新轮转。"
        ),
        "The credential behind the secret was changed as planned.": "该凭据已按计划完成轮转。",
        "None: applications that read the secret get the new credential.": "无影响：应用读取凭据时将获得新的凭据值。",
        "The client key with which an application signs in to KMS comes to its end.": "应用访问KMS所使用的ClientKey即将到期。",
        "After that date the application can no longer reach keys and secrets.": "到期后，应用将无法再访问密钥和凭据。",
        "Create a new client key for the access point, roll it out, then delete the old one.": (
            "请为应用接入点创建新的ClientKey，完成更换后删除旧的ClientKey。"
        ),
        "The instance answers almost as many requests per second as it may.": "实例的每秒请求数已接近其上限。",
        "Above the limit, requests are rejected with 429 Rejected.Throttling: applications fail to decrypt.": (
            "超过上限后，请求将被拒绝（429 Rejected.Throttling），应用会解密失败。"
        ),
        "Raise the computing performance of the instance, or cache data keys in the applications.": (
            "请提升实例的计算性能，或在应用中缓存数据密钥。"
        ),
        "The instance is busier than usual.": "实例比平时繁忙。",
        "Exceeding the limit may make KMS inaccessible and affect business continuity.": (
            "超过上限可能导致KMS无法访问，影响业务连续性。"
        ),
        "Look at the trend, and plan more computing performance before 90% is reached.": (
            "请关注变化趋势，并在达到90%之前规划更高的计算性能。"
        ),
        "Most of the VPCs and accounts that may be given access have been given it.": "可授权访问的VPC和账号大部分已被使用。",
        "Nearly all VPCs and accounts that may be given access have been given it.": "可授权访问的VPC和账号几乎已全部使用。",
        "Above the limit you cannot create new access management policies.": "超过上限后将无法创建新的访问管理策略。",
        "Remove access that is no longer needed, or raise the quota.": "请移除不再需要的访问授权，或提升配额。",
        "Most of the key versions that the instance may hold exist.": "实例可容纳的密钥版本大部分已被使用。",
        "Nearly all key versions that the instance may hold exist.": "实例可容纳的密钥版本几乎已全部使用。",
        "Above the limit you cannot create new keys, and keys cannot be rotated.": "超过上限后将无法创建新密钥，也无法轮转密钥。",
        "Delete keys that are no longer needed, or raise the quota.": "请删除不再需要的密钥，或提升配额。",
        "Most of the secrets that the instance may hold exist.": "实例可容纳的凭据大部分已被使用。",
        "Nearly all secrets that the instance may hold exist.": "实例可容纳的凭据几乎已全部使用。",
        "Above the limit you cannot create new secrets.": "超过上限后将无法创建新凭据。",
        "Delete secrets that are no longer needed, or raise the quota.": "请删除不再需要的凭据，或提升配额。",
        "The key will not be deleted: somebody cancelled it within the waiting period.": "密钥不会被删除：有人在等待期内取消了删除。",
        "None: the key can be used again once it is enabled.": "无影响：启用后即可再次使用该密钥。",
        "Enable the key if it is still needed.": "如仍需使用，请启用该密钥。",
        "The secret will not be deleted: somebody restored it within the waiting period.": "凭据不会被删除：有人在等待期内恢复了该凭据。",
        "None: applications can read the secret again.": "无影响：应用可以再次读取该凭据。",
        "The client key no longer exists: there is no end date to look out for.": "该ClientKey已不存在，无需再关注其到期时间。",
        "An application that still signs in with it cannot reach keys and secrets.": "仍使用该ClientKey的应用将无法访问密钥和凭据。",
        "Check that every application has got its new client key.": "请确认所有应用均已更换为新的ClientKey。",
        "The instance has room for more requests again.": "实例又可以承受更多请求。",
        "None: the limit is no longer near.": "无影响：用量已不再接近上限。",
        "There is room for more VPCs and accounts again.": "又可以授权更多的VPC和账号。",
        "There is room for more key versions again.": "又可以容纳更多的密钥版本。",
        "There is room for more secrets again.": "又可以容纳更多的凭据。",
        "Nothing is known of the resources of this source since then: no news is not good news.": "此后无法获知该数据源中资源的情况：没有消息并不代表正常。",
        "What goes wrong there is not noticed, and open incidents there are shown as unknown.": "该数据源中的异常无法被发现，未关闭的故障显示为未知。",
        "Look at the failure's cause: credentials, permissions, network; then wait for the next poll.": "请检查凭证、权限和网络，然后等待下一次轮询。",
        "What happened there meanwhile is being caught up on.": "正在补齐期间发生的事件。",
        "None: incidents there are followed again.": "无影响：已恢复对该数据源的跟踪。",
    }
)
