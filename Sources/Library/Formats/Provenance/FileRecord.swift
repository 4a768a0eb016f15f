import Foundation

/// A file that was opened for reading, as a record of an analysis names it.
public struct FileRecord: Sendable, Equatable, Codable {
    /// The path from the working folder on; of a file elsewhere its name and folder alone (`…/bert/model.safetensors`), so
    /// that no record tells how a machine is laid out. Of many files in one folder, the folder with `/*` after it.
    public let path: String
    /// How many files it stands for.
    public let count: Int
    /// How many bytes they have together.
    public let bytes: Int
    /// The SHA-256 of its content in 64 hexadecimal digits; of many files that of the lines `digest  name` in the order of
    /// their names, as `sha256sum * | sha256sum` gives it. Nil where it was not computed, or the file has changed since.
    public let sha256: String?

    /// The path of a file as records show it.
    static func shown(_ url: URL, from folder: String = FileManager.default.currentDirectoryPath) -> String {
        let path = url.standardizedFileURL.path
        if path.hasPrefix(folder + "/") { return String(path.dropFirst(folder.count + 1)) }
        // The folders of temporary files have other names each time.
        if path.hasPrefix(NSTemporaryDirectory()) { return "…/" + url.lastPathComponent }
        return "…/"
            + url.standardizedFileURL.pathComponents.filter { $0 != "/" }.suffix(2).joined(separator: "/")
    }
}

extension FileRecord: CustomStringConvertible {
    public var description: String {
        let many = count == 1 ? "" : " in \(count) files"
        return "\(path): \(bytes) bytes\(many), \(sha256.map { "SHA-256 \($0)" } ?? "no hash")"
    }
}
