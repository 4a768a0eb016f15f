"""Tables: `DataTable` in Swift, `pandas.DataFrame` in Python; only cells that pass one import this."""

import shlex
import sys

from gyrus_host.values import Refusal, listed, microseconds, numbers, strings, truths, with_article


def libraries(name):
    try:
        import numpy
        import pandas
    except ImportError:
        raise Refusal(
            f"{name} is a table, which needs pandas, and {sys.executable} has none: `!{shlex.quote(sys.executable)} -m "
            "pip install pandas`, or name another interpreter with `%%python --python PATH` or GYRUS_PYTHON") from None
    return numpy, pandas


# --- from Swift -------------------------------------------------------------------------------------------------


def frame(node, reader, name):
    """The table as a `DataFrame`; columns of numbers without missing values lie in the shared memory."""
    np, pd = libraries(name)
    head, *columns = node["items"]
    made = {column: series(part, reader, np, pd) for column, part in zip(strings(head, reader), columns)}
    return pd.DataFrame(made, index=pd.RangeIndex(node["shape"][0]), copy=False)


def series(node, reader, np, pd):
    """One column. Missing values are `NaN` among floats and texts, `NaT` among dates, else `NA` of a nullable type."""
    if node["kind"] != "optional":
        return whole(node, reader, np, pd)
    present = np.frombuffer(reader.bytes(node["offset"], node["bytes"]), bool)
    values = node["items"][0]
    if values["kind"] == "strings":
        found = iter(strings(values, reader))
        return pd.Series([next(found) if here else None for here in present], dtype=text_type(pd))
    if values["kind"] == "dates":
        all_ = np.full(len(present), np.datetime64("NaT"), "M8[us]")
        all_[present] = np.array(microseconds(values, reader), "i8").view("M8[us]")
        return pd.DatetimeIndex(all_).tz_localize("UTC")
    all_ = np.zeros(len(present), values["dtype"])
    all_[present] = whole(values, reader, np, pd)
    kind = pd.arrays.BooleanArray if all_.dtype.kind == "b" else pd.arrays.IntegerArray
    return kind(all_, ~present)


def whole(node, reader, np, pd):
    if node["kind"] == "strings":
        return pd.Series(strings(node, reader), dtype=text_type(pd))
    if node["kind"] == "dates":
        return pd.DatetimeIndex(np.array(microseconds(node, reader), "i8").view("M8[us]")).tz_localize("UTC")
    count = node["shape"][0]
    if count == 0:
        return np.zeros(0, node["dtype"])
    return np.frombuffer(reader.memory, node["dtype"], count, reader.start + node["offset"])


def text_type(pd):
    """What pandas itself has texts be: `str` from version 3 on."""
    return "str" if int(pd.__version__.split(".")[0]) >= 3 else object


# --- to Swift ---------------------------------------------------------------------------------------------------


def encode(value, encoding):
    """The Swift type and the node of what is pandas's own; None for what is an array."""
    import numpy as np
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return table(value, encoding)
    if value is pd.NA or value is pd.NaT:
        return "Any?", {"kind": "none"}
    if isinstance(value, pd.Timestamp):
        swift, node = dates(pd.Series([value]), encoding, encoding.name)
        return swift, {**node, "kind": "date"}
    if isinstance(value, pd.Series):
        if is_labelled(value.index):
            return table(value.to_frame("value" if value.name is None else str(value.name)), encoding)
        say_what_is_left_out(value.index, encoding)
    if isinstance(value, (pd.Series, pd.Index)) and not isinstance(value, pd.MultiIndex):
        if isinstance(value.dtype, np.dtype) and value.dtype.kind == "f":
            return None
        swift, node = column(pd.Series(value), encoding, encoding.name)
        return f"[{swift}]", node
    return None


def is_labelled(index):
    """Whether an index becomes columns: an unnamed one of whole numbers is taken for the rows' numbers."""
    import pandas as pd

    return isinstance(index, pd.MultiIndex) or index.name is not None or index.dtype.kind not in "iu"


def say_what_is_left_out(index, encoding):
    """Whole numbers other than 0, 1, 2, … may be what a filter left, or somebody's labels: only their user knows."""
    import pandas as pd

    if not (index == pd.RangeIndex(len(index))).all():
        print(f"-o {encoding.name}: the index ({', '.join(map(str, index[:3]))}{', …' if len(index) > 3 else ''}) is not "
              f"passed; {encoding.name}.reset_index() makes it a column, and .reset_index(drop=True) numbers the rows "
              "again from zero",
              file=sys.stderr)


def table(frame, encoding):
    import pandas as pd

    name = encoding.name
    if isinstance(frame.columns, pd.MultiIndex):
        encoding.refuse("the columns of the DataFrame have names of several levels",
                        f"name them by one: {name}.columns = ['_'.join(map(str, c)) for c in {name}.columns]")
    if is_labelled(frame.index):
        try:
            frame = frame.reset_index()
        except ValueError as error:
            encoding.refuse(f"the DataFrame's index cannot be a column ({error})",
                            f"pass {name}.reset_index(drop=True), or rename the index")
    else:
        say_what_is_left_out(frame.index, encoding)
    for label in frame.columns:
        if not isinstance(label, str):
            encoding.refuse(f"the DataFrame's column {label!r} is named by {with_article(type(label).__name__)}, not by a text",
                            f"pass {name}.rename(columns=str)")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        encoding.refuse(f"the DataFrame has the column {twice!r} twice", "rename one of them")
    parts = [column(frame[label], encoding, f"the column {label!r}")[1] for label in frame.columns]
    if not parts and len(frame):
        encoding.refuse(f"the DataFrame has {len(frame)} rows and no column", "pass its length")
    head = encoding.strings([str(label) for label in frame.columns])
    return "DataTable", {"kind": "table", "shape": list(frame.shape), "items": [head, *parts]}


def column(series, encoding, title):
    """The type of the elements and the node of one column."""
    import numpy as np
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype if not series.isna().any() else object)
    if isinstance(series.dtype, pd.DatetimeTZDtype) or series.dtype.kind == "M":
        return dates(series, encoding, title)
    missing = series.isna().to_numpy(bool)
    kind = getattr(series.dtype, "kind", "O")
    if isinstance(series.dtype, pd.SparseDtype):
        encoding.refuse(f"{title} is sparse", "pass it with .sparse.to_dense()")
    if kind == "O" or isinstance(series.dtype, pd.StringDtype):
        kind = {"string": "U", "integer": "i", "boolean": "b", "floating": "f", "mixed-integer-float": "f",
                "datetime": "M", "datetime64": "M", "date": "M", "empty": "U",
                }.get(pd.api.types.infer_dtype(series.to_numpy(object), skipna=True))
        if kind is None:
            found = sorted({type(item).__name__ for item in series[~missing].to_numpy(object)})
            encoding.refuse(f"{title} holds values of type {', '.join(found)}, which no column of a DataTable does",
                            "convert it first (.astype(str), or one column for each type)")
        if kind == "M":
            return dates(pd.to_datetime(series, utc=True), encoding, title)
    if kind == "U":
        return masked("String", missing, encoding, encoding.strings(
            [str(text) for text in series[~missing].to_numpy(object)]))
    if kind == "f":
        if series.dtype.kind == "f" and series.dtype.itemsize > 8:
            encoding.refuse(f"{title} is of {series.dtype}", "pass it with .astype('float64')")
        for item in series[~missing] if series.dtype == object else ():
            if isinstance(item, int):
                encoding.integer(item, True)
        values = series.to_numpy("<f8", na_value=np.nan)
        return "Double", numbers("<f8", len(values), encoding.writer.add(np.ascontiguousarray(values)))
    if kind in "iu":
        values = series[~missing].to_numpy()
        if values.size and (values.max() > 2**63 - 1 or values.min() < -(2**63)):
            encoding.refuse(f"{title} has numbers beyond Swift's Int", "pass it with .astype('float64')")
        values = np.ascontiguousarray(values, "<i8")
        return masked("Int", missing, encoding, numbers("<i8", len(values), encoding.writer.add(values)))
    if kind == "b":
        values = truths(np, series[~missing].to_numpy())
        return masked("Bool", missing, encoding, numbers("?", len(values), encoding.writer.add(values)))
    remedy = {"m": ".dt.total_seconds()", "c": ".to_numpy().real"}.get(kind, ".astype(str)")
    encoding.refuse(f"{title} is of {series.dtype}, for which DataTable has no column", f"pass it with {remedy}")


def dates(series, encoding, title):
    """Moments in microseconds; those without a time zone are in UTC."""
    import numpy as np

    if series.dt.tz is not None:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    missing = series.isna().to_numpy(bool)
    exact = series[~missing].to_numpy()
    values = exact.astype("M8[us]")
    if (values != exact).any():
        encoding.refuse(f"{title} has fractions of microseconds, which Swift's Date has not",
                        "pass it with .dt.floor('us')")
    return masked("Date", missing, encoding, encoding.moments(np.ascontiguousarray(values).view("<i8")))


def masked(element, missing, encoding, node):
    if not missing.any():
        return element, node
    present = (~missing).tobytes()
    return element + "?", {"kind": "optional", "items": [node], "offset": encoding.writer.add(present),
                           "bytes": len(present)}
