import SwiftCells
import Testing

@Suite("Which names an item takes from outside of itself")
struct UsesTests {
    private func uses(_ source: String) -> Uses { Uses(ofSource: source) }

    @Test("free names, but not what parameters, locals, members and patterns bind")
    func freeNames() {
        #expect(
            uses("func f(_ a: Int, by b: Int = base) -> Int { let c = a; return c + b + d }").names
                == ["Int", "base", "+", "d"])
        #expect(
            uses("struct S { var rate = 0.5; func g() -> Double { rate * gain } }").names
                == ["Double", "*", "gain"])
        #expect(
            uses("if let x, let y = z { use(x, y) } else { other(x) }").names == ["x", "z", "use", "other"])
        #expect(uses("for i in list where i > 0 { print(i) }").names == ["list", ">", "print"])
        #expect(uses("switch s { case .a(let n): p(n); default: q }").names == ["s", "p", "q"])
        #expect(uses("do { try f() } catch { log(error) }").names == ["f", "log"])
        #expect(uses("func f() { let x = x; use(x) }").names == ["x", "use"])
    }

    @Test("what stands behind a dot is a member")
    func members() {
        let uses = uses("a.b.c(\\.d, .e)")
        #expect(uses.names == ["a"])
        #expect(uses.members == ["b", "c", "d", "e"])
    }

    @Test("closures that a statement is done with keep nothing")
    func passingClosures() {
        #expect(uses("let s = x.map { $0 + y }.reduce(0) { $0 + $1 }").inClosures.isEmpty)
        #expect(uses("let v = { x.count }()").inClosures.isEmpty)
    }

    @Test("closures that may last keep what they mention, unless it is captured by value")
    func lastingClosures() {
        #expect(uses("let f = { x.count }").inClosures == ["x"])
        #expect(!uses("let f = { x.count }").handsOverClosure)
        #expect(uses("let f = { [x] in x.count }").inClosures.isEmpty)
        #expect(uses("let l = x.lazy.map { $0 + y }").inClosures.contains("y"))
        #expect(uses("fs.append { x }").inClosures == ["x"])
        #expect(!uses("fs.append { x }").handsOverClosure)
        #expect(uses("let t = Task { x }").handsOverClosure)
        #expect(uses("button.onClick(handler)").handedOver == ["handler"])
    }
}
