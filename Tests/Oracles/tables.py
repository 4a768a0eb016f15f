"""Reference tables for Tests/Library/Tables, by pandas 3.1.1 and numpy 2.4.6.

Usage: python Tests/Oracles/tables.py Tests/Library/Tables/Fixtures

`nasty.json` has texts of random tables (separators, line ends, quotes, byte-order marks, missing
values, leading zeros, whole numbers beyond 64 bits, numbers of many digits), each with what pandas reads of it: text
where a number would lose digits, everything else by pandas' own types.
The CSV files hold what groupby, merge, pivot_table and melt give for trials.csv.
"""

import csv
import io
import json
import random
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

WORDS = ["face", "house", "a, b", 'say "hi"', '"', "two\nlines", "cr\rhere", "crlf\r\nhere", "tab\there", "naïve", "脑", "🧠", "e\u0301",
         " lead", "trail ", "semi;colon", "1,5", "x|y", "-", "+", ".5.", "1e", "0x1F", "12 %", "true story", "5'", "1_000", "--1",
         "nan?", "N/A!", "#tag", "1.2.3", "2009-06-15", "12:30"]
MISSING = ["n/a", "NA", "NaN", "nan", "", "N/A"]


def integer(rng):
    return str(rng.choice([0, 1, -1, 7, 42, -300, 2**31, -2**31 - 1, 2**53 + 1, 2**63 - 1, -2**63, rng.randrange(-10**6, 10**6)]))


def number(rng):
    kind = rng.randrange(9)
    value = rng.gauss(0, 1) * 10.0 ** rng.randrange(-12, 12)
    return [
        lambda: repr(value), lambda: f"{value:.18e}", lambda: f"{value:.3f}", lambda: f"{value:.25f}",
        lambda: f"{rng.randrange(10**15)}.{rng.randrange(10**15):015}", lambda: rng.choice(["inf", "-inf", "Infinity"]),
        lambda: repr(rng.choice([5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740993.0, 0.1, -0.0])),
        lambda: rng.choice([".5", "5.", "-.25", "1E5", "1e-07", "+2.5"]), lambda: str(rng.randrange(-99, 99)),
    ][kind]()


COLUMNS = {
    "int": integer,
    "double": number,
    "bool": lambda rng: rng.choice(["true", "false", "True", "False", "TRUE", "FALSE"]),
    "word": lambda rng: rng.choice(WORDS),
    "zeros": lambda rng: f"{rng.randrange(1, 999):05}",
    "big": lambda rng: str(rng.randrange(10**20, 10**30)),
}
# What pandas would change, and is read as text here.
TEXT = ("word", "zeros", "big")


def nasty(seed):
    rng = random.Random(seed)
    kinds = [rng.choice(list(COLUMNS)) for _ in range(rng.randrange(2, 6))]
    rows = rng.choice([1, 2, 5, 9])
    cells = [[COLUMNS[kind](rng) for _ in range(rows)] for kind in kinds]
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    for kind, column in zip(kinds, cells):
        # Quotes say that a text is there; pandas has no missing truth values.
        if kind != "bool" and not (quoting == csv.QUOTE_ALL and kind in TEXT) and rows > 1 and rng.random() < 0.5:
            for row in rng.sample(range(rows), rng.randrange(1, rows)):
                column[row] = rng.choice(MISSING)
    names = [f"{kind} {index}" if rng.random() < 0.8 else f'{kind}, "{index}"' for index, kind in enumerate(kinds)]
    separator = rng.choice([",", ",", "\t", "|", ";"])
    end = rng.choice(["\n", "\n", "\r\n", "\r"])
    def line(fields):
        # csv.writer leaves LF unquoted where lines end in CR.
        special = (separator, '"', "\n", "\r")
        needs = lambda field: quoting == csv.QUOTE_ALL or any(character in field for character in special)
        return separator.join('"' + field.replace('"', '""') + '"' if needs(field) else field for field in fields) + end

    text = line(names)
    for row in zip(*cells):
        text += line(row) + (end if rng.random() < 0.1 else "")
    if rng.random() < 0.3:
        text = text[:-len(end)]
    if rng.random() < 0.2:
        text = "\ufeff" + text
    table = pd.read_csv(
        io.BytesIO(text.encode()), sep=separator, encoding="utf-8", low_memory=False,
        dtype={name: str for name, kind in zip(names, kinds) if kind in TEXT})
    assert list(table.columns) == names, (seed, table.columns)
    columns = []
    for name, kind, column in zip(names, kinds, cells):
        values = table[name]
        if kind in TEXT and values.notna().any():
            shown = "String", [None if pd.isna(value) else value for value in values]
        elif values.dtype == bool:
            shown = "Bool", [str(value).lower() for value in values]
        elif kind in ("int", "double") and values.notna().any() and all(
                cell in MISSING or re.fullmatch(r"-?\d+", cell) for cell in column):
            # pandas makes doubles of whole numbers beside missing ones, and rounds them.
            shown = "Int", [None if cell in MISSING else str(int(cell)) for cell in column]
        elif values.dtype == np.int64:
            shown = "Int", [str(value) for value in values]
        elif values.isna().all():
            shown = "Double", [None] * rows
        else:
            assert values.dtype == np.float64, (seed, column, values)
            # The nearest double, which Python's float is; pandas' own reading may be one unit off.
            exact = [None if cell in MISSING else repr(float(cell)) for cell in column]
            assert [cell is None for cell in exact] == list(values.isna())
            assert np.allclose([float(cell) for cell in exact if cell], values.dropna(), rtol=1e-15, atol=0)
            shown = "Double", exact
        columns.append({"name": name, "type": shown[0], "values": shown[1]})
    return {"text": text, "separator": separator, "columns": columns}


def trials(folder):
    rng = np.random.default_rng(3)
    rows = 120
    table = pd.DataFrame({
        "subject": [f"{1 + row % 7:03}" for row in range(rows)], "condition": rng.choice(["face", "house", "tool"], rows),
        "block": rng.integers(1, 4, rows), "rt": np.round(rng.gamma(4, 0.2, rows), 4), "correct": rng.random(rows) < 0.8})
    table.loc[rng.choice(rows, 11, replace=False), "rt"] = np.nan
    table.loc[rng.choice(rows, 5, replace=False), "condition"] = np.nan
    people = pd.DataFrame({
        "subject": ["001", "002", "003", "005", "006", "009"], "age": [23, 31, 27, 45, 38, 52],
        "condition": ["a", "b", "a", "b", "a", "b"]})
    save = lambda frame, name: frame.to_csv(folder / name, index=False, na_rep="n/a")
    save(table, "trials.csv")
    save(people, "people.csv")
    groups = table.groupby(["subject", "condition"], dropna=False)
    save(groups.agg(
        rows=("rt", "size"), rt_count=("rt", "count"), rt_mean=("rt", "mean"), rt_sd=("rt", "std"), rt_variance=("rt", "var"),
        rt_sem=("rt", "sem"), rt_median=("rt", "median"), q25=("rt", lambda values: values.quantile(0.25)), rt_min=("rt", "min"),
        rt_max=("rt", "max"), rt_sum=("rt", "sum"), block_sum=("block", "sum"), block_distinct=("block", "nunique")).reset_index(),
        "grouped.csv")
    for kind in ("inner", "left", "right", "outer"):
        save(table.merge(people, on="subject", how=kind, suffixes=("", "_right")), f"join-{kind}.csv")
    wide = table.pivot_table(index="subject", columns="block", values="rt", aggfunc="mean").reset_index()
    save(wide, "pivoted.csv")
    save(wide.melt(id_vars="subject", var_name="block", value_name="rt"), "melted.csv")
    save(table.sort_values(["condition", "rt"], ascending=[True, False], kind="stable"), "sorted.csv")
    save(table.describe(include=[np.number]).T.reset_index(names="column"), "described.csv")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    (folder / "nasty.json").write_text(json.dumps([nasty(seed) for seed in range(300)], ensure_ascii=False, separators=(",", ":")) + "\n")
    trials(folder)


if __name__ == "__main__":
    main()
