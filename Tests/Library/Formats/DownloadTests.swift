import Formats
import Foundation
import Tensors
import Testing

@Suite("Files that were not downloaded")
struct DownloadTests {
    private let key = "MD5E-s515009409--9e107d9d372bb6826bd81d3542a419d6.h5"

    @Test func aLinkOfGitAnnexSaysHowToGetIt() throws {
        try withFolder { folder in
            let link = folder.appendingPathComponent("sub 01.h5")
            try FileManager.default.createSymbolicLink(
                atPath: link.path, withDestinationPath: "../.git/annex/objects/fK/3q/\(key)/\(key)")
            for open in [
                { _ = try HDF5File.open(link) }, { _ = try NumPyArray.open(link) },
                { _ = try NIfTI.open(link) },
                { _ = try MATFile.open(link) }, { try DownloadCheck.verify(link) },
            ] as [() throws -> Void] {
                let words = (#expect(throws: FormatError.self) { try open() })?.description ?? ""
                #expect(words.contains("not downloaded") && words.contains("515 MB"), "\(words)")
                #expect(words.contains("datalad get '\(link.path)'"), "\(words)")
            }
        }
    }

    @Test func pointersInThePlaceOfAFileSayWhatTheyAre() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("x.npy")
            try Data("/annex/objects/\(key)\n".utf8).write(to: file)
            var words = (#expect(throws: FormatError.self) { try NumPyArray.open(file) })?.description ?? ""
            #expect(
                words.contains("pointer of git-annex") && words.contains("datalad get \(file.path)"),
                "\(words)")
            try Data("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1234567\n".utf8)
                .write(to: file)
            words = (#expect(throws: FormatError.self) { try NumPyArray.open(file) })?.description ?? ""
            #expect(
                words.contains("Git LFS") && words.contains("1.2 MB") && words.contains("git lfs pull"),
                "\(words)")
            // A link to nothing that is no annex's is only missing.
            let link = folder.appendingPathComponent("broken")
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "nowhere")
            words = (#expect(throws: FormatError.self) { try NumPyArray.open(link) })?.description ?? ""
            #expect(words.contains("No such file"), "\(words)")
        }
    }

    @Test(arguments: [
        ("MD5E-s43--9e107d9d372bb6826bd81d3542a419d6.txt", true),
        ("SHA256E-s43--d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592.txt", true),
        ("SHA1--2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", true),
        ("MD5E-s43--00007d9d372bb6826bd81d3542a419d6.txt", false),
        ("MD5E-s44--9e107d9d372bb6826bd81d3542a419d6.txt", false),
        ("WORM-s43-m1--x.txt", false),
    ])
    func aFetchedFileIsComparedWithItsKey(_ key: String, _ isWhole: Bool) throws {
        try withFolder { folder in
            let objects = folder.appendingPathComponent(".git/annex/objects/aa/bb/\(key)")
            try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
            try Data("The quick brown fox jumps over the lazy dog".utf8).write(
                to: objects.appendingPathComponent(key))
            let link = folder.appendingPathComponent("x.txt")
            try FileManager.default.createSymbolicLink(
                atPath: link.path, withDestinationPath: ".git/annex/objects/aa/bb/\(key)/\(key)")
            if isWhole {
                try DownloadCheck.verify(link)
            } else {
                #expect(throws: FormatError.self) { try DownloadCheck.verify(link) }
            }
        }
    }

    @Test func whatGitAnnexKeepsIsNotReplaced() throws {
        try withFolder { folder in
            let key = "MD5E-s3--900150983cd24fb0d6963f7d28e17f72.npy"
            let objects = folder.appendingPathComponent(".git/annex/objects/aa/bb/\(key)")
            try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
            let kept = objects.appendingPathComponent(key)
            try Data("abc".utf8).write(to: kept)
            let link = folder.appendingPathComponent("x.npy")
            try FileManager.default.createSymbolicLink(
                atPath: link.path, withDestinationPath: ".git/annex/objects/aa/bb/\(key)/\(key)")
            let error = #expect(throws: FormatError.self) {
                try NumPyArray.write(Matrix<Float>(rows: 1, columns: 1), to: link)
            }
            #expect(error?.description.contains("git annex unlock") == true)
            #expect(try Data(contentsOf: kept) == Data("abc".utf8))
        }
    }

    @Test func aFileWithoutKeySaysSo() throws {
        let words = (#expect(throws: FormatError.self) { try DownloadCheck.verify(fixture("plain.npy")) })?
            .description
        #expect(words?.contains("no link of git-annex") == true)
    }
}
