import Foundation
import NotebookRuns

/// One time that a task was run.
struct Attempt: Sendable, Equatable {
    let number: Int
    let claim: Claim
    let end: End?

    /// Who runs it; written once, before the task begins.
    struct Claim: Codable, Sendable, Equatable {
        var process: RunningProcess
        var began: Date
    }

    /// How it ended; written once.
    struct End: Codable, Sendable, Equatable {
        enum Status: String, Codable, Sendable {
            case done, failed
            /// It was told to end, and may be run again.
            case interrupted
        }
        var status: Status
        /// What a cell failed with.
        var error: String?
        /// How many seconds it took.
        var seconds: Double
        /// The SHA-256 of the output, its size in bytes, and when it was written, in nanoseconds since 1970.
        var sha256: String?
        var bytes: Int?
        var modified: Int?
    }
}

/// The attempts at one task, in files that are written once and never changed.
///
/// An attempt is claimed by making the file of the next number, which only one process can do, also on a network file system
/// (link(2) fails if the name is there). So nobody ever has to remove the claim of a process that is gone.
struct TaskState: Sendable {
    let folder: URL
    /// The task's name.
    let name: String

    /// The last attempt; nil if there was none.
    var last: Attempt? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return last(among: names)
    }

    /// The last attempt, if the folder holds the files `names`.
    func last(among names: [String]) -> Attempt? {
        let numbers = names.filter { $0.hasPrefix(name + ".") && $0.hasSuffix(".claim") }
            .compactMap { Int($0.dropFirst(name.count + 1).dropLast(".claim".count)) }
        guard let number = numbers.max() else { return nil }
        return attempt(number)
    }

    private func attempt(_ number: Int) -> Attempt? {
        guard let claim: Attempt.Claim = read(file(number, "claim")) else { return nil }
        return Attempt(number: number, claim: claim, end: read(file(number, "end")))
    }

    /// Claims the attempt after the last; nil if another process was first. Throws `RunError` if nothing can be
    /// written.
    func claim(after last: Attempt?) throws -> Int? {
        let number = (last?.number ?? 0) + 1
        let claim = Attempt.Claim(process: .current, began: .now)
        return try create(file(number, "claim"), claim) ? number : nil
    }

    /// Notes how an attempt ended.
    func end(_ number: Int, _ end: Attempt.End) throws { _ = try create(file(number, "end"), end) }

    /// Tells that the process of an attempt is alive.
    func beat(_ number: Int) { utimensat(AT_FDCWD, file(number, "claim").path, nil, 0) }

    /// How many seconds ago the process of an attempt reported that it is alive, by the file system's clock.
    func silence(of number: Int) -> Double {
        let probe = folder.appending(path: ".probe-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: probe.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: probe) }
        func modified(_ file: URL) -> Double? {
            var status = stat()
            guard stat(file.path, &status) == 0 else { return nil }
            return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
        }
        guard let now = modified(probe), let then = modified(file(number, "claim")) else { return 0 }
        return now - then
    }

    private func file(_ number: Int, _ kind: String) -> URL {
        folder.appending(path: "\(name).\(number).\(kind)")
    }

    private func read<Value: Decodable>(_ file: URL) -> Value? {
        (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
    }

    /// Makes a file with all of its content at once; false if the name is taken.
    private func create(_ file: URL, _ value: some Encodable) throws -> Bool {
        let other = folder.appending(path: ".\(file.lastPathComponent).\(UUID().uuidString)")
        try AtomicFile.write(JSONEncoder().encode(value), to: other)
        defer { unlink(other.path) }
        if link(other.path, file.path) == 0 { return true }
        guard errno == EEXIST else {
            throw RunError("\(file.relativePath) cannot be written: \(String(cString: strerror(errno)))")
        }
        return false
    }
}
