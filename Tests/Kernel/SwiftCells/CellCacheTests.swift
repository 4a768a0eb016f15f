import Foundation
import SwiftCells
import Testing

@Suite("Compiled cells are kept for later sessions")
struct CellCacheTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "cells-\(UUID().uuidString)")

    private func file(_ name: String, _ text: String) throws -> String {
        let stem = folder.appending(path: "session/\(name)").path
        try FileManager.default.createDirectory(
            atPath: folder.path + "/session", withIntermediateDirectories: true)
        for ending in ["so", "swiftmodule", "swiftdoc", "dia"] {
            try Data("\(text) \(ending)".utf8).write(to: URL(fileURLWithPath: "\(stem).\(ending)"))
        }
        return stem
    }

    private func text(_ stem: String) -> String? {
        try? String(contentsOfFile: stem + ".so", encoding: .utf8)
    }

    @Test("an entry comes back whole, and only under its key")
    func restores() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = try CellCache(folder: folder.appending(path: "cache"))
        cache.store("one", from: try file("Cell1", "first"))
        let other = try file("Cell2", "second")
        #expect(!cache.restore("two", to: other))
        #expect(text(other) == "second so")
        #expect(cache.restore("one", to: other))
        #expect(text(other) == "first so")
    }

    @Test("a file that lacks its end makes no entry")
    func damaged() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = try CellCache(folder: folder.appending(path: "cache"))
        let stem = try file("Cell1", "first")
        cache.store("one", from: stem)
        try FileManager.default.removeItem(atPath: folder.path + "/cache/one/cell.dia")
        try Data("fir".utf8).write(to: folder.appending(path: "cache/one/cell.dia"))
        #expect(!cache.restore("one", to: folder.path + "/session/Cell9"))
    }

    @Test("the entries unused for longest go when there are too many")
    func trims() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = try CellCache(folder: folder.appending(path: "cache"), limit: 2 * 4 * 30)
        let stem = try file("Cell1", String(repeating: "x", count: 20))
        for (age, key) in ["oldest", "used", "newest"].enumerated() {
            cache.store(key, from: stem)
            let date = Date(timeIntervalSinceNow: Double(age * 60) - 3600)
            try FileManager.default.setAttributes(
                [.modificationDate: date], ofItemAtPath: folder.path + "/cache/\(key)")
        }
        #expect(cache.restore("oldest", to: stem))
        cache.trim()
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache").sorted()
        #expect(left == ["newest", "oldest"])
    }
}
