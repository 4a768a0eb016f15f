import Foundation
import GyrusKernel
internal import Hashing
import JSON
import RunnerProtocol

/// What a notebook was made from: a later run with the same record would make the same one.
///
/// The record is kept in the user's cache, since it holds whole paths, which a notebook that is given to others should not
/// tell; the notebook holds its key.
public struct RunRecord: Codable, Sendable, Equatable {
    /// The SHA-256 of the code, the parameters, the version of Gyrus and the working folder.
    public let key: String
    /// What was read.
    public var files: [OpenedFile] = []

    /// The record of a notebook with its parameters in it, before it is run.
    public init(of notebook: Notebook, in folder: URL) {
        let digest = SHA256()
        digest.update(GyrusVersion.number)
        digest.update(folder.standardizedFileURL.path)
        for cell in notebook.cells where cell.kind == .code {
            digest.update(cell.source)
            for tag in cell.tags { digest.update(tag) }
        }
        key = digest.hexadecimal()
    }

    /// Whether an output is what a run of this key made, from files that are the same now; `inputs` must be among them.
    public func isCurrent(for output: URL, inputs: [URL]) -> Bool {
        guard let data = try? Data(contentsOf: output), let json = try? JSON(keepingNumbersOf: data),
            let run = json["metadata"]?["gyrus"]?["run"], run["key"]?.string == key,
            run["status"] == "completed",
            let stored = try? Data(contentsOf: Self.place(for: output)),
            let record = try? JSONDecoder().decode(RunRecord.self, from: stored), record.key == key
        else { return false }
        let known = Set(record.files.map(\.path))
        return inputs.allSatisfy { known.contains($0.path) } && record.files.allSatisfy(\.isUnchanged)
    }

    /// Forgets the record of an output that is about to be written again.
    public static func remove(for output: URL) { unlink(place(for: output).path) }

    /// Keeps the record beside those of other outputs.
    public func save(for output: URL) {
        let place = Self.place(for: output)
        try? FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        // Without a record the next run is not skipped, which does no harm.
        if let data = try? JSONEncoder().encode(self) { try? AtomicFile.write(data, to: place) }
    }

    private static func place(for output: URL) -> URL {
        let path = output.deletingLastPathComponent().resolvingSymlinksInPath()
            .appending(path: output.lastPathComponent).path
        let digest = SHA256()
        digest.update(path)
        return Installation.cacheFolder.appending(path: "runs/\(digest.hexadecimal()).json")
    }
}
