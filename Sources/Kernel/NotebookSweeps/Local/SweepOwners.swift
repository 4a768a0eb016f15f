import Foundation

/// The processes on this machine that run a sweep's tasks, and those that start them.
public struct SweepOwners {
    private let folder: SweepFolder

    public init(_ folder: SweepFolder) { self.folder = folder }

    /// Where a process that runs the sweep notes itself; several may at once.
    func newFile() -> URL { folder.state.appending(path: "local-\(UUID().uuidString).owner") }

    /// Tells the processes to end; how many.
    public func cancel() -> Int {
        let here = RunningProcess.current
        let owners = noted.filter { $0.isAlive(seenFrom: here) == true }
        // What an array runs is Slurm's to end; what a local sweep runs within a job of Slurm's is not.
        let arrays = Set(SlurmSubmission.all(of: folder).map(\.job))
        let tasks = folder.lastAttempts.compactMap(\.self).filter { $0.end == nil }.map(\.claim.process)
            .filter {
                !arrays.contains(String($0.slurmTask?.prefix { $0 != "_" } ?? ""))
                    && $0.isAlive(seenFrom: here) == true
            }
        // The one that runs the sweep tells its tasks.
        let parents = Set(owners.map(\.pid))
        for process in owners + tasks.filter({ $0.parent.map(parents.contains) != true }) {
            kill(process.pid, SIGTERM)
        }
        return owners.count + tasks.count
    }

    /// The processes that have noted themselves, also those that were killed since.
    private var noted: [RunningProcess] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.state.path)) ?? []
        return names.filter { $0.hasSuffix(".owner") }.compactMap { name in
            (try? Data(contentsOf: folder.state.appending(path: name))).flatMap {
                try? JSONDecoder().decode(RunningProcess.self, from: $0)
            }
        }
    }
}
