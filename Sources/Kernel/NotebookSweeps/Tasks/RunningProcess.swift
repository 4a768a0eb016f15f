import Foundation

/// A process that runs a task, as its claim names it, so that others can tell whether it still does.
struct RunningProcess: Codable, Equatable, Sendable {
    var host: String
    /// The boot of the host: its processes are gone after another one.
    var boot: String
    /// The namespace in which the number counts; containers have their own.
    var namespace: String
    var pid: Int32
    /// When the process started, in ticks since the boot: its number may be another's later.
    var started: String
    /// The array task of Slurm (`1234_7`), and how often Slurm had started it again.
    var slurmTask: String?
    var slurmRestart: String?

    /// This process.
    static var current: RunningProcess {
        let environment = ProcessInfo.processInfo.environment
        let job = environment["SLURM_ARRAY_JOB_ID"].flatMap { job in
            environment["SLURM_ARRAY_TASK_ID"].map { "\(job)_\($0)" }
        }
        return RunningProcess(
            host: ProcessInfo.processInfo.hostName, boot: text("/proc/sys/kernel/random/boot_id"),
            namespace: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid"))
                ?? "",
            pid: getpid(), started: startTime(of: getpid()) ?? "",
            slurmTask: job ?? environment["SLURM_JOB_ID"],
            slurmRestart: environment["SLURM_RESTART_COUNT"])
    }

    /// Whether the process is still there; nil if that cannot be told from here.
    func isAlive(seenFrom here: RunningProcess) -> Bool? {
        if let slurmTask, slurmTask == here.slurmTask, slurmRestart != here.slurmRestart {
            // Slurm has started this array task again, so the former start is over.
            return false
        }
        guard host == here.host else { return nil }
        guard boot == here.boot else { return false }
        guard namespace == here.namespace else { return nil }
        return Self.startTime(of: pid) == started
    }

    /// The words that name it.
    var words: String {
        let job = slurmTask.map { ", Slurm job \($0)" } ?? ""
        return "process \(pid) on \(host)\(job)"
    }

    /// The number of the process that started it, if it runs on this machine.
    var parent: pid_t? { Self.fields(of: pid).flatMap { pid_t($0[1]) } }

    /// When a process started; nil if there is none, or only its remains.
    private static func startTime(of pid: Int32) -> String? {
        fields(of: pid).flatMap { $0[0] == "Z" || $0[0] == "X" ? nil : $0[19] }
    }

    /// What the system tells of a process, from its state on (proc(5)); nil if there is none.
    private static func fields(of pid: Int32) -> [String]? {
        // The name before it may hold spaces and brackets.
        let line = text("/proc/\(pid)/stat")
        guard let bracket = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: bracket)...].split(separator: " ").map(String.init)
        return fields.count > 19 ? fields : nil
    }

    private static func text(_ path: String) -> String {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(
            in: .whitespacesAndNewlines)
    }
}
