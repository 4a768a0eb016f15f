import Foundation

/// The empty module whose arrival a preloaded compiler waits for.
///
/// The modules that such a compiler makes list it among their imports, so it must be there when they are imported.
struct GateModule: Sendable {
    static let name = "_GyrusGate"
    let bytes: Data

    /// The module as the toolchain's compiler makes it, kept in the folder `cache` for later sessions, and put into
    /// `folder`; nil where it cannot be made.
    init?(toolchain: Toolchain, cache: URL, folder: URL) {
        let hash = ContentHash()
        for part in [toolchain.version, toolchain.target, Self.state(of: toolchain.frontend)] {
            hash.add(part)
        }
        let kept = cache.appending(path: "\(Self.name)-\(hash.finish()).swiftmodule")
        let place = folder.appending(path: Self.name + ".swiftmodule")
        if let known = try? Data(contentsOf: kept), !known.isEmpty {
            bytes = known
        } else {
            guard let made = Self.make(toolchain, in: folder) else { return nil }
            bytes = made
            // Appears as a whole. Where it cannot be kept, the next session makes its own.
            try? made.write(to: kept, options: .atomic)
        }
        guard (try? bytes.write(to: place)) != nil else { return nil }
    }

    private static func make(_ toolchain: Toolchain, in folder: URL) -> Data? {
        let source = folder.appending(path: "\(name).swift")
        let module = folder.appending(path: "\(name).swiftmodule")
        defer { try? FileManager.default.removeItem(at: source) }
        guard (try? Data().write(to: source)) != nil else { return nil }
        let made = try? Subprocess.run(
            toolchain.frontend,
            [
                "-frontend", "-emit-module", "-parse-stdlib", "-module-name", name, source.path, "-o",
                module.path,
                "-target", toolchain.target, "-disable-objc-interop", "-no-serialize-debugging-options",
            ])
        return made?.status == 0 ? try? Data(contentsOf: module) : nil
    }

    /// What changes when a compiler is replaced by another one of the same name.
    private static func state(of file: String) -> String {
        var information = stat()
        guard stat(file, &information) == 0 else { return "" }
        return "\(information.st_size) \(information.st_mtim.tv_sec) \(information.st_mtim.tv_nsec)"
    }
}
