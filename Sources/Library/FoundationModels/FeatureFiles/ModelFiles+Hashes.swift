import Formats
import Foundation
import Hashing

extension ModelFiles {
    /// The files whose content decides what a tower makes of its input, beside the weights.
    private static let settings = [
        "config.json", "open_clip_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt",
        "vocab.json",
        "merges.txt", "special_tokens_map.json", "preprocessor_config.json", "processor_config.json",
    ]

    /// The SHA-256 of the weights: of one file that of its bytes, of several that of their digests in order.
    func weightsHash() throws -> String {
        let files = try isFile ? [location] : Checkpoint.files(of: location)
        let hashes = try files.map { try SHA256.hexadecimal(of: $0) }
        if hashes.count == 1 { return hashes[0] }
        let digest = SHA256()
        for hash in hashes { digest.update(hash) }
        return digest.hexadecimal()
    }

    /// The SHA-256 of the configuration, the image processor's and the tokenizer's files.
    func settingsHash() throws -> String {
        let digest = SHA256()
        for name in Self.settings {
            let file = folder.appending(path: name)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            digest.update(name)
            digest.update(try SHA256.hexadecimal(of: file))
        }
        return digest.hexadecimal()
    }
}
