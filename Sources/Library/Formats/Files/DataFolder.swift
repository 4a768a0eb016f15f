import Foundation
internal import Hashing

/// Finds the folder of data that belong to a notebook and are not part of it.
///
/// ```swift
/// let folder = try DataFolder.find("haxby2001-slice", from: "PyMVPA's tutorial data", sha256: [
///     "mask.nii.gz": "8d879d35aaeee3afddfb69a7e1b8dd2b3be446671452d7e841dc6588845f2877",
/// ])
/// ```
public enum DataFolder {
    /// The first folder of that name with all the files: in those that `GYRUS_DATA` in the environment names, separated
    /// by colons, and then in `gyrus/data` in the user's cache (`XDG_CACHE_HOME`, or `~/.cache`).
    ///
    /// - Parameters:
    ///   - name: the folder's name.
    ///   - source: where the data can be obtained, for the error.
    ///   - hashes: the SHA-256 of each file that is needed, by its name.
    ///
    /// Throws `FormatError` if there is none, which says where it was looked for and where the data can be obtained, or
    /// if a file is another than it should be.
    public static func find(_ name: String, from source: String, sha256 hashes: [String: String]) throws
        -> URL
    {
        try find(name, from: source, sha256: hashes, in: roots(ProcessInfo.processInfo.environment))
    }

    /// The same in one of some folders.
    package static func find(
        _ name: String, from source: String, sha256 hashes: [String: String], in roots: [URL]
    ) throws -> URL {
        for root in roots {
            let folder = root.appendingPathComponent(name)
            let needed = [folder] + hashes.keys.map { folder.appendingPathComponent($0) }
            guard needed.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) else { continue }
            for (file, hash) in hashes.sorted(by: { $0.key < $1.key }) {
                let url = folder.appendingPathComponent(file)
                let found = try SHA256.hexadecimal(of: url)
                guard found == hash.lowercased() else {
                    throw FormatError(url, "the SHA-256", expected: hash.lowercased(), found: found)
                }
            }
            return folder
        }
        let places = roots.map { $0.appendingPathComponent(name).path }.joined(separator: " or in ")
        let files = hashes.isEmpty ? "it" : hashes.keys.sorted().joined(separator: ", ")
        throw FormatError(
            named: name,
            "is not in \(places). It is to be had from \(source); put \(files) there, or name the folder above it "
                + "in the environment as GYRUS_DATA")
    }

    /// Where data may be, the first first.
    package static func roots(_ environment: [String: String]) -> [URL] {
        let named = (environment["GYRUS_DATA"] ?? "").split(separator: ":").map { String($0).fileURL }
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "~/.cache"
        return named + [(cache + "/gyrus/data").fileURL]
    }
}
