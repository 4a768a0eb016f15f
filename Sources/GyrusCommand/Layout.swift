import Foundation

/// Where the parts of Gyrus are, all found from the executable that runs.
///
/// Installed, they are under `PREFIX/lib/gyrus` beside `PREFIX/bin/gyrus`; built and not installed, in the build
/// folder and the sources.
struct Layout {
    /// The executable that runs, without symbolic links.
    let executable: URL
    /// The process that runs cells.
    let runner: URL
    /// The library that cells import.
    let library: URL
    /// The library's Swift modules.
    let modules: URL
    /// The module maps of the C libraries, a folder each.
    let cModules: URL
    /// The compiler flags that the C libraries need, one a line; there is none in a build folder.
    let clangFlags: URL?
    /// The kernel's description and logos.
    let kernelspec: URL
    /// The folder that holds `bin` and `lib`; nothing where Gyrus runs from a build folder.
    let prefix: URL?

    /// The parts around an executable.
    init(executable: URL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()) {
        self.executable = executable
        let folder = executable.deletingLastPathComponent()
        let prefix = folder.deletingLastPathComponent()
        let installed = prefix.appendingPathComponent("lib/gyrus")
        if FileManager.default.fileExists(atPath: installed.path) {
            self.prefix = prefix
            runner = installed.appendingPathComponent("gyrus-runner")
            library = installed.appendingPathComponent("libGyrus.so")
            modules = installed.appendingPathComponent("modules")
            cModules = installed.appendingPathComponent("cmodules")
            clangFlags = installed.appendingPathComponent("clang-flags")
            kernelspec = installed.appendingPathComponent("kernelspec")
        } else {
            // The build folder is PACKAGE/.build/TRIPLE/release.
            let package = prefix.deletingLastPathComponent().deletingLastPathComponent()
            self.prefix = nil
            runner = folder.appendingPathComponent("gyrus-runner")
            library = folder.appendingPathComponent("libGyrus.so")
            modules = folder.appendingPathComponent("Modules")
            cModules = package.appendingPathComponent("Sources/CLibraries")
            clangFlags = nil
            kernelspec = package.appendingPathComponent("Kernelspec")
        }
    }

    /// What the compiler must be told to compile `import Gyrus`.
    var compilerFlags: [String] {
        var flags = ["-I", modules.path]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: cModules.path).sorted()) ?? [] {
            // A C target of the package keeps its headers in a folder of their own.
            for place in ["module.modulemap", "include/module.modulemap"] {
                let map = cModules.appendingPathComponent("\(name)/\(place)").path
                if FileManager.default.fileExists(atPath: map) {
                    flags += ["-Xcc", "-fmodule-map-file=\(map)"]
                }
            }
        }
        let lines = clangFlags.flatMap { try? String(contentsOf: $0, encoding: .utf8) } ?? ""
        for flag in lines.split(separator: "\n") { flags += ["-Xcc", String(flag)] }
        return flags
    }
}
