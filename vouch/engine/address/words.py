"""The words that Chinese addresses are made of: what a name ends with, what a number is counted in, what comes first.

From the practice of the trade and GB/T 23705 (数字城市地理信息公共平台 地名/地址编码规则): administrative area, street or village, road,
door number, named place, building, unit, floor, room. Tables only; how they are read stands in ``tokens`` and ``grammar``.
"""

from __future__ import annotations

from vouch.engine.address.kinds import Kind


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NUMERALS = "零〇一二两三四五六七八九十百廿"

_COUNTED: dict[Kind, str] = {
    Kind.NUMBER: "号院 号大院 弄",
    Kind.BUILDING: (
        "幢 栋 座 撞 懂 办公楼 写字楼 商务楼 综合楼 厂房 车间 #写字楼 #办公楼 幢楼 栋楼 栋幢 幢号 高楼 排 # #楼 #幢 #厂房 #车间 号楼 号搂 号幢 号栋 号座 号写字楼 号商务楼 号综合楼 号商业楼"
        " 号住宅楼 号办公楼 号塔楼 号公寓 号厂房 号标准厂房 号车间 号库 号仓库 号馆 号别墅"
    ),
    # 街: the streets inside a market hall, 3楼8街.
    Kind.UNIT: "单元 单无 单园 单元号 号单元 梯 门 门洞 街",
    Kind.FLOOR: "楼 层 层楼 楼层 号楼层 F",
    Kind.ROOM: (
        "室 号室 房 号房 房间 号房间 房屋 铺 号铺 商铺 号商铺 店 号店 号店铺 店面 号店面 门面 号门面 号铺面 号门市 号营业房 摊位 号摊位 号摊"
        " 档 号档 #店面 #店 #商铺 #铺 #室 商位 号商位 间 号间 户 柜 号柜 号位 工位 号工位 卡 仓 号车库"
    ),
    Kind.GROUP: "组 队 社 小组 村组 村民小组 居民小组 生产队 合作社",
}
UNITS: dict[str, Kind | None] = {unit: kind for kind, units in _COUNTED.items() for unit in units.split()}
# What a 号 counts is told by what stands before it.
UNITS |= {"号": None, "號": None}
"""What a number is counted in."""

NOT_A_UNIT = {
    "号": "码路街线桥门区", "门": "市口面诊", "楼": "梯宇盘", "室": "内外", "房": "地产管", "店": "面", "座": "落", "排": "水骨",
    "队": "伍路街", "社": "区会保路街", "组": "团织路街", "户": "外", "栋": "梁村", "幢": "村", "梯": "队", "仓": "库储", "档": "口", "弄": "堂", "号公寓": "楼",
}  # fmt: skip
"""What may not stand behind a unit: 一号路 is a road, 三社区 a place."""

_IN_DIGITS_ALONE = _words("门 房 店 户 档 柜 仓 卡 排 懂 撞 铺 间 F 梯 # 街")
COUNTED_IN_WORDS = tuple(unit for unit in UNITS if unit not in _IN_DIGITS_ALONE)
"""Units before which a number may be written in words: 三号楼; but 三门 is a county."""

NAME_AFTER_NUMBER = _words(
    "号门 号区 号大街 号大道 号路 号街 号线 号码头 号桥 号井 号地块 号小区 号公路 号园 号国道 号厂区 号矿 大街 大道 道 国道 省道 县道 公路 路 支路"
    " 街 巷 条 公里 千米 米 KM 北路 南路 东路 西路 中路 年 年代 期 区 街区 区块 地块 小区 社区 组团 标段 段 中 小 团 连 村 乡 里 大队 医 医院"
    " 线 厂 酒店 国际 创意 文化 大厦 广场 商务 中心 创 万"
)
"""Behind a number these make it part of a name: 12号大街, 320国道, 2期."""

ENDINGS: dict[Kind, str] = {
    Kind.PROVINCE: "省 自治区",
    Kind.CITY: "市 自治州 盟 地区",
    Kind.COUNTY: "区 县 旗 市中区 市辖区 中心城区 浦东新区 滨海新区",
    Kind.ZONE: (
        "开发区 高新区 经开区 保税区 保税港区 自贸区 新区 高新技术产业区 投资区 管理区 管委会 试验区 示范区 出口加工区 度假区 旅游区 开发园区"
        " 高新园区 新城区 保税物流园区"
    ),
    Kind.TOWN: "镇 乡 街道 街道办事处 街道办 街办 苏木 办事处",
    Kind.VILLAGE: "村 社区 居委会 村委会 居民委员会 村民委员会 屯 居委 大队 村委",
    Kind.ROAD: "路 街 大道 大街 道 巷 弄 胡同 条 公路 国道 省道 县道 线 环路 段 干道 高速 里弄 交叉路 环线",
    Kind.PLACE: (
        "小区 园区 工业区 工业园 工业园区 产业园 集中区 集聚区 功能区 区 期 组团 大厦 广场 中心 公寓 花园 苑 园 城 商城 市场 商场 商厦 厦"
        " 大楼 府 庭 阁 轩 邸 郡 山庄 别墅 新村 城区 港区 城关 里 坊 公司 厂 院 学校 大学 中学 小学 酒店 宾馆 饭店 招待所 站 码头 机场 港 基地 仓库 局"
        " 所 馆 银行 超市 百货 公园 农场 林场 牧场 场 煤矿 水库 宿舍 楼 厂房 车间 国际 世家 名都 豪庭 公馆 金座 银座 孵化器 总部 地块"
        " 店 门市部 营业部 信用社 政府 幼儿园 寺 庙 桥 岛 商业街 步行街 美食街 居住区 平房 车库 地下室 营业房 寓 墅 舍 商铺 部 集团 库"
        " 店面 用房 食堂 大院 医院 学院 门面 门面房 湾 居 庄 港湾 国际城 天地 世界 家属院 家园 码头 渡口 会馆 会所 都 矿"
    ),
}  # fmt: skip
"""What the name of a part ends with."""

NAMELESS = frozenset(
    _words(
        "开发区 高新区 经开区 保税区 新区 工业区 工业园 工业园区 园区 小区 市场 市辖区 市中区 中心城区 城区 港区 城关 浦东新区 滨海新区 新村 商城 广场 中心 车库 地下室 平房 宿舍 厂房 仓库"
        " 车间 国际 经济开发区"
    )
)
"""Endings that may be a part without a name of its own."""

STRONG = frozenset(
    _words(
        "省 自治区 市 自治州 县 区 镇 乡 街道 村 社区 路 街 大道 大街 小区 工业区 工业园 工业园区 园区 开发区 大厦 广场 公寓 花园 市场 公司"
        " 新村 中心 商城 胡同 巷 新区 高新区 城区 港区 段"
    )
)
"""Endings after which a name hardly goes on."""

UNBROKEN = _words(
    "市场 市区 市中区 区委 县委 乡镇 街道 镇海 社区 村委 村民 路段 园区 园林 院内 院校 中心城区 中心 城区 城关"
    " 城镇 城市 港务 行政 行业 线路 厂房 厂区 环保 环球 环城 省道 县道 国道 村镇 村口 道口 库房 部分 街坊 楼梯 居民 居住 区域 里程 园艺 矿业 房地产"
    " 商城 新城 工业 店面 店铺 路桥区 道里区 道外区 中心村 办事处 州市"
)
"""Words that are not cut in two."""

TOWERS = _words("大厦 厦 楼 阁 中心 国际 馆 学院 大学 银行 公司 酒店 局 医院")
"""Places that are one building: three digits behind them are a room."""

SHOPS = _words("商铺 店面 门面 店铺 门面房 营业房 底商")
"""Rows of shops: a number behind them is one of them."""

MARKETS = _words("市场 场 商城 建材城 汽配城 城")
"""Places whose numbers are stalls."""

COMPOUNDS = _words(
    "小区 花园 家园 园 苑 公寓 寓 庭 新村 区 期 府 阁 轩 邸 郡 广场 组团 团 里 坊 都 院 墅 山庄 名城 新城 居 城"
)
"""Places of several buildings: a number behind them is a building."""

BESIDE = _words(
    "交叉口 交汇处 交界处 交汇口 路口 对面 对过 隔壁 旁边 附近 门口 后面 前面 里面 楼下 楼上 东侧 西侧 南侧 北侧 东面 西面 南面 北面 东边 西边 南边"
    " 北边 左侧 右侧 左边 右边 两侧 一侧 以东 以西 以南 以北 院内 厂内 区内 场内 境内 园内 村口 街口 巷口 桥头 桥下 边上 内 旁 边 侧 东 西 南 北"
    " 中 口 处 部分 后 前 外 上 下 与 和 至 及 右 左"
)
"""Words that place a thing beside another one."""

REMARKS = _words(
    "电联 电话联系 转 收 丰巢 自提 商铺 店面 门面 店铺 底商 营业房 铺面 门市 房屋 柜台 摊位 住宅 办公 仓库 厂房 部分"
)
"""What is said at the end beside the address itself."""

MUNICIPALITIES = ("北京", "上海", "天津", "重庆")

CITIES = frozenset(
    _words(
        """
    石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头
    乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 长春
    吉林 四平 辽源 通化 白山 松原 白城 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州
    苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山
    淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余
    鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 莱芜 郑州 开封 洛阳
    平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈
    咸宁 随州 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆
    惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左
    海口 三亚 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺
    毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 拉萨 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银
    天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 北京 上海 天津 重庆
    阿坝州 甘孜州 凉山州 恩施州 湘西州 延边州 黔南州 黔东南州 黔西南州
    文山州 红河州 大理州 楚雄州 西双版纳州 德宏州 怒江州 迪庆州 临夏州 甘南州 伊犁州 昌吉州
    """
    )
)
"""Cities of prefecture rank and the four municipalities without 市, autonomous prefectures by their short name (GB/T 2260)."""
