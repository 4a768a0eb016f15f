import Foundation

/// What Linux knows of a process of the kernel's that has not been waited for.
struct ProcessAccount {
    let pid: pid_t

    /// The letter of its first thread's state; nil once it is gone.
    var state: Substring? { Self.statistics(at: "/proc/\(pid)/stat")?.first }

    /// What all of its threads have computed so far.
    var processorTime: Duration {
        guard let statistics = Self.statistics(at: "/proc/\(pid)/stat"), statistics.count > 12,
            let user = Int(statistics[11]), let system = Int(statistics[12])
        else { return .zero }
        return .seconds(user + system) / sysconf(Int32(_SC_CLK_TCK))
    }

    /// Whether it has computed since it had computed for a time, a second ago.
    func isComputing(since before: Duration) -> Bool {
        // On a machine that is busy with other work, it gets less of the processors than it wants.
        processorTime - before > .milliseconds(300) || wantsProcessor
    }

    /// Whether one of its threads computes or waits for a processor that others keep busy.
    private var wantsProcessor: Bool {
        let folder = "/proc/\(pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.contains { Self.statistics(at: "\(folder)/\($0)/stat")?.first == "R" }
    }

    /// The fields after the name in the account of a process or thread, which begins with its state.
    private static func statistics(at path: String) -> [Substring]? {
        // The name is in parentheses and may itself hold any character.
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { return nil }
        return text[name...].dropFirst(2).split(separator: " ")
    }
}
