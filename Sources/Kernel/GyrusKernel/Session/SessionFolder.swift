import Foundation

/// The private folder of a kernel's compiled cells; it carries the number of the kernel's process.
enum SessionFolder {
    private static let prefix = "gyrus-"

    /// Makes this process's folder, which nobody else may read, and removes those of kernels that were killed.
    static func make() throws -> URL {
        let place = Folders.temporary
        removeOrphans(in: place)
        let folder = place.appending(path: "\(prefix)\(getpid())-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return folder
    }

    private static func removeOrphans(in place: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        for name in names where name.hasPrefix(prefix) {
            // The whole name is matched, so that somebody else's folder, such as "gyrus-2024", is not taken for one.
            let parts = name.dropFirst(prefix.count).split(separator: "-", maxSplits: 1)
            guard parts.count == 2, let pid = pid_t(parts[0]), pid > 0,
                UUID(uuidString: String(parts[1])) != nil
            else { continue }
            // Another user's folder cannot be removed, which does no harm.
            if kill(pid, 0) != 0, errno == ESRCH {
                try? FileManager.default.removeItem(at: place.appending(path: name))
            }
        }
    }
}
