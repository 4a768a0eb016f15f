import Display
import Foundation
internal import Hashing
import Synchronization

/// The files that this process has opened for reading, each with what it was like when it was opened first.
///
/// Their hashes are computed in the background, or when they are asked for. A file that is changed afterwards has none.
package final class OpenedFiles: Sendable {
    package static let shared = OpenedFiles()

    /// Files beyond this size (256 MiB) are hashed only when somebody asks: it takes as long as reading them again.
    package static let backgroundLimit = 256 << 20
    /// More files than this in one folder are reported together.
    static let folderLimit = 20

    private struct Entry {
        let url: URL
        let version: FileVersion
        var sha256: String?
        /// Whether the hash was looked for.
        var isHashed = false
        /// Whether a cell's output has reported it.
        var isTold = false
    }

    private struct State {
        var entries: [String: Entry] = [:]
    }
    private let state = Mutex(State())
    /// Hashes one file at a time.
    private let queue = DispatchQueue(label: "gyrus.hashes", qos: .utility)
    /// GYRUS_HASH_FILES=0 turns the hashing in the background off, for slow disks.
    private let hashesInBackground =
        Output.isConnected && ProcessInfo.processInfo.environment["GYRUS_HASH_FILES"] != "0"

    private init() {}

    /// The files that a body of code opens.
    private final class Listener: Sendable {
        let files = Mutex<[String: FileVersion]>([:])
    }
    @TaskLocal private static var listener: Listener?

    /// The result of `body`, and the files that it opens, by their paths; those that it opens on other threads are not
    /// among them.
    package static func during<Result>(
        _ body: () throws -> Result
    ) rethrows -> (result: Result, files: [String: FileVersion]) {
        let own = Listener()
        let result = try $listener.withValue(own) { try body() }
        return (result, own.files.withLock { $0 })
    }

    /// Notes a file that has been opened.
    package func note(_ url: URL, _ version: FileVersion) {
        let path = url.standardizedFileURL.path
        Self.listener?.files.withLock { $0[path] = version }
        let isNew = state.withLock { state in
            if let known = state.entries[path], known.version == version { return false }
            state.entries[path] = Entry(url: url, version: version)
            return true
        }
        guard isNew, hashesInBackground else { return }
        OutputMetadata.setSource { [self] in news() }
        if version.size <= Self.backgroundLimit { queue.async { [self] in hash(path) } }
    }

    /// All files, by path; waits until they are hashed.
    package func records() -> [FileRecord] { records(hashing: .max) { _ in true } }

    /// The whole path, size, hash and date (nanoseconds since 1970) of each file, as they were when it was opened; those
    /// beyond `backgroundLimit` have no hash unless somebody asked for it.
    package func locations() -> [(path: String, bytes: Int, sha256: String?, modified: Int)] {
        hash(state.withLock { $0.entries }, upTo: Self.backgroundLimit)
        return state.withLock { $0.entries }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.version.size, $0.value.sha256, $0.value.version.modified) }
    }

    /// A JSON object of the files that no output has told of; nil if there is none.
    private func news() -> Data? {
        let fresh = state.withLock { state in
            let fresh = Set(state.entries.filter { !$0.value.isTold }.keys)
            for path in fresh { state.entries[path]?.isTold = true }
            return fresh
        }
        guard !fresh.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try? encoder.encode(["files": records(hashing: Self.backgroundLimit) { fresh.contains($0) }])
    }

    private func records(hashing limit: Int, of isWanted: (String) -> Bool) -> [FileRecord] {
        let wanted = state.withLock { $0.entries.filter { isWanted($0.key) } }
        hash(wanted, upTo: limit)
        let entries = state.withLock { state in
            wanted.keys.sorted().compactMap { path in state.entries[path] }
        }
        let folders = Dictionary(grouping: entries) { $0.url.standardizedFileURL.deletingLastPathComponent() }
        return folders.flatMap { folder, entries in
            entries.count > Self.folderLimit
                ? [Self.record(of: folder, entries)]
                : entries.map {
                    FileRecord(
                        path: FileRecord.shown($0.url), count: 1, bytes: $0.version.size, sha256: $0.sha256)
                }
        }.sorted { $0.path < $1.path }
    }

    private static func record(of folder: URL, _ entries: [Entry]) -> FileRecord {
        let lines = entries.map { "\($0.sha256 ?? "-")  \($0.url.lastPathComponent)\n" }
        let digest = SHA256()
        for line in lines { Array(line.utf8).withUnsafeBytes { digest.update($0) } }
        return FileRecord(
            path: FileRecord.shown(folder) + "/*", count: entries.count,
            bytes: entries.reduce(0) { $0 + $1.version.size },
            sha256: entries.allSatisfy { $0.sha256 != nil } ? digest.hexadecimal() : nil)
    }

    /// Waits until those of some files that have at most `limit` bytes are hashed.
    private func hash(_ entries: [String: Entry], upTo limit: Int) {
        for (path, entry) in entries where entry.version.size <= limit { queue.sync { hash(path) } }
    }

    /// Computes the hash of a file, unless that was done; on the queue.
    private func hash(_ path: String) {
        guard let entry = state.withLock({ $0.entries[path] }), !entry.isHashed else { return }
        var digest: String?
        if let now = try? FileVersion(entry.url), now == entry.version,
            let found = try? SHA256.hexadecimal(of: entry.url),
            let after = try? FileVersion(entry.url), after == entry.version
        {
            digest = found
        }
        state.withLock { state in
            guard state.entries[path]?.version == entry.version else { return }
            state.entries[path]?.sha256 = digest
            state.entries[path]?.isHashed = true
        }
    }
}
