import COpenSSL
import Foundation

/// The SHA-256 of several pieces of content, each told apart from the next.
public struct ContentHash {
    private let context = EVP_MD_CTX_new()

    public init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

    /// Takes in a text.
    public func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Takes in a file's bytes; a file that cannot be read counts as one that is not there.
    public func add(contentsOf path: String) {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
            return add("no such file")
        }
        data.withUnsafeBytes { add($0) }
    }

    private func add(_ bytes: UnsafeRawBufferPointer) {
        // The length goes first, so that "ab", "c" is not "a", "bc".
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) {
            _ = EVP_DigestUpdate(context, $0.baseAddress, 8)
        }
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The hash in hexadecimal; nothing may be added after it.
    public consuming func finish() -> String {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        EVP_DigestFinal_ex(context, &bytes, &count)
        EVP_MD_CTX_free(context)
        return bytes[..<Int(count)].map { String(format: "%02x", $0) }.joined()
    }
}
