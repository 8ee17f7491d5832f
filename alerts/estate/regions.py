"""The regions of the service, as data. Source: the region table of the KMS developer reference (shared gateway)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its id, its English and its Chinese name."""

    id: str
    name: str
    name_zh: str

    def __str__(self) -> str:
        return self.name


REGIONS = (
    Region("cn-hangzhou", "China (Hangzhou)", "华东1（杭州）"),
    Region("cn-shanghai", "China (Shanghai)", "华东2（上海）"),
    Region("cn-shenzhen", "China (Shenzhen)", "华南1（深圳）"),
    Region("cn-heyuan", "China (Heyuan)", "华南2（河源）"),
    Region("cn-guangzhou", "China (Guangzhou)", "华南3（广州）"),
    Region("cn-qingdao", "China (Qingdao)", "华北1（青岛）"),
    Region("cn-beijing", "China (Beijing)", "华北2（北京）"),
    Region("cn-zhangjiakou", "China (Zhangjiakou)", "华北3（张家口）"),
    Region("cn-huhehaote", "China (Hohhot)", "华北5（呼和浩特）"),
    Region("cn-wulanchabu", "China (Ulanqab)", "华北6（乌兰察布）"),
    Region("cn-chengdu", "China (Chengdu)", "西南1（成都）"),
    Region("cn-hongkong", "China (Hong Kong)", "中国香港"),
    Region("ap-southeast-1", "Singapore", "新加坡"),
    Region("ap-southeast-3", "Malaysia (Kuala Lumpur)", "马来西亚（吉隆坡）"),
    Region("ap-southeast-5", "Indonesia (Jakarta)", "印度尼西亚（雅加达）"),
    Region("ap-southeast-6", "Philippines (Manila)", "菲律宾（马尼拉）"),
    Region("ap-southeast-7", "Thailand (Bangkok)", "泰国（曼谷）"),
    Region("ap-northeast-1", "Japan (Tokyo)", "日本（东京）"),
    Region("eu-central-1", "Germany (Frankfurt)", "德国（法兰克福）"),
    Region("eu-west-1", "UK (London)", "英国（伦敦）"),
    Region("us-west-1", "US (Silicon Valley)", "美国（硅谷）"),
    Region("us-east-1", "US (Virginia)", "美国（弗吉尼亚）"),
    Region("me-east-1", "UAE (Dubai)", "阿联酋（迪拜）"),
)
BY_ID = {region.id: region for region in REGIONS}
DEFAULT = REGIONS[0]
