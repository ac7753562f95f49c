"""Areas that an identity number begins with (GB/T 2260): provinces by name, and what no county code looks like.

The list of counties is not held here: a number carries the code of the day it was first issued, which may have been
revoked long since, so an area that is not on today's list says nothing against it.
"""

from __future__ import annotations

PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾",
    "81": "香港", "82": "澳门",
}  # fmt: skip
"""First two digits of GB/T 2260 → the province's short name."""

PERMIT_AREAS = {"810000": "香港", "820000": "澳门", "830000": "台湾"}
"""Areas of the residence permits for people from Hong Kong, Macao and Taiwan (港澳台居民居住证)."""

CITIES_WITHOUT_COUNTIES = frozenset({"441900", "442000", "460400", "620200"})
"""东莞, 中山, 儋州 and 嘉峪关 have no counties: their own code stands in identity numbers."""


def is_county(area: str) -> bool:
    """Whether six digits have the shape of a county's code: a province's or a city's own code stands in no number."""
    return area in CITIES_WITHOUT_COUNTIES or (area[2:4] != "00" and area[4:] != "00")
