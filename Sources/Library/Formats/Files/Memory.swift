import CControlGroups
import Foundation

/// Throws `FormatError` if `count` bytes for `what` are more memory than this process can have now.
///
/// A file may claim any size: memory for it is requested only if it is available, since memory that is promised but not
/// there ends the process. Sizes below 4 MiB are not asked about, and words for an error that cannot come are not made:
/// they would take a tenth of the time of reading a voxel.
package func requireMemory(_ count: Int, for what: @autoclosure () -> String, _ url: URL) throws {
    guard count >= 4 << 20 else { return }
    let available = availableMemory()
    guard count <= available else {
        throw FormatError(
            url, "\(what()) would take \(gigabytes(count)) of memory, and \(gigabytes(available)) can be had")
    }
}

/// Whether this process can have `bytes` of memory now; less than 64 MB is taken to be there, for asking takes time.
package func hasMemory(for bytes: Double) -> Bool { bytes < 64e6 || bytes <= Double(availableMemory()) }

private func gigabytes(_ count: Int) -> String { String(format: "%.1f GB", Double(count) / 1e9) }

/// How many bytes this process can still get: what is free on the machine, in its control groups and below its limit.
package func availableMemory() -> Int {
    #if os(Linux)
        var available = number(after: "MemAvailable:", in: "/proc/meminfo").map { $0 << 10 } ?? .max
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max,
            let pages = number(after: "", in: "/proc/self/statm")
        {
            let used = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
            available = min(available, max(0, Int(clamping: limit.rlim_cur) - used))
        }
        let room = control_groups_room("/proc/self/cgroup", "/sys/fs/cgroup")
        available = min(available, Int(clamping: room.left))
        return available
    #else
        return Int(clamping: ProcessInfo.processInfo.physicalMemory)
    #endif
}

/// The first integer after `key` in a small file of the system.
private func number(after key: String, in path: String) -> Int? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var text = [UInt8](repeating: 0, count: 4096)
    let count = fread(&text, 1, text.count, file)
    let words = String(decoding: text[..<count], as: UTF8.self)
    let start = key.isEmpty ? words.startIndex : words.range(of: key)?.upperBound
    guard let start else { return nil }
    return Int(words[start...].drop { $0 == " " }.prefix { $0.isNumber })
}
