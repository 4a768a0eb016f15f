import SwiftCells
import Testing

@Suite("Whether code is ready to run")
struct CompletenessTests {
    @Test(
        "complete", arguments: ["1 + 1", "func f() { }", "let s = \"a\"", "for i in 0..<3 { print(i) }", ""])
    func complete(code: String) { #expect(Completeness(of: code) == .complete) }

    @Test("incomplete", arguments: ["func f() {", "let a = [1,", "print(", "/* begun", "if x {\n    y()"])
    func incomplete(code: String) {
        guard case .incomplete = Completeness(of: code) else {
            Issue.record("\(code) should be incomplete, is \(Completeness(of: code))")
            return
        }
    }

    @Test("the next line is indented by the open brackets")
    func indent() { #expect(Completeness(of: "func f() {") == .incomplete(indent: "    ")) }

    @Test("invalid", arguments: ["let 1 = 2 }", ")"])
    func invalid(code: String) { #expect(Completeness(of: code) == .invalid) }
}
