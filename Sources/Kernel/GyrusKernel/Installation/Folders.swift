import Foundation
import SwiftCells

/// Where Gyrus keeps its files.
enum Folders {
    /// The user's cache, as the XDG base directory specification places it. Where that cannot be written to, one among the
    /// temporary files.
    static let cache: URL = {
        let usual = place("XDG_CACHE_HOME", else: ".cache")
        if isUsable(usual) { return usual }
        let other = temporary.appending(path: "gyrus-cache-\(getuid())")
        return isUsable(other) && isOwn(other)
            ? other : temporary.appending(path: "gyrus-cache-\(UUID().uuidString)")
    }()

    /// Whether programs that keep caches of their own in the user's home, as SwiftPM does, can write there.
    static var homeTakesCaches: Bool { isUsable(URL(fileURLWithPath: Home.path).appending(path: ".cache")) }

    /// The user's data, as the XDG base directory specification places it.
    static var data: URL { place("XDG_DATA_HOME", else: ".local/share") }

    /// The first of the usual places for temporary files that can be written to, in the order of Python's `tempfile`.
    static let temporary: URL = {
        let environment = ProcessInfo.processInfo.environment
        let named = ["TMPDIR", "TEMP", "TMP"].compactMap { environment[$0] }.filter { $0.hasPrefix("/") }
        let places = named + ["/tmp", "/var/tmp", "/usr/tmp", FileManager.default.currentDirectoryPath]
        let found = places.first(where: canHoldFiles) ?? "/tmp"
        // The compiler and the cells look there too.
        if let wish = environment["TMPDIR"], wish != found { setenv("TMPDIR", found, 1) }
        return URL(fileURLWithPath: found)
    }()

    private static func place(_ variable: String, else standard: String) -> URL {
        // The specification says that a path that is not a full one is to be ignored.
        let wish = ProcessInfo.processInfo.environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return URL(fileURLWithPath: wish ?? "\(Home.path)/\(standard)").appending(path: "gyrus")
    }

    /// Whether a folder is there, or can be made, and holds files.
    private static func isUsable(_ folder: URL) -> Bool {
        try? FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return canHoldFiles(folder.path)
    }

    private static func canHoldFiles(_ folder: String) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
        else {
            return false
        }
        // A read-only file system answers `access` as if it could be written to if the user is root.
        let probe = "\(folder)/.gyrus-\(UUID().uuidString)"
        guard FileManager.default.createFile(atPath: probe, contents: Data()) else { return false }
        return (try? FileManager.default.removeItem(atPath: probe)) != nil
    }

    /// Whether a folder that others could have made is the user's, and closed to them.
    private static func isOwn(_ folder: URL) -> Bool {
        var state = stat()
        return lstat(folder.path, &state) == 0 && state.st_mode & S_IFMT == S_IFDIR
            && state.st_uid == getuid() && state.st_mode & 0o077 == 0
    }
}
