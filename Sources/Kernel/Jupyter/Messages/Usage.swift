import Foundation

/// `usage_reply`: what the kernel's processes use (an extension of ipykernel's that JupyterLab shows).
struct UsageReply: Encodable {
    struct HostMemory: Encodable {
        let total: Int
        let available: Int
        let percent: Double
        let used: Int
        let free: Int
    }

    let hostname: String
    let pid: Int32
    /// Processor time used since the last request over the time that went by, in percent of one core.
    let kernelCPU: Double
    /// Resident memory, in bytes.
    let kernelMemory: Int
    let cpuCount: Int
    let hostMemory: HostMemory

    private enum CodingKeys: String, CodingKey {
        case hostname, pid
        case kernelCPU = "kernel_cpu"
        case kernelMemory = "kernel_memory"
        case cpuCount = "cpu_count"
        case hostMemory = "host_virtual_memory"
    }
}

/// Measures processes from what Linux tells in `/proc`.
struct UsageMeter {
    private var last: (seconds: Double, at: ContinuousClock.Instant)?

    /// The usage of some processes together, since the last measurement.
    mutating func measure(_ processes: [Int32]) -> UsageReply {
        let now = ContinuousClock.now
        let seconds = processes.reduce(0) { $0 + Self.cpuSeconds(of: $1) }
        var percent = 0.0
        if let last {
            // A process that ended since takes its time with it.
            percent = max(0, 100 * (seconds - last.seconds) / max((now - last.at) / .seconds(1), 1e-3))
        }
        last = (seconds, now)
        return UsageReply(
            hostname: ProcessInfo.processInfo.hostName, pid: getpid(), kernelCPU: percent,
            kernelMemory: processes.reduce(0) { $0 + Self.residentBytes(of: $1) },
            cpuCount: ProcessInfo.processInfo.activeProcessorCount, hostMemory: Self.hostMemory())
    }

    /// User and system time; fields 14 and 15 of `/proc/PID/stat`, counted after the name, which may hold blanks.
    private static func cpuSeconds(of process: Int32) -> Double {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = stat.lastIndex(of: ")")
        else { return 0 }
        let fields = stat[name...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            return 0
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func residentBytes(of process: Int32) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else {
            return 0
        }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private static func hostMemory() -> UsageReply.HostMemory {
        var bytes: [Substring: Int] = [:]
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == " " })
            if parts.count > 1, let kilobytes = Int(parts[1]) { bytes[parts[0]] = kilobytes << 10 }
        }
        let total = bytes["MemTotal"] ?? 0
        let available = bytes["MemAvailable"] ?? 0
        let used = total - available
        return UsageReply.HostMemory(
            total: total, available: available, percent: total > 0 ? 100 * Double(used) / Double(total) : 0,
            used: used,
            free: bytes["MemFree"] ?? 0)
    }
}
