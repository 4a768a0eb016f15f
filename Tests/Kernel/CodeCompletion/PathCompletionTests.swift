import CodeCompletion
import Foundation
import Testing

@Suite("Paths in string literals")
struct PathCompletionTests {
    /// Completes in a folder that has what `names` say; those with `/` at the end are folders.
    private func complete(_ path: String, among names: [String]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "paths-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in names {
            let place = folder.appending(path: name)
            let parent = name.hasSuffix("/") ? place : place.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            if !name.hasSuffix("/") { try Data().write(to: place) }
        }
        let home = folder.appending(path: "home").path
        return PathCompletion.suggestions(for: path, in: folder.path, home: home).suggestions.map(\.text)
    }

    @Test("files and folders that begin as typed, folders with a slash")
    func begins() throws {
        let names = ["sub-01.h5", "sub-02.h5", "surfaces/", "other.txt"]
        #expect(try complete("su", among: names) == ["sub-01.h5", "sub-02.h5", "surfaces/"])
        #expect(try complete("nothing", among: names).isEmpty)
    }

    @Test("the same case comes first")
    func cases() throws {
        #expect(try complete("D", among: ["data/", "Data.h5"]) == ["Data.h5", "data/"])
    }

    @Test("folders are walked down, and relative ones are the working folder's")
    func folders() throws {
        #expect(
            try complete("data/ru", among: ["data/run-1.nii", "data/raw/", "run-2.nii"]) == ["run-1.nii"])
        #expect(try complete("absent/", among: ["data/"]).isEmpty)
    }

    @Test("a tilde is the user's folder")
    func tilde() throws {
        #expect(try complete("~", among: []) == ["~/"])
        #expect(try complete("~/mo", among: ["home/models/"]) == ["models/"])
    }

    @Test("hidden files are shown to those who type a dot")
    func hidden() throws {
        #expect(try complete("", among: [".cache/", "a"]) == ["a"])
        #expect(try complete(".", among: [".cache/", "a"]) == [".cache/"])
    }

    @Test("names are written as a string literal needs them")
    func escapes() throws {
        #expect(try complete("a", among: ["a \"b\" é🧠"]) == ["a \\\"b\\\" é🧠"])
    }
}
