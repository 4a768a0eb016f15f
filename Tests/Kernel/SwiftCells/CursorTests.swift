import SwiftCells
import Testing

@Suite("What stands around the cursor")
struct CursorTests {
    /// Looks at the place of `|`.
    private func cursor(_ marked: String) -> Cursor {
        let place = marked.utf8.prefix { $0 != UInt8(ascii: "|") }.count
        return Cursor(in: marked.replacing("|", with: ""), at: place)
    }

    private func name(_ marked: String) -> String? {
        let code = Array(marked.replacing("|", with: "").utf8)
        return cursor(marked).name.map { String(decoding: code[$0], as: UTF8.self) }
    }

    @Test("the name that touches the cursor, in letters of any script")
    func names() {
        #expect(name("let a = sam|ples") == "samples")
        #expect(name("samples|") == "samples")
        #expect(name("\"🧠\" + größe|.x") == "größe")
        #expect(name("a + |") == nil)
        #expect(name("1.5|") == nil)
    }

    @Test("numbers and comments are no code")
    func others() {
        #expect(cursor("let a = 12|").surroundings == .number)
        #expect(cursor("let a = 1 // of th|").surroundings == .comment)
        #expect(cursor("/* of| */ a").surroundings == .comment)
        #expect(cursor("// before\nlet a = b|").surroundings == .code)
        #expect(cursor("a / b|").surroundings == .code)
    }

    @Test("inside a string literal, with what was typed, even if it does not end yet")
    func strings() {
        #expect(cursor("open(\"da|").surroundings == .string(before: "da"))
        #expect(cursor("open(\"é/da|ta\")").surroundings == .string(before: "é/da"))
        #expect(cursor("open(\"|\")").surroundings == .string(before: ""))
        #expect(cursor("open(\"a\"|)").surroundings == .code)
        #expect(cursor("let a = \"x\"; b|").surroundings == .code)
    }

    @Test("an interpolation is code, and what follows one is no path")
    func interpolations() {
        #expect(cursor("\"a \\(nam|)\"").surroundings == .code)
        #expect(cursor("\"a \\(name) b|\"").surroundings == .string(before: nil))
        #expect(cursor("\"\"\"\n a|\n\"\"\"").surroundings == .string(before: nil))
    }

    @Test("the innermost call around the cursor")
    func calls() {
        #expect(cursor("scale(2, by: |").callee == 0)
        #expect(cursor("let a = m.moved(to: 3, |)").callee == 10)
        #expect(cursor("outer(inner(1, |), 2)").callee == 6)
        #expect(cursor("outer(inner(1), |2)").callee == 0)
        #expect(cursor("f(1)|").callee == nil)
        #expect(cursor("f(a.map { $0 + |1 })").callee == nil)
        #expect(cursor("f(\"da|").callee == 0)
    }
}
