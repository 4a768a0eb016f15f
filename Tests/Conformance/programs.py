"""Random Swift programs in cells: what they declare, how a user edits them, and the one file that they are in the end.

A program is a list of declarations of many kinds, each worth an integer that depends on its own text and on the
declarations above that it uses. In the forms below NUM is the declaration's number, VAL a number that edits change, SUM
the worth of what it uses plus VAL, TYPE and PROTO the names of a type and a protocol above.
"""

import random
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Form:
    """One way to write a declaration, and the expression that tells what it is worth."""

    source: str
    use: str


def forms(use, *sources):
    return [Form(source, use) if isinstance(source, str) else Form(*source) for source in sources]


# What others extend, subclass or conform to. All types have a method `m`, an initializer without arguments and `a`.
TYPES = {
    "struct": forms(
        "SNUM().m()",
        "struct SNUM { var a = VAL; func m() -> Int { a + SUM } }",
        "struct SNUM: Equatable { var b = 1.5; var a = VAL\n    func m() -> Int { helper() }; private func helper() -> Int { SUM - a } }",
        "struct SNUM { var a: Int; init() { a = VAL }; init(_ n: Int) { a = n }\n    func m() -> Int { Self.base + a }\n"
        "    static var base: Int { SUM } }",
        "struct SNUM { struct Part { var z = VAL }; var part = Part(); var a: Int { get { part.z } set { part.z = newValue } }\n"
        "    func m() -> Int { part.z + SUM } }",
        "struct SNUM { @Doubled var a = VAL; func m() -> Int { a + SUM } }",
        "final class SNUM { var a = VAL { didSet { b = oldValue } }; var b = 0\n    func m() -> Int { a += 1; return b + SUM } }",
        "struct SNUM { var a = VAL; lazy var late = SUM; func m() -> Int { var copy = self; return copy.late + copy.a } }",
        "enum SNUM { case one, two; init() { self = .two }; var a: Int { VAL }\n"
        "    func m() -> Int { switch self { case .one: 0; case .two: SUM } } }"),
    "class": forms(
        "CNUM().m()",
        "class CNUM { var a = VAL; required init() {}; func m() -> Int { a + SUM } }",
        "class CNUM { var a: Int; var more = [1]; required init() { a = VAL }; func m() -> Int { a * 2 + SUM }; deinit { more = [] } }",
        "class CNUM { class var base: Int { SUM }; var a: Int { VAL }; required init() {}; func m() -> Int { Self.base - a } }"),
}

PROTOCOLS = {
    "protocol": forms(
        None,
        "protocol PNUM { var qNUM: Int { get } }\nextension PNUM { func dNUM() -> Int { qNUM + SUM }; static func sNUM() -> Int { VAL } }",
        "protocol PNUM { var qNUM: Int { get }; func dNUM() -> Int }\nextension PNUM { func dNUM() -> Int { qNUM * 2 + SUM }; static func sNUM() -> Int { SUM } }",
        "protocol PNUM: Base { var qNUM: Int { get } }\nextension Base { func dNUM() -> Int { 5 }; static func sNUM() -> Int { 6 } }\n"
        "extension PNUM { func dNUM() -> Int { qNUM - SUM } }"),
}

PLAIN = {
    "function": forms(
        "fNUM()",
        "func fNUM() -> Int { SUM }",
        "func fNUM(_ k: Int = 1, times n: Int = 2) -> Int { k * n + SUM }",
        ("func fNUM(_ a: Int) -> Int { a + SUM }", "fNUM(1)"),
        ("func fNUM(_ a: Double) -> Int { Int(a) - SUM }", "fNUM(2)"),
        ("func fNUM(by a: Int) -> Double { Double(a + SUM) }", "Int(fNUM(by: 2))"),
        ("func fNUM<T: BinaryInteger>(_ a: T) -> Int where T: Hashable { Int(a) + SUM }", "fNUM(3)"),
        ("func fNUM(_ a: Int...) -> Int { a.reduce(SUM, +) }", "fNUM(1, 2, 3)"),
        ("func fNUM(_ a: inout Int) { a += SUM }", "{ var n = 1; fNUM(&n); return n }()"),
        ("func fNUM(_ body: (Int) -> Int) -> Int { body(SUM) }", "fNUM { $0 + 1 }"),
        ("func fNUM() throws -> Int { if SUM < -1_000_000_000 { throw Bad() }; return VAL }", "((try? fNUM()) ?? 0)"),
        ("func fNUM(_ n: Int) throws(Bad) -> Int { if n > 1 { throw Bad() }; return SUM }", "((try? fNUM(1)) ?? 0)"),
        ("func fNUM() -> (one: Int, two: Int) { (VAL, SUM) }", "(fNUM().one - fNUM().two)"),
        ("func fNUM() -> some BinaryInteger { SUM }", "Int(fNUM())"),
        ("func fNUM() -> any Numeric { VAL }", "((fNUM() as? Int) ?? 0)"),
        ("func fNUM<each T>(_ a: repeat each T) -> Int { var n = SUM; repeat (n += MemoryLayout.size(ofValue: each a)); return n }",
         "fNUM(1, true)"),
        ("func fNUM(_ n: Int) -> Int { func inner(_ k: Int) -> Int { k < 1 ? SUM : inner(k - 1) }; return inner(n) }", "fNUM(3)"),
        ("func fNUM() -> Int { struct Local { var v = VAL; func w() -> Int { v + SUM } }; return Local().w() }", "fNUM()"),
        ("func fNUM(_ a: Int) -> Int { SUM }\nfunc fNUM(_ a: String) -> Int { a.count + VAL }", "(fNUM(1) + fNUM(\"ab\"))"),
        ("func fNUM(_ n: Int, at line: Int = #line) -> Int { n + SUM }", "fNUM(1)"),
        ("func fNUM(_ f: @autoclosure () -> Int) -> () -> Int { let n = f(); return { n + SUM } }", "fNUM(4)()")),
    "computed": forms(
        "cNUM",
        "var cNUM: Int { SUM }",
        "var cNUM: Int { get { SUM } set { print(newValue) } }",
        ("var cNUM: [Int] { [VAL, SUM] }", "cNUM.count * cNUM[1]"),
        ("var cNUM: Double { Double(SUM) / 2 }", "Int(cNUM * 2)")),
    "enum": forms(
        "ENUM.b.worth",
        "enum ENUM: Int, CaseIterable { case a = -1, b = VAL; var worth: Int { rawValue + SUM } }",
        "enum ENUM { case a, b; var worth: Int { self == .a ? 0 : SUM } }",
        "enum ENUM: String { case a, b = \"bVAL\"; var worth: Int { rawValue.count + SUM } }",
        ("indirect enum ENUM { case leaf(Int), node(ENUM, ENUM)\n"
         "    var worth: Int { switch self { case .leaf(let n): n + SUM; case .node(let a, let b): a.worth + b.worth } } }",
         "ENUM.node(.leaf(VAL), .leaf(2)).worth")),
    "generic": forms(
        "GNUM(VAL).twice",
        "struct GNUM<T: Numeric> { var v: T; init(_ v: T) { self.v = v } }\nextension GNUM where T == Int { var twice: Int { v * 2 + SUM } }",
        "struct GNUM<T> { var v: T; init(_ v: T) { self.v = v }; var twice: Int { [v, v].count + SUM } }",
        "final class GNUM<T: Comparable>: Comparable { let v: T; init(_ v: T) { self.v = v }\n"
        "    static func == (a: GNUM, b: GNUM) -> Bool { a.v == b.v }; static func < (a: GNUM, b: GNUM) -> Bool { a.v > b.v }\n"
        "    var twice: Int { (self < GNUM(v) ? 1 : 2) + SUM } }"),
    "operator": forms(
        "(6 <+NUMBARS> 2 * 3)",
        "infix operator <+NUMBARS>: AdditionPrecedence\nfunc <+NUMBARS> (a: Int, b: Int) -> Int { a + b + SUM }",
        "infix operator <+NUMBARS>: MultiplicationPrecedence\nfunc <+NUMBARS> (a: Int, b: Int) -> Int { a - b + SUM }",
        "precedencegroup GroupNUM { higherThan: MultiplicationPrecedence associativity: left }\n"
        "infix operator <+NUMBARS>: GroupNUM\nfunc <+NUMBARS> <T: BinaryInteger>(a: T, b: T) -> T { a * b + T(SUM) }",
        ("prefix operator <+NUMBARS>\nprefix func <+NUMBARS> (a: Int) -> Int { a + SUM }", "(<+NUMBARS>VAL)")),
    "alias": forms(
        "ANUM(3).description.count",
        "typealias ANUM = Int", "typealias ANUM = Double",
        ("typealias ANUM<T> = [T]", "ANUM<Int>([VAL]).count"),
        ("typealias ANUM = (Int, Int)", "{ (p: ANUM) in p.0 - p.1 }((VAL, 2))")),
    "member": forms(
        "VAL.xNUM()",
        "extension Int { func xNUM() -> Int { self + SUM } }",
        "extension Int { func xNUM(by k: Int = 2) -> Int { self * k + SUM } }",
        "extension BinaryInteger { func xNUM() -> Int { Int(self) - SUM } }",
        ("extension Int { var xNUM: Int { self + SUM }; static var yNUM: Int { VAL } }", "(3.xNUM + Int.yNUM)"),
        ("extension Int { subscript(xNUM i: Int) -> Int { self * i + SUM } }", "3[xNUM: 4]"),
        ("extension Int { init(xNUM a: Int) { self = a + SUM } }", "Int(xNUM: 4)"),
        ("extension Array where Element == Int { var xNUM: Int { reduce(SUM, +) } }", "[1, 2].xNUM")),
    "wrapper": forms(
        "HNUM().w",
        "@propertyWrapper struct WNUM { var wrappedValue: Int { get { v + SUM } set { v = newValue } }; var v: Int\n"
        "    init(wrappedValue: Int) { v = wrappedValue } }\nstruct HNUM { @WNUM var w = VAL }",
        "@propertyWrapper struct WNUM<T> { var wrappedValue: T; var projectedValue: Int { SUM } }\n"
        "struct HNUM { @WNUM var v = VAL; var w: Int { $v + v } }",
        "@dynamicMemberLookup struct HNUM { subscript(dynamicMember n: String) -> Int { n.count + SUM } }",
        ("struct HNUM { func callAsFunction(_ n: Int) -> Int { n + SUM } }", "HNUM()(VAL)"),
        ("@resultBuilder struct HNUM { static func buildBlock(_ n: Int...) -> Int { n.reduce(SUM, +) } }\n"
         "func bNUM(@HNUM _ body: () -> Int) -> Int { body() }", "bNUM { 1; VAL }"),
        ("struct HNUM: ExpressibleByIntegerLiteral { let w: Int; init(integerLiteral n: Int) { w = n + SUM } }", "(VAL as HNUM).w"),
        ("struct HNUM: ~Copyable { let w: Int; init() { w = SUM }; consuming func end() -> Int { w } }", "HNUM().end()")),
    "keypath": forms(
        "KNUM()[keyPath: kNUM]",
        "struct KNUM { var v = VAL; var w: Int { v + SUM } }\nvar kNUM: KeyPath<KNUM, Int> { \\.w }",
        "struct KNUM { var v = VAL; var w: Int { v - SUM } }\nvar kNUM: KeyPath<KNUM, Int> { \\.v }"),
    "interpolation": forms(
        "\"\\(xNUM: VAL)\".count",
        "extension String.StringInterpolation { mutating func appendInterpolation(xNUM n: Int) { appendLiteral(String(n + SUM)) } }",
        "extension DefaultStringInterpolation { mutating func appendInterpolation(xNUM n: Int) { appendLiteral(\"n\\(n)\") } }"),
}

# Of a type, or of a type and a protocol, above. `m` and `q` are what they have.
OVER = {
    "extension": forms(
        "TYPE().eNUM()",
        "extension TYPE { func eNUM() -> Int { m() + SUM } }",
        "extension TYPE { func eNUM(_ k: Int = 2) -> Int { a * k + SUM }; struct InNUM { var z = VAL } }",
        ("extension TYPE { var eNUM: Int { m() - SUM }; static func tNUM() -> Int { VAL } }", "(TYPE().eNUM + TYPE.tNUM())"),
        ("extension TYPE { subscript(eNUM i: Int) -> Int { m() * i + SUM } }", "TYPE()[eNUM: 2]"),
        ("extension TYPE { enum EiNUM: Int { case z = VAL }; static func eNUM(_ e: EiNUM) -> Int { e.rawValue + SUM } }",
         "TYPE.eNUM(.z)"),
        ("extension Array where Element == TYPE { var eNUM: Int { reduce(SUM) { $0 + $1.m() } } }", "[TYPE(), TYPE()].eNUM")),
    "conformance": forms(
        "conformer(TYPE(), PROTO.self)",
        "extension TYPE: PROTO { var qOF: Int { SUM } }",
        "extension TYPE: PROTO { var qOF: Int { m() + VAL }; func dOF() -> Int { SUM } }",
        "extension TYPE: PROTO { var qOF: Int { get { VAL } set { } }; static func sOF() -> Int { SUM } }"),
    "described": forms(
        "\"\\(TYPE())\".count",
        "extension TYPE: CustomStringConvertible { var description: String { \"SUM\" + String(repeating: \"x\", count: VAL) } }",
        "extension TYPE: CustomStringConvertible { var description: String { describe() }\n    func describe() -> String { String(SUM) } }"),
    "over": forms(
        "oNUM(TYPE())",
        "func oNUM(_ t: TYPE) -> Int { t.m() + SUM }",
        "func oNUM(_ t: TYPE?) -> Int { (t?.a ?? 0) + SUM }",
        ("func oNUM(_ make: () -> TYPE = TYPE.init) -> [TYPE] { [make(), make()] }", "oNUM().map { $0.m() }.reduce(VAL, +)"),
        ("struct oNUM { var t = TYPE(); func n() -> Int { t.m() + SUM } }", "oNUM().n()")),
}

# Of a class above.
SUBCLASSES = {
    "subclass": forms(
        "CNUM().m()",
        "class CNUM: TYPE { override func m() -> Int { super.m() + SUM } }",
        "class CNUM: TYPE { var extraNUM = VAL; override func m() -> Int { extraNUM + SUM } }",
        "class CNUM: TYPE { func moreNUM() -> Int { m() + SUM } }"),
}

VARIABLES = {
    "variable": forms(
        "vNUM",
        "let vNUM = SUM", "var vNUM = SUM; vNUM += 1", "let (vNUM, uNUM) = (SUM, 1)",
        "var vNUM = 0\nfor i in 0..<3 { vNUM += i + SUM }",
        "let vNUM: Int\nif VAL > 20 { vNUM = SUM } else { vNUM = -(SUM) }", "var vNUM = SUM { didSet { print(oldValue) } }",
        ("let vNUM = { (n: Int) in n + SUM }", "vNUM(2)"), ("let vNUM = [SUM, VAL]", "vNUM.reduce(1, +)"),
        ("let vNUM = (x: SUM, y: VAL)", "(vNUM.x - vNUM.y)"), ("var vNUM: [String: Int] = [:]; vNUM[\"a\"] = SUM", "vNUM[\"a\", default: 0]")),
}

SHARED = """struct Bad: Error {}
protocol Base {}
@propertyWrapper struct Doubled { var wrappedValue: Int { didSet { wrappedValue *= 2 } }
    init(wrappedValue: Int) { self.wrappedValue = wrappedValue } }"""

# Conditions of compilation that the cell meets.
CONDITIONS = ["#if os(Linux)\n...\n#endif", "#if DEBUG\nlet other = 1\n#elseif swift(>=5) && !os(macOS)\n...\n#else\nlet other = 2\n#endif"]


@dataclass
class Declaration:
    number: int
    kind: str
    forms: list
    form: int
    value: int
    uses: list
    over: int = None
    protocol: int = None


@dataclass
class Cell:
    declarations: list
    note: str = ""
    ran: str = None
    # Of compilation, around all of it.
    condition: str = None


@dataclass
class Program:
    """A notebook of random declarations."""

    seed: int
    # Where nothing says which cell is the edited one, an extension of another type is another extension.
    may_extend_others: bool = True
    cells: list = field(default_factory=list)
    all: dict = field(default_factory=dict)

    def __post_init__(self):
        self.random = random.Random(self.seed)
        self.conforming = set()

    # MARK: what there is

    def add_cell(self, size):
        cell = Cell([self.add() for _ in range(size)])
        if self.random.random() < 0.15:
            cell.condition = self.random.choice(CONDITIONS)
        self.cells.append(cell)
        return cell

    def add(self):
        number = len(self.all)
        types = [d for d in self.all.values() if d.kind in TYPES or d.kind == "subclass"]
        protocols = [d for d in self.all.values() if d.kind in PROTOCOLS]
        tables = [TYPES, PLAIN, PLAIN, PLAIN, VARIABLES, PROTOCOLS]
        if types:
            tables += [OVER] * 3
        table = self.random.choice(tables)
        kind = self.random.choice(list(table))
        over = protocol = None
        if table is OVER:
            over = self.random.choice(types)
            if kind == "conformance":
                protocol = self.random.choice(protocols) if protocols else None
                if protocol is None or any((parent, protocol.number) in self.conforming for parent in self.family(over)):
                    kind = "extension"
                    protocol = None
            if kind == "described" and any((parent, None) in self.conforming for parent in self.family(over)):
                kind = "over"
            if kind in ("conformance", "described"):
                self.conforming.add((over.number, protocol and protocol.number))
        classes = [d for d in types if d.kind in ("class", "subclass")]
        if table is TYPES and kind == "class" and classes and self.random.random() < 0.6:
            table, kind, over = SUBCLASSES, "subclass", self.random.choice(classes)
        usable = [d.number for d in self.all.values() if d.kind not in PROTOCOLS]
        uses = self.random.sample(usable, min(len(usable), self.random.choice([0, 1, 1, 2])))
        made = Declaration(number, kind, table[kind], self.random.randrange(len(table[kind])), self.random.randint(1, 9),
                           uses, over and over.number, protocol and protocol.number)
        self.all[number] = made
        return made

    def family(self, declaration):
        """A class, what it inherits from and what inherits from it: none may conform twice."""
        chain = {declaration.number}
        grown = True
        while grown:
            more = {d.number for d in self.all.values() if d.kind == "subclass" and d.over in chain}
            more |= {self.all[n].over for n in chain if self.all[n].kind == "subclass"}
            grown = not more <= chain
            chain |= more
        return chain

    # MARK: text

    def name(self, number):
        declaration = self.all[number]
        letter = {"struct": "S", "class": "C", "subclass": "C", "protocol": "P"}[declaration.kind]
        return f"{letter}{number}"

    def fill(self, text, declaration):
        total = " + ".join([str(declaration.value)] + [self.use(number) for number in declaration.uses])
        if declaration.over is not None:
            text = text.replace("TYPE", self.name(declaration.over))
        if declaration.protocol is not None:
            text = text.replace("PROTO", self.name(declaration.protocol)).replace("OF", str(declaration.protocol))
        bars = "".join("+-*%"[digit] for digit in _base4(declaration.number))
        text = text.replace('"SUM"', '"' + str(declaration.value) + '"').replace("NUMBARS", bars)
        # `ENUM` is the E of a number, as `SNUM` is the S.
        return text.replace("NUM", str(declaration.number)).replace("VAL", str(declaration.value)).replace("SUM", f"({total})")

    def source_of(self, declaration):
        return self.fill(declaration.forms[declaration.form].source, declaration)

    def use(self, number):
        declaration = self.all[number]
        if declaration.kind == "conformance":
            name, protocol = self.name(declaration.over), declaration.protocol
            return f"({name}().d{protocol}() + {name}.s{protocol}() + (({name}() as Any) is {self.name(protocol)} ? 1 : 0))"
        return self.fill(declaration.forms[declaration.form].use, declaration)

    def source(self, cell):
        source = "\n".join(([cell.note] if cell.note else []) + [self.source_of(d) for d in cell.declarations])
        return cell.condition.replace("...", source) if cell.condition else source

    def probes(self):
        """An expression for each declaration that is worth something."""
        return [self.use(number) for number, d in self.all.items() if d.kind not in PROTOCOLS]

    def whole(self):
        """The program as it is now, in one file, with its probes printed."""
        return "\n".join([self.source(cell) for cell in self.cells] + [f"print({probe})" for probe in self.probes()])

    # MARK: what a user does

    def edit(self, cell):
        """Changes a number, a form, what is used, or only a comment."""
        declaration = self.random.choice(cell.declarations)
        what = self.random.random()
        if what < 0.35:
            declaration.value = self.random.randint(10, 40)
        elif what < 0.8:
            form = self.random.randrange(len(declaration.forms))
            if self.may_extend_others or extended(declaration.forms[form]) == extended(declaration.forms[declaration.form]):
                declaration.form = form
        elif what < 0.9:
            below = [d.number for d in self.all.values() if d.number < declaration.number and d.kind not in PROTOCOLS]
            declaration.uses = self.random.sample(below, min(len(below), 2))
        else:
            cell.note = f"// {self.random.random()}"

    def runs_at_once(self, cell):
        """Whether its variables hold what they were worth when it ran."""
        return any(d.kind in VARIABLES for d in cell.declarations)


def extended(form):
    """What an extension extends."""
    return form.source.split("{")[0] if form.source.startswith("extension") else ""


def _base4(number):
    return (_base4(number // 4) if number > 3 else []) + [number % 4]
