import COpenSSL
import Foundation

/// Signs messages with the connection's key (HMAC).
///
/// An empty key means that messages are not signed, as the specification has it.
public struct Signer: Sendable {
    private let key: [UInt8]
    private let digest: String

    /// A signer of a connection file's `signature_scheme` (`hmac-sha256`, or another digest that OpenSSL has).
    public init(scheme: String, key: String) throws {
        let prefix = "hmac-"
        let digest = scheme.hasPrefix(prefix) ? String(scheme.dropFirst(prefix.count)) : ""
        guard !digest.isEmpty, EVP_get_digestbyname(digest) != nil else {
            throw ConnectionError(
                "signature_scheme: expected hmac- and a digest, such as \"hmac-sha256\", found \"\(scheme)\"")
        }
        self.key = Array(key.utf8)
        self.digest = digest
    }

    /// Whether messages carry a signature.
    public var isSigning: Bool { !key.isEmpty }

    /// The signature of the four frames header, parent header, metadata and content, in lower case hexadecimal.
    public func signature(of frames: [Data]) throws -> Data {
        guard isSigning else { return Data() }
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { throw SigningError() }
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { throw SigningError() }
        defer { EVP_MAC_CTX_free(context) }

        var name = digest.utf8CString
        let started = name.withUnsafeMutableBufferPointer { name in
            let parameters = [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_init(context, key, key.count, parameters)
        }
        guard started == 1 else { throw SigningError() }
        for frame in frames {
            let added = frame.withUnsafeBytes { bytes in
                EVP_MAC_update(context, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
            }
            guard added == 1 else { throw SigningError() }
        }
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count = 0
        guard EVP_MAC_final(context, &bytes, &count, bytes.count) == 1 else { throw SigningError() }
        return Data(bytes[..<count].flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] })
    }

    /// Whether a signature is the one of the frames; takes the same time wherever they differ.
    public func isValid(_ signature: Data, of frames: [Data]) throws -> Bool {
        guard isSigning else { return true }
        let expected = try self.signature(of: frames)
        guard expected.count == signature.count else { return false }
        return expected.withUnsafeBytes { expected in
            signature.withUnsafeBytes {
                CRYPTO_memcmp(expected.baseAddress, $0.baseAddress, expected.count) == 0
            }
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

/// OpenSSL could not compute a signature.
public struct SigningError: Error, CustomStringConvertible {
    public var description: String { "OpenSSL could not sign a message; is its HMAC provider disabled?" }
}
