"""Writes the small Parquet files of packages/data/rows/fixtures.

    python tools/export_parquet.py        needs `pip install pyarrow`; the tests need only what it has written
"""
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).parent.parent / "packages/data/rows/fixtures"
MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])


def pairs():
    """Seven pairs in three groups of rows, with a column that nobody asks for and one with nulls."""
    turns = [[{"role": "user", "content": f"question {i}"}] for i in range(7)]
    said = [[{"role": "assistant", "content": f"answer {i} 🙂"}] for i in range(7)]
    return pa.table({
        "id": pa.array(range(7), pa.int64()),
        "prompt": pa.array(turns, pa.list_(MESSAGE)),
        "chosen": pa.array(said, pa.list_(MESSAGE)),
        "rejected": pa.array([[{"role": "assistant", "content": "no"}]] * 7, pa.list_(MESSAGE)),
        "margin": pa.array([1.5, None, 0, 2, None, 0.25, 3], pa.float64()),
        "source": pa.array([f"page {i}" for i in range(7)]),
    })


def mixed():
    """Columns of the wrong type, and bytes that are no UTF-8 in the second row."""
    return pa.table({
        "prompt": pa.array([1, 2], pa.int64()),
        "text": pa.array([b"fine", b"\xff\xfe"], pa.binary()),
        "rating": pa.array([4, 5], pa.int64()),
    })


FOLDER.mkdir(exist_ok=True)
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(pairs(), FOLDER / f"pairs_{codec}.parquet", compression=codec, row_group_size=3, use_dictionary=codec != "none")
pq.write_table(mixed(), FOLDER / "mixed.parquet")
