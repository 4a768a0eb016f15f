import Foundation
import NotebookRuns

/// An array that was submitted: which task each of its elements runs. Kept in `slurm/N.json`.
struct SlurmSubmission: Codable, Sendable, Equatable {
    /// Slurm's number of the array.
    var job: String
    var tasks: [Int]

    /// All of a sweep, the first first.
    static func all(of folder: SweepFolder) -> [SlurmSubmission] {
        let found = numbers(in: folder).compactMap { number in
            let file = folder.url.appending(path: "slurm/\(number).json")
            return (try? Data(contentsOf: file)).flatMap {
                try? JSONDecoder().decode(SlurmSubmission.self, from: $0)
            }
        }
        // A controller that has lost its state gives the number of an array to another one.
        let latest = Dictionary(zip(found.map(\.job), found.indices)) { $1 }
        return found.indices.filter { latest[found[$0].job] == $0 }.map { found[$0] }
    }

    /// The numbers that are taken, also by a submission that came to nothing.
    static func numbers(in folder: SweepFolder) -> [Int] {
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "slurm").path))
            ?? []
        return Set(names.compactMap { Int($0.prefix { $0 != "." }) }).sorted()
    }
}
