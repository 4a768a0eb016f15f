import Foundation
import SwiftCells
import Testing

@Suite("Whether code is ready to run")
struct CompletenessTests {
    @Test(
        "complete",
        arguments: [
            "1 + 1", "func f() { }", "let s = \"a\"", "for i in 0..<3 { print(i) }", "", "\n\n", "// c",
            "/* a */",
            "\"/*\"", "// /*", "print(\"*/\")", "let s = \"\"\"\na\n\"\"\"", "struct S { var x = 1 }",
            "let x: Int",
            "protocol P { func f() }", "a\n  .b()", "#if X\n#endif", "let x = if a { 1 } else { 2 }",
            "if x { } else { }", "\"\\(a)\"", "return",
        ])
    func complete(code: String) { #expect(Completeness(of: code) == .complete) }

    @Test(
        "incomplete",
        arguments: [
            "func f() {", "let a = [1,", "print(", "/* begun", "if x {\n    y()", "let s = \"\"\"", "x.",
            "1 +",
            "let s = #\"\"\"\na\"\"\"", "foo(1,", "foo(a:", "[\"a\":", "let x =", "let x: ", "if x",
            "if x { } else",
            "for i in", "for i in 0..<3", "func f()", "func f() -> Int", "struct S", "struct S: ",
            "/* a /* b */",
            "guard let x = y else", "switch x {", "switch x {\ncase 1:", "a ? b", "a ? b :", "a ??", "try",
            "await",
            "import", "@discardableResult", "#if DEBUG", "do { x() } catch", "a.map { $0 +", "enum E { case",
            "x as",
            "let (a,", "var x: Int {", "let x: Dictionary<Int,", "typealias A =", "\\Foo.", "!", "let", "a[1",
            "repeat { }", "extension Int {",
        ])
    func incomplete(code: String) { #expect(isIncomplete(code)) }

    @Test("the next line is indented by the open brackets")
    func indent() {
        #expect(Completeness(of: "func f() {") == .incomplete(indent: "    "))
        #expect(Completeness(of: "f(a) { [") == .incomplete(indent: "        "))
    }

    @Test(
        "invalid",
        arguments: [
            "let 1 = 2 }", ")", "}", "]", "\"abc", "let s = \"", "print(\"abc", "func )(", "foo(]", "1 2",
            "let a = )",
            "if ) {", "[1, 2)", "f(1 2", "\"a\" \"b\"", "\"\\(a",
        ])
    func invalid(code: String) { #expect(Completeness(of: code) == .invalid) }

    /// Code that is cut off where a line ends can still become valid.
    @Test("no beginning of valid code is invalid")
    func beginnings() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(
                path: "Sources/Kernel/SwiftCells")
        for name in ["Compilation/CellCache", "Rewriting/CellRewriter", "Editor/EditorContext"] {
            let text = try String(contentsOf: folder.appending(path: "\(name).swift"), encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for count in 1..<lines.count {
                let beginning = lines[..<count].joined(separator: "\n")
                #expect(Completeness(of: beginning) != .invalid, "\(name), \(count) lines")
            }
        }
    }

    private func isIncomplete(_ code: String) -> Bool {
        if case .incomplete = Completeness(of: code) { true } else { false }
    }
}
