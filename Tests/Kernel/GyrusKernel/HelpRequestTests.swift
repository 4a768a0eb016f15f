import GyrusKernel
import Testing

@Suite("Cells that ask for help")
struct HelpRequestTests {
    @Test(arguments: [
        ("Array?", "Array", 0), ("  ?Ridge\n", "Ridge", 0), ("numbers.count??", "numbers.count", 1),
        ("??Ridge", "Ridge", 1), ("`default` ?", "`default`", 0), ("größe?", "größe", 0),
        ("%time?", "%time", 0), ("%%timeit??", "%%timeit", 1), ("?//%cd", "%cd", 0), ("//%who?", "%who", 0),
        ("!?", "!", 0),
    ])
    func asks(cell: String, name: String, detail: Int) throws {
        let request = try #require(HelpRequest(cell))
        #expect(request.name == name && request.detailLevel == detail)
    }

    @Test(arguments: [
        "", "?", "Array", "a ? b : c", "x?.count", "f()?", "?a?", "let x: Int?", "a???", "3?", "a? b?",
        "//a?", "// why?", "%time f?()", "!ls ?",
    ])
    func isSwift(cell: String) {
        #expect(HelpRequest(cell) == nil)
    }
}
