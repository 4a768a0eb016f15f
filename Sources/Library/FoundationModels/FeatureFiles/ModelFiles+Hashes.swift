import Formats
import Foundation
import Hashing

extension ModelFiles {
    /// The files whose content decides what a tower makes of its input, beside the weights.
    private static let settings = [
        "config.json", "open_clip_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt",
        "vocab.json",
        "merges.txt", "special_tokens_map.json", "preprocessor_config.json", "processor_config.json",
        "added_tokens.json",
    ]

    /// The SHA-256 of the weights: of one file that of its bytes, of several that of their digests in order.
    func weightsHash() throws -> String {
        let hashes = try weights().map { try SHA256.hexadecimal(of: $0) }
        if hashes.count == 1 { return hashes[0] }
        let digest = SHA256()
        for hash in hashes { digest.update(hash) }
        return digest.hexadecimal()
    }

    /// The SHA-256 of the configuration, the image processor's and the tokenizer's files, and of the linear layers that
    /// sentence-transformers has after the pooling.
    func settingsHash() throws -> String {
        let digest = SHA256()
        for name in Self.settings {
            let file = folder.appending(path: name)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            digest.update(name)
            digest.update(try SHA256.hexadecimal(of: file))
        }
        if let modules { for line in try SentenceModules.hashes(in: modules) { digest.update(line) } }
        return digest.hexadecimal()
    }
}

extension SentenceModules {
    /// The modules after the pooling with the hashes of their files; nothing if none of them has weights, so that
    /// feature files of most models keep their names.
    fileprivate static func hashes(in folder: URL) throws -> [String] {
        let modules = try list(in: folder).filter { !["Transformer", "Pooling"].contains($0.type) }
        guard modules.contains(where: { $0.type == "Dense" }) else { return [] }
        return try modules.flatMap { module -> [String] in
            let place = folder.appending(path: module.path)
            let files = [place.appending(path: "config.json")] + ((try? Checkpoint.files(of: place)) ?? [])
            let found = files.filter { FileManager.default.fileExists(atPath: $0.path) }
            return [module.type] + (try found.map { try SHA256.hexadecimal(of: $0) })
        }
    }
}

/// Which network of which files a model is: all that decides what its features are.
package struct ModelIdentity: Sendable, Hashable, Codable {
    /// The name by which the files were found.
    package var name: String
    /// The SHA-256 of the weights' files, and of the files of configuration and tokenizer.
    package var weights: String
    package var settings: String
    /// timm's name of the architecture, for files that do not tell it.
    package var architecture: String?
    package var precision: Precision
    /// Whether the towers are the momentum twins of the files.
    package var isMomentum: Bool

    /// What the files alone do not tell, in words.
    package var network: String {
        [architecture, precision.rawValue, isMomentum ? "momentum twin" : nil].compactMap { $0 }
            .joined(separator: ", ")
    }
}

extension FoundationModel {
    /// Which network of which files this is; reads the files.
    package func identity() throws -> ModelIdentity {
        let files = try ModelFiles(folder, architecture: architecture)
        return ModelIdentity(
            name: towers.isMomentum ? String(name.dropLast(Self.momentumMark.count)) : name,
            weights: try files.weightsHash(), settings: try files.settingsHash(), architecture: architecture,
            precision: towers.precision, isMomentum: towers.isMomentum)
    }

    /// The network that an identity tells, by its name; whether the files are the same is for the caller to see.
    package static func load(_ identity: ModelIdentity) throws -> FoundationModel {
        let model = try load(
            identity.name, precision: identity.precision, architecture: identity.architecture)
        return identity.isMomentum ? try model.momentum : model
    }
}
