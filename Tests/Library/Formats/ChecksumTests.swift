import Formats
import Foundation
import Testing

@Suite("What a checksum covers is right or refused")
struct ChecksumTests {
    private func changed(
        _ name: String, _ change: (inout Data) -> Void, _ body: (URL) throws -> Void
    ) throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent(name)
            var data = try Data(contentsOf: fixture(name))
            change(&data)
            try data.write(to: url)
            try body(url)
        }
    }

    private func refused(_ word: String, _ body: () throws -> Void) {
        let error = #expect(throws: FormatError.self) { try body() }
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }

    /// As Python's gzip: cut short, followed by something else, or with a wrong checksum it is refused.
    @Test func gzippedImages() throws {
        for cut in [1, 4, 8, 9, 100] {
            try changed("series.nii.gz") {
                $0.removeLast(cut)
            } _: { (url: URL) throws in
                refused("series.nii.gz") { _ = try NIfTI.open(url) }
            }
        }
        try changed("series.nii.gz") {
            $0.removeLast(8)
        } _: { (url: URL) throws in
            refused("cut short") { _ = try NIfTI.open(url) }
        }
        try changed("series.nii.gz") {
            $0[$0.count - 6] ^= 1
        } _: { (url: URL) throws in
            refused("damaged") { _ = try NIfTI.open(url) }
        }
        try changed("series.nii.gz") {
            $0[$0.count - 2] ^= 1
        } _: { (url: URL) throws in
            refused("damaged") { _ = try NIfTI.open(url) }
        }
        try changed("series.nii.gz") {
            $0 += Data("garbage".utf8)
        } _: { (url: URL) throws in
            refused("something else follows") { _ = try NIfTI.open(url) }
        }
    }

    @Test func gzippedImagesMayHaveSeveralMembersAndZerosBehind() throws {
        let right = try NIfTI.open(fixture("series.nii.gz")).tensor()
        try changed("series.nii.gz") {
            $0 += Data(count: 512)
        } _: { (url: URL) throws in
            let found = try NIfTI.open(url).tensor()
            #expect(found == right)
        }
        // The member of an image without data behind the header's 348 bytes comes first, then the rest.
        try withFolder { folder in
            let plain = folder.appendingPathComponent("plain.nii")
            let first = folder.appendingPathComponent("a")
            let url = folder.appendingPathComponent("two.nii.gz")
            try run("gzip -dc '\(fixture("series.nii.gz").path)' > '\(plain.path)'")
            try run("head -c 500 '\(plain.path)' | gzip -c > '\(first.path)'")
            try run("tail -c +501 '\(plain.path)' | gzip -c | cat '\(first.path)' - > '\(url.path)'")
            #expect(try NIfTI.open(url).tensor() == right)
        }
    }

    private func run(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// One bit of each stored or deflated array is changed; numpy refuses them all.
    @Test(arguments: ["stored.npz", "deflated.npz", "zip.pt"])
    func membersOfZipFiles(_ name: String) throws {
        let data = try Data(contentsOf: fixture(name))
        var refusedCount = 0
        for place in stride(from: 60, to: data.count - 1400, by: 37) {
            try changed(name) {
                $0[place] ^= 4
            } _: { (url: URL) throws in
                do {
                    let right = try contents(fixture(name))
                    #expect(try contents(url) == right)
                } catch is FormatError {
                    refusedCount += 1
                }
            }
        }
        #expect(refusedCount > 10)
    }

    private func contents(_ url: URL) throws -> [String: [Double]] {
        var found: [String: [Double]] = [:]
        if url.pathExtension == "pt" {
            let file = try PyTorchFile.open(url)
            for name in file.names { found[name] = try file.tensor(name, as: Double.self).elements }
        } else {
            let file = try NumPyArchive.open(url)
            for name in file.names { found[name] = try file.array(name).tensor(as: Double.self).elements }
        }
        return found
    }
}
