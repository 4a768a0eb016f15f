"""Papermill parameters as Swift declarations: `papermill in.ipynb out.ipynb -p alpha 2.0` runs `let alpha = 2.0`."""

import math
import re
import threading

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
# One variable of a line that declares some.
BINDING = re.compile(
    r"(?:\b(?:let|var)|,)\s+`?(?P<name>\w+)`?\s*(?::\s*(?P<type>[^=,]+?))?\s*=\s*"
    r"(?P<default>\[[^\]]*\]|\"[^\"]*\"|[^,\"\[]+?)\s*(?=,|;|//|$)")
NUMBER = re.compile(r"[-+]?\d[\d_]*(?P<fraction>\.\d[\d_]*)?(?P<exponent>[eE][-+]?\d+)?")


class Engine(NBClientEngine):
    """Papermill's own engine, under the name `gyrus`."""


class SwiftTranslator(Translator):
    """Values of JSON and YAML as Swift literals."""

    # The types that the last cell of parameters declares: papermill inspects it just before it asks for the values' code.
    last = threading.local()

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
    def fitting(cls, val, kind):
        """A value as a literal of the type that its default has, where that is made of numbers with fractions; else None."""
        if kind in ("Double", "Float") and isinstance(val, (int, float)) and not isinstance(val, bool):
            return cls.translate(float(val)).replace("Double", kind)
        if kind.endswith("?"):
            return "nil" if val is None else cls.fitting(val, kind[:-1])
        dictionary = re.fullmatch(r"\[\s*String\s*:\s*(.+)\]", kind)
        array = re.fullmatch(r"\[([^:]+)\]", kind)
        if dictionary and isinstance(val, dict):
            items = {cls.translate_str(key): cls.fitting(item, dictionary[1].strip()) for key, item in val.items()}
            pairs = ", ".join(f"{key}: {item}" for key, item in items.items())
            return None if None in items.values() else f"[{pairs or ':'}]"
        if array and isinstance(val, list):
            items = [cls.fitting(item, array[1].strip()) for item in val]
            return None if None in items else f"[{', '.join(items)}]"
        return None

    @classmethod
    def declared(cls, line):
        """The types of the variables that a line declares, as far as the line tells them."""
        return {
            match["name"]: match["type"] or cls.type_of(match["default"])
            for match in BINDING.finditer(line.split("//")[0]) if re.match(r"\s*(?:let|var)\b", line)}

    @classmethod
    def type_of(cls, literal):
        """`Double` or `[Double]` for numbers with fractions, else nothing."""
        if literal.startswith("[") and literal.endswith("]"):
            elements = {cls.type_of(item.strip()) or NUMBER.fullmatch(item.strip()) and "Int"
                        for item in literal[1:-1].rstrip(", ").split(",")}
            return "[Double]" if "Double" in elements and elements <= {"Int", "Double"} else ""
        number = NUMBER.fullmatch(literal)
        return "Double" if number and (number["fraction"] or number["exponent"]) else ""

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        types, cls.last.types = getattr(cls.last, "types", {}), {}
        for name, val in parameters.items():
            if not name.isidentifier():
                raise PapermillException(f"the parameter '{name}' is not a Swift name")
            kind = types.get(name, "")
            literal = cls.fitting(val, kind)
            if literal is None:
                kind, literal = cls.kind(val), cls.translate(val)
            name = f"`{name}`" if name in KEYWORDS else name
            lines.append(f"let {name}: {kind} = {literal}")
        return "\n".join(lines) + "\n"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}"

    @classmethod
    def inspect(cls, parameters_cell):
        """The parameters that a cell with the tag `parameters` declares."""
        source = parameters_cell["source"].splitlines()
        cls.last.types = {name: kind for line in source for name, kind in cls.declared(line).items()}
        matches = filter(None, map(DECLARATION.match, source))
        return [
            Parameter(
                name=match["name"], inferred_type_name=match["type"] or "None", default=match["default"],
                help=match["help"] or "")
            for match in matches]


papermill_translators.register("swift", SwiftTranslator)
