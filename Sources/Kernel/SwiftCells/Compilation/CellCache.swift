import Foundation

/// Compiled cells that later sessions reuse: "restart and run all" then compiles nothing that has not changed.
///
/// An entry is found by a hash of everything that the compiler saw: the synthesized source, the module's name, the
/// flags, the compiler, the libraries, and the entries of the cells that it imports. Within a session each run of a
/// cell is a module of its own, since its variables begin again while older code may still hold the former ones.
///
/// Entries are folders that appear by renaming and are never changed, so any number of kernels share them. The files
/// are linked into a session's folder: an entry that another kernel removes meanwhile lives on there.
public struct CellCache: Sendable {
    private let folder: URL
    /// How many bytes the entries may take together; the ones unused for longest go first.
    private let limit: Int

    private static let endings = ["so", "swiftmodule", "swiftdoc", "dia"]

    /// A cache in a folder, which is created if necessary.
    public init(folder: URL, limit: Int = 512 << 20) throws {
        self.folder = folder
        self.limit = limit
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Puts an entry's files at `stem` with their endings; whether there is one.
    package func restore(_ key: String, to stem: String) -> Bool {
        let entry = folder.appending(path: key)
        // The sizes are written last of all: a file that a crash cut short does not count.
        guard let data = try? Data(contentsOf: entry.appending(path: "sizes.json")),
            let sizes = try? JSONDecoder().decode([String: Int].self, from: data)
        else { return false }
        for ending in Self.endings {
            let file = entry.appending(path: "cell.\(ending)").path
            guard let size = Self.size(file), size == sizes[ending],
                (try? Self.place(file, at: "\(stem).\(ending)")) != nil
            else { return false }
        }
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: entry.path)
        return true
    }

    /// Stores the files at `stem`; a failure (a full disk) only means that there is no entry.
    package func store(_ key: String, from stem: String) {
        let draft = folder.appending(path: ".\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: draft) }
        do {
            try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: false)
            var sizes: [String: Int] = [:]
            for ending in Self.endings {
                let file = draft.appending(path: "cell.\(ending)").path
                try Self.place("\(stem).\(ending)", at: file)
                sizes[ending] = Self.size(file)
            }
            try JSONEncoder().encode(sizes).write(to: draft.appending(path: "sizes.json"))
            // Fails if another kernel was first: its entry is the same.
            rename(draft.path, folder.appending(path: key).path)
        } catch {
            return
        }
    }

    /// Removes the entries unused for longest until all fit the limit, and what crashed kernels left half made.
    public func trim() {
        let files = FileManager.default
        var entries: [(url: URL, used: Date, size: Int)] = []
        for name in (try? files.contentsOfDirectory(atPath: folder.path)) ?? [] {
            let url = folder.appending(path: name)
            let used =
                (try? files.attributesOfItem(atPath: url.path))?[.modificationDate] as? Date ?? .distantPast
            if name.hasPrefix(".") {
                if used.timeIntervalSinceNow < -3600 { try? files.removeItem(at: url) }
                continue
            }
            let size = Self.endings.reduce(0) {
                $0 + (Self.size(url.appending(path: "cell.\($1)").path) ?? 0)
            }
            entries.append((url, used, size))
        }
        var total = entries.reduce(0) { $0 + $1.size }
        for entry in entries.sorted(by: { $0.used < $1.used }) where total > limit {
            try? files.removeItem(at: entry.url)
            total -= entry.size
        }
    }

    private static func size(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }

    /// A second name for a file, or a copy if the two are on different disks.
    private static func place(_ file: String, at place: String) throws {
        unlink(place)
        if link(file, place) == 0 { return }
        try FileManager.default.copyItem(atPath: file, toPath: place)
    }
}
