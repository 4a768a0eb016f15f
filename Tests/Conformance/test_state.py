"""What one cell declares, later cells find; and what is declared again replaces the old."""

import pytest


def test_variables_carry_over(kernel):
    kernel.ok("var a = 1; let b = [1, 2, 3]")
    kernel.ok("a += b.count")
    assert kernel.value("a") == "4"


def test_functions_and_types_carry_over(kernel):
    kernel.ok("struct Voxel { var x = 0; func twice() -> Int { x * 2 } }\nfunc make(_ x: Int) -> Voxel { Voxel(x: x) }")
    assert kernel.value("make(21).twice()") == "42"


def test_a_variable_is_redefined_with_another_type(kernel):
    kernel.ok("let changing = 1")
    kernel.ok('let changing = "text"')
    assert kernel.value("changing + \"!\"") in ("text!", '"text!"')


def test_a_variable_sees_the_one_before_it_in_the_same_declaration(kernel):
    kernel.ok("let height = 5, doubledHeight = height * 2", cell_id="heights")
    kernel.ok("let height = 7, doubledHeight = height * 2", cell_id="heights")
    assert kernel.value("[height, doubledHeight]") == "[7, 14]"


def test_a_variable_is_redefined_by_its_former_self(kernel):
    kernel.ok("var step = 1")
    kernel.ok("var next = step + 1")
    kernel.ok("let step = next * 10")
    assert kernel.value("step") == "20"


def test_a_function_is_redefined(kernel):
    kernel.ok("func answer() -> Int { 1 }")
    kernel.ok("func answer() -> Int { 2 }")
    assert kernel.value("answer()") == "2"


def test_overloads_of_several_cells_live_together(kernel):
    kernel.ok('func kind(_ x: Int) -> String { "int" }', cell_id="int")
    kernel.ok('func kind(_ x: Double) -> String { "double" }', cell_id="double")
    assert "int" in kernel.value("kind(1)") and "double" in kernel.value("kind(1.5)")


def test_one_of_several_overloads_is_redefined(kernel):
    kernel.ok("func size(_ x: Int) -> Int { 1 }", cell_id="int")
    kernel.ok("func size(_ x: String) -> Int { 2 }", cell_id="text")
    kernel.ok("func size(_ x: Int) -> Int { 3 }", cell_id="int")
    assert kernel.value('[size(0), size("")]') == "[3, 2]"


def test_without_ids_a_function_replaces_those_of_its_name(kernel):
    """Nobody can tell an edited cell from another one then, and old code must not be called in silence."""
    kernel.ok("func area(_ x: Int) -> Int { 1 }")
    kernel.ok("func area(_ x: Double) -> Int { 2 }")
    assert kernel.value("area(1)") == "2"


def test_a_type_is_redefined_and_old_values_live_on(kernel):
    kernel.ok("struct Point { var x: Int }")
    kernel.ok("let old = Point(x: 1)")
    kernel.ok("struct Point { var x: Int; var y: Int }")
    assert kernel.value("Point(x: 1, y: 2).y") == "2"
    assert kernel.value("old.x") == "1"


def test_a_protocol_is_redefined(kernel):
    kernel.ok("protocol Named { var name: String { get } }")
    kernel.ok("protocol Named { var label: String { get } }")
    kernel.ok('struct Region: Named { let label = "V1" }')
    assert "V1" in kernel.value("(Region() as any Named).label")


def test_an_operator_is_redefined(kernel):
    kernel.ok("infix operator <+>: AdditionPrecedence\nfunc <+> (a: Int, b: Int) -> Int { a + b }")
    assert kernel.value("1 <+> 2") == "3"
    kernel.ok("infix operator <+>: AdditionPrecedence\nfunc <+> (a: Int, b: Int) -> Int { a * b + 1 }")
    assert kernel.value("3 <+> 4") == "13"


def test_an_extension_is_redefined(kernel):
    kernel.ok("extension Int { var doubled: Int { self * 2 } }")
    assert kernel.value("4.doubled") == "8"
    kernel.ok("extension Int { var doubled: Int { self + self + 1 } }")
    assert kernel.value("4.doubled") == "9"


def test_a_conformance_is_declared_in_a_later_cell(kernel):
    kernel.ok("struct Score: Equatable { let value: Double }")
    kernel.ok("extension Score: Comparable { static func < (a: Score, b: Score) -> Bool { a.value < b.value } }")
    assert kernel.value("[Score(value: 2), Score(value: 1)].min()!.value") == "1.0"


def test_a_conformance_is_declared_anew(kernel):
    kernel.ok("struct Mark { let value: Int }")
    first = 'extension Mark: CustomStringConvertible { var description: String { "mark \\(value)" } }'
    second = 'extension Mark: CustomStringConvertible { var description: String { "Mark no. \\(value)" } }'
    kernel.ok(first)
    assert kernel.value("Mark(value: 1)") == "mark 1"
    kernel.ok("struct Mark { let value: Int }")
    kernel.ok(second)
    assert kernel.value("Mark(value: 1)") == "Mark no. 1"


def test_a_conformance_cell_that_runs_again_is_what_casts_find(kernel):
    kernel.ok("struct Tag { let value: Int }")
    kernel.ok('extension Tag: CustomStringConvertible { var description: String { "first" } }')
    assert kernel.value("Tag(value: 1)") == "first"
    kernel.ok('extension Tag: CustomStringConvertible { var description: String { "second" } }')
    assert kernel.value("Tag(value: 1)") == "second"
    assert kernel.value("Tag(value: 1).description") == '"second"'
    assert kernel.value("((Tag(value: 1) as Any) as? any CustomStringConvertible)?.description ?? \"none\"") == '"second"'


def test_a_cell_with_every_kind_of_declaration_runs_again(kernel):
    cell = """
    infix operator **: MultiplicationPrecedence
    func ** (a: Double, b: Double) -> Double { pow(a, b) }
    protocol Shape { var area: Double { get } }
    struct Square: Shape { var side: Double; var area: Double { side ** 2 } }
    extension Array where Element == Square { var total: Double { reduce(0) { $0 + $1.area } } }
    extension Square: CustomStringConvertible { var description: String { "square \\(side)" } }
    enum Side { case left, right }
    typealias Pair = (Square, Square)
    let squares = [Square(side: 1), Square(side: 2)]
    squares.total
    """
    for _ in range(3):
        assert kernel.value(cell) == "5.0"
    assert kernel.value("squares.total") == "5.0"
    assert kernel.value("squares[1]") == "square 2.0"


def test_imports_carry_over(kernel):
    kernel.ok("import Dispatch")
    assert kernel.value("DispatchTime.now().uptimeNanoseconds > 0") == "true"


def test_a_guard_let_carries_over(kernel):
    kernel.ok('guard let number = Int("42") else { fatalError() }')
    assert kernel.value("number") == "42"


def test_a_closure_keeps_its_variable(kernel):
    kernel.ok("var counter = 0\nlet count = { counter += 1 }")
    kernel.ok("count(); count()")
    assert kernel.value("counter") == "2"


def test_generics_and_enums_carry_over(kernel):
    kernel.ok("enum Tree<T> { case leaf(T); indirect case node(Tree, Tree) }")
    kernel.ok("extension Tree { var count: Int { switch self { case .leaf: 1; case .node(let l, let r): l.count + r.count } } }")
    assert kernel.value("Tree.node(.leaf(1), .node(.leaf(2), .leaf(3))).count") == "3"


def test_tuples_and_computed_variables_carry_over(kernel):
    kernel.ok("let (left, right) = (1, 2)\nvar sum: Int { left + right }")
    assert kernel.value("sum") == "3"


def test_a_closure_that_is_called_at_once_sees_the_earlier_value(kernel):
    kernel.ok("let scores = [2.0, 4.0]")
    kernel.ok("let scores = scores.map { $0 / scores.max()! }")
    assert kernel.value("scores") == "[0.5, 1.0]"
    assert kernel.value("let best = scores.filter { $0 > scores[0] }\nlet scores = [9.0]\nbest + scores") == "[1.0, 9.0]"


# --- earlier results --------------------------------------------------------------------------------------------


def test_results_by_number(fresh_kernel):
    kernel = fresh_kernel
    number = kernel.ok("[1.5, 2.5]").reply["execution_count"]
    assert kernel.value(f"Out[{number}].count") == "2"
    assert kernel.value(f"Out[{number}].map {{ $0 * 2 }}") == "[3.0, 5.0]"
    assert kernel.value(f"Out[{number}]") == "[1.5, 2.5]"
    assert kernel.value(f"_{number}[1]") == "2.5"
    text = kernel.ok('"abc"').reply["execution_count"]
    assert kernel.value(f"let t = Out[{text}]\nt.uppercased() + Out[{text}]") == '"ABCabc"'
    # A type of a cell is known if it is expected, and shown in any case.
    own = kernel.ok("struct Trial { var rt = 0.5 }\nTrial()").reply["execution_count"]
    assert "rt: 0.5" in kernel.value(f"Out[{own}]")
    assert kernel.value(f"let trial: Trial = Out[{own}]\ntrial.rt") == "0.5"


def test_the_last_results(fresh_kernel):
    kernel = fresh_kernel
    for code in ("10", "20", "30"):
        kernel.ok(code)
    assert kernel.value("_ + 1") == "31"
    assert kernel.value("_ + ___") == "51"
    kernel.ok("let silent = 5")
    assert kernel.value("max(_, 2)") == "51"
    # What Swift means by it stays.
    assert kernel.value("_ = 7\nlet (_, b) = (1, 2)\nvar c = 0\n(_, c) = (3, 4)\n[1, 2].map { _ in b + c }") == "[6, 6]"


def test_a_result_that_is_not_kept_is_the_last_one_nevertheless(fresh_kernel):
    fresh_kernel.ok("[30]")
    fresh_kernel.ok("[Double](repeating: 1, count: 4_000_000)")
    assert "more than 8 MB" in fresh_kernel.fails("_.count").error["evalue"]
    assert fresh_kernel.value("__[0]") == "30"


def test_a_result_whose_type_stands_in_an_extension(fresh_kernel):
    fresh_kernel.ok("extension Int { enum Parity { case even, odd } }\nInt.Parity.odd")
    assert "odd" in fresh_kernel.value("_")


@pytest.mark.parametrize("code, value", [
    ('switch (7, 2) { case (_, 2): "any"; default: "none" }', '"any"'),
    ('switch 7 { case 1: "one"; case _: "any" }', '"any"'),
    ('let some: Int? = 7\nif case .some(_) = some { "any" } else { "none" }', '"any"'),
    ('var firsts = 0\nfor case (_, let n) in [(7, 1), (8, 2)] { firsts += n }\nfirsts', "3"),
    ('enum Fault: Error { case at(Int) }\nvar caught = ""\ndo { throw Fault.at(7) } catch Fault.at(_) { caught = "any" }\n'
     'caught', '"any"'),
    ('func given() throws -> Int { 7 }\ntry _ = given()\n1', "1"),
])
def test_a_pattern_that_takes_anything_is_no_result(fresh_kernel, code, value):
    fresh_kernel.ok("30")
    assert fresh_kernel.value(code) == value


def test_a_generic_parameter_may_be_called_as_the_inputs_are(fresh_kernel):
    fresh_kernel.ok("func size<In, Out>(of: In.Type, _ make: () -> Out) -> Int { MemoryLayout<In>.size + (In.self == Out.self ? 0 : 1) }")
    assert fresh_kernel.value("size(of: Int.self) { 2.5 } + In.count - In.count") == "9"


def test_results_that_are_not_there(fresh_kernel):
    kernel = fresh_kernel
    assert "there is no Out[99]" in kernel.fails("let x: Int = Out[99]").error["evalue"]
    number = kernel.ok("[Double](repeating: 1, count: 4_000_000)").reply["execution_count"]
    assert "more than 8 MB" in kernel.fails(f"let big: [Double] = Out[{number}]").error["evalue"]
    number = kernel.ok("1.5").reply["execution_count"]
    assert "of type Double, not Int" in kernel.fails(f"let wrong: Int = Out[{number} + 0]").error["evalue"]
    kernel.ok("let Out = [1, 2, 3]")
    assert kernel.value("Out[1]") == "2"


def test_results_are_not_names(fresh_kernel):
    fresh_kernel.ok("let a = 1\na")
    assert fresh_kernel.ok("%who").text().split() == ["a"]


def test_the_sources_of_cells(fresh_kernel):
    kernel = fresh_kernel
    code = 'let a = "x\\ty" // "quoted"\nlet b = 2'
    number = kernel.ok(code).reply["execution_count"]
    assert kernel.value(f"In[{number}] == " + '"let a = \\"x\\\\ty\\" // \\"quoted\\"\\nlet b = 2"') == "true"
    assert kernel.value(f"In[{number}].count") == str(len(code))
    assert kernel.value(f"let n = {number}\nIn[n].hasSuffix(\"b = 2\")") == "true"
    failed = kernel.fails("nonsense(").reply["execution_count"]
    assert kernel.value(f"In[{failed}]") == '"nonsense("'
    assert kernel.value("In.count > 3 && In[0].isEmpty") == "true"
    assert "out of range" in kernel.fails("In[999]").error["evalue"]
    kernel.ok("let In = [7, 8]")
    assert kernel.value("In[1]") == "8"


def test_a_kept_result_that_traps_as_it_goes_leaves_later_results(fresh_kernel):
    """It goes when all that are kept take more than 64 MB."""
    kernel = fresh_kernel
    kernel.ok("final class Last { let bytes = [UInt8](repeating: 0, count: 7 << 20); deinit { fatalError(\"gone\") } }\n"
              "final class Large { let bytes = [UInt8](repeating: 1, count: 7 << 20) }")
    kernel.ok("Last()")
    outcomes = [kernel.run("Large()") for _ in range(10)]
    assert [outcome.error["evalue"] for outcome in outcomes if outcome.error] == ["gone"]
    assert kernel.value("1 + 1", timeout=20) == "2"
