import CodeCompletion
import GyrusKernel
import Testing

@Suite("Magics in completion")
struct MagicCompletionTests {
    private let magics = MagicCompletion(
        names: ["time", "timeit", "who", "cd"], cellNames: ["time", "html"])

    private func names(_ cell: String, at place: Int? = nil) -> [String]? {
        guard case .names(let found, _) = magics.complete(cell, at: place ?? cell.utf8.count) else {
            return nil
        }
        return found.map(\.text)
    }

    @Test("names behind one sign, behind two, and behind a comment")
    func forms() {
        #expect(names("%ti") == ["%time", "%timeit"])
        #expect(names("let a = 1\n%w") == ["%who"])
        #expect(names("%%h") == ["%%html"])
        #expect(names("//%c") == ["%cd"])
        #expect(names("%") == ["%time", "%timeit", "%who", "%cd", "%%time", "%%html"])
    }

    @Test("what is replaced begins at the sign, counted in bytes")
    func start() {
        guard case .names(_, let start) = magics.complete("\"é\"\n//%ti", at: 10) else {
            Issue.record("no names")
            return
        }
        #expect(start == 7)
    }

    @Test("paths behind magics that take them, Swift behind those that take Swift")
    func arguments() {
        #expect(magics.complete("%cd da", at: 6) == .path("da"))
        #expect(magics.complete("!ls -l src/m", at: 12) == .path("src/m"))
        #expect(magics.complete("%time f(", at: 8) == .swift)
        #expect(magics.complete("%%bash\ncat da", at: 13) == .path("da"))
        #expect(magics.complete("%%time\nlet a = ", at: 15) == .swift)
        #expect(magics.complete("let a = b % c", at: 13) == .swift)
    }

    @Test("magics are blanked without moving the Swift around them")
    func blanked() {
        #expect(MagicCompletion.blanked("%cd é\nlet a = 1") == "      \nlet a = 1")
        #expect(MagicCompletion.blanked("%time f(1)") == "      f(1)")
        #expect(MagicCompletion.blanked("a % b") == "a % b")
    }
}
