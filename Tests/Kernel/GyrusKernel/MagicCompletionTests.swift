import CodeCompletion
import GyrusKernel
import Testing

@Suite("Magics in completion")
struct MagicCompletionTests {
    private func complete(_ cell: String, at place: Int) -> MagicCompletion.Completion {
        MagicCompletion(cell, at: place).completion
    }

    private func names(_ cell: String, at place: Int? = nil) -> [String]? {
        guard case .names(let found, _) = complete(cell, at: place ?? cell.utf8.count) else { return nil }
        return found.map(\.text)
    }

    private func blanked(_ cell: String) -> String { MagicCompletion(cell, at: 0).blanked }

    @Test("names behind one sign, behind two, and behind a comment")
    func forms() {
        #expect(names("%ti") == ["%time", "%timeit"])
        #expect(names("let a = 1\n%w") == ["%who", "%whos", "%writefile"])
        #expect(names("%%h") == ["%%html"])
        #expect(names("//%c") == ["%capture", "%cd"])
        #expect(names("\t%pw") == ["%pwd"])
        #expect(names("%") == Magics.names.map { "%" + $0 } + Magics.cellNames.map { "%%" + $0 })
        #expect(names("%%time\n%pw") == ["%pwd"])
    }

    @Test("no names where a cell would run no magic")
    func noMagics() {
        #expect(names("let t = \"\"\"\n%ti") == nil)
        #expect(names("func f() {\n    %ti") == nil)
        #expect(names("let r = x\n% y", at: 5) == nil)
    }

    @Test("what is replaced begins at the sign, counted in bytes")
    func start() {
        guard case .names(_, let start) = complete("\"é\"\n//%ti", at: 10) else {
            Issue.record("no names")
            return
        }
        #expect(start == 7)
    }

    @Test("paths behind magics that take them, Swift behind those that take Swift")
    func arguments() {
        #expect(complete("%cd da", at: 6) == .path("da"))
        #expect(complete("!ls -l src/m", at: 12) == .path("src/m"))
        #expect(complete("!", at: 1) == .path(""))
        #expect(complete("%time f(", at: 8) == .swift)
        #expect(complete("%del val", at: 8) == .variable("val"))
        #expect(complete("%del a, b,", at: 10) == .variable(""))
        #expect(complete("%%bash\ncat da", at: 13) == .path("da"))
        #expect(complete("%%time\nlet a = ", at: 15) == .swift)
        #expect(complete("let a = b % c", at: 13) == .swift)
        #expect(complete("!f(x", at: 4) == .swift)
    }

    @Test("options are those that the usage names")
    func options() {
        guard case .options(let found, let start) = complete("%timeit -", at: 9) else {
            Issue.record("no options")
            return
        }
        #expect(found.map(\.text) == ["-n", "-r"] && start == 8)
    }

    @Test("magics are blanked without moving the Swift around them")
    func blanks() {
        #expect(blanked("%cd é\nlet a = 1") == "      \nlet a = 1")
        #expect(blanked("%time f(1)") == "      f(1)")
        #expect(blanked("a % b") == "a % b")
        #expect(blanked("let r = x\n    % y") == "let r = x\n    % y")
        #expect(blanked("%%bash\nls") == "      \n  ")
    }

    @Test("the magic whose name the cursor is in")
    func name() {
        #expect(MagicCompletion("%time", at: 5).name == "time")
        #expect(MagicCompletion("let a = 1\n%cd x", at: 12).name == "cd")
        #expect(MagicCompletion("%time f()", at: 8).name == nil)
        #expect(MagicCompletion("!", at: 1).name == "!")
        #expect(MagicCompletion("!ls", at: 1).name == nil)
    }

    @Test("every magic is in the one table and has a help line")
    func table() {
        #expect(Set(Magics.names).count == Magics.names.count)
        #expect(Set(Magics.cellNames).isSubset(of: Magics.names))
    }
}
