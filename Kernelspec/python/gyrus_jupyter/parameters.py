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
TEXT = r'"(?:\\.|[^"\\])*"'
# A list or a dictionary, also of lists.
LIST = rf"""\[(?:{TEXT}|[^\[\]"]|\[(?:{TEXT}|[^\[\]"]|\[(?:{TEXT}|[^\[\]"])*\])*\])*\]"""
# One variable of a statement that declares some.
BINDING = re.compile(
    r"(?:\b(?P<keyword>let|var)|,)\s+`?(?P<name>\w+)`?\s*(?::\s*(?P<type>[^=,]+?))?\s*=\s*"
    rf"(?P<default>{LIST}|{TEXT}|[^,\"\[]+?)\s*(?=,|;|//|$)")
NUMBER = re.compile(r"[-+]?\d[\d_]*(?P<fraction>\.\d[\d_]*)?(?P<exponent>[eE][-+]?\d+)?")
INTEGER = re.compile(r"U?Int(?:8|16|32|64)?")
# A number of a type that its literal does not tell: `Float(0.5)`.
CALL = re.compile(r"(Double|Float|U?Int(?:8|16|32|64)?)\(\s*" + NUMBER.pattern + r"\s*\)")
STRING = re.compile(TEXT)
# A comment is none within a string (`"https://…"`).
COMMENT = re.compile(rf"({TEXT})|//.*")


class Engine(NBClientEngine):
    """Papermill's own engine, under the name `gyrus`."""


class SwiftTranslator(Translator):
    """Values of JSON and YAML as Swift literals."""

    # Keywords and types of what the last cell of parameters declares: papermill inspects it just before it asks for the
    # values' code.
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
        """A value as a literal of the type that its default has; None if it is of another, or of one that is not known."""
        if INTEGER.fullmatch(kind) and isinstance(val, int) and not isinstance(val, bool):
            return cls.translate_int(val)
        if kind == "String" and isinstance(val, str) or kind == "Bool" and isinstance(val, bool):
            return cls.translate(val)
        if kind in ("Double", "Float") and isinstance(val, (int, float)) and not isinstance(val, bool):
            return cls.translate(float(val)).replace("Double", kind)
        if kind.endswith("?"):
            return "nil" if val is None else cls.fitting(val, kind[:-1])
        dictionary = re.fullmatch(r"\[\s*String\s*:\s*(.+)\]", kind)
        array = re.fullmatch(r"\[([^:\[\]]+|\[.+\]\??)\]", kind)
        if dictionary and isinstance(val, dict):
            items = {cls.translate_str(key): cls.fitting(item, dictionary[1].strip()) for key, item in val.items()}
            pairs = ", ".join(f"{key}: {item}" for key, item in items.items())
            return None if None in items.values() else f"[{pairs or ':'}]"
        if array and isinstance(val, list):
            items = [cls.fitting(item, array[1].strip()) for item in val]
            return None if None in items else f"[{', '.join(items)}]"
        return None

    @classmethod
    def statements(cls, source):
        """The lines of a cell without comments, those of a list that goes over several joined."""
        joined, depth = "", 0
        for line in source.splitlines():
            line = COMMENT.sub(lambda part: part[1] or "", line)
            bare = STRING.sub("", line)
            joined, depth = f"{joined} {line}" if joined else line, depth + bare.count("[") - bare.count("]")
            if depth <= 0:
                yield joined
                joined, depth = "", 0
        if joined:
            yield joined

    @classmethod
    def declared(cls, statement):
        """Keyword and type of each variable that a statement declares, the type as far as the statement tells it."""
        found, keyword = {}, "let"
        if not re.match(r"\s*(?:let|var)\b", statement):
            return found
        for match in BINDING.finditer(statement):
            keyword = match["keyword"] or keyword
            found[match["name"]] = keyword, match["type"] or cls.type_of(match["default"])
        return found

    @classmethod
    def parts(cls, text, separator):
        """A text between separators that are within no string and no brackets."""
        parts, depth, start = [], 0, 0
        for match in re.finditer(rf"{TEXT}|[\[\](){separator}]", text):
            if match[0] in ("[", "("):
                depth += 1
            elif match[0] in ("]", ")"):
                depth -= 1
            elif match[0] == separator and depth == 0:
                parts.append(text[start:match.start()].strip())
                start = match.end()
        return [*parts, text[start:].strip()]

    @classmethod
    def common_type(cls, literals):
        """The type that all elements of a list have; nothing if that is not told."""
        types = {cls.type_of(literal) or NUMBER.fullmatch(literal) and "Int" or STRING.fullmatch(literal) and "String" or ""
                 for literal in literals}
        for whole, fraction in (("Int", "Double"), ("[Int]", "[Double]")):
            if types == {whole, fraction}:
                return fraction
        return types.pop() if len(types) == 1 else ""

    @classmethod
    def type_of(cls, literal):
        """The type of numbers with fractions, of calls such as `Float(1)`, and of lists and dictionaries of numbers, texts or
        lists; else nothing."""
        if literal.startswith("[") and literal.endswith("]"):
            pairs = [cls.parts(item, ":") for item in cls.parts(literal[1:-1], ",") if item]
            if all(len(pair) == 1 for pair in pairs):
                element = cls.common_type(item for item, in pairs)
                return f"[{element}]" if element else ""
            if all(len(pair) == 2 and STRING.fullmatch(pair[0]) for pair in pairs):
                element = cls.common_type(item for _, item in pairs)
                return f"[String: {element}]" if element else ""
            return ""
        if call := CALL.fullmatch(literal):
            return call[1]
        number = NUMBER.fullmatch(literal)
        return "Double" if number and (number["fraction"] or number["exponent"]) else ""

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        types, cls.last.types = getattr(cls.last, "types", {}), {}
        for name, val in parameters.items():
            if not name.isidentifier():
                raise PapermillException(f"the parameter '{name}' is not a Swift name")
            keyword, kind = types.get(name, ("let", ""))
            literal = cls.fitting(val, kind)
            if literal is None:
                kind, literal = cls.kind(val), cls.translate(val)
            name = f"`{name}`" if name in KEYWORDS else name
            lines.append(f"{keyword} {name}: {kind} = {literal}")
        return "\n".join(lines) + "\n"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}"

    @classmethod
    def inspect(cls, parameters_cell):
        """The parameters that a cell with the tag `parameters` declares."""
        source = parameters_cell["source"]
        cls.last.types = {name: found for statement in cls.statements(source)
                          for name, found in cls.declared(statement).items()}
        matches = filter(None, map(DECLARATION.match, source.splitlines()))
        return [
            Parameter(
                name=match["name"], inferred_type_name=match["type"] or "None", default=match["default"],
                help=match["help"] or "")
            for match in matches]


papermill_translators.register("swift", SwiftTranslator)
