internal import COpenSSL
import Foundation

/// Compares a file that DataLad or git-annex has fetched with the size and the hash in its key.
///
/// ```swift
/// try DownloadCheck.verify("sub-01/func/sub-01_task-story_bold.nii.gz")
/// ```
public enum DownloadCheck {
    /// Throws `FormatError` if the file is not what its key says, is not there, or has no key of git-annex with a hash
    /// (a file that is unlocked has its key in Git alone); and `CancellationError`.
    public static func verify(_ file: some FileLocation) throws {
        let url = file.fileURL
        guard let key = AnnexKey(linkAt: url) else {
            _ = try OpenFile(url)
            throw FormatError(
                url,
                "is no link of git-annex, so nothing says which hash it should have; `git annex fsck` knows of "
                    + "unlocked files")
        }
        let file = try OpenFile(url)
        if let size = key.size, size != file.count {
            throw FormatError(
                url, "the size, which its key \(key.backend) gives,", expected: "\(size) bytes",
                found: "\(file.count)")
        }
        guard let digest = algorithm(key.backend) else {
            throw FormatError(
                url, "has a key of git-annex's \(key.backend), which holds no hash that can be compared")
        }
        let found = try hash(of: file, digest)
        guard found == key.hash.lowercased() else {
            throw FormatError(
                url, "is damaged, or was changed: its hash (\(key.backend))", expected: key.hash, found: found
            )
        }
    }

    /// The hash of a backend; a last E says only that the key has the file's ending.
    private static func algorithm(_ backend: String) -> OpaquePointer? {
        switch backend.hasSuffix("E") ? String(backend.dropLast()) : backend {
        case "MD5": EVP_md5()
        case "SHA1": EVP_sha1()
        case "SHA224": EVP_sha224()
        case "SHA256": EVP_sha256()
        case "SHA384": EVP_sha384()
        case "SHA512": EVP_sha512()
        default: nil
        }
    }

    private static func hash(of file: OpenFile, _ digest: OpaquePointer) throws -> String {
        guard let context = EVP_MD_CTX_new() else { throw FormatError(file.url, "no memory for its hash") }
        defer { EVP_MD_CTX_free(context) }
        EVP_DigestInit_ex(context, digest, nil)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: file.count, by: buffer.count) {
            try Task.checkCancellation()
            let part = UnsafeMutableRawBufferPointer(
                rebasing: buffer[..<min(buffer.count, file.count - start)])
            try file.read(at: start, into: part)
            EVP_DigestUpdate(context, part.baseAddress, part.count)
        }
        var result = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        EVP_DigestFinal_ex(context, &result, &count)
        return result[..<Int(count)].map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
