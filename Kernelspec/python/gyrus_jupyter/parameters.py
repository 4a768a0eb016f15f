"""Papermill parameters as Swift declarations: `papermill in.ipynb out.ipynb -p alpha 2.0` runs `let alpha = 2.0`."""

import math
import re

from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

KEYWORDS = frozenset(
    "as associatedtype break case catch class continue default defer deinit do else enum extension fallthrough false "
    "fileprivate for func guard if import in init inout internal is let nil operator precedencegroup private protocol "
    "public repeat rethrows return self static struct subscript super switch throw throws true try typealias var where "
    "while".split())
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
DECLARATION = re.compile(
    r"^\s*(?:let|var)\s+`?(?P<name>\w+)`?\s*(?::\s*(?P<type>[^=]+?))?\s*=\s*(?P<default>.+?)\s*(?://\s*(?P<help>.*))?$")


class Engine(NBClientEngine):
    """Papermill's own engine, under the name `gyrus`."""


class SwiftTranslator(Translator):
    """Values of JSON and YAML as Swift literals."""

    @classmethod
    def translate_str(cls, val):
        return '"' + "".join(
            ESCAPES.get(c) or (c if c.isprintable() else f"\\u{{{ord(c):x}}}") for c in str(val)) + '"'

    @classmethod
    def translate_escaped_str(cls, str_val):
        return cls.translate_str(str_val)

    @classmethod
    def translate_none(cls, val):
        return "nil"

    @classmethod
    def translate_int(cls, val):
        if not -(2**63) <= val < 2**63:
            raise PapermillException(f"the parameter {val} does not fit into Swift's Int")
        return str(val)

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "Double.nan"
        if math.isinf(val):
            return "Double.infinity" if val > 0 else "-Double.infinity"
        return repr(val)

    @classmethod
    def translate_list(cls, val):
        return "[" + ", ".join(cls.translate(item) for item in val) + "]"

    @classmethod
    def translate_dict(cls, val):
        pairs = ", ".join(f"{cls.translate_str(key)}: {cls.translate(item)}" for key, item in val.items())
        return f"[{pairs or ':'}]"

    @classmethod
    def kind(cls, val):
        """The Swift type of a value."""
        if isinstance(val, bool):
            return "Bool"
        for python, swift in ((str, "String"), (int, "Int"), (float, "Double")):
            if isinstance(val, python):
                return swift
        if isinstance(val, (list, dict)):
            items = list(val.values() if isinstance(val, dict) else val)
            kinds = {cls.kind(item) for item in items if item is not None}
            if kinds == {"Int", "Double"}:
                kinds = {"Double"}
            element = kinds.pop() if len(kinds) == 1 else "Any"
            element += "?" if None in items else ""
            return f"[String: {element}]" if isinstance(val, dict) else f"[{element}]"
        # YAML's dates and whatever else papermill writes as their texts.
        return "Any?" if val is None else "String"

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        for name, val in parameters.items():
            if not name.isidentifier():
                raise PapermillException(f"the parameter '{name}' is not a Swift name")
            name = f"`{name}`" if name in KEYWORDS else name
            lines.append(f"let {name}: {cls.kind(val)} = {cls.translate(val)}")
        return "\n".join(lines) + "\n"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}"

    @classmethod
    def inspect(cls, parameters_cell):
        """The parameters that a cell with the tag `parameters` declares, for `papermill --help-notebook`."""
        matches = filter(None, map(DECLARATION.match, parameters_cell["source"].splitlines()))
        return [
            Parameter(
                name=match["name"], inferred_type_name=match["type"] or "None", default=match["default"],
                help=match["help"] or "")
            for match in matches]


papermill_translators.register("swift", SwiftTranslator)
