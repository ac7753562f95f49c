"""The report's style sheet: one page that needs nothing else, on a screen, a phone or paper."""

from typing import Final

STYLE: Final = """
:root{--ink:#1d2b3a;--soft:#5f6d7a;--line:#e3e8ed;--paper:#fff;--ground:#f3f5f8;--good:#2f6fb0;--bad:#cf4f3a;--warn:#b7791f;--deep:#14304d}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.65 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",system-ui,sans-serif;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:auto;font-family:inherit}
header{background:linear-gradient(120deg,#14304d,#24557f);color:#fff;padding:30px 0 74px}
.page{max-width:1180px;margin:0 auto;padding:0 20px}
header h1{margin:0 0 6px;font-size:25px;font-weight:650;letter-spacing:.02em}
header p{margin:0;color:#cfdcea;max-width:86ch;overflow-wrap:anywhere}
main{margin-top:-52px;padding-bottom:48px}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin-bottom:16px}
.tile{background:var(--paper);border-radius:10px;padding:14px 16px;box-shadow:0 1px 3px #14304d1a,0 6px 18px #14304d0f;border-top:3px solid var(--good)}
.tile.bad{border-top-color:var(--bad)}.tile.warn{border-top-color:#d69e2e}
.tile b{display:block;font-size:25px;line-height:1.25;font-weight:650}
.tile span{color:var(--soft);font-size:12.5px}.tile small{display:block;color:var(--soft);font-size:12px}
.tile.bad b{color:var(--bad)}
section,.alert{background:var(--paper);border-radius:10px;padding:18px 20px;margin-bottom:16px;box-shadow:0 1px 3px #14304d14}
h2{margin:0 0 4px;font-size:17px}h2+p{margin-top:0}
p.lead{color:var(--soft);margin:0 0 12px}
.alert{border-left:5px solid #d69e2e;padding:14px 18px}
.alert.bad{border-left-color:var(--bad)}.alert.calm{border-left-color:#4a9c6d}
.alert h2{font-size:16px}.alert ul{margin:8px 0 0;padding:0;list-style:none}
.alert li{padding:7px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.tag{display:inline-block;font-size:12px;line-height:1.5;padding:0 8px;border-radius:10px;background:#fdf1dc;color:#8a5a10;margin-right:8px}
.tag.bad{background:#fbe4df;color:#a33420}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px}
.grid>div{border:1px solid var(--line);border-radius:8px;padding:10px 12px;min-width:0}
.wide{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th{color:var(--soft);font-weight:600;background:#f8fafb}
th:first-child,td:first-child{text-align:left}
td.words{white-space:normal;text-align:left;min-width:180px;overflow-wrap:anywhere}
tr.weak td{color:var(--soft);background:#fdf8ef}
.no{color:var(--bad);font-weight:600}.yes{color:#2f7d53}
details{margin-top:10px}summary{cursor:pointer;color:var(--good)}
footer{color:var(--soft);font-size:12.5px;padding:0 4px;overflow-wrap:anywhere}
@media(max-width:820px){.tiles{grid-template-columns:1fr 1fr}}@media(max-width:600px){.page{padding:0 12px}header{padding:22px 0 70px}header h1{font-size:20px}.tiles{grid-template-columns:1fr 1fr;gap:10px}.tile{padding:11px 12px}.tile b{font-size:21px}section,.alert{padding:14px 13px}.grid>div{padding:6px}.grid{gap:12px}}
@media print{body{background:#fff}section,.alert,.tile{box-shadow:none;border:1px solid var(--line);break-inside:avoid}.attribute{break-inside:avoid}}
"""
