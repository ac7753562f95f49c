"""The command's work: read the file, train, and write ``scorecard.yaml``, ``metrics.json`` and ``report.html``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vouch.engine.scorecard_file import write
from vouch.engine.training.carding import card_document, checked
from vouch.engine.training.faults import InputFault
from vouch.engine.training.reading import Table, read_table
from vouch.engine.training.report import report_page
from vouch.engine.training.reporting import Findings, findings, metrics
from vouch.engine.training.request import Request
from vouch.engine.training.running import Trained, train


@dataclass(frozen=True)
class Delivery:
    """What a training hands over, as the bytes of its three files."""

    found: Findings
    scorecard: bytes
    metrics: bytes
    report: bytes


def train_table(
    table: Table, request: Request, *, title: str, file_hash: str, progress: Callable[[str], None]
) -> Delivery:
    """Train on a table."""
    trained = train(table, request, progress=progress)
    progress("计算指标")
    found = findings(trained)
    document = card_document(
        trained.card,
        head={"name": "trained-card", "title": title},
        calibration=trained.calibration,
        training=_memory(trained, found, file=table.name, file_hash=file_hash),
    )
    card = checked(document)
    progress("写报告")
    figures = metrics(found)
    return Delivery(
        found=found,
        scorecard=write(card),
        metrics=(json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(),
        report=report_page(found, file=table.name, card_hash=card.sha256).encode(),
    )


def train_file(
    path: Path, request_of: Callable[[Table], Request], *, out: Path, progress: Callable[[str], None]
) -> Delivery:
    """Read, train and write the three files into ``out``."""
    if out.exists() and not out.is_dir():
        raise InputFault(f"--out：{out} 是文件，应为文件夹。")
    progress(f"读取 {path.name}")
    table = read_table(path)
    file_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    delivery = train_table(
        table, request_of(table), title=f"由 {path.name} 训练的评分卡", file_hash=file_hash, progress=progress
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in (
            ("scorecard.yaml", delivery.scorecard),
            ("metrics.json", delivery.metrics),
            ("report.html", delivery.report),
        ):
            (out / name).write_bytes(content)
    except OSError as error:
        raise InputFault(f"--out：无法写入 {out}（{error.strerror}）。") from None
    return delivery


def _memory(trained: Trained, found: Findings, *, file: str, file_hash: str) -> dict[str, Any]:
    """What the card remembers of its training; everything in it follows from file and options."""
    outcome = trained.prepared.outcome
    total = float(outcome.weight.sum())
    return {
        "file": file,
        "file_sha256": file_hash,
        "label": trained.request.label,
        "bad": trained.request.bad,
        "rows": len(trained.train_outcome.bad),
        "bad_rows": int(trained.train_outcome.bad.sum()),
        "bad_rate": round(float(trained.train_outcome.bad.mean()), 6),
        "population_rate": round(float((outcome.weight * outcome.bad).sum()) / total, 6),
        "seed": trained.request.seed,
        "protocol": trained.prepared.protocol.words,
        "auc": round(found.scores.auc.value, 6),
        "auc_low": round(found.scores.auc.low, 6),
        "auc_high": round(found.scores.auc.high, 6),
        "base_score": trained.request.rules.base_score,
        "base_odds": trained.request.rules.base_odds,
        "double_odds": trained.request.rules.double_odds,
        "bands": [
            {
                "grade": band.grade,
                "min_score": band.min_score,
                "max_score": band.max_score,
                "rows": cell.rows,
                "bad": cell.bad_rows,
                "rate": None if cell.rows == 0 else round(cell.rate.value, 6),
                "low": round(cell.rate.low, 6),
                "high": round(cell.rate.high, 6),
                "supported": cell.supported,
            }
            for band, cell in zip(trained.bands, found.bands, strict=True)
        ],
    }
