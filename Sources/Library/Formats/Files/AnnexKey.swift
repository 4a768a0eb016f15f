import Display
import Foundation

/// git-annex's name of a file's content, as DataLad uses it: how the content is hashed, its size and its hash.
///
/// A file that was not downloaded is a link to `.git/annex/objects/…/KEY/KEY`, or a text with `/annex/objects/KEY`.
/// Source: git-annex's internals, "key format": `BACKEND[-sNUMBER][-mNUMBER][-SNUMBER-CNUMBER]--NAME`.
struct AnnexKey {
    /// How the content is hashed: `MD5E`, `SHA256E`, …; an E means that the file's extension follows the hash.
    let backend: String
    /// The size in bytes, if the key says it.
    let size: Int?
    /// The hash in hexadecimal digits, without an ending.
    let hash: String

    init?(_ key: some StringProtocol) {
        guard let dashes = key.range(of: "--") else { return nil }
        let fields = key[..<dashes.lowerBound].split(separator: "-", omittingEmptySubsequences: false)
        guard let backend = fields.first, !backend.isEmpty,
            backend.allSatisfy({ $0.isUppercase || $0.isNumber || $0 == "_" })
        else { return nil }
        self.backend = String(backend)
        size = fields.dropFirst().first { $0.first == "s" }.flatMap { Int($0.dropFirst()) }
        hash = String(key[dashes.upperBound...].prefix { $0 != "." })
    }

    /// The key of a link into git-annex's store, whether its content is there or not; nil of any other file.
    init?(linkAt url: URL) {
        // The file itself may be behind further links, as folders of a study often are.
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: url.path),
            target.contains("annex/objects/"),
            let key = target.split(separator: "/").last
        else { return nil }
        self.init(key)
    }

    /// Why a file is not there.
    func sentence(for url: URL) -> String {
        let size = size.map { ", \(fileSize($0))" } ?? ""
        return "is not downloaded: it is a link into git-annex, as DataLad keeps large files\(size); "
            + "`datalad get \(quoted(url.path))` (or `git annex get`) fetches it"
    }
}

/// A small text in place of a large file that was not downloaded.
struct PointerFile {
    private enum Kind {
        case lfs(size: Int?)
        case annex(AnnexKey)
    }

    private let kind: Kind
    /// The longest such text.
    static let limit = 4096

    /// The pointer that a file is; nil of any other file.
    init?(_ data: Data) {
        let lfs = Data("version https://git-lfs".utf8)
        let annex = Data("/annex/objects/".utf8)
        if data.starts(with: lfs) {
            let size = String(decoding: data, as: UTF8.self).split(separator: "\n")
                .first { $0.hasPrefix("size ") }.flatMap { Int($0.dropFirst(5)) }
            kind = .lfs(size: size)
        } else if data.starts(with: annex),
            let key = AnnexKey(
                String(decoding: data.dropFirst(annex.count).prefix { $0 != 10 && $0 != 13 }, as: UTF8.self))
        {
            kind = .annex(key)
        } else {
            return nil
        }
    }

    func sentence(for url: URL) -> String {
        switch kind {
        case .lfs(let size):
            "is a pointer of Git LFS and not the file itself, which is not downloaded"
                + (size.map { " (\(fileSize($0)))" } ?? "") + ": `git lfs pull` fetches it"
        case .annex(let key):
            key.sentence(for: url).replacingOccurrences(of: "a link into", with: "a pointer of")
        }
    }
}

/// A path as a shell takes it.
private func quoted(_ path: String) -> String {
    let isPlain = path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+=,:@%".contains($0) }
    return isPlain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
}

/// A size as a person says it: `515 MB`.
private func fileSize(_ bytes: Int) -> String {
    var size = Double(bytes)
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 999.5 {
            return size >= 10 || unit == "bytes"
                ? "\(Int(size.rounded())) \(unit)" : String(format: "%.1f %@", size, unit)
        }
        size /= 1000
    }
    return String(format: "%.1f TB", size)
}
