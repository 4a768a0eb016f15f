import Formats
import Foundation
import Testing

/// What is asked about memory before a file gets it.
@Suite("Memory for what a file claims")
struct MemoryTests {
    @Test func wordsAreMadeOnlyForAnErrorOfMemory() throws {
        var count = 0
        func words() -> String {
            count += 1
            return "it"
        }
        let url = URL(fileURLWithPath: "/file")
        try requireMemory(1 << 20, for: words(), url)
        try requireMemory(5 << 20, for: words(), url)
        #expect(count == 0)
        #expect(throws: FormatError.self) { try requireMemory(1 << 60, for: words(), url) }
        #expect(count == 1)
    }
}
