"""A cell that is run again, edited or not, replaces what it declared; and what nothing uses any more is released."""

import random
import re

import pytest
from session import runner_memory


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

    def test_generic_overloads_of_cells_with_ids_are_kept_apart(self, kernel):
        kernel.ok("func sizeOf<T: Collection>(_ x: T) -> Int { x.count }", cell_id="collections")
        kernel.ok("func sizeOf<T: BinaryInteger>(_ x: T) -> Int { Int(x) }", cell_id="integers")
        kernel.ok("func sizeOf<T: Collection>(_ x: T) -> Int { x.count + 10 }", cell_id="collections")
        assert kernel.value("[sizeOf([1, 2]), sizeOf(7)]") == "[12, 7]"

    def test_member_overloads_of_cells_with_ids_are_kept_apart(self, kernel):
        kernel.ok("struct Apart { var n = 0 }", cell_id="apart")
        for number in (1, 2):
            kernel.ok("extension Apart { init<T: Collection>(of x: T) { n = x.count } }", cell_id="apart-a")
            kernel.ok("extension Apart { init<T: BinaryInteger>(of x: T) { n = Int(x) } }", cell_id="apart-b")
            kernel.ok("extension Apart { subscript(i: Int) -> Int { i } }", cell_id="apart-c")
            kernel.ok(f'extension Apart {{ subscript(i: Int) -> String {{ "{number}" }} }}', cell_id="apart-d")
            kernel.ok("extension Apart { static subscript(i: Int) -> Int { -i } }", cell_id="apart-e")
            kernel.ok("extension Apart { subscript<T: Collection>(x: T) -> Int { x.count } }", cell_id="apart-f")
            kernel.ok("extension Apart { subscript<T: BinaryFloatingPoint>(x: T) -> Int { Int(x) } }", cell_id="apart-g")
            use = "let at: Int = Apart()[5]; let text: String = Apart()[5]; let of: Int = Apart[5]\n"
            assert kernel.value(use + "[Apart(of: [1, 2]).n, Apart(of: 7).n, at, of, Apart()[[1]], Apart()[2.5]]") == (
                "[2, 7, 5, -5, 1, 2]")
            assert kernel.value("text") == f'"{number}"'

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

    @pytest.mark.parametrize("extended", ["", "enum Settings {}"])
    def test_static_constants_are_computed_again(self, fresh_kernel, extended):
        kind = "extension" if extended else "enum"
        cell = f"{kind} Settings {{ static let scaled = source * 10; static let fixed = Int(3) + 1 }}"
        fresh_kernel.ok("var source = 1\n" + extended)
        fresh_kernel.ok(cell, cell_id="settings")
        fresh_kernel.ok("func setting() -> Int { Settings.scaled + Settings.fixed }", cell_id="setting")
        assert fresh_kernel.value("setting()") == "14"
        fresh_kernel.ok("source = 2")
        assert fresh_kernel.value("setting()") == "14"
        fresh_kernel.ok(cell, cell_id="settings")
        assert fresh_kernel.value("[setting(), Settings.scaled]") == "[24, 20]"

    def test_values_of_a_type_with_static_constants_go_on(self, fresh_kernel):
        cell = "struct Scan { static let all = [source]; var n = source }\nfunc doubled(_ s: Scan) -> Int { s.n * 2 }"
        fresh_kernel.ok("var source = 1")
        fresh_kernel.ok(cell, cell_id="scan")
        fresh_kernel.ok("let scans = [Scan()]", cell_id="scans")
        fresh_kernel.ok("source = 2")
        fresh_kernel.ok(cell, cell_id="scan")
        assert fresh_kernel.value("doubled(scans[0]) + Scan().n") == "4"

    def test_a_subclass_of_an_edited_class(self, kernel):
        kernel.ok('class Base { func name() -> String { "base" } }')
        kernel.ok('class Derived: Base { override func name() -> String { "d" + super.name() } }')
        kernel.ok('class Base { func name() -> String { "edited" } }')
        assert kernel.value("Derived().name()") == '"dedited"'

    def test_an_emptied_and_a_deleted_cell(self, kernel):
        kernel.ok("let emptied = 1", cell_id="emptied")
        kernel.ok("// let emptied = 1", cell_id="emptied")
        kernel.fails("emptied")
        kernel.ok("let blank = 1", cell_id="blank")
        kernel.ok(" \n", cell_id="blank")
        kernel.fails("blank")
        kernel.ok("func deleted() -> Int { 1 }", cell_id="deleted")
        kernel.ok("1", deleted_cells=["deleted"])
        assert "cannot find 'deleted'" in kernel.fails("deleted()").error["evalue"]

    def test_pieces_between_magics_are_one_cell(self, kernel):
        cell = "let early = 1\n%time let middle = 2\nstruct Late { var a = 3 }\nearly + middle + Late().a"
        assert [kernel.ok(cell, cell_id="pieces").result for _ in range(2)] == ["6"] * 2
        kernel.ok("let early = 1", cell_id="pieces")
        kernel.fails("middle")
        kernel.fails("Late()")

    def test_a_function_is_edited_that_stood_below_a_magic(self, kernel):
        kernel.ok("1\n%time 2\nfunc merged(a: Int) -> Int { a * 2 }", cell_id="merged")
        cell = "func merged(a: Int, by k: Int = 10) -> Int { a * k }\nmerged(a: 3)"
        assert kernel.value(cell, cell_id="merged") == "30"


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

    def test_callers_see_what_a_cell_adds_to_a_name(self, fresh_kernel):
        fresh_kernel.ok("func spread(_ x: Double) -> String { \"a number\" }\nextension Double { func twice() -> Double { self * 2 } }",
                        cell_id="first")
        fresh_kernel.ok("func tell() -> String { spread(2) }\nvar doubled: Double { 3.twice() }\n"
                        "func larger() -> Int { max(1, 3) }\n"
                        "struct Teller { static var told = 0; func tell() -> String { Self.told += 1; return spread(3) } }", cell_id="users")
        values = "[tell(), \"\\(doubled)\", \"\\(larger())\"]"
        assert fresh_kernel.value(values) == '["a number", "6.0", "3"]'
        assert fresh_kernel.value("Teller().tell()") == '"a number"'
        fresh_kernel.ok("func spread(_ x: Int) -> String { \"an integer\" }\nextension Int { func twice() -> Double { 1 } }\n"
                        "func max(_ a: Int, _ b: Int) -> Int { -1 }", cell_id="second")
        assert fresh_kernel.value(values) == '["an integer", "1.0", "-1"]'
        # A type has state.
        assert fresh_kernel.value("Teller().tell()") == '"a number"'
        assert fresh_kernel.value("Teller.told") == "2"

    def test_without_ids_a_function_of_an_own_operator_replaces_the_former_one(self, fresh_kernel):
        fresh_kernel.ok("let base = 1")
        fresh_kernel.ok("prefix operator <+>\nprefix func <+> (a: Int) -> Int { a + base }")
        assert fresh_kernel.value("<+>5") == "6"
        fresh_kernel.ok("infix operator <+>: AdditionPrecedence\nfunc <+> (a: Int, b: Int) -> Int { a * 10 + b }")
        fresh_kernel.ok("let base = \"no number\"")
        assert fresh_kernel.value("4 <+> 2") == "42"
        fresh_kernel.fails("<+>5")

    def test_a_caller_that_an_overload_makes_ambiguous_says_so_where_it_is_used(self, fresh_kernel):
        fresh_kernel.ok("func weigh(_ x: Double, by: Int = 1) -> Int { 1 }", cell_id="one")
        fresh_kernel.ok("func weighed() -> Int { weigh(2) }", cell_id="use")
        fresh_kernel.ok("func weigh(_ x: Double, with: Int = 1) -> Int { 2 }", cell_id="two")
        assert fresh_kernel.value("1 + 1") == "2"
        outcome = fresh_kernel.fails("weighed()")
        assert "ambiguous use of 'weigh'" in outcome.error["evalue"]
        assert "'weighed' is compiled again with this cell, since a name in it means something else" in outcome.traceback
        fresh_kernel.ok("func weigh(_ x: Int, with: Int = 1) -> Int { 2 }", cell_id="two")
        assert fresh_kernel.value("weighed()") == "2"

    @pytest.mark.parametrize("cell_id", ["gait", None])
    def test_callers_under_a_condition(self, fresh_kernel, cell_id):
        fresh_kernel.ok("func pace() -> Int { 1 }", cell_id="pace")
        cell = ("#if os(macOS)\nlet gait = 0\n#else\nfunc lope() -> Int { pace() + 10 }\n"
                "struct Horse { func trot() -> Int { pace() + 20 } }\nextension Int { func paces() -> Int { self * pace() } }\n"
                "extension Horse: CustomStringConvertible { var description: String { \"\\(pace())\" } }\n"
                "#if !DEBUG\ninfix operator ++\nfunc ++ (a: Int, b: Int) -> Int { a + b + pace() }\n#endif\n#endif")
        fresh_kernel.ok(cell, cell_id=cell_id)
        values = "[lope(), Horse().trot(), 3.paces(), 1 ++ 2, Int(\"\\(Horse())\")!]"
        assert fresh_kernel.value(values) == "[11, 21, 3, 4, 1]"
        fresh_kernel.ok("func pace() -> Int { 2 }", cell_id="pace")
        outcome = fresh_kernel.ok(values)
        assert (outcome.result, outcome.text("stderr")) == ("[12, 22, 6, 5, 2]", "")
        fresh_kernel.ok(cell, cell_id=cell_id)
        assert fresh_kernel.value(values) == "[12, 22, 6, 5, 2]"
        fresh_kernel.ok(cell.replace("self * pace()", "self + 500").replace("+ 10", "+ 30"),
                        cell_id=cell_id)
        assert fresh_kernel.value(values) == "[32, 22, 503, 5, 2]"

    def test_the_value_of_a_cell_under_a_condition_is_shown(self, kernel):
        assert kernel.value("let shown = 4\n#if os(Linux)\nshown + 1\n#else\nshown - 1\n#endif") == "5"

    def test_callers_under_a_condition_that_only_the_compiler_decides(self, fresh_kernel):
        first = fresh_kernel.ok("func pace() -> Int { 1 }", cell_id="pace").reply["execution_count"]
        fresh_kernel.ok("#if !canImport(Nowhere)\nfunc trot() -> Int { pace() + 20 }\nfunc rest() -> Int { 0 }\n#endif",
                        cell_id="trot")
        assert fresh_kernel.value("[trot(), rest()]") == "[21, 0]"
        fresh_kernel.ok("func pace() -> Int { 2 }", cell_id="pace")
        outcome = fresh_kernel.ok("rest()")
        assert (outcome.result, outcome.text("stderr")) == ("0", "")
        outcome = fresh_kernel.ok("trot()")
        assert outcome.result == "21"
        assert f"trot (In[{first + 1}]) still uses the pace of In[{first}]" in outcome.text("stderr")
        assert fresh_kernel.ok("trot()").text("stderr") == ""

    def test_statements_under_a_condition_see_former_variables(self, fresh_kernel):
        fresh_kernel.ok("let rim = 3", cell_id="rim")
        fresh_kernel.ok("func wheel() -> Int { rim * 2 }", cell_id="wheel")
        outcome = fresh_kernel.ok("#if os(Linux)\nprint(wheel())\n#endif\nlet rim = 5", cell_id="rim")
        assert outcome.text() == "6\n"
        assert fresh_kernel.value("wheel()") == "10"

    @pytest.mark.parametrize("closure", ["{ (x: Int) in grown(x) }", "grown"])
    def test_a_closure_that_calls_what_was_declared_again_says_so(self, fresh_kernel, closure):
        growing = f"let growing = {closure}"
        first = fresh_kernel.ok("func grown(_ x: Int) -> Int { x * 2 }", cell_id="grown").reply["execution_count"]
        fresh_kernel.ok(growing, cell_id="growing")
        fresh_kernel.ok("func grown(_ x: Int) -> Int { x * 3 }", cell_id="grown")
        outcome = fresh_kernel.ok("growing(1)")
        assert outcome.result == "2"
        assert f"growing (In[{first + 1}]) still calls the grown of In[{first}]" in outcome.text("stderr")
        assert fresh_kernel.ok("growing(1)").text("stderr") == ""
        fresh_kernel.ok(growing, cell_id="growing")
        outcome = fresh_kernel.ok("growing(1)")
        assert (outcome.result, outcome.text("stderr")) == ("3", "")

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

    @pytest.mark.parametrize("beat, former, new", [("tempo()", "1", "2"), ("doubled()", "2", "4")])
    def test_a_type_says_that_it_stays_where_only_its_value_is_named(self, fresh_kernel, beat, former, new):
        first = fresh_kernel.ok("func tempo() -> Int { 1 }", cell_id="tempo").reply["execution_count"]
        fresh_kernel.ok("func doubled() -> Int { tempo() * 2 }", cell_id="doubled")
        song = f"struct Song {{ func beats() -> Int {{ {beat} }} }}"
        fresh_kernel.ok(song, cell_id="song")
        fresh_kernel.ok("let song = Song()", cell_id="value")
        assert fresh_kernel.ok("song.beats()").text("stderr") == ""
        fresh_kernel.ok("func tempo() -> Int { 2 }", cell_id="tempo")
        outcome = fresh_kernel.ok("song.beats()")
        assert outcome.result == former
        assert f"Song (In[{first + 2}]) still uses the tempo of In[{first}]" in outcome.text("stderr")
        assert fresh_kernel.ok("song.beats()").text("stderr") == ""
        fresh_kernel.ok(song, cell_id="song")
        fresh_kernel.ok("let song = Song()", cell_id="value")
        outcome = fresh_kernel.ok("song.beats()")
        assert (outcome.result, outcome.text("stderr")) == (new, "")

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
        [f"let large = {LARGE}, closure = {{ large.count }}\nclosure()"],
        [f"let large = {LARGE}\nfunc first() -> Double {{ large[0] }}\nfirst()"],
        [f"let large = {LARGE}", "func first() -> Double { large[0] }\nlet found = first()"],
        [f"guard let large = Optional({LARGE}) else {{ fatalError() }}"],
        ["struct Data2 { var values: [Double]; var count: Int { values.count } }", f"let data = Data2(values: {LARGE})\ndata.count"],
    ], ids=["let", "var", "tuple", "matrix", "class", "captured", "closure", "closure beside", "function",
            "two cells", "guard", "struct"])
    def test_a_cell_that_is_run_again_and_again(self, kernel, cells):
        rerun(kernel, *cells)
        before = runner_memory(kernel)
        rerun(kernel, *cells, times=5)
        assert runner_memory(kernel) < before + 80, "one value beside the present one at most"
        kernel.ok("%del " + " ".join(re.findall(r"(?:let|var|,) \(?(large|owner|closure|data)\b", "\n".join(cells))))

    @pytest.mark.parametrize("end", ["print([1][beyond])", "throw Bad()"])
    def test_a_cell_that_fails_again_and_again(self, kernel, end):
        """It does not come to its end, where it would release what it replaced: the next one does."""
        kernel.ok("let beyond = 3; struct Bad: Error {}")
        cell = f"var doomed = {LARGE}\n{end}"
        for _ in range(2):
            kernel.fails(cell)
        before = runner_memory(kernel)
        for _ in range(5):
            kernel.fails(cell)
        assert runner_memory(kernel) < before + 80, "one value beside the present one at most"
        assert kernel.value("doomed.count") == "7000000"
        kernel.ok("%del doomed")

    def test_what_a_closure_of_the_same_declaration_uses_is_kept(self, kernel):
        kernel.ok("let shown = [1, 2, 3], showing = { shown.count }")
        kernel.ok("let shown = 5")
        kernel.ok("1")
        assert kernel.value("showing() + shown") == "8"

    def test_what_code_still_uses_is_kept(self, kernel):
        kernel.ok(f"let kept = {LARGE}")
        kernel.ok("let reads = { kept.count }\nvar readers: [() -> Int] = []\nreaders.append { kept.count + 1 }")
        kernel.ok("struct Reader { func read() -> Int { kept.count + 2 } }\nlet reader = Reader()")
        kernel.ok("let kept = 1")
        assert kernel.value("[reads(), readers[0](), reader.read()]") == "[7000000, 7000001, 7000002]"
        kernel.ok("let waiting = Task { try? await Task.sleep(nanoseconds: 200_000_000); return kept }")
        kernel.ok("let kept = 2")
        assert kernel.value("await waiting.value") == "1"

    @pytest.mark.parametrize("declarations, keeping, use, value", [
        ("struct P { var fs: [(Int) -> Int] = []; mutating func map(_ f: @escaping (Int) -> Int) { fs.append(f) } }\n"
         "var p = P()", "p.map { $0 + told.count }", "p.fs[0](1)", "3"),
        ("final class Q { var f: () -> Int = { 0 }; func first(where f: @escaping () -> Int) { self.f = f } }\n"
         "let q = [Q()]", "q[0].first { told.count }", "q[0].f()", "2"),
        ("extension Array { func filter(_ f: @escaping () -> Int) -> () -> Int { f } }",
         "let later = [1].filter { () -> Int in told.count }", "later()", "2"),
        ("let stream = AsyncStream<Int> { $0.yield(1); $0.finish() }", "let mapped = stream.map { $0 + told.count }",
         "var sum = 0\nfor await n in mapped { sum += n }\nsum", "3"),
        ("struct Lazily { let f: () -> Int; init(_ f: @autoclosure @escaping () -> Int) { self.f = f } }",
         "let lazily = Lazily(told.count)", "lazily.f()", "2"),
        ("var kept: [() -> Int] = []\nfunc keep(_ f: @autoclosure @escaping () -> Int) { kept.append(f) }",
         "keep(told.count)", "kept[0]()", "2"),
    ], ids=["struct", "class", "extension", "stream", "initializer", "function"])
    def test_what_a_method_with_a_usual_name_keeps(self, fresh_kernel, declarations, keeping, use, value):
        """Only of the libraries' own `map` and the like is it known that they are done with their closures."""
        fresh_kernel.ok(declarations)
        fresh_kernel.ok("let told = [1, 2]")
        fresh_kernel.ok(keeping)
        fresh_kernel.ok("let told = [3]")
        assert fresh_kernel.value(use) == value

    @pytest.mark.parametrize("use", [
        "let sums = numbers.map { $0 + large[0] }", "let sums = (0..<2).map { Double($0) + large[0] }",
        "let sums = rows.map { row in row.map { $0 + large[0] } }",
        "func sums(_ xs: [Double]) -> [Double] { xs.map { $0 + large[0] } }\nlet summed = sums(numbers)",
    ], ids=["variable", "range", "nested", "function"])
    def test_what_the_library_s_methods_are_done_with_is_released(self, kernel, use):
        kernel.ok("let numbers = [1.0, 2]; let rows = [[1.0], [2.0]]")
        cell = f"let large = {LARGE}\n{use}"
        kernel.ok(cell)
        before = runner_memory(kernel)
        rerun(kernel, cell, times=5)
        assert runner_memory(kernel) < before + 80, "one value beside the present one at most"
        kernel.ok("%del large")

    def test_an_object_is_deinitialized_at_once(self, kernel):
        cell = 'final class Loud { deinit { print("gone") } }\nvar loud = Loud()'
        assert kernel.ok(cell).text() == ""
        assert kernel.ok(cell).text() == "gone\n"
        assert kernel.ok("%del loud").text() == "gone\n"
        kernel.fails("loud")

    def test_a_release_that_traps_leaves_the_new_value(self, kernel):
        kernel.ok('final class Sour { let number: Int; init(_ n: Int) { number = n }\n'
                  '    deinit { if number == 1 { fatalError("sour") } } }')
        kernel.ok("let sour = Sour(1)")
        assert kernel.fails("let sour = Sour(2)").error["evalue"] == "sour"
        assert kernel.value("sour.number") == "2"
        kernel.ok("let sour = Sour(3)")
        assert kernel.value("sour.number") == "3"

    def test_a_cell_that_stops_keeps_the_former_value(self, kernel):
        kernel.ok("let steady = [1, 2]")
        kernel.fails("let before = 1\nlet wrong = [Int]()[before]\nlet steady = [3]")
        assert kernel.value("steady") == "[1, 2]"
        kernel.ok("let steady = [4]")
        assert kernel.value("steady") == "[4]"

    def test_del(self, kernel):
        kernel.ok(f"let heavy = {LARGE}; let light = 1\nfunc usesLight() -> Int {{ light }}")
        before = runner_memory(kernel)
        assert "usesLight" in kernel.ok("%del heavy, light").text()
        assert runner_memory(kernel) < before - 40
        kernel.fails("heavy")
        kernel.ok("var computed: Int { 1 }\n#if os(Linux)\nlet conditional = 2\n#endif")
        kernel.ok("%del computed conditional")
        kernel.fails("computed")
        kernel.fails("conditional")
        assert "no variable nothing" in kernel.fails("%del nothing").error["evalue"]
        assert "not a variable" in kernel.fails("%del usesLight").error["evalue"]
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


def test_a_cell_without_an_id_takes_the_place_of_the_variables_that_it_declares_alone(fresh_kernel):
    fresh_kernel.ok("let train = 1; let test = 2; let figure = 3")
    for _ in range(2):
        fresh_kernel.ok("let train = 4; let test = 5")
        assert fresh_kernel.value("[train, test, figure]") == "[4, 5, 3]"
    fresh_kernel.ok("let train = 6; let test = 7; let figure = 8")
    assert fresh_kernel.value("[train, test, figure]") == "[6, 7, 8]"


def test_a_cell_without_an_id_leaves_the_functions_that_it_does_not_declare(fresh_kernel):
    """It may be another cell with names of its own: what nobody declares again is still there, and sees the new ones."""
    cell = "func load() -> Int { 1 }\nfunc clean() -> Int { 2 }\nfunc show() -> Int { load() * 10 + clean() }"
    fresh_kernel.ok(cell)
    for load in (3, 4):
        fresh_kernel.ok(f"func load() -> Int {{ {load} }}\nfunc clean() -> Int {{ 5 }}")
        assert fresh_kernel.value("show()") == f"{load}5"
    fresh_kernel.ok(cell)
    assert fresh_kernel.value("show()") == "12"
    fresh_kernel.ok("func show() -> Int { 7 }")
    assert fresh_kernel.value("[show(), load()]") == "[7, 1]"


def test_a_cell_without_an_id_leaves_types_that_it_does_not_declare(fresh_kernel):
    fresh_kernel.ok("struct One { var a = 1 }\nstruct Two { var a = 2 }\nstruct Three { var a = 3 }\ntypealias Number = Int")
    fresh_kernel.ok("let one = One()")
    fresh_kernel.ok("struct One { var a = 1 }\nstruct Two { var a = 20 }")
    # A type that says what it said is the same one.
    assert fresh_kernel.value("let again: One = one\n[again.a, Two().a, Three().a, Number(4)]") == "[1, 20, 3, 4]"


@pytest.mark.parametrize("ids", [False, True])
@pytest.mark.parametrize("between", ["; ", "\n"])
def test_one_of_several_members_is_declared_again_by_another_cell(fresh_kernel, ids, between):
    cells = [f"extension Int {{ var plusOne: Int {{ self + 1 }}{between}var plusTwo: Int {{ self + 2 }}{between}"
             "func plus(_ n: Int) -> Int { self + n } }",
             "extension Int { var plusTwo: Int { self + 20 } }", "extension Int { func plus(_ n: Int) -> Int { self + 10 * n } }"]
    for number, cell in enumerate(cells):
        fresh_kernel.ok(cell, cell_id=f"cell-{number}" if ids else None)
    assert fresh_kernel.value("[1.plusOne, 1.plusTwo, 1.plus(3)]") == "[2, 21, 31]"


def test_a_prefix_operator_of_a_conformance_is_edited(fresh_kernel):
    cell = ("protocol Flips { static prefix func - (one: Self) -> Self }\nstruct Side: Equatable { var n = 1 }",
            "extension Side: Flips { static prefix func - (one: Side) -> Side { Side(n: FACTOR * one.n) } }")
    fresh_kernel.ok(cell[0], cell_id="a")
    for factor in ("-1", "-2"):
        fresh_kernel.ok(cell[1].replace("FACTOR", factor), cell_id="b")
        assert fresh_kernel.value("func flip<F: Flips>(_ f: F) -> F { -f }\nflip(Side()).n", cell_id="c") == factor


def test_a_type_without_an_id_takes_the_extensions_of_its_cell_along(kernel):
    kernel.ok("struct Twin<T> { var v: T }\nextension Twin where T == Int { var twice: Int { v * 2 } }")
    assert kernel.value("Twin(v: 4).twice") == "8"
    kernel.ok("struct Twin<T> { var v: T; var twice: Int { 1 } }")
    assert kernel.value("Twin(v: 4).twice") == "1"


def test_without_ids_another_function_of_a_name_of_the_language_is_no_edit(fresh_kernel):
    """Users choose the names of functions, but not those of operators, initializers and interpolations."""
    fresh_kernel.ok("struct V { var x = 1.0 }\nfunc + (a: V, b: V) -> V { V(x: a.x + b.x) }")
    fresh_kernel.ok("func + (a: V, b: Double) -> V { V(x: a.x + b) }")
    fresh_kernel.ok("extension V { static func * (a: V, b: V) -> V { V(x: a.x * b.x) } }")
    fresh_kernel.ok("extension V { static func * (a: V, b: Double) -> V { V(x: a.x * b) } }")
    fresh_kernel.ok("extension V { func callAsFunction(by n: Int) -> Double { x * Double(n) } }")
    fresh_kernel.ok("extension V { func callAsFunction(over n: Int) -> Double { x / Double(n) } }")
    for label in ("short", "long"):
        fresh_kernel.ok(f"extension DefaultStringInterpolation {{ mutating func appendInterpolation({label} v: V) "
                        f"{{ appendLiteral(\"{label} \\(v.x)\") }} }}")
    use = "[(V() + V() + 2.0).x, (V(x: 3) * V(x: 2) * 4.0).x, V()(by: 6), V()(over: 2)]"
    assert fresh_kernel.value(use) == "[4.0, 24.0, 6.0, 0.5]"
    assert fresh_kernel.value('"\\(short: V()), \\(long: V(x: 2))"') == '"short 1.0, long 2.0"'
    # Of the same types it is an edit, whatever its parameters are called.
    fresh_kernel.ok("func + (left: V, right: Double) -> V { V(x: left.x + right + 10) }")
    fresh_kernel.ok("extension V { static func * (left: V, right: Double) -> V { V(x: left.x * right + 10) } }")
    fresh_kernel.ok("extension V { func callAsFunction(by n: Double) -> Double { x * n + 10 } }")
    assert fresh_kernel.value(use) == "[14.0, 34.0, 16.0, 0.5]"
    # An operator of the notebook's own has one function, like any other name.
    fresh_kernel.ok("infix operator <*>: AdditionPrecedence")
    fresh_kernel.ok("func <*> (a: Int, b: Int) -> Int { a + b }")
    fresh_kernel.ok("func <*> (a: Double, b: Double) -> Double { a - b }")
    assert fresh_kernel.value("3 <*> 2") == "1.0"


def test_without_ids_an_operator_whose_result_is_another_type_is_an_edit(fresh_kernel):
    fresh_kernel.ok("struct W { var x = 1.0 }\nfunc + (a: W, b: W) -> Double { a.x + b.x }")
    assert fresh_kernel.value("W() + W()") == "2.0"
    fresh_kernel.ok("func + (a: W, b: W) -> W { W(x: a.x + b.x + 10) }")
    for result in ("Double", "W"):
        value = "a.x" if result == "Double" else "W(x: a.x + 5)"
        fresh_kernel.ok("extension W { static func * <T, U>(a: W, b: [T: U]) -> " + result
                        + " where T: BinaryInteger, U: Equatable { " + value + " } }")
    assert fresh_kernel.value("let sum = W() + W(); let product = W() * [1: 2]; [sum.x, product.x]") == "[12.0, 6.0]"


def test_without_ids_members_of_a_type_with_parentheses_are_told_apart(fresh_kernel):
    fresh_kernel.ok("extension Array where Element == (Int, Int) { func a() -> Int { count } }")
    fresh_kernel.ok("extension Array where Element == (Int, Int) { func b() -> Int { 10 * count } }")
    fresh_kernel.ok("extension Array where Element == (Int, Int) { var c: Int { 100 * count } }")
    fresh_kernel.ok("extension Array where Element == (Int, Int) { subscript(one i: Int) -> Int { self[i].0 } }")
    fresh_kernel.ok("extension Array where Element == (Int, Int) { subscript(two i: Int) -> Int { self[i].1 } }")
    use = "let pairs = [(1, 2), (3, 4)]; [pairs.a(), pairs.b(), pairs.c, pairs[one: 1], pairs[two: 1]]"
    assert fresh_kernel.value(use) == "[2, 20, 200, 3, 4]"
    # An edit is one still, with other parameters too, and between conditions.
    fresh_kernel.ok("extension Array where Element == (Int, Int) { func a(_ k: Int = 1) -> Int { count + k } }")
    fresh_kernel.ok("extension Array where Element == (Int, Int) { subscript(two i: Int) -> Int { self[i].1 + 1 } }")
    assert fresh_kernel.value(use) == "[3, 20, 200, 3, 5]"
    for n in (1, 2):
        fresh_kernel.ok("extension Int {\n#if swift(>=5)\nfunc conditional() -> Int { self + " + str(n) + " }\n#endif\n}")
        assert fresh_kernel.value("5.conditional()") == str(5 + n)


def test_without_ids_a_member_takes_the_place_of_those_of_its_name(fresh_kernel):
    """Also where the edited cell declares more than it did."""
    fresh_kernel.ok("struct Box { var n = 2 }")
    fresh_kernel.ok("extension Box { func worth() -> Int { n }; var rest: Int { 100 } }")
    fresh_kernel.ok("func total() -> Int { Box().worth() + Box().rest }")
    assert fresh_kernel.value("total()") == "102"
    fresh_kernel.ok("extension Box { func worth(_ k: Int = 10) -> Int { n * k }; struct Inner { var z = 1 }; static let one = 1 }")
    assert fresh_kernel.value("[Box().worth(), Box().rest, total(), Box.Inner().z]") == "[20, 100, 120, 1]"


def test_a_conformance_is_there_for_a_variable_that_others_mention(fresh_kernel):
    """What is written between quotes might use any interpolation, also one that mentions the variable."""
    fresh_kernel.ok("struct Word { var a = 1; func m() -> Int { a } }", cell_id="c0")
    fresh_kernel.ok('extension Word: CustomStringConvertible { var description: String { "\\(m())wxyz" } }', cell_id="c1")
    fresh_kernel.ok('let size = "\\(Word())".count', cell_id="c2")
    fresh_kernel.ok("extension DefaultStringInterpolation { mutating func appendInterpolation(sized n: Int) "
                    "{ appendLiteral(String(n + size + Word().m())) } }", cell_id="c3")
    fresh_kernel.ok("final class Word { var a = 22; func m() -> Int { a } }", cell_id="c0")
    fresh_kernel.ok('let size = "\\(Word())".count', cell_id="c2")
    assert fresh_kernel.value("size", cell_id="c4") == "6"
    assert fresh_kernel.value('"\\(sized: 1)"', cell_id="c5") == '"29"'


NESTED = "extension Nest { enum Kind: Int { case z = VALUE }; static func worth(_ k: Kind) -> Int { k.rawValue + (6 <+-> 2 * 3) } }"
PLUS = "infix operator <+->: PRECEDENCE\nfunc <+-> (a: Int, b: Int) -> Int { a + b }"


@pytest.mark.parametrize("beside", ["class Far: NestBase { func more() -> Int { m() } }", "protocol Near { var near: Int { get } }",
                                    "extension DefaultStringInterpolation { mutating func appendInterpolation(near n: Int) {} }"])
def test_types_in_extensions_that_are_made_again(fresh_kernel, beside):
    def run(cell, number):
        fresh_kernel.ok(cell, cell_id=f"nested-{number}")

    run("class NestBase { func m() -> Int { 1 } }", 0)
    run("class Nest { func m() -> Int { 1 } }", 1)
    run(PLUS.replace("PRECEDENCE", "AdditionPrecedence"), 2)
    run(f"{NESTED.replace('VALUE', '3')}\n{beside}", 3)
    assert fresh_kernel.value("Nest.worth(.z)") == "15"
    # By what it uses, by an edit, and by both.
    run(PLUS.replace("PRECEDENCE", "MultiplicationPrecedence"), 2)
    assert fresh_kernel.value("Nest.worth(.z)") == "27"
    run(f"{NESTED.replace('VALUE', '4')}\n{beside}", 3)
    assert fresh_kernel.value("Nest.worth(.z)") == "28"
    run(PLUS.replace("PRECEDENCE", "AdditionPrecedence"), 2)
    run(f"{NESTED.replace('VALUE', '5')}\n{beside}", 3)
    assert fresh_kernel.value("Nest.worth(.z) + Nest.Kind.z.rawValue") == "22"


def test_what_stands_beside_types_in_extensions_moves_along(fresh_kernel):
    """Functions, computed variables and aliases; a variable keeps its value."""
    beside = "func near() -> Int { 3 }\nvar nearer: Int { near() + 1 }\ntypealias Nearest = Int"
    worth = "static func worth(_ k: Kind) -> Int { k.rawValue + %s() }"
    first = "extension Plain { enum Kind: Int { case z = 1 }; " + worth % "first" + " }\n" + beside
    second = "extension Other { enum Kind: Int { case z = 2 }; " + worth % "second" + " }\nlet beside = 5"
    fresh_kernel.ok("func first() -> Int { 1 }", cell_id="p0")
    fresh_kernel.ok("func second() -> Int { 1 }", cell_id="p1")
    fresh_kernel.ok("struct Plain {}; struct Other {}", cell_id="p2")
    fresh_kernel.ok(first, cell_id="p3")
    fresh_kernel.ok(second, cell_id="p4")
    fresh_kernel.ok("func first() -> Int { 2 }", cell_id="p0")
    values = "[Plain.worth(.z), Plain.Kind.z.rawValue, near(), nearer, Nearest(4.5)]"
    assert fresh_kernel.value(values, cell_id="p5") == "[3, 1, 3, 4, 4]"
    fresh_kernel.ok("func first() -> Int { 3 }", cell_id="p0")
    assert fresh_kernel.value("Plain.worth(.z) + nearer", cell_id="p6") == "8"
    fresh_kernel.ok("func second() -> Int { 2 }", cell_id="p1")
    assert fresh_kernel.value("Other.worth(.z)", cell_id="p7") == "4"
    assert fresh_kernel.value("Other.worth(.z) + beside", cell_id="p8") == "9"
    # Another ambiguity beside that variable has nothing to do with the extension.
    twins = "func twin(_ n: Int) -> Int { n }\nfunc twin(_ n: Int) -> Double { 0 }\nlet twins = twin(beside)"
    error = fresh_kernel.run(twins, cell_id="p9").traceback
    assert "ambiguous" in error and "run the cell" not in error
    fresh_kernel.ok(second, cell_id="p4")
    assert fresh_kernel.value("Other.worth(.z) + beside", cell_id="p8") == "9"


def test_a_type_beside_an_operator_is_a_function_by_now(fresh_kernel):
    """An import that shows the operator shows the former name too."""
    operator = "infix operator <*->: AdditionPrecedence\nfunc <*-> (a: Int, b: Int) -> Int { a + b }\n"
    fresh_kernel.ok("struct Holder { var a = 2; func m() -> Int { a } }", cell_id="o0")
    fresh_kernel.ok(operator + "func made(_ make: () -> Holder = Holder.init) -> [Holder] { [make(), make()] }", cell_id="o1")
    fresh_kernel.ok("struct Holder { var a = 3; func m() -> Int { a } }", cell_id="o0")
    assert fresh_kernel.value("made().map { $0.m() }.reduce(0, +)", cell_id="o2") == "6"
    fresh_kernel.ok("extension Int { func timesMade() -> Int { self * made().count } }", cell_id="o3")
    assert fresh_kernel.value("3.timesMade() + made().count <*-> 1", cell_id="o2") == "9"
    fresh_kernel.ok("struct Holder { var a = 4; func m() -> Int { a } }", cell_id="o0")
    assert fresh_kernel.value("(1 <*-> 2) + made().map { $0.m() }.reduce(0, +) + 3.timesMade()", cell_id="o2") == "17"


def test_an_extension_that_does_not_fit_does_not_keep_a_cell_from_running(fresh_kernel):
    """What it needs may be in the very cell that is edited, and its own cell is edited after that one."""
    many = "func parts(_ n: Int = 2) -> [Int] { [n, n] }"
    fresh_kernel.ok("protocol Sized { var size: Int { get } }\nprotocol Base { }", cell_id="e0")
    fresh_kernel.ok(many, cell_id="e1")
    fresh_kernel.ok("protocol Long: Base { var long: Int { get } }\nextension Long { func total() -> Int { long + parts().count } }\n"
                    "struct Row: Long { var long = 4 }", cell_id="e2")
    assert fresh_kernel.value("Row().total()", cell_id="e3") == "6"
    fresh_kernel.ok("struct parts { var row = Row(); func n() -> Int { row.long } }", cell_id="e1")
    # Who asks for it is told.
    assert "no member 'count'" in fresh_kernel.fails("Row().total()", cell_id="e3").traceback
    fresh_kernel.ok("protocol Long: Base { var long: Int { get } }\nextension Long { func total() -> Int { long + 3 } }\n"
                    "struct Row: Long { var long = 4 }", cell_id="e2")
    assert fresh_kernel.value("Row().total() + parts().n()", cell_id="e3") == "11"


def test_what_shared_a_module_and_does_not_fit_waits_until_it_is_mentioned(fresh_kernel):
    fresh_kernel.ok("struct Thing { var a = 1; func m() -> Int { a } }", cell_id="w0")
    protocol = "\nprotocol Deep { var q: Int { get } }\nextension Deep { func d() -> Int { q + %d } }"
    fresh_kernel.ok("func made(_ n: Int = 2) -> [Int] { [n, n] }" + protocol % 0, cell_id="w1")
    other = """extension Thing: Deep { var q: Int { m() + 9 } }
protocol Rest { var r: Int { get } }
extension Rest { func left() -> Int { r - made().USE } }
struct Rested: Rest { var r = 10 }"""
    fresh_kernel.ok(other.replace("USE", "count"), cell_id="w2")
    assert fresh_kernel.value("Thing().d() + Rested().left()", cell_id="w3") == "18"
    # The conformance is made again with its protocol, so that its module is hidden, and what is beside it moves.
    fresh_kernel.ok("struct made { var t = Thing(); func n() -> Int { t.m() + 5 } }" + protocol % 1, cell_id="w1")
    assert fresh_kernel.value("Thing().d()", cell_id="w4") == "11"
    assert "no member 'count'" in fresh_kernel.fails("Rested().left()", cell_id="w5").traceback
    fresh_kernel.ok(other.replace("USE", "n()"), cell_id="w2")
    assert fresh_kernel.value("Thing().d() + Rested().left()", cell_id="w3") == "15"


@pytest.mark.parametrize("ids", [True, False])
def test_two_cells_that_do_not_fit_what_a_third_one_declares_now(fresh_kernel, ids):
    """Either can be edited first, although a conformance by which both are reached waits in a cell below."""
    def run(cell, number):
        return fresh_kernel.run(cell, cell_id=f"t{number}" if ids else None)

    def ok(cell, number):
        outcome = run(cell, number)
        assert outcome.reply["status"] == "ok", f"{cell}\n{outcome.traceback}"

    base = ["enum Side { case a, b; var n: Int { self == .a ? 1 : 2 } }\nstruct Row { var k = 3; func m() -> Int { k } }",
            "class Tree { func m() -> Int { 2 } }\nextension Tree { enum Part: Int { case z = 5 }; static func part(_ p: Part) -> Int "
            "{ p.rawValue + USE } }\nprotocol Deep { var q: Int { get } }\nextension Deep { func d() -> Int { q - 8 } }",
            "infix operator <+->: AdditionPrecedence\nfunc <+-> <T: BinaryInteger>(a: T, b: T) -> T { a * b + T(USE) }\n"
            "func rows(_ make: () -> Row = Row.init) -> [Row] { [make(), make()] }\nlet shown = 6 <+-> 2",
            "extension Row: Deep { var q: Int { m() + 3 }; func d() -> Int { Tree.part(.z) + rows().count } }"]
    for number, cell in enumerate(base):
        ok(cell.replace("USE", "Side.b.n"), number)
    assert fresh_kernel.value("Row().d() + (2 <+-> 3)") == "17"
    ok("struct Row { struct Part { var z = 7 }; var part = Part(); func m() -> Int { part.z } }\nenum Side { case a, b; var n: Int { 4 } }", 0)
    ok(base[3], 3)
    ok("indirect enum Side { case leaf(Int), node(Side)\n    var n: Int { switch self { case .leaf(let n): n; case .node(let s): s.n } } }\n"
       "struct Row { struct Part { var z = 7 }; var part = Part(); func m() -> Int { part.z } }", 0)
    for number in (1, 2, 3):
        ok(base[number].replace("USE", "Side.node(.leaf(9)).n"), number)
    assert fresh_kernel.value("Row().d() + (2 <+-> 3)") == "31"


@pytest.mark.parametrize("ids", [True, False])
def test_variables_beside_an_extension_with_types_that_is_made_again(fresh_kernel, ids):
    """They keep their values, and show nothing of the extension's former types."""
    def ok(cell, number):
        return fresh_kernel.ok(cell, cell_id=f"b{number}" if ids else None)

    ok("let base = 1", 0)
    ok("extension Int { struct Part { var z = 1 }; static func part(_ p: Part) -> Int { p.z + base } }\n"
       "var many = [3], plus = { (n: Int) in n + 1 }\nlet (one, two) = (x: 1, 2.5)\nfunc all() -> Int { many.reduce(0, +) }", 1)
    assert ok("many[0] + one + Int.part(.init())", 2).result == "6"
    ok("let base = 100", 0)
    assert ok("many.append(4); plus(all()) + one + Int(two) + Int.part(.init())", 3).result == "112"
    assert ok("many", 4).result == "[3, 4]"
    ok("let base = 200", 0)
    # The right-hand side is the variable that was.
    assert ok("let one = one + Int.part(.init())\none", 5).result == "202"
    assert ok("let sum = { many[0] += 1; return many[0] + Int.part(.init()) }\nsum() + many.count", 6).result == "207"
    assert "2.5" in str(fresh_kernel.ok("%whos").of("display_data"))
    fresh_kernel.ok("%del many")
    assert "cannot find 'many'" in fresh_kernel.fails("many").traceback


def test_an_extension_with_types_that_another_cell_declares_now(fresh_kernel):
    extension = "extension Int { enum Part: Int { case z = %d }; static func part(_ p: Part) -> Int { p.rawValue } }"
    fresh_kernel.ok("var kept = 3\n" + extension % 1, cell_id="x0")
    fresh_kernel.ok(extension % 20, cell_id="x1")
    assert fresh_kernel.value("kept += 1; kept + Int.part(.z)", cell_id="x2") == "24"


def test_whos_goes_on_beside_a_computed_variable_that_no_longer_compiles(fresh_kernel):
    fresh_kernel.ok("let gain = 2", cell_id="gain")
    fresh_kernel.ok("let plain = 5\nvar scaled: Int { gain * 2 }", cell_id="scaled")
    assert "scaled" in str(fresh_kernel.ok("%whos").of("display_data"))
    fresh_kernel.ok("let other = 2", cell_id="gain")
    outcome = fresh_kernel.ok("%whos")
    assert "plain" in str(outcome.of("display_data"))
    assert "without 'scaled'" in outcome.text("stderr") and "gain" in outcome.text("stderr")


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
