"""A cell that is run again, edited or not, replaces what it declared; and what nothing uses any more is released."""

import os
import random
import re

import pytest


def rerun(kernel, *cells, times=1):
    """Runs cells in turn; the results of the last time."""
    return [[kernel.ok(cell) for cell in cells] for _ in range(times)][-1]


class TestVerbatim:
    """The same text again means the same again."""

    def test_a_cell_with_a_type_and_a_function_over_it(self, kernel):
        cell = """struct Trial { var rt = 0.5 }
func readTrials(_ path: String) -> [Trial] { [Trial()] }
let trials = readTrials("x")
trials[0].rt"""
        assert [kernel.value(cell) for _ in range(3)] == ["0.5"] * 3

    def test_two_cells_in_turn(self, kernel):
        a = "struct Run { var tr = 2.0 }"
        b = 'func readRuns(_ path: String) -> [Run] { [Run(), Run()] }\nlet runs = readRuns("x")\nruns.count'
        assert [outcome.result for outcome in rerun(kernel, a, b, times=3)] == [None, "2"]
        kernel.ok(a)
        assert kernel.value("runs[0].tr + readRuns(\"y\")[0].tr") == "4.0"

    @pytest.mark.parametrize("cell, value", [
        ("protocol Sized { var size: Int { get } }; struct Box: Sized { var size = 3 }\n"
         "func boxed(_ n: Int) -> some Sized { Box(size: n) }\nboxed(2).size", "2"),
        ("enum Side: String, CaseIterable { case left, right }\nfunc other(_ s: Side) -> Side { s == .left ? .right : .left }\n"
         "other(.left).rawValue", '"right"'),
        ("final class Node { var next: Node?; init(_ n: Node?) { next = n } }\n"
         "func depth(_ n: Node?) -> Int { n.map { 1 + depth($0.next) } ?? 0 }\ndepth(Node(Node(nil)))", "2"),
        ("typealias Pair = (Int, Int)\nfunc swapped(_ p: Pair) -> Pair { (p.1, p.0) }\nswapped((1, 2)).0", "2"),
        ("struct Bad: Error {}\nfunc checked(_ n: Int) throws -> Int { if n < 0 { throw Bad() }; return n }\ntry checked(4)",
         "4"),
        ("func waited(_ n: Int) async -> Int { n + 1 }\nawait waited(1)", "2"),
        ("func totalOf<T: Numeric>(_ xs: [T]) -> T { xs.reduce(.zero, +) }\ntotalOf([1, 2, 3])", "6"),
        ("infix operator <|>: AdditionPrecedence\nstruct V2 { var x = 1 }\n"
         "func <|> (a: V2, b: V2) -> V2 { V2(x: a.x + b.x) }\n(V2() <|> V2()).x", "2"),
        ("struct Tag: CustomStringConvertible { var description: String { \"tag\" } }\nextension Tag: Equatable {\n"
         "    static func == (a: Tag, b: Tag) -> Bool { true } }\nlet tags = [Tag()]\ntags[0] == tags[0]", "true"),
        ("@propertyWrapper struct Twice { var wrappedValue: Int; init(wrappedValue: Int) { self.wrappedValue = wrappedValue * 2 } }\n"
         "struct Held { @Twice var n = 4 }\nHeld().n", "8"),
        ("let (first, last) = (1, 2)\nvar sum: Int { first + last }\nsum", "3"),
        ("guard let bound = Int(\"7\") else { fatalError() }\nfunc addBound(_ n: Int) -> Int { n + bound }\naddBound(1)", "8"),
    ])
    def test_three_times(self, kernel, cell, value):
        assert [kernel.value(cell) for _ in range(3)] == [value] * 3

    def test_warnings_are_said_again(self, kernel):
        cell = "struct Odd { func f() -> Int { let unused = 1; return 2 } }\nOdd().f()"
        first, second = kernel.ok(cell), kernel.ok(cell)
        kernel.ok("let odd = Odd()")
        third = kernel.ok("\n" + cell)
        texts = [re.sub(r"In\[\d+\]:\d+", "", outcome.text("stderr")) for outcome in (first, second)]
        assert "unused" in texts[0] and texts[0] == texts[1]
        assert "unused" in third.text("stderr")


class TestEdits:
    """An edited cell replaces what it declared, whatever changed."""

    def test_a_parameter_with_a_default_is_added(self, kernel):
        kernel.ok("func scale(a: Int) -> Int { a * 2 }")
        kernel.ok("func scale(a: Int, by k: Int = 10) -> Int { a * k }")
        assert kernel.value("scale(a: 3)") == "30"

    def test_the_result_type_changes(self, kernel):
        kernel.ok("func half(_ a: Int) -> Int { a / 2 }")
        kernel.ok("func half(_ a: Int) -> Double { Double(a) / 2 }")
        assert kernel.value("half(1)") == "0.5"

    @pytest.mark.parametrize("first, second, use, value", [
        ("func e1(_ a: Int) -> Int { 1 }", "func e1(_ a: Int) async -> Int { 2 }", "await e1(0)", "2"),
        ("func e2(_ a: Int) -> Int { 1 }", "func e2(_ a: Int) throws -> Int { 2 }", "try e2(0)", "2"),
        ("func e3(_ a: Int) -> Int { 1 }", "func e3<T>(_ a: T) -> Int { 2 }", "e3(0)", "2"),
        ("func e4() -> some Equatable { 1 }", "func e4() -> some Comparable { 2 }", "\"\\(e4())\"", '"2"'),
        ("typealias E5 = Int", "typealias E5 = Double", "E5(2)", "2.0"),
        ("extension Int { func e6() -> Int { 1 } }", "extension Int { func e6(by k: Int = 2) -> Int { k } }", "3.e6()", "2"),
        ("struct E7 { var a = 1 }", "final class E7 { var a = 2 }", "E7().a", "2"),
        ("let e8 = 1", "var e8: Int { 2 }", "e8", "2"),
        ("func e9() -> Int { 1 }", "let e9 = { 2 }", "e9()", "2"),
    ])
    def test_kinds(self, kernel, first, second, use, value):
        kernel.ok(first)
        kernel.ok(second)
        assert kernel.value(use) == value

    def test_an_overload_that_the_cell_no_longer_declares_is_gone(self, kernel):
        kernel.ok('func kindOf(_ a: Int) -> Int { 1 }\nfunc kindOf(_ a: String) -> Int { 2 }', cell_id="overloads")
        assert kernel.value('kindOf("")') == "2"
        kernel.ok("func kindOf(_ a: Int) -> Int { 3 }", cell_id="overloads")
        assert kernel.value("kindOf(0)") == "3"
        kernel.fails('kindOf("")')

    def test_cells_with_ids_keep_their_overloads_apart(self, kernel):
        kernel.ok("func apart(_ a: Int) -> Int { 1 }", cell_id="one")
        kernel.ok("func apart(_ a: String) -> Int { 2 }", cell_id="two")
        kernel.ok("func apart(_ a: Int) -> Int { 3 }", cell_id="one")
        assert kernel.value('[apart(0), apart("")]') == "[3, 2]"

    def test_members_and_operators_that_are_gone(self, kernel):
        kernel.ok("extension Int { var doubled: Int { self * 2 }; var tripled: Int { self * 3 } }", cell_id="members")
        kernel.ok("extension Int { var doubled: Int { self * 4 } }", cell_id="members")
        assert kernel.value("2.doubled") == "8"
        assert "no member 'tripled'" in kernel.fails("2.tripled").error["evalue"]
        kernel.ok("infix operator <+>: AdditionPrecedence\nfunc <+> (a: Int, b: Int) -> Int { a + b }", cell_id="operator")
        assert kernel.value("2 * 3 <+> 4") == "10"
        kernel.ok("infix operator <+>: MultiplicationPrecedence\nfunc <+> (a: Int, b: Int) -> Int { a * b }",
                  cell_id="operator")
        assert kernel.value("2 + 3 <+> 4") == "14"
        kernel.ok("// nothing\n1", cell_id="operator")
        kernel.fails("2 <+> 3")

    def test_a_conformance_by_an_operator(self, kernel):
        kernel.ok("struct Score: Equatable { var v = 1 }")
        kernel.ok("extension Score: Comparable { static func < (a: Score, b: Score) -> Bool { a.v < b.v } }")
        kernel.ok("let scores = [Score(v: 1), Score(v: 2)]\nfunc best() -> Int { scores.max()!.v }")
        assert kernel.value("best()") == "2"
        kernel.ok("extension Score: Comparable { static func < (a: Score, b: Score) -> Bool { a.v > b.v } }")
        assert kernel.value("[best(), scores.max()!.v]") == "[1, 1]"

    def test_static_state_begins_again(self, kernel):
        cell = "struct Count { static var n = 0; static func up() -> Int { n += 1; return n } }"
        for _ in range(2):
            kernel.ok(cell)
            assert kernel.value("Count.up()") == "1"

    def test_a_subclass_of_an_edited_class(self, kernel):
        kernel.ok('class Base { func name() -> String { "base" } }')
        kernel.ok('class Derived: Base { override func name() -> String { "d" + super.name() } }')
        kernel.ok('class Base { func name() -> String { "edited" } }')
        assert kernel.value("Derived().name()") == '"dedited"'

    def test_an_emptied_and_a_deleted_cell(self, kernel):
        kernel.ok("let emptied = 1", cell_id="emptied")
        kernel.ok("// let emptied = 1", cell_id="emptied")
        kernel.fails("emptied")
        kernel.ok("func deleted() -> Int { 1 }", cell_id="deleted")
        kernel.ok("1", deleted_cells=["deleted"])
        assert "cannot find 'deleted'" in kernel.fails("deleted()").error["evalue"]

    def test_pieces_between_magics_are_one_cell(self, kernel):
        cell = "let early = 1\n%time let middle = 2\nstruct Late { var a = 3 }\nearly + middle + Late().a"
        assert [kernel.ok(cell, cell_id="pieces").result for _ in range(2)] == ["6"] * 2
        kernel.ok("let early = 1", cell_id="pieces")
        kernel.fails("middle")
        kernel.fails("Late()")


class TestUsers:
    """Who uses what was declared again uses the new one."""

    def test_callers(self, kernel):
        kernel.ok("func inner() -> Int { 1 }")
        kernel.ok("func outer() -> Int { inner() + 10 }")
        kernel.ok("func outermost() -> Int { outer() + 100 }")
        assert kernel.value("outermost()") == "111"
        kernel.ok("func inner() -> Int { 2 }")
        assert kernel.value("outermost()") == "112"
        assert kernel.value("outer()") == "12"

    def test_functions_over_a_type_and_its_extensions(self, kernel):
        kernel.ok("struct Cfg { var a = 1 }")
        kernel.ok("extension Cfg { var twice: Int { a * 2 }; struct Part { var z = 1 } }")
        kernel.ok("func runs(_ c: Cfg) -> Int { c.twice }")
        assert kernel.value("runs(Cfg())") == "2"
        kernel.ok("struct Cfg { var a = 5; var b = 1 }")
        assert kernel.value("runs(Cfg())") == "10"
        kernel.ok("extension Cfg { var twice: Int { a * 2 }; struct Part { var z = 1 } }")
        assert kernel.value("Cfg.Part().z + runs(Cfg())") == "11"

    def test_functions_over_a_variable(self, kernel):
        kernel.ok("var samples = [1, 2, 3]")
        kernel.ok("func size() -> Int { samples.count }")
        assert kernel.value("size()") == "3"
        kernel.ok("var samples = [1]")
        assert kernel.value("size()") == "1"
        assert kernel.value("let samples = [1, 2]\nsize()") == "2"

    def test_a_former_value_is_named_as_what_it_is(self, kernel):
        kernel.ok("struct Setup { var a = 1 }")
        kernel.ok("func use(_ s: Setup) -> Int { s.a }")
        kernel.ok("let setup = Setup()")
        kernel.ok("struct Setup { var a = 1; var b = 2 }")
        assert "'Setup' was declared again in In[" in kernel.fails("use(setup)").traceback

    def test_a_type_of_which_there_are_values_says_that_it_stays(self, kernel):
        kernel.ok("func help() -> Int { 1 }")
        kernel.ok("struct Helped { func f() -> Int { help() } }")
        kernel.ok("let helped = Helped()")
        kernel.ok("func help() -> Int { 2 }")
        outcome = kernel.ok("helped.f() + Helped().f()")
        assert outcome.result == "2"
        assert "Helped" in outcome.text("stderr") and "Run the cell of Helped again" in outcome.text("stderr")
        assert kernel.ok("Helped().f()").text("stderr") == ""
        kernel.ok("struct Helped { func f() -> Int { help() } }")
        assert kernel.value("Helped().f()") == "2"

    def test_a_caller_that_no_longer_fits_says_why(self, kernel):
        kernel.ok("struct Anchor { var a = 1 }")
        kernel.ok("func onAnchor() -> Int { Anchor().a }")
        kernel.ok("struct Anchor { var b = 1 }")
        assert "'onAnchor' is compiled again" in kernel.fails("onAnchor()").traceback


NASTY = [
    """import Foundation
infix operator **: MultiplicationPrecedence
func ** (a: Double, b: Double) -> Double { pow(a, b) }
precedencegroup Arrow { associativity: left higherThan: AdditionPrecedence }
infix operator |>: Arrow
func |> <T, U>(a: T, f: (T) -> U) -> U { f(a) }""",
    """protocol Shape: CustomStringConvertible { var area: Double { get }; associatedtype Unit; var unit: Unit { get } }
extension Shape { var description: String { "area \\(area)" }; func scaled(_ k: Double) -> Double { area ** k } }
struct Square: Shape, Hashable, Codable {
    var side: Double; var area: Double { side ** 2 }; var unit: String { "m" }
    static var made = 0
    init(side: Double) { self.side = side; Square.made += 1 }
}
final class Circle: Shape { let r: Double; init(_ r: Double) { self.r = r }
    var area: Double { 3 * r ** 2 }; var unit: Int { 1 } }
enum Tree<T: Comparable> {
    case leaf(T); indirect case node(Tree, Tree)
    var best: T { switch self { case .leaf(let v): v; case .node(let a, let b): max(a.best, b.best) } }
}
typealias Pair<T> = (T, T)
@resultBuilder struct Joined { static func buildBlock(_ parts: String...) -> String { parts.joined(separator: "-") } }""",
    """func shape(_ n: Int) -> some Shape { Square(side: Double(n)) }
func anyShape(_ n: Int) -> any Shape { n > 2 ? Circle(1) : Square(side: 2) }
func join(@Joined _ body: () -> String) -> String { body() }
func risky(_ n: Int) throws -> Int { if n < 0 { throw Bad.negative }; return n * base }
enum Bad: Error { case negative }
var base = 10
func later(_ n: Int) async -> Int { try? await Task.sleep(nanoseconds: 1000); return n + base }
func gen<T: Numeric>(_ x: T...) -> T { x.reduce(.zero, +) }
func swapPair<T>(_ p: Pair<T>) -> Pair<T> { (p.1, p.0) }""",
    """extension Array where Element == Square { var total: Double { reduce(0) { $0 + $1.area } } }
extension Square: Comparable { static func < (a: Square, b: Square) -> Bool { a.side < b.side } }
extension Square { subscript(i: Int) -> Double { side * Double(i) }; struct Inner { var z = 1 }
    static let unitSquare = Square(side: 1) }
extension Circle: Equatable { static func == (a: Circle, b: Circle) -> Bool { a.r == b.r } }""",
    """let squares = [Square(side: 3), Square(side: 1)]
var counter = 0
let bump = { counter += 1 }
bump(); bump()
let risks = try [risky(1), risky(2)]
let late = await later(1)
guard let smallest = squares.min() else { fatalError() }
print(squares.total, smallest.side, squares[0][2], Tree.node(.leaf(2), .leaf(5)).best, counter, risks, late)
print(Square.Inner().z, Circle(1) == Circle(1), 2.0 |> { $0 + 1 }, shape(3).area, anyShape(3).area)
print(join { "a"; "b" }, gen(1, 2, 3), swapPair((1, 2)), squares[0], Square.unitSquare.side)
let unneeded = squares.sorted(); var never = 1""",
    "squares.sorted().map(\\.side)",
]


class TestRunAll:
    """A notebook that is run from top to bottom again and again."""

    @pytest.mark.parametrize("ids", [False, True])
    def test_a_nasty_notebook(self, fresh_kernel, ids, soak):
        seen = set()
        for _ in range(10 if soak else 4):
            outcomes = [fresh_kernel.ok(cell, cell_id=f"cell-{index}" if ids else None)
                        for index, cell in enumerate(NASTY)]
            seen.add(tuple((outcome.text(), re.sub(r"In\[\d+\]", "In", outcome.text("stderr")), outcome.result)
                           for outcome in outcomes))
        assert len(seen) == 1
        # An edit of the type in the middle of it, and all that depends on it.
        edited = NASTY[1].replace("side ** 2 }", "side ** 2 + 1 }")
        fresh_kernel.ok(edited, cell_id="cell-1" if ids else None)
        for index in range(2, len(NASTY)):
            outcome = fresh_kernel.ok(NASTY[index], cell_id=f"cell-{index}" if ids else None)
        assert outcome.result == "[1.0, 3.0]"
        assert fresh_kernel.value("squares.total") == "12.0"


def held(kernel):
    """Megabytes of memory that the kernel's runner holds."""
    with open(f"/proc/{kernel.manager.provisioner.pid}/task/{kernel.manager.provisioner.pid}/children") as file:
        children = file.read().split()
    sizes = []
    for child in children:
        with open(f"/proc/{child}/comm") as name, open(f"/proc/{child}/status") as status:
            if name.read().startswith("gyrus-runner"):
                sizes.append(int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) >> 10)
    assert sizes, "the kernel has no runner"
    return max(sizes)


LARGE = "[Double](repeating: 1, count: 7_000_000)"  # 53 MB


class TestMemory:
    """What a name stood for before is released when nothing can reach it."""

    @pytest.mark.parametrize("cells", [
        [f"let large = {LARGE}; let sum = large.reduce(0) {{ $0 + $1 }}"],
        [f"var large = {LARGE}\nfor i in large.indices {{ large[i] += 1 }}\nlarge.count"],
        [f"let (large, small) = ({LARGE}, 1)"],
        ["let large = Matrix<Double>(rows: 7000, columns: 1000, repeating: 1)"],
        [f"final class Owner {{ let values = {LARGE} }}\nlet owner = Owner()"],
        [f"func make() -> () -> Int {{ let values = {LARGE}; return {{ values.count }} }}\nlet closure = make()"],
        [f"let large = {LARGE}\nlet closure = {{ large.count }}\nclosure()"],
        [f"let large = {LARGE}\nfunc first() -> Double {{ large[0] }}\nfirst()"],
        [f"let large = {LARGE}", "func first() -> Double { large[0] }\nlet found = first()"],
        [f"guard let large = Optional({LARGE}) else {{ fatalError() }}"],
        ["struct Data2 { var values: [Double]; var count: Int { values.count } }", f"let data = Data2(values: {LARGE})\ndata.count"],
    ], ids=["let", "var", "tuple", "matrix", "class", "captured", "closure", "function", "two cells", "guard", "struct"])
    def test_a_cell_that_is_run_again_and_again(self, kernel, cells):
        rerun(kernel, *cells)
        before = held(kernel)
        rerun(kernel, *cells, times=5)
        assert held(kernel) < before + 80, "one value beside the present one at most"
        kernel.ok("%del " + " ".join(re.findall(r"(?:let|var) \(?(large|owner|closure|data)\b", "\n".join(cells))))

    def test_what_code_still_uses_is_kept(self, kernel):
        kernel.ok(f"let kept = {LARGE}")
        kernel.ok("let reads = { kept.count }\nvar readers: [() -> Int] = []\nreaders.append { kept.count + 1 }")
        kernel.ok("struct Reader { func read() -> Int { kept.count + 2 } }\nlet reader = Reader()")
        kernel.ok("let kept = 1")
        assert kernel.value("[reads(), readers[0](), reader.read()]") == "[7000000, 7000001, 7000002]"
        kernel.ok("let waiting = Task { try? await Task.sleep(nanoseconds: 200_000_000); return kept }")
        kernel.ok("let kept = 2")
        assert kernel.value("await waiting.value") == "1"

    def test_an_object_is_deinitialised_at_once(self, kernel):
        cell = 'final class Loud { deinit { print("gone") } }\nvar loud = Loud()'
        assert kernel.ok(cell).text() == ""
        assert kernel.ok(cell).text() == "gone\n"
        assert kernel.ok("%del loud").text() == "gone\n"
        kernel.fails("loud")

    def test_a_cell_that_stops_keeps_the_former_value(self, kernel):
        kernel.ok("let steady = [1, 2]")
        kernel.fails("let before = 1\nlet wrong = [Int]()[before]\nlet steady = [3]")
        assert kernel.value("steady") == "[1, 2]"
        kernel.ok("let steady = [4]")
        assert kernel.value("steady") == "[4]"

    def test_del(self, kernel):
        kernel.ok(f"let heavy = {LARGE}; let light = 1\nfunc usesLight() -> Int {{ light }}")
        before = held(kernel)
        assert "usesLight" in kernel.ok("%del heavy, light").text()
        assert held(kernel) < before - 40
        kernel.fails("heavy")
        assert "no variable nothing" in kernel.fails("%del nothing").error["evalue"]
        assert "no variable" in kernel.fails("%del usesLight").error["evalue"]
        assert "takes the names" in kernel.fails("%del").error["evalue"]

    def test_whos_counts_what_is_held(self, kernel):
        kernel.ok(f"let matrix = Matrix<Double>(rows: 100, columns: 100, repeating: 1)\nlet array = {LARGE}")
        kernel.ok("func usesArray() -> Int { array.count }")
        kernel.ok("let array = 1")
        outcome = kernel.ok("%whos")
        table = outcome.of("display_data")[0]["data"]["text/plain"]
        size = int(re.search(r"matrix\s+Matrix<Double>\s+(\d+)", table).group(1))
        assert 80_000 <= size < 81_000
        assert re.search(r"array \(In\[\d+\]\).*usesArray", outcome.text() + table)


class RandomNotebook:
    """Random cells of one kind of program, and what each of its names must be worth.

    Each cell declares a function, a type, an extension or a variable over those of earlier cells. Edits change a number,
    a signature or both. The model is the notebook read from top to bottom; variables keep the value of their cell's last run.
    """

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.cells = []
        self.values = {}

    def add(self):
        number = len(self.cells)
        kind = self.random.choice(["func", "func", "struct", "extension", "var"]) if number > 2 else "func"
        structs = [index for index, cell in enumerate(self.cells) if cell["kind"] == "struct"]
        if kind == "extension" and not structs:
            kind = "struct"
        uses = self.random.sample(range(number), min(number, self.random.randint(0, 2)))
        if kind == "extension":
            uses = [use for use in uses if self.cells[use]["kind"] != "extension"]
        self.cells.append({"kind": kind, "uses": uses, "constant": self.random.randint(1, 9), "form": 0,
                           "of": self.random.choice(structs) if kind == "extension" else None})
        return number

    def edit(self, number):
        self.cells[number]["constant"] = self.random.randint(10, 99)
        if self.random.random() < 0.5:
            self.cells[number]["form"] = 1 - self.cells[number]["form"]

    def use(self, number):
        kind = self.cells[number]["kind"]
        if kind == "func":
            return f"f{number}()"
        if kind == "struct":
            return f"S{number}().m()"
        if kind == "extension":
            return f"S{self.cells[number]['of']}().e{number}"
        return f"v{number}"

    def source(self, number):
        cell = self.cells[number]
        total = " + ".join([str(cell["constant"])] + [self.use(use) for use in cell["uses"]])
        if cell["kind"] == "func":
            parameters = "" if cell["form"] == 0 else "_ k: Int = 0, times n: Int = 1"
            return f"func f{number}({parameters}) -> Int {{ {total} }}"
        if cell["kind"] == "struct":
            extra = "" if cell["form"] == 0 else "var more = 1.5; "
            return f"struct S{number} {{ {extra}func m() -> Int {{ {total} }} }}"
        if cell["kind"] == "extension":
            return f"extension S{cell['of']} {{ var e{number}: Int {{ {total} }} }}"
        word = "let" if cell["form"] == 0 else "var"
        return f"{word} v{number} = {total}"

    def worth(self, number):
        cell = self.cells[number]
        if cell["kind"] == "var":
            return self.values[number]
        return self.compute(number)

    def compute(self, number):
        cell = self.cells[number]
        return cell["constant"] + sum(self.worth(use) for use in cell["uses"])

    def ran(self, number):
        if self.cells[number]["kind"] == "var":
            self.values[number] = self.compute(number)


@pytest.mark.parametrize("extension, value", [
    ("extension Int { init(since a: Int) { self = a + Clock().tick() } }", "Int(since: 4)"),
    ("extension Int { subscript(since a: Int) -> Int { a + Clock().tick() } }", "3[since: 4]"),
    ("extension Array where Element: Numeric { var since: Int { count + Clock().tick() } }", "[0, 0, 0, 0].since"),
])
def test_extension_of_another_type_follows_what_it_uses(kernel, extension, value):
    kernel.ok("struct Clock { func tick() -> Int { 1 } }")
    kernel.ok(extension)
    assert kernel.value(value) == "5"
    kernel.ok("struct Clock { func tick() -> Int { 2 } }")
    assert kernel.value(value) == "6"


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("declaration, start", [
    ("struct Blank {}", ""),
    ("struct Blank { var x = 1; private var y = 2 }", ""),
    ("struct Blank { var x: Int }", "x = 4; "),
    ("enum Blank { case a, b }", "self = .b; "),
])
def test_an_extension_with_a_bare_initializer_is_edited(fresh_kernel, declaration, start, ids):
    """Though the compiler may synthesize the same initializer in the type's own module."""
    def run(name, code):
        return fresh_kernel.ok(code, cell_id=name if ids else None)

    for conforming in (": Made", ""):
        fresh_kernel.ok("%reset -f")
        run("a", "protocol Made { init(); static var n: Int { get } }\n" + declaration)
        for n in (1, 2, 2, 3):
            run("b", f"extension Blank{conforming} {{ init() {{ {start}print({n}) }}; static var n: Int {{ {n} }} }}")
            assert run("c", "_ = Blank(); print(Blank.n)").text().split() == [str(n)] * 2
            if conforming:
                made = run("d", "let type = (Blank.self as Any as? any Made.Type)!; _ = type.init(); print(type.n)")
                assert made.text().split() == [str(n)] * 2


def test_a_bare_initializer_keeps_its_effects(kernel):
    kernel.ok("protocol Tried { init?() async throws; var v: Int { get } }\nstruct Try { var v = 0 }\nstruct Failed: Error {}")
    use = "try await (Try.self as Any as? any Tried.Type)!.init()?.v ?? -1"
    kernel.ok("extension Try: Tried {\n    init?() async throws { return nil }\n}", cell_id="tried")
    assert kernel.value(use) == "-1"
    kernel.ok("extension Try: Tried {\n    init?() async throws { v = 5 }\n}", cell_id="tried")
    assert kernel.value(use) == "5"
    kernel.ok("extension Try: Tried {\n    init?() async throws { throw Failed() }\n}", cell_id="tried")
    assert "Failed" in "\n".join(kernel.run(use).reply["traceback"])


def test_a_replaced_member_is_called_what_it_was(kernel):
    kernel.ok("protocol Called { init(); func f(_ x: Int, y: Int) -> String; var n: String { get }\n"
              "    static func + (a: Self, b: Self) -> String }\nstruct Call { var said = \"\" }")
    for mark in ("1", "2"):
        kernel.ok("extension Call: Called {\n    init() { said = #function }\n"
                  "    func f(_ x: Int, y: Int) -> String { { #function }() }\n"
                  "    var n: String { let name: String = #function; return name }\n"
                  f'    static func + (a: Call, b: Call) -> String {{ #function + "{mark}" }}\n}}', cell_id="called")
        assert kernel.value("[Call().said, Call().f(1, y: 2), Call().n, Call() + Call()]") == (
            f'["init()", "f(_:y:)", "n", "+(_:_:){mark}"]')
    kernel.ok("extension Call: Called {\n    init() { fatalError(\"stop\") }\n"
              "    func f(_ x: Int, y: Int) -> String { \"\" }\n    var n: String { \"\" }\n"
              "    static func + (a: Call, b: Call) -> String { \"\" }\n}", cell_id="called")
    stopped = kernel.run("Call()").traceback
    assert "Call.init()" in stopped and "_anew_" not in stopped and "_gyrus" not in stopped


def test_an_initializer_that_is_also_synthesized_comes_and_goes(kernel):
    kernel.ok("protocol Coming { init() }\nstruct Come { var a = 1 }", cell_id="come-a")
    for extension, value in [
        (": Coming {}", "1"), (": Coming { init() { self.init(a: 5) } }", "5"), (" { init() { self.init(a: 6) } }", "6"),
        (" { init(a: Int) { self.init(); self.a = a } }", "1"), (" { var b: Int { a } }", "1"),
    ]:
        kernel.ok("extension Come" + extension, cell_id="come-b")
        assert kernel.value("Come().a") == value


def test_a_type_is_edited_whose_initializer_another_cell_declares(kernel):
    kernel.ok("struct Redone { var a = 1 }", cell_id="redone-a")
    kernel.ok("extension Redone { init() { self.init(a: 5) } }", cell_id="redone-b")
    assert kernel.value("Redone().a") == "5"
    # The cell comes before the extension, and sees what it saw when it first ran.
    assert kernel.ok("struct Redone { var a = 2; var b = 3 }\nRedone().a", cell_id="redone-a").result == "2"
    assert kernel.value("[Redone().a, Redone().b]") == "[5, 3]"


def test_cells_without_ids_are_told_apart_by_the_labels_of_what_has_no_name(kernel):
    kernel.ok("struct Labeled { var a = 1 }")
    for cell in ("subscript(one i: Int) -> Int { i + 1 }", "subscript(two i: Int) -> Int { i + 2 }",
                 "init(x: (Int, Int)) { a = x.0 }", "init(y: [Int], z: Int) { a = y[0] }",
                 "subscript(one i: Int) -> Int { i + 10 }", "init(x: (Int, Int)) { a = x.1 }"):
        kernel.ok("extension Labeled { " + cell + " }")
    use = "[Labeled()[one: 1], Labeled()[two: 1], Labeled(x: (5, 6)).a, Labeled(y: [7], z: 1).a]"
    assert kernel.value(use) == "[11, 3, 6, 7]"


def test_a_type_without_an_id_takes_the_extensions_of_its_cell_along(kernel):
    kernel.ok("struct Twin<T> { var v: T }\nextension Twin where T == Int { var twice: Int { v * 2 } }")
    assert kernel.value("Twin(v: 4).twice") == "8"
    kernel.ok("struct Twin<T> { var v: T; var twice: Int { 1 } }")
    assert kernel.value("Twin(v: 4).twice") == "1"


@pytest.mark.parametrize("ids", [True, False])
def test_random_notebooks(fresh_kernel, soak, ids):
    """After any edits and reruns each name is worth what the same program in one file would give it."""
    for seed in range(12 if soak else 1):
        notebook = RandomNotebook(seed)
        fresh_kernel.ok("%reset -f")

        def run(number):
            fresh_kernel.ok(notebook.source(number), cell_id=f"c{seed}-{number}" if ids else None)
            notebook.ran(number)

        for _ in range(9):
            run(notebook.add())
        for step in range(60 if soak else 14):
            number = notebook.random.randrange(len(notebook.cells))
            if notebook.random.random() < 0.6:
                notebook.edit(number)
            run(number)
            if step % 3 == 2:
                names = range(len(notebook.cells))
                got = fresh_kernel.value("[" + ", ".join(notebook.use(name) for name in names) + "]")
                assert got == str([notebook.worth(name) for name in names]), f"seed {seed}, step {step}"
