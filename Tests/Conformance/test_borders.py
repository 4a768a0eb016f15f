"""What compiles in one Swift file compiles when its declarations stand in cells one after another."""

import pytest

TYPES = """
struct Pt { var x = 1.0; private var s = 2; private func sum() -> Double { x + Double(s) } }
enum Side: CaseIterable { case left, right }
enum Plain { case one, two }
enum Cue { case none; case tone(Int, gain: Double); case word(text: String?) }
struct Pair<T> { let first: T; var rest: [T]; lazy var count = rest.count + 1 }
class Store { private var held = [1]; private init(of value: Int) { held = [value] }; init() {} }
struct Trial { var name: String; var age: Int?; let kind = "trial"; var tags: [String] = ["a"]
    private enum CodingKeys: String, CodingKey { case name = "n", age } }
struct Outer { struct Inner { fileprivate var b = 2 }; var inner = Inner() }
protocol Record: Hashable, Codable {}
enum Raw: String { case yes, no }
"""


@pytest.fixture(scope="module")
def cells(kernel):
    kernel.ok(TYPES)
    return kernel


def test_equality_and_hashes_are_synthesized(cells):
    cells.ok("extension Pt: Equatable {}")
    cells.ok("extension Pt: Hashable {}\nextension Cue: Hashable {}")
    assert cells.value("[Pt() == Pt(), Pt(x: 2) == Pt()]") == "[true, false]"
    assert cells.value("Set([Cue.none, .tone(1, gain: 2), .tone(1, gain: 2), .word(text: nil)]).count") == "3"
    assert cells.value("Cue.tone(1, gain: 2) == .tone(1, gain: 3)") == "false"


def test_orders_and_lists_of_cases_are_synthesized(cells):
    cells.ok("extension Plain: CaseIterable, Comparable {}")
    assert cells.value("Plain.allCases.sorted(by: >)") == "[Plain.two, Plain.one]"


def test_coding_is_synthesized(cells):
    cells.ok("extension Pt: Codable {}\nextension Cue: Encodable {}\nextension Cue: Decodable {}\nextension Plain: Codable {}")
    assert cells.value('try JSONDecoder().decode(Pt.self, from: Data(#"{"x": 4.5, "s": 9}"#.utf8))') == "Pt(x: 4.5, s: 9)"
    cells.ok("let cues: [Cue] = [.none, .tone(1, gain: 2.5), .word(text: nil), .word(text: \"a\")]")
    cells.ok("let coder = JSONEncoder(); coder.outputFormatting = .sortedKeys; let coded = try coder.encode(cues)")
    assert cells.ok("print(String(decoding: coded, as: UTF8.self))").text() == (
        '[{"none":{}},{"tone":{"_0":1,"gain":2.5}},{"word":{}},{"word":{"text":"a"}}]\n')
    assert cells.value("try JSONDecoder().decode([Cue].self, from: coded) == cues") == "true"
    refused = cells.fails("""try JSONDecoder().decode(Cue.self, from: Data(#"{"gong":{}}"#.utf8))""")
    assert refused.error["ename"] == "DecodingError"
    refused = cells.fails("""try JSONDecoder().decode(Cue.self, from: Data(#"{"tone":{"_0":1}}"#.utf8))""")
    assert 'CodingKeys(stringValue: "gain", intValue: nil)' in refused.error["evalue"]
    assert "_Gyrus" not in refused.traceback


def test_own_coding_keys_are_used(cells):
    cells.ok("extension Trial: Codable {}")
    cells.ok('let trial = try JSONDecoder().decode(Trial.self, from: Data(#"{"n": "q"}"#.utf8))')
    assert cells.value("trial") == 'Trial(name: "q", age: nil, kind: "trial", tags: ["a"])'
    assert cells.value("String(decoding: try JSONEncoder().encode(trial), as: UTF8.self)") == '"{\\"n\\":\\"q\\"}"'


def test_conformances_by_a_protocol_of_the_users_own(cells):
    cells.ok("extension Outer.Inner: Record {}\nextension Outer: Record {}\nextension Raw: Codable, CaseIterable {}")
    assert cells.value("Outer() == Outer()") == "true"
    assert cells.value("String(decoding: try JSONEncoder().encode(Outer()), as: UTF8.self)") == (
        '"{\\"inner\\":{\\"b\\":2}}"')
    assert cells.value("Raw.allCases") == "[Raw.yes, Raw.no]"


def test_conditional_conformances(cells):
    cells.ok("extension Pair: Equatable where T: Equatable {}")
    assert cells.value('Pair(first: "a", rest: []) == Pair(first: "b", rest: [])') == "false"


def test_kinds_of_types(cells):
    cells.ok("indirect enum Tree { case leaf(Int), node(Tree, Tree) }\nenum `default` { case `in`, out }\n"
             "final class Item { var n = 1; private let key = 5 }\n"
             "struct Wrap<T: Comparable> { private let value: T; init(_ v: T) { value = v } }")
    cells.ok("extension Tree: Codable, Comparable {}\nextension `default`: CaseIterable, Codable {}\n"
             "extension Item: Encodable {}\n"
             "extension Wrap: Comparable { static func < (a: Wrap, b: Wrap) -> Bool { a.value < b.value } }")
    cells.ok("let tree = Tree.node(.leaf(1), .leaf(2))")
    assert cells.value("try JSONDecoder().decode(Tree.self, from: JSONEncoder().encode(tree)) == tree") == "true"
    assert cells.value("[tree < .leaf(3), tree > .leaf(0), Wrap(3) < Wrap(4), Wrap(1) == Wrap(1)]") == (
        "[false, true, true, true]")
    assert cells.value("`default`.allCases.count") == "2"
    assert cells.value("try JSONEncoder().encode(Item()).count") == "15"


def test_an_own_member_is_not_written_over(cells):
    cells.ok("struct Mod { var n: Int }")
    cells.ok("extension Mod: Hashable { static func == (a: Mod, b: Mod) -> Bool { a.n % 3 == b.n % 3 }\n"
             "    func hash(into hasher: inout Hasher) { hasher.combine(n % 3) } }")
    assert cells.value("Set([Mod(n: 1), Mod(n: 4)]).count") == "1"


def test_a_conformance_can_be_stated_again(cells):
    cells.ok("struct Twice { var a = 1 }")
    for _ in range(2):
        cells.ok("extension Twice: Hashable, Codable {}")
    cells.ok("extension Twice: Equatable {}")
    assert cells.value("Set([Twice(), Twice()]).count") == "1"


def test_initializers_set_properties_one_by_one(cells):
    cells.ok("extension Pt { init(both v: Double) { x = v }\n"
             "    init?(maybe n: Int) throws { if n < 0 { return nil }; s = n } }")
    assert cells.value("[Pt(both: 4), try Pt(maybe: 8)!]") == "[Pt(x: 4.0, s: 2), Pt(x: 1.0, s: 8)]"
    assert cells.value("try Pt(maybe: -1) == nil") == "true"
    cells.ok("extension Pair { init(only value: T) { first = value; rest = [value] } }")
    assert cells.ok("var one = Pair(only: 3)\none.count").result == "2"


def test_initial_values_may_name_what_earlier_cells_declare(cells):
    cells.ok("let standard = 7\nfunc made() -> [Int] { [standard] }")
    cells.ok("struct Box { var size = standard; private var held = made(); let name: String }")
    cells.ok("extension Box { init(named name: String) { self.name = name } }\nextension Box: Decodable {}")
    assert cells.value('Box(named: "b")') == 'Box(size: 7, held: [7], name: "b")'


def test_extensions_by_another_name(cells):
    cells.ok("struct Long { var x: Int; private(set) var y = 2; private subscript(i: Int) -> Int { i } }")
    cells.ok("typealias Short = Long\nextension Short { init() { x = 1 } }")
    cells.ok("extension Short: Codable, Comparable { static func < (a: Long, b: Long) -> Bool { a.x < b.x } }")
    cells.ok("var long = Long(); long.y = 9")
    assert cells.value("[Double(long.y), Double(long[4]), long < Long(x: 2) ? 1 : 0]") == "[9.0, 4.0, 1.0]"


def test_an_initializer_that_forgets_a_property_is_refused(cells):
    refused = cells.fails("extension Trial { init(age: Int) { self.age = age } }")
    assert "self.name" in refused.traceback


def test_private_members_are_in_reach(cells):
    assert cells.value("Pt().sum() + Double(Pt(x: 1, s: 5).s)") == "8.0"
    assert cells.value("Store(of: 5).held") == "[5]"
    cells.ok("private extension Pt { func more() -> Double { x + 1 } }")
    assert cells.value("Pt().more()") == "2.0"


def test_a_variable_that_its_own_file_alone_can_set_is_set(cells):
    cells.ok("private(set) var counted = 1\nfileprivate(set) var named = [1]")
    cells.ok("counted += 1; named.append(2)")
    assert cells.value("counted + named.count") == "4"


def test_a_subclass_has_a_private_name_of_its_own(cells):
    cells.ok("class Shop: Store { private var held = 9; func show() -> Int { held } }")
    assert cells.value("Shop().show()") == "9"


def test_what_no_file_would_take_is_refused(cells):
    assert "Equatable" in cells.fails("class Open {}\nextension Open: Equatable {}").error["evalue"]
    cells.ok("struct Odd { var f: () -> Void }")
    assert "Equatable" in cells.fails("extension Odd: Equatable {}").traceback


@pytest.mark.parametrize("loop", ["", "\nfor _ in 0..<2 {}"], ids=["plain", "optimized"])
def test_a_class_inherits_what_the_cells_between_override(kernel, loop):
    kernel.ok("class Root { var a: Int { 1 }; func m() -> Int { 1 }; class func t() -> Int { 1 }; subscript(i: Int) -> Int { i }\n"
              "    func own() -> Int { m() + a } }" + loop)
    kernel.ok("class Middle: Root { override var a: Int { 20 }; override func m() -> Int { 30 }\n"
              "    override class func t() -> Int { 40 }; override subscript(i: Int) -> Int { i * 50 } }" + loop)
    kernel.ok("class Low: Middle { func more() -> Int { m() + a } }\nclass Lower: Low {}" + loop)
    kernel.ok("enum Place { class Inner: Low { override func m() -> Int { super.m() + 5 } } }" + loop)
    kernel.ok("class Lowest: Place.Inner { override var a: Int { super.a + 1 } }" + loop)
    use = "{ (x: Root) in [x.a, x.m(), type(of: x).t(), x[2], x.own()] }"
    for name, wanted in [("Middle", [20, 30, 40, 100, 50]), ("Low", [20, 30, 40, 100, 50]), ("Lower", [20, 30, 40, 100, 50]),
                         ("Place.Inner", [20, 35, 40, 100, 55]), ("Lowest", [21, 35, 40, 100, 56])]:
        assert kernel.value(f"{use}({name}())") == str(wanted), name
        assert kernel.value(f"[{name}().a, {name}().m(), {name}.t(), {name}()[2], {name}().own()]") == str(wanted), name


def test_imports_under_a_condition_are_those_of_later_cells_under_it_too(fresh_kernel):
    fresh_kernel.ok("#if canImport(Darwin)\nimport Darwin\n#else\nimport Glibc\n#endif\nlet root = 4")
    assert fresh_kernel.value("root") == "4"
    fresh_kernel.ok("#if os(Windows)\nimport WinSDK\n#elseif os(Linux)\n#if canImport(Nowhere)\nimport Nowhere\n#endif\n"
                    "import FoundationNetworking\n#endif")
    fresh_kernel.ok("let request = URLRequest(url: URL(fileURLWithPath: \"/\"))")
    assert fresh_kernel.value("root + 1") == "5"


def test_properties_of_a_tuple_are_compared(cells):
    cells.ok("struct Twins { var (a, b) = (1, 2) }")
    cells.ok("extension Twins: Hashable {}")
    cells.ok("var changed = Twins()\nchanged.b = 5")
    assert cells.value("[changed == Twins(), Twins() == Twins()]") == "[false, true]"


def test_an_initial_value_may_have_several_lines(cells):
    cells.ok('struct Stages { var names = [\n        "early",\n        "late",\n    ]; var count = 1 }')
    cells.ok("extension Stages { init(count: Int) { self.count = count } }")
    assert cells.value("Stages(count: 3).names.count + Stages(count: 3).count") == "5"


@pytest.mark.parametrize("condition", [
    "os(Linux)", "!DEBUG", "arch(x86_64) || arch(arm64)", "canImport(Foundation)", "swift(>=5.9)", "swift(<6)",
    "compiler(>=6.1)", "compiler(>=6) && !compiler(<6.1.0)", "!targetEnvironment(simulator) && !(MY_FLAG || os(macOS))",
    "false && DEBUG || true", "!canImport(Darwin) && !canImport(UIKit)",
])
def test_what_is_declared_under_a_condition_that_is_not_met_is_not_there(fresh_kernel, condition):
    fresh_kernel.ok(f"#if {condition}\nlet met = 1\n#else\nlet unmet = 2\nfunc unmetToo() {{}}\n#endif")
    assert fresh_kernel.ok("%who").text().split() == ["met"]
    assert fresh_kernel.ok("%whos").of("display_data")
    assert fresh_kernel.value("met") == "1"
    assert "cannot find 'unmet'" in fresh_kernel.fails("unmet").error["evalue"]
    fresh_kernel.ok(f"#if {condition}\n#else\nlet met = 5\n#endif")
    assert fresh_kernel.value("met") == "1"


def test_what_is_declared_for_another_system_is_not_there(fresh_kernel):
    fresh_kernel.ok("#if os(macOS)\nlet onMac = 1\n#elseif !os(Linux)\nlet elsewhere = 2\n#else\nlet here = 3\n#endif\nlet other = 4")
    assert fresh_kernel.ok("%who").text().split() == ["here", "other"]
    assert fresh_kernel.ok("%whos").of("display_data")
    assert "cannot find 'onMac'" in fresh_kernel.fails("onMac").error["evalue"]
    assert fresh_kernel.value("here + other") == "7"


def test_code_under_a_condition_waits_and_binds_as_other_code(fresh_kernel):
    fresh_kernel.ok("func later(_ n: Int) async throws -> Int { n + 1 }")
    outcome = fresh_kernel.ok("#if os(Linux)\nlet one = try await later(0)\nguard let two = Int(\"2\") else { fatalError() }\n"
                              "private let three = 3\nprint(try await later(3))\n#else\nlet one = await never()\n#endif")
    assert outcome.text() == "4\n"
    assert fresh_kernel.value("one + two + three") == "6"
    fresh_kernel.ok("#if !DEBUG\nlet one = one + 10\nguard let two = Optional(two + 1) else { fatalError() }\n#endif")
    assert fresh_kernel.value("[one, two]") == "[11, 3]"
    assert "has no scope that waits" in fresh_kernel.fails("#if os(Linux)\nasync let lone = later(1)\n#endif").error["evalue"]


def test_a_variable_under_a_condition_needs_a_value(fresh_kernel):
    assert "'never' has no value" in fresh_kernel.fails("#if os(Linux)\nlet never: Int\n#endif").error["evalue"]
    seldom = "#if os(macOS)\n#else\nlet seldom: Int\nif CommandLine.argc > 1000 { seldom = 1 }\n#endif"
    assert "'seldom' may have no value" in fresh_kernel.fails(seldom).error["evalue"]
    fresh_kernel.ok("#if os(Linux)\nlet always: Int\nalways = 4\n#endif")
    assert fresh_kernel.value("always") == "4"
