import Foundation

/// The merges of OpenAI's CLIP, which the Python package open_clip_torch carries and nobody commits.
enum OpenAIMerges {
    /// The gzipped file in the running Python environment or in `.venv`.
    static let file: URL? = {
        let environments = [ProcessInfo.processInfo.environment["VIRTUAL_ENV"] ?? ".venv"]
        for environment in environments.map({ URL(fileURLWithPath: $0).appending(path: "lib") }) {
            let versions = (try? FileManager.default.contentsOfDirectory(atPath: environment.path)) ?? []
            for version in versions {
                let file = environment.appending(
                    path: version + "/site-packages/open_clip/bpe_simple_vocab_16e6.txt.gz")
                if FileManager.default.fileExists(atPath: file.path) { return file }
            }
        }
        return nil
    }()

    /// Writes vocab.json and merges.txt as Hugging Face has them; the order of the tokens is that of OpenAI's code.
    static func write(to folder: URL) throws {
        let merges = try unpacked().split(separator: "\n")[1...(49152 - 256 - 2)]
        let printable = Array(33...126) + Array(161...172) + Array(174...255)
        let letters = (printable + Array(256..<(512 - printable.count))).map {
            String(Character(Unicode.Scalar(UInt32($0))!))
        }
        let tokens: [String] =
            letters + letters.map { $0 + "</w>" } + merges.map { $0.replacingOccurrences(of: " ", with: "") }
            + ["<|startoftext|>", "<|endoftext|>"]
        let entries = try tokens.enumerated().map { number, token in
            String(decoding: try JSONEncoder().encode(token), as: UTF8.self) + ":\(number)"
        }
        try Data("{\(entries.joined(separator: ","))}".utf8).write(to: folder.appending(path: "vocab.json"))
        try Data(merges.joined(separator: "\n").utf8).write(to: folder.appending(path: "merges.txt"))
    }

    private static func unpacked() throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file!.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
