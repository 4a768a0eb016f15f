import Foundation
import NotebookRuns
import Testing

@Suite struct InjectionTests {
    static let defaults = """
        import Foundation
        let alpha = 10.0, count = 3
        var name = "S01"
        let layers = [1, 2]
        let weights: [Float] = []
        let byte: UInt8 = 1
        let isFast = true
        let limit: Int? = nil
        let mixed = [1, 2.5]
        let table = ["a": 1]
        let rate = Float(0.5)
        let file = URL(filePath: "x")
        """

    func injected(_ arguments: String..., cell: String = defaults) throws -> [String] {
        var parameters = Parameters()
        for argument in arguments { try parameters.add(argument) }
        let notebook = Notebook(cells: [
            NotebookCell(.markdown, source: "# Title"),
            NotebookCell(.code, source: cell, tags: ["parameters"]),
            NotebookCell(.code, source: "alpha"),
        ])
        let result = try Injection(of: parameters, into: notebook, named: "n.ipynb").result()
        #expect(result.cells.count == 4 && result.cells[2].tags == ["injected-parameters"])
        return result.cells[2].source.split(separator: "\n").dropFirst().map(String.init)
    }

    @Test(arguments: [
        ("alpha=1", "let alpha = 1.0"), ("alpha=1e-3", "let alpha = 0.001"),
        ("alpha=-inf", "let alpha = -Double.infinity"),
        ("count=-4", "let count = -4"), ("name=a \"b\"\\(c)", "var name = \"a \\\"b\\\"\\\\(c)\""),
        ("name=", "var name = \"\""), ("name= x=y ", "var name = \" x=y \""),
        ("layers=[3,4]", "let layers = [3, 4]"),
        ("layers=3, 4", "let layers = [3, 4]"), ("layers=[]", "let layers: [Int] = []"),
        ("weights=[1, 2.5]", "let weights: [Float] = [1.0, 2.5]"), ("byte=255", "let byte: UInt8 = 255"),
        ("isFast=false", "let isFast = false"), ("limit=3", "let limit: Int? = 3"),
        ("limit=nil", "let limit: Int? = nil"),
        ("mixed=[1]", "let mixed = [1.0]"), ("table={\"b\": 2, c: 3}", "let table = [\"b\": 2, \"c\": 3]"),
        ("rate=1", "let rate: Float = 1.0"),
    ])
    func aValueIsWrittenAsItsDefaultIs(argument: String, line: String) throws {
        #expect(try injected(argument) == [line])
    }

    @Test(arguments: [
        "alpha=x", "alpha=1e999", "count=1.5", "count=9223372036854775808", "byte=256", "byte=-1",
        "isFast=yes", "layers=[1,x]",
        "layers=[1,,2]", "layers=[1", "weights=[1e39]",
        "weights=[1e-50]", "rate=-1e-50", "limit=x", "table={a}", "file=y", "missing=1",
    ])
    func whatDoesNotFitIsRefused(argument: String) {
        #expect(throws: RunError.self) { try injected(argument) }
    }

    @Test func aParameterThatALaterCellDeclaresAgainIsRefused() throws {
        var parameters = Parameters()
        try parameters.add("alpha=2")
        func injected(before later: NotebookCell) throws -> Notebook {
            let declaration = NotebookCell(.code, source: "let alpha = 1.0", tags: ["parameters"])
            let notebook = Notebook(cells: [declaration, later])
            return try Injection(of: parameters, into: notebook, named: "n.ipynb").result()
        }
        for source in ["let alpha = 3.0", "print(1)\nvar beta = 1, alpha = 2.0"] {
            let error = #expect(throws: RunError.self) {
                try injected(before: NotebookCell(.code, source: source))
            }
            #expect(error?.description.contains("cell 2 declares alpha again") == true)
        }
        for kept in [
            NotebookCell(.code, source: "func f() { let alpha = 3.0; print(alpha) }\nprint(alpha)"),
            NotebookCell(.code, source: "let alpha = 3.0", tags: ["skip-execution"]),
            NotebookCell(.markdown, source: "let alpha = 3.0"),
        ] {
            #expect(try injected(before: kept).cells.count == 3)
        }
    }

    @Test func aNumberThatIsReadFromATextIsNoNumber() throws {
        for cell in ["let n = Int(\"5\")", "let n = Double(\"0.5\")"] {
            #expect(throws: RunError.self) { try injected("n=7", cell: cell) }
        }
        #expect(try injected("n=7", cell: "let n = Double(5)") == ["let n = 7.0"])
        #expect(try injected("n=7", cell: "let n = String(5)") == ["let n = \"7\""])
    }

    @Test func anUnknownNameIsToldWithTheKnownOnes() {
        #expect {
            try injected("alhpa=1")
        } throws: { "\($0)".contains("alhpa") && "\($0)".contains("alpha, byte, count, file") }
    }

    @Test func aNameIsGivenOnce() {
        #expect(throws: RunError.self) { try injected("alpha=1", "alpha=2") }
        #expect(throws: RunError.self) { try injected("alpha") }
        #expect(throws: RunError.self) { try injected("2a=1") }
    }

    @Test func aFormerInjectionIsReplaced() throws {
        var parameters = Parameters()
        try parameters.add("a=2")
        let notebook = Notebook(cells: [
            NotebookCell(.code, source: "let a = 1", tags: ["parameters"]),
            NotebookCell(.code, id: "x", source: "let a = 9", tags: ["injected-parameters"]),
            NotebookCell(.code, source: "a"),
        ])
        let once = try Injection(of: parameters, into: notebook, named: "n.ipynb").result()
        let twice = try Injection(of: parameters, into: once, named: "n.ipynb").result()
        #expect(once.cells.map(\.source) == ["let a = 1", "// Parameters\nlet a = 2", "a"])
        #expect(twice.cells == once.cells)
    }

    @Test func withoutParametersCellTheyStandAtTheTop() throws {
        var parameters = Parameters()
        try parameters.add("a=2")
        try parameters.add("who=S01")
        let notebook = Notebook(cells: [NotebookCell(.code, source: "print(a, who)")])
        let result = try Injection(of: parameters, into: notebook, named: "n.ipynb").result()
        #expect(result.cells[0].source == "// Parameters\nlet a = 2\nlet who = \"S01\"")
        // One that a cell would replace, and one that no cell uses.
        for source in ["let a = 1\nprint(a, who)", "print(who)"] {
            let other = Notebook(cells: [NotebookCell(.code, source: source)])
            #expect(throws: RunError.self) {
                try Injection(of: parameters, into: other, named: "n.ipynb").result()
            }
        }
    }

    @Test func aScriptBeginsWithItsParameters() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).swift")
        defer { try? FileManager.default.removeItem(at: file) }
        try
            "#!/usr/bin/env gyrus\nimport Foundation\n// How strong.\nlet alpha = 10.0 // ridge\nlet b = alpha * 2\nprint(b)\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let script = try Notebook(contentsOf: file)
        #expect(script.cells.count == 1)
        var parameters = Parameters()
        try parameters.add("alpha=1")
        let result = try Injection(of: parameters, into: script, named: "s.swift").result()
        #expect(
            result.cells.map(\.source) == [
                "\nimport Foundation\n// How strong.\nlet alpha = 10.0 // ridge",
                "// Parameters\nlet alpha = 1.0",
                "let b = alpha * 2\nprint(b)",
            ])
    }

    @Test func marksSplitAScript() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).swift")
        defer { try? FileManager.default.removeItem(at: file) }
        try "// %% [markdown]\n// # Title\n// %% tags=[\"parameters\"]\nlet a = 1\n\n// %% fit\nprint(a)\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let cells = try Notebook(contentsOf: file).cells
        #expect(cells.map(\.kind) == [.markdown, .code, .code])
        #expect(cells.map(\.source) == ["# Title", "let a = 1", "print(a)"])
        #expect(cells[1].tags == ["parameters"])
    }

    @Test func aByteOrderMarkHidesNoCell() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).swift")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("\u{FEFF}// %% tags=[\"parameters\"]\r\nlet a = 1\r\n".utf8).write(to: file)
        let cells = try Notebook(contentsOf: file).cells
        #expect(cells.map(\.source) == ["let a = 1"])
        #expect(cells.first?.tags == ["parameters"])
    }

    /// What stands at the top of a notebook without a cell of parameters that runs `cell`.
    func atTheTop(_ cell: String, given: (inout Parameters) throws -> Void) throws -> [String] {
        var parameters = Parameters()
        try given(&parameters)
        let notebook = Notebook(cells: [NotebookCell(.code, source: cell)])
        let result = try Injection(of: parameters, into: notebook, named: "n.ipynb").result()
        return result.cells[0].source.split(separator: "\n").dropFirst().map(String.init)
    }

    @Test(arguments: [
        "Ridge(x: 10)", "model.x", "let y = f(x: 1, 2)", "struct S { let x = 1 }",
        "func f(x: Int) -> Int { x }",
        "[1].map { x in x + 1 }", "// x", "\"x\"", ".x",
    ])
    func aNameThatNoCellTakesFromOutsideHasNoEffect(cell: String) {
        #expect(throws: RunError.self) { try atTheTop(cell) { try $0.add("x=1") } }
    }

    @Test(arguments: [
        "Ridge(alpha: x)", "\"\\(x)\"", "%%time\nprint(x)", "%%python --in x\nprint(x)",
        "func f() -> Int { x }",
        "%%bash\necho $x", "%%bash\r\necho $x",
    ])
    func aNameThatACellTakesFromOutsideHasOne(cell: String) throws {
        #expect(try atTheTop(cell) { try $0.add("x=1") } == ["let x = 1"])
    }

    @Test func aTypeHoldsForAllValuesOfAParameter() throws {
        func line(_ value: String, of values: String...) throws -> String? {
            try atTheTop("x") { try $0.add("x", value, as: CommonType(of: values)) }.first
        }
        #expect(try line("1", of: "0.5", "1") == "let x = 1.0")
        #expect(try line("1", of: "1", "2") == "let x = 1")
        #expect(try line("10", of: "09", "10") == "let x = \"10\"")
        for other in ["a", "true"] {
            #expect(throws: RunError.self) { try line("1", of: "1", other) }
        }
    }

    @Test(arguments: [
        (#"{"x": "01"}"#, #"let x = "01""#), (#"{"x": "1"}"#, #"let x = "1""#), (#"{"x": 1}"#, "let x = 1"),
        (#"{"x": 1.5}"#, "let x = 1.5"), (#"{"x": "true"}"#, #"let x = "true""#),
        (#"{"x": [1, 2]}"#, "let x = [1, 2]"), (#"{"x": 1.0}"#, "let x = 1.0"),
        ("{\r\n\t\"x\": [\n1.0,\n2\n]\n}\n", "let x = [1.0, 2.0]"),
        (#"{"x": "{:,"}"#, #"let x = "{:,""#), (#"{"x": 1e20}"#, "let x = 1e+20"),
        (#"{"x": -0.0}"#, "let x = -0.0"), (#"{"x": 0.0}"#, "let x = 0.0"), (#"{"x": 0}"#, "let x = 0"),
        // As Python writes them.
        (#"{"x": NaN}"#, "let x = Double.nan"), (#"{"x": -Infinity}"#, "let x = -Double.infinity"),
        (#"{"x": [1, NaN, Infinity]}"#, "let x = [1.0, Double.nan, Double.infinity]"),
    ])
    func aFileTellsStringsFromNumbers(json: String, line: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try json.write(to: file, atomically: true, encoding: .utf8)
        #expect(try atTheTop("x") { try $0.add(contentsOf: file) } == [line])
    }

    @Test(arguments: [
        (#"{"name": "nil"}"#, #"let name: String? = "nil""#), (#"{"name": null}"#, "let name: String? = nil"),
        (#"{"big": 18446744073709551615}"#, "let big: UInt64 = 18446744073709551615"),
        (#"{"limit": "3"}"#, "let limit: Int? = 3"), (#"{"limit": 3.0}"#, "let limit: Int? = 3"),
        (#"{"limit": 3}"#, "let limit: Int? = 3"),
    ])
    func aStringOfAFileIsNoNil(json: String, line: String) throws {
        let cell = "let name: String? = \"a\", limit: Int? = 1, big: UInt64 = 1"
        #expect(try injected(file: json, cell: cell) == "// Parameters\n" + line)
    }

    /// What a file of parameters puts behind a cell that declares them.
    func injected(file json: String, cell: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try json.write(to: file, atomically: true, encoding: .utf8)
        var parameters = Parameters()
        try parameters.add(contentsOf: file)
        let notebook = Notebook(cells: [NotebookCell(.code, source: cell, tags: ["parameters"])])
        return try Injection(of: parameters, into: notebook, named: "n.ipynb").result().cells[1].source
    }

    @Test func aNumberOfAFileThatIsTooLargeIsRefusedByItsName() throws {
        let file = #"{"name": "1e400 1", "rate": 1e400}"#
        let error = #expect(throws: RunError.self) {
            try injected(file: file, cell: "let rate = 1.0, name = \"\"")
        }
        #expect(error?.description == #"n.ipynb: rate is a Double, and "1e400" is not"#)
    }

    @Test func nanInAFileIsOnlyWhatIsWrittenSo() throws {
        let cell = "let rate: Float = 1, name = \"a\", count = 1"
        #expect(
            try injected(file: #"{"name": "NaN, \"Infinity", "rate": NaN}"#, cell: cell)
                == "// Parameters\nlet name = \"NaN, \\\"Infinity\"\nlet rate: Float = Float.nan")
        for json in [#"{"rate": 1NaN}"#, #"{"count": NaN}"#, #"{"rate": nan}"#] {
            #expect(throws: RunError.self) { try injected(file: json, cell: cell) }
        }
    }

    @Test(arguments: [#"{"text": [1]}"#, #"{"text": {"a": 1}}"#, #"{"names": ["a", null]}"#])
    func aListOfAFileIsNoStringAndItsNullIsNoWord(json: String) throws {
        let cell = "let text = \"\"\nlet names = [\"a\"]\nlet gaps: [Int?] = []"
        #expect(throws: RunError.self) { try injected(file: json, cell: cell) }
        #expect(
            try injected(file: #"{"gaps": [1, null]}"#, cell: cell)
                == "// Parameters\nlet gaps: [Int?] = [1, nil]")
    }

    @Test(arguments: [
        #"{"x": [1, null]}"#, #"{"x": ["a", null]}"#, #"{"x": [1, "a"]}"#, #"{"x": {"a": 1}}"#,
        #"{"x": null}"#,
    ])
    func whatDoesNotTellItsTypeIsRefused(json: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try json.write(to: file, atomically: true, encoding: .utf8)
        #expect(throws: RunError.self) { try atTheTop("x") { try $0.add(contentsOf: file) } }
    }

    @Test func zerosInFrontMakeALabel() throws {
        #expect(try atTheTop("x") { try $0.add("x=01") } == ["let x = \"01\""])
        #expect(try atTheTop("x") { try $0.add("x=0") } == ["let x = 0"])
        #expect(try atTheTop("x") { try $0.add("x=0.1") } == ["let x = 0.1"])
    }

    @Test func anInjectionStandsBehindTheDefaults() throws {
        var parameters = Parameters()
        try parameters.add("a=2")
        // What was run without a tagged cell, which got its tag later; and two injections of former runs.
        let notebook = Notebook(cells: [
            NotebookCell(.code, source: "let a = 9", tags: ["injected-parameters"]),
            NotebookCell(.code, source: "let a = 1", tags: ["parameters"]),
            NotebookCell(.code, source: "print(a)"),
            NotebookCell(.code, source: "let a = 8", tags: ["injected-parameters"]),
        ])
        let result = try Injection(of: parameters, into: notebook, named: "n.ipynb").result()
        #expect(result.cells.map(\.source) == ["let a = 1", "// Parameters\nlet a = 2", "print(a)"])
    }
}
