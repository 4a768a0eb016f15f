internal import COpenSSL
import Foundation

/// Git's name of a file's content: the SHA-1 of `blob SIZE`, a zero byte and the content.
package enum GitBlob {
    /// The hash of a small file in 40 hexadecimal digits.
    ///
    /// Throws if the file cannot be read.
    package static func hash(of file: URL, size: Int) throws -> String {
        let data = Data("blob \(size)\0".utf8) + (try Data(contentsOf: file, options: .alwaysMapped))
        var digest = [UInt8](repeating: 0, count: 20)
        _ = data.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, &digest, nil, EVP_sha1(), nil) }
        return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
