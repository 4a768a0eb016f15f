import SwiftCells
import Testing

/// What the compiler gets for a cell, as text.
private func rewritten(_ source: String, earlier: [String: String] = [:]) -> String {
    CellRewriter.rewritten(source, owners: { earlier[$0] }).text
}

@Suite("A cell is rewritten within its lines")
struct RewritingTests {
    @Test("the last expression becomes the result, unless a semicolon hides it or it is an assignment")
    func lastExpression() {
        #expect(rewritten("1 + 1") == "_gyrusReached(0); _gyrusResult(1 + 1)")
        #expect(rewritten("1 + 1;") == "_gyrusReached(0); 1 + 1;")
        #expect(rewritten("x = 1") == "_gyrusReached(0); x = 1")
    }

    @Test("each branch of a last if or switch that has values shows its own")
    func branches() {
        #expect(
            rewritten("if c { 1 } else { \"a\" }")
                == "_gyrusReached(0); if c { _gyrusResult(1) } else { _gyrusResult(\"a\") }")
        #expect(
            rewritten("switch c { case 1: f(); default: throw e }")
                == "_gyrusReached(0); switch c { case 1: _gyrusResult(f()); default: throw e }")
        for statement in ["if c { 1 }", "if c { x = 1 } else { x = 2 }", "if c { f(); 1 } else { 2 }"] {
            #expect(rewritten(statement) == "_gyrusReached(0); " + statement)
        }
    }

    @Test("what does not parse stays as it is")
    func brokenCode() {
        #expect(rewritten("f(1 +") == "f(1 +")
    }

    @Test(
        "a top-level await waits on the cell's thread",
        arguments: [
            ("let a = await f()", "let a = _gyrusAwait({ await f() })"),
            ("let a = try await f()", "let a = try _gyrusAwait({ try await f() })"),
            ("let a = try? await f()", "let a = try? _gyrusAwait({ try await f() })"),
            ("x += await f() + 1", "x += _gyrusAwait({ await f() + 1 })"),
            ("for await v in s { use(v) }", "_gyrusAwait({ for await v in s { use(v) } })"),
            ("for await v in s { throw v }", "try _gyrusAwait({ for await v in s { throw v } })"),
            (
                "outer: for await v in s { continue outer }",
                "_gyrusAwait({ outer: for await v in s { continue outer } })"
            ),
            (
                "outer: for x in xs { for await v in s { continue outer } }",
                "_gyrusAwait({ outer: for x in xs { for await v in s { continue outer } } })"
            ),
            (
                "a: while c { b: for x in xs { for try await v in s { break a } } }",
                "try _gyrusAwait({ a: while c { b: for x in xs { for try await v in s { break a } } } })"
            ),
            (
                "outer: for x in xs { for await v in s { continue } }",
                "outer: for x in xs { _gyrusAwait({ for await v in s { continue } }) }"
            ),
            ("try use(await f())", "try use(_gyrusAwait({ try await f() }))"),
            ("try? use(await f())", "try? use(_gyrusAwait({ try await f() }))"),
            ("x = try a() + (await f())", "try a() + (_gyrusAwait({ try await f() }))"),
            ("use(try a()) + (await f())", "use(try a()) + (_gyrusAwait({ await f() }))"),
        ])
    func awaits(source: String, expected: String) {
        let text = rewritten(source + ";")
        #expect(text.contains(expected))
    }

    @Test("an await inside a closure or a function is left alone")
    func nestedAwaits() {
        #expect(rewritten("func g() async { await f() }") == "func g() async { await f() }")
        #expect(!rewritten("let t = Task { await f() }").contains("_gyrusAwait"))
    }

    @Test("names of a guard are declared behind it")
    func guards() {
        let text = rewritten("guard let x = f(), x > 1 else { fatalError() }")
        #expect(text.contains("guard let _guard_x = f(), _guard_x > 1 else"))
        #expect(text.hasSuffix("; let x = _guard_x; _gyrusHolds(\"x\", x)"))
    }

    @Test(
        "a closure in a guard has names of its own, and captures those of the guard",
        arguments: [
            ("xs.allSatisfy({ x in x > 1 })", "xs.allSatisfy({ x in x > 1 })"),
            ("xs.allSatisfy({ $0 > x })", "xs.allSatisfy({ $0 > _guard_x })"),
            ("xs.allSatisfy({ [x] in $0 > x })", "xs.allSatisfy({ [x = _guard_x] in $0 > x })"),
            ("let y = xs.first(where: { let x = $0; return x > 1 })", "{ let x = $0; return x > 1 }"),
            ("case let y? = x.next, y > x", "case let _guard_y? = _guard_x.next, _guard_y > _guard_x"),
        ])
    func closuresInGuards(condition: String, expected: String) {
        #expect(rewritten("guard let x = f(), \(condition) else { fatalError() }").contains(expected))
    }

    @Test("a name of a guard may be a word of the language")
    func quotedNamesOfGuards() {
        let text = rewritten("guard let `default` = f(), `default` > 1, let `in` else { fatalError() }")
        #expect(
            text.contains("guard let _guard_default = f(), _guard_default > 1, let _guard_in = `in` else"))
        #expect(text.contains("; let `default` = _guard_default; let `in` = _guard_in; "))
        #expect(text.hasSuffix("_gyrusHolds(\"default\", `default`); _gyrusHolds(\"in\", `in`)"))
    }

    @Test("a variable of a guard stays one")
    func variablesOfGuards() {
        let text = rewritten("guard var x = f(), case (let a, var b) = g() else { fatalError() }")
        #expect(text.contains("guard let _guard_x = f(), case (let _guard_a, let _guard_b) = g() else"))
        #expect(text.contains("; var x = _guard_x; let a = _guard_a; var b = _guard_b; "))
        let both = rewritten("guard case var (a, b) = g() else { fatalError() }")
        #expect(both.contains("guard case let (_guard_a, _guard_b) = g() else"))
        #expect(both.contains("; var a = _guard_a; var b = _guard_b; "))
    }

    @Test("a variable declared again from itself takes the earlier cell's value")
    func earlierVariables() {
        #expect(rewritten("let x = x + 1", earlier: ["x": "Cell3"]).contains("let x = Cell3.x + 1"))
        #expect(!rewritten("let x = y.x + 1", earlier: ["x": "Cell3"]).contains("Cell3"))
        #expect(rewritten("let x = 1\nlet y = x", earlier: ["x": "Cell3"]).contains("let y = x"))
        #expect(rewritten("let x = 1, y = x * 2", earlier: ["x": "Cell3"]).contains("let x = 1, y = x * 2"))
        #expect(rewritten("let x = x, y = x", earlier: ["x": "Cell3"]).contains("let x = Cell3.x, y = x"))
    }

    @Test(
        "so it does in a closure that is called at once",
        arguments: [
            ("let x = x.map { $0 / x.count }", "let x = Cell3.x.map { $0 / Cell3.x.count }"),
            ("let x = y.sorted(by: { $0 + x < $1 })", "let x = y.sorted(by: { $0 + Cell3.x < $1 })"),
            ("let x = { x + 1 }()", "let x = { Cell3.x + 1 }()"),
            ("let x = y.map { [x] v in v + x }", "let x = y.map { [x = Cell3.x] v in v + x }"),
            ("let x = x.sorted { x, y in x < y }", "let x = Cell3.x.sorted { x, y in x < y }"),
            ("let x = x.map { let x = $0; return x }", "let x = Cell3.x.map { let x = $0; return x }"),
            (
                "let x = y.map { v in guard let x else { return v }; return x }",
                "{ v in guard let x = Cell3.x else { return v }; return x }"
            ),
            ("guard let x = y.first(where: { [x] in $0 > x }) else { f() }", "{ [x = Cell3.x] in $0 > x }"),
            ("let f = { x }\nlet x = 1", "let f = { x }"),
            ("let t = Task { x }\nlet x = 1", "let t = Task { x }"),
            ("let l = y.lazy.map { $0 + x }\nlet x = 1", "let l = y.lazy.map { $0 + x }"),
        ])
    func earlierVariablesInClosures(source: String, expected: String) {
        #expect(rewritten(source, earlier: ["x": "Cell3"]).contains(expected))
    }

    @Test("the storage of variables is noted, if it holds their values as they are")
    func storage() {
        #expect(rewritten("let (a, b) = (1, 2)").hasSuffix("; _gyrusHolds(\"a\", a); _gyrusHolds(\"b\", b)"))
        for source in [
            "weak var a = o", "var a: Int { 1 }", "let a: Int", "@Wrapped var a = 1", "lazy var a = 1",
        ] {
            #expect(!rewritten(source).contains("_gyrusHolds"))
        }
    }

    @Test("where it is certain what conditional compilation leaves in the cell, that is the cell's own")
    func decidedConditions() {
        let text = rewritten(
            "#if os(Linux) // é\nlet a = f()\n#if DEBUG\ng()\n#endif\n#else\nlet ä = 2\n#endif\na")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 9)
        #expect(lines[1] == "_gyrusReached(0); let a = f(); _gyrusHolds(\"a\", a)")
        #expect(lines[8].hasPrefix("_gyrusReached(1); "))
        #expect(lines.indices.filter { lines[$0].allSatisfy { $0 == " " } } == [0, 2, 3, 4, 5, 6, 7])
    }

    @Test(
        "where only the compiler tells, its conditions stay",
        arguments: ["canImport(Nowhere)", "os(linux)", "hasFeature(X)"])
    func undecidedConditions(condition: String) {
        #expect(
            rewritten("#if \(condition)\nf()\n#endif") == "#if \(condition)\n_gyrusReached(0); f()\n#endif")
    }

    @Test("what conditional compilation may leave in the cell is marked as a part of it")
    func conditions() {
        let inner = "#if canImport(Elsewhere)\ng()\n#endif\n"
        let text = rewritten(
            "let a = 1\n#if canImport(Nowhere)\nlet b = f()\n\(inner)#else\nfunc h() {}\nwhile k() {}\n#endif"
        )
        for line in ["let b = f()", "g()", "while k() {}"] {
            #expect(text.contains("\n_gyrusReached(1); \(line)\n"))
        }
        #expect(text.contains("\nfunc h() {}\n"))
    }

    @Test(
        "it waits, binds and sees earlier values as the rest of the cell does",
        arguments: [
            ("let x = await f()", "_gyrusReached(0); let x = _gyrusAwait({ await f() })\n"),
            ("print(try await f())", "print(try _gyrusAwait({ try await f() }))\n"),
            (
                "#if canImport(Elsewhere)\nlet x = 1\n#else\nawait f()\n#endif",
                "_gyrusAwait({ await f() })\n#endif"
            ),
            ("private let y = 1", "        let y = 1\n"),
            ("let x = x + 1", "let x = Cell3.x + 1\n"),
            ("guard let x else { f() }", "guard let _guard_x = Cell3.x else { f() }; let x = _guard_x\n"),
        ])
    func conditionalStatements(source: String, expected: String) {
        let text = rewritten("#if canImport(Nowhere)\n\(source)\n#endif\nx;", earlier: ["x": "Cell3"])
        #expect(text.contains(expected))
        #expect(text.hasSuffix(" x;"))
        #expect(rewritten("do {\n#if X\nawait f()\n#endif\n}").contains("_gyrusAwait({ await f() })"))
    }

    @Test("lines stay, and columns of the edited source lead back to the user's")
    func columns() {
        let source = CellRewriter.rewritten("let a = 1\nfoo(bar)", owners: { _ in nil })
        #expect(source.text.split(separator: "\n").count == 2)
        let line = String(source.text.split(separator: "\n")[1])
        let place = line.range(of: "bar").map {
            line.utf8.distance(from: line.startIndex, to: $0.lowerBound) + 1
        }
        #expect(source.originalColumn(line: 2, column: place ?? 0) == 5)
    }

    @Test("columns count bytes behind letters of several bytes")
    func columnsBehindLetters() {
        let source = EditedSource("\"äö\" + x", edits: [SourceEdit(offset: 0, text: "f(")])
        #expect(source.originalColumn(line: 1, column: 12) == 10)
    }
}
