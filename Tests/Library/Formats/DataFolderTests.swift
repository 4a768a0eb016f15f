import Formats
import Foundation
import Testing

/// Where the data of a notebook are looked for.
@Suite("Folders of data")
struct DataFolderTests {
    /// The SHA-256 of "abc" (FIPS 180-2).
    private static let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    /// Calls `body` with two folders, of which the second holds `small/a.txt` with "abc".
    private func withFolders(_ body: ([URL]) throws -> Void) throws {
        try withFolder { folder in
            let roots = ["first", "second"].map { folder.appendingPathComponent($0) }
            try FileManager.default.createDirectory(at: roots[0], withIntermediateDirectories: true)
            let small = roots[1].appendingPathComponent("small")
            try FileManager.default.createDirectory(at: small, withIntermediateDirectories: true)
            try Data("abc".utf8).write(to: small.appendingPathComponent("a.txt"))
            try body(roots)
        }
    }

    @Test func theFirstFolderWithAllFilesIsFound() throws {
        try withFolders { roots in
            let hashes = ["a.txt": Self.hash.uppercased()]
            let found = try DataFolder.find("small", from: "a shop", sha256: hashes, in: roots)
            #expect(found.path == roots[1].appendingPathComponent("small").path)
            #expect(try DataFolder.find("small", from: "a shop", sha256: [:], in: roots).path == found.path)
        }
    }

    @Test func aFileOfAnotherHashIsRefused() throws {
        try withFolders { roots in
            let hashes = ["a.txt": String(repeating: "0", count: 64)]
            let error = #expect(throws: FormatError.self) {
                try DataFolder.find("small", from: "a shop", sha256: hashes, in: roots)
            }
            #expect(error?.description.contains("a.txt") == true)
            #expect(error?.description.contains(Self.hash) == true)
        }
    }

    @Test(
        "an error says where data were looked for and where they are to be had", arguments: [[], ["b.txt"]])
    func missing(_ names: [String]) throws {
        try withFolders { roots in
            let hashes = Dictionary(uniqueKeysWithValues: names.map { ($0, Self.hash) })
            let name = names.isEmpty ? "other" : "small"
            let error = #expect(throws: FormatError.self) {
                try DataFolder.find(name, from: "a shop", sha256: hashes, in: roots)
            }
            for word in [roots[0].path, roots[1].path, "a shop", "GYRUS_DATA"] + names {
                #expect(error?.description.contains(word) == true, "\(word)")
            }
        }
    }

    @Test func theEnvironmentNamesFolders() throws {
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        func paths(_ environment: [String: String]) -> [String] {
            DataFolder.roots(environment).map(\.path)
        }
        #expect(paths([:]) == ["\(home)/.cache/gyrus/data"])
        #expect(paths(["XDG_CACHE_HOME": ""]) == ["\(home)/.cache/gyrus/data"])
        #expect(paths(["XDG_CACHE_HOME": "/var/cache"]) == ["/var/cache/gyrus/data"])
        #expect(
            paths(["GYRUS_DATA": "/data:~/more", "XDG_CACHE_HOME": "/c"]) == [
                "/data", "\(home)/more", "/c/gyrus/data",
            ])
    }
}
