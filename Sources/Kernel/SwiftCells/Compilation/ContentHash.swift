import Foundation
import Hashing

/// The SHA-256 of several pieces of content, each separated from the next.
public struct ContentHash: ~Copyable {
    private let digest = SHA256()

    public init() {}

    /// Adds a text.
    public func add(_ text: String) { digest.update(text) }

    /// Adds a file's bytes; a file that cannot be read counts as missing.
    public func add(contentsOf path: String) {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
            return add("no such file")
        }
        data.withUnsafeBytes { digest.update(whole: $0) }
    }

    /// The hash in hexadecimal; nothing may be added after it.
    public consuming func finish() -> String { digest.hexadecimal() }
}
