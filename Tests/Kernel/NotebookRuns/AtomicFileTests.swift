import Foundation
import NotebookRuns
import Testing

@Suite struct AtomicFileTests {
    func mode(of file: URL) throws -> mode_t {
        var status = stat()
        let code = stat(file.path, &status)
        try #require(code == 0)
        return status.st_mode
    }

    @Test func aPipeIsWrittenToAndStaysOne() throws {
        let pipe = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).pipe")
        defer { try? FileManager.default.removeItem(at: pipe) }
        try #require(mkfifo(pipe.path, 0o600) == 0)
        // With a reader, so that nobody waits for one.
        let reader = open(pipe.path, O_RDONLY | O_NONBLOCK)
        try #require(reader >= 0)
        defer { close(reader) }
        try AtomicFile.write(Data("a,b\n".utf8), to: pipe)
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(reader, &bytes, bytes.count)
        #expect(count == 4 && bytes.starts(with: Array("a,b\n".utf8)))
        #expect(try mode(of: pipe) & S_IFMT == S_IFIFO)
    }

    @Test func aLinkStaysOneAndAFileKeepsItsPermissions() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "file")
        let link = folder.appending(path: "link")
        try Data("old".utf8).write(to: file)
        chmod(file.path, 0o640)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
        try AtomicFile.write(Data("new".utf8), to: link)
        #expect(try Data(contentsOf: file) == Data("new".utf8))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
        #expect(try mode(of: file) & 0o777 == 0o640)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file", "link"])
    }

    @Test func aLinkToAFileThatIsNotThereYetStaysOne() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let there = folder.appending(path: "scratch")
        try FileManager.default.createDirectory(at: there, withIntermediateDirectories: true)
        let link = folder.appending(path: "link")
        let second = folder.appending(path: "second")
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "scratch/file")
        try FileManager.default.createSymbolicLink(atPath: second.path, withDestinationPath: "link")
        try AtomicFile.check(second)
        try AtomicFile.write(Data("new".utf8), to: second)
        #expect(try Data(contentsOf: there.appending(path: "file")) == Data("new".utf8))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "scratch/file")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: second.path) == "link")
        // Where no file can be made there, that is said before any work is done.
        let lost = folder.appending(path: "lost")
        try FileManager.default.createSymbolicLink(atPath: lost.path, withDestinationPath: "nowhere/file")
        #expect(throws: RunError.self) { try AtomicFile.check(lost) }
        #expect(throws: RunError.self) { try AtomicFile.write(Data("new".utf8), to: lost) }
    }

    @Test func whatGitAnnexKeepsIsNotReplaced() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = "MD5E-s3--900150983cd24fb0d6963f7d28e17f72.ipynb"
        let objects = folder.appending(path: ".git/annex/objects/aa/bb/\(key)")
        try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
        let kept = objects.appending(path: key)
        try Data("abc".utf8).write(to: kept)
        let link = folder.appending(path: "out.ipynb")
        try FileManager.default.createSymbolicLink(
            atPath: link.path, withDestinationPath: ".git/annex/objects/aa/bb/\(key)/\(key)")
        let early = #expect(throws: RunError.self) { try AtomicFile.check(link) }
        let late = #expect(throws: RunError.self) { try AtomicFile.write(Data("new".utf8), to: link) }
        for error in [early, late] { #expect(error?.description.contains("git annex unlock") == true) }
        #expect(try Data(contentsOf: kept) == Data("abc".utf8))
    }
}
