"""Words of the invented institution: its people, its town, and the kinds of firms that live there.

Everything here is invented. The town 江州 and its district codes (3399xx) do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from vouch.platform.identity.terms import Role, Scope

INSTITUTION = "江州市融资担保有限公司"

UNITS = (
    ("YW1", "业务一部", "HQ"), ("YW2", "业务二部", "HQ"), ("YW2A", "城南营业部", "YW2"), ("FK", "风险管理部", "HQ"),
    ("CW", "财务部", "HQ"),
)  # fmt: skip
"""Code, name, and the code of the unit above, which stands earlier."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff who can sign in to the demo."""

    username: str
    name: str
    unit: str
    roles: tuple[str, ...]
    scope: str


STAFF = (
    Person("liqiang", "李强", "YW1", (Role.ACCOUNT_MANAGER,), Scope.OWN),
    Person("mengjia", "孟佳", "YW1", (Role.ACCOUNT_MANAGER,), Scope.OWN),
    Person("liuyang", "刘洋", "YW1", (Role.ACCOUNT_MANAGER,), Scope.OWN),
    Person("hewei", "何伟", "YW1", (Role.TEAM_LEAD,), Scope.UNIT_BELOW),
    Person("wuting", "吴婷", "YW2", (Role.ACCOUNT_MANAGER,), Scope.OWN),
    Person("qianjin", "钱进", "YW2A", (Role.ACCOUNT_MANAGER,), Scope.OWN),
    Person("zhaomin", "赵敏", "YW2", (Role.TEAM_LEAD,), Scope.UNIT_BELOW),
    Person("wangfang", "王芳", "FK", (Role.RISK_REVIEWER,), Scope.ALL),
    Person("fengli", "冯丽", "FK", (Role.INSPECTOR,), Scope.ALL),
    Person("xujing", "徐静", "CW", (Role.CASHIER,), Scope.ALL),
    Person("linhui", "林慧", "HQ", (Role.COMPLIANCE,), Scope.ALL),
    Person("chenjing", "陈静", "HQ", (Role.CRO,), Scope.ALL),
    Person("zhengguo", "郑国", "HQ", (Role.EXECUTIVE,), Scope.ALL),
    Person("sunlei", "孙磊", "HQ", (Role.AUDITOR,), Scope.ALL),
    Person("zhoujie", "周杰", "HQ", (Role.ADMIN,), Scope.ALL),
    Person("heyan", "何岩", "HQ", (Role.ADMIN,), Scope.ALL),
)

MANAGERS = {
    "YW1": (("liqiang", "mengjia"), ("mengjia", "liuyang"), ("liuyang", "liqiang")),
    "YW2": (("wuting", "qianjin"), ("qianjin", "wuting")),
}
"""Who looks after the customers of a branch, in turn: manager (A角) and second manager (B角)."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: words for names, GB/T 4754, its scope text, its tax rate in percent, and where such firms sit."""

    word: str
    industry: str
    scope: str
    tax: int
    margin: float
    streets: tuple[str, ...]


INDUSTRIAL = ("江北区产业大道{n}号{b}栋{r}室", "江北区智造路{n}号", "经开区创业一路{n}号{b}幢")
MARKET = ("城南区批发市场{b}区{n}号", "城南区商贸城{b}栋{r}号", "城南区农贸路{n}号")
OFFICE = ("城东区人民路{n}号{b}座{r}室", "高新区软件园{b}号楼{r}室", "城东区滨江大厦{b}座{r}室")
TOWN = ("城西区解放街{n}号", "城西区老街{n}号一层", "江北区工农路{n}号门面")

TOWN_NAME = "江州市"
PARK, PARK_ADDRESS = "云创产业园", "江州市高新区云创产业园"
MARKET_NAME, MARKET_ADDRESS = "江南建材粮油批发市场", "江州市城南区江南批发市场"
"""The park with two towers, and the wholesale market, whose buildings hold many customers."""

TRADES = (
    Trade("精密机械", "C3484", "机械零部件加工、销售；模具制造。", 13, 0.24, INDUSTRIAL),
    Trade("五金制品", "C3389", "五金制品制造、销售；金属材料销售。", 13, 0.18, INDUSTRIAL),
    Trade("塑料制品", "C2929", "塑料制品、包装材料的生产与销售。", 13, 0.2, INDUSTRIAL),
    Trade("纺织", "C1713", "纺织品、服装辅料的加工与销售。", 13, 0.16, INDUSTRIAL),
    Trade("电子科技", "C3989", "电子产品、元器件的研发、生产与销售。", 13, 0.26, INDUSTRIAL),
    Trade("建材", "F5165", "建筑材料、装饰材料、卫生洁具销售。", 13, 0.14, MARKET),
    Trade("粮油贸易", "F5121", "粮油、预包装食品批发兼零售。", 9, 0.08, MARKET),
    Trade("果蔬", "F5123", "新鲜水果、蔬菜的批发、配送。", 9, 0.11, MARKET),
    Trade("水产", "F5124", "水产品收购、冷藏、销售。", 9, 0.12, MARKET),
    Trade("日用百货", "F5139", "日用百货、文具用品、办公用品销售。", 13, 0.15, MARKET),
    Trade("信息技术", "I6513", "软件开发；信息系统集成；技术咨询服务。", 6, 0.45, OFFICE),
    Trade("企业管理咨询", "L7241", "企业管理咨询；会务服务；财务咨询。", 6, 0.5, OFFICE),
    Trade("广告传媒", "L7259", "设计、制作、代理、发布国内广告。", 6, 0.36, OFFICE),
    Trade("物流", "G5431", "道路普通货物运输；仓储服务；货运代理。", 9, 0.17, INDUSTRIAL),
    Trade("建筑劳务", "E5090", "建筑劳务分包；室内外装饰工程施工。", 9, 0.12, OFFICE),
    Trade("餐饮管理", "H6210", "餐饮服务；餐饮管理；食品销售。", 6, 0.3, TOWN),
    Trade("汽车服务", "O8111", "汽车维修、汽车配件销售、洗车服务。", 13, 0.28, TOWN),
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a firm does business. Money in yuan, rates as fractions, ranges from and to.

    ``drift`` multiplies turnover each month, ``season`` swings it over the year, ``steady`` is the chance that a
    month has any sale, ``quiet_months`` is how long the firm has sold nothing.
    """

    share: int
    monthly: tuple[int, int]
    sales: tuple[int, int]
    buyers: tuple[int, int]
    drift: float = 1.0
    season: float = 0.1
    steady: float = 1.0
    void_rate: float = 0.03
    return_rate: float = 0.01
    history_months: tuple[int, int] = (26, 30)
    quiet_months: int = 0


PATTERNS = {
    "pillar": Pattern(18, (1_200_000, 8_000_000), (16, 34), (18, 50), drift=1.004),
    "steady": Pattern(66, (40_000, 600_000), (4, 14), (5, 20), return_rate=0.02),
    "growing": Pattern(24, (50_000, 300_000), (5, 14), (6, 18), drift=1.03),
    "seasonal": Pattern(20, (50_000, 500_000), (4, 12), (4, 14), season=0.6),
    "shrinking": Pattern(20, (150_000, 700_000), (4, 12), (4, 12), drift=0.94),
    "one buyer": Pattern(14, (250_000, 1_600_000), (3, 8), (1, 3)),
    "careless": Pattern(8, (120_000, 500_000), (6, 14), (5, 14), void_rate=0.24, return_rate=0.09),
    "sporadic": Pattern(22, (8_000, 60_000), (1, 4), (2, 5), steady=0.4, void_rate=0.08),
    "new": Pattern(7, (60_000, 400_000), (4, 10), (3, 9), history_months=(3, 8)),
}

FAILING_NAME = "江州恒昌建材有限公司"
FAILING = Pattern(
    1, (900_000, 900_000), (12, 12), (14, 14), drift=0.9, void_rate=0.12, return_rate=0.08, quiet_months=3
)
"""The firm that the demo's story is about: a decent supplier whose site closed, and whose buyers left."""

NAMES_FIRST = tuple("恒昌盛泰永宏德金瑞鑫华正信安嘉博远腾锦旺")
NAMES_SECOND = tuple("达丰源隆兴茂顺通和润发祥诚业利佳康辉铭森")

LONG_NAMES = ("阿依古丽·买买提", "卓玛·央金", "巴图·朝鲁")
"""Names with the dot of minority names: every list and form must hold them."""

SURNAMES = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
)
GIVEN = tuple("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国志文玉秀梅红春生海燕东晓辉玲斌宇浩雪峰")
DISTRICTS = ("江北区", "城南区", "城东区", "城西区", "经开区")
LANES = ("和平里", "桂花巷", "东风路", "滨河村", "梧桐新苑", "兴旺村一组", "老街")
BANKS = ("江州农村商业银行", "江州银行", "中国邮政储蓄银行江州分行", "中国农业银行江州分行")
