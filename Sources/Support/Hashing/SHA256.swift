internal import COpenSSL

/// The SHA-256 digest of bytes that come in parts, by OpenSSL.
package struct SHA256: ~Copyable {
    private let context = EVP_MD_CTX_new()

    package init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in further bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Takes in a text, and its length before it, so that "ab", "c" and "a", "bc" differ.
    package func update(_ text: String) {
        var text = text
        text.withUTF8 { update(whole: UnsafeRawBufferPointer($0)) }
    }

    /// Takes in bytes, and their count before them, as `update` does with a text.
    package func update(whole bytes: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { update($0) }
        update(bytes)
    }

    /// The digest in 64 hexadecimal digits; nothing may be taken in afterwards.
    package consuming func hexadecimal() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
