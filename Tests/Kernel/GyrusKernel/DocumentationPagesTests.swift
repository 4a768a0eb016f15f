import CodeCompletion
import Foundation
import GyrusKernel
import Testing

@Suite("Pages of the documentation")
struct DocumentationPagesTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "pages-\(UUID().uuidString)")

    private func write(_ text: String, to path: String) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func page(_ usr: String, _ environment: [String: String] = [:]) -> String? {
        DocumentationPages(prefix: folder.path, environment: environment)
            .page(of: SymbolDescription(name: "f", declaration: "func f()", usr: usr))
    }

    @Test func aPageIsNamedIfTheSiteHasIt() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(#"{"s:1AV": "documentation/a/f(_:)"}"#, to: "lib/gyrus/docs/symbols.json")
        #expect(page("s:1AV") == "/gyrus/docs/documentation/a/f%28_:%29")
        #expect(page("s:1BV") == nil)
        #expect(page("") == nil)
    }

    @Test func withoutASiteThereIsNone() { #expect(page("s:1AV") == nil) }

    @Test func theServersOwnBasePathComesFirst() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(#"{"s:1AV": "documentation/a"}"#, to: "lib/gyrus/docs/symbols.json")
        try write(#"{"base_url": "/user/someone/"}"#, to: "runtime/jpserver-12.json")
        let runtime = folder.appending(path: "runtime").path
        let here = ["JUPYTER_RUNTIME_DIR": runtime, "JPY_PARENT_PID": "12"]
        #expect(page("s:1AV", here) == "/user/someone/gyrus/docs/documentation/a")
        #expect(page("s:1AV", ["JUPYTER_RUNTIME_DIR": runtime]) == "/gyrus/docs/documentation/a")
    }
}
