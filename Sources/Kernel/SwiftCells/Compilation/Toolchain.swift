import Foundation

/// The Swift toolchain that compiles cells, as it describes itself.
public struct Toolchain: Sendable {
    /// The `usr` folder.
    public let root: String
    /// How the compiler names itself, with its version.
    public let version: String
    /// The target triple (`x86_64-unknown-linux-gnu`).
    public let target: String
    /// The folder of runtime libraries and modules (`usr/lib/swift`).
    public let resources: String
    /// The folder of the runtime's shared libraries.
    public let libraries: String
    /// The start-up object that registers a library's types and conformances with the runtime.
    public let registrar: String
    /// The flags by which the compiler finds macros.
    public let macroFlags: [String]

    public var frontend: String { root + "/bin/swift-frontend" }
    public var packageManager: String { root + "/bin/swift-build" }
    public var linker: String { root + "/bin/ld.lld" }
    public var autolinkExtract: String { root + "/bin/swift-autolink-extract" }
    public var symbolizer: String { root + "/bin/llvm-symbolizer" }

    /// The shared libraries that nearly every cell needs, as paths: loaded once, before the first cell, so that no cell
    /// links with them. Linking with them took twice as long as all else that the linker does.
    public var commonLibraries: [String] {
        Self.commonNames.map { "\(libraries)/lib\($0).so" }.filter(FileManager.default.fileExists(atPath:))
    }

    static let commonNames = [
        "swiftCore", "swift_Concurrency", "swiftSwiftOnoneSupport", "swift_StringProcessing",
        "swift_RegexParser",
        "swiftSynchronization", "swiftGlibc", "BlocksRuntime", "dispatch", "swiftDispatch", "Foundation",
        "FoundationEssentials", "FoundationInternationalization",
    ]

    /// Asks the first toolchain on the `PATH` (or in the usual places) for its target and folders.
    ///
    /// Throws `ToolchainError` where there is none or it does not answer.
    public static func locate() throws -> Toolchain {
        guard let compiler = find() else { throw ToolchainError.notFound }
        let root = URL(fileURLWithPath: compiler).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let answer = try ask(compiler, ["-print-target-info"])
        guard let info = try? JSONDecoder().decode(TargetInfo.self, from: Data(answer.output.utf8)),
            let libraries = info.paths.runtimeLibraryPaths.first
        else { throw ToolchainError.unreadable(compiler, answer.output) }
        let resources = info.paths.runtimeResourcePath
        return Toolchain(
            root: root, version: info.compilerVersion, target: info.target.triple, resources: resources,
            libraries: libraries,
            registrar: "\(resources)/\(info.target.platform)/\(info.target.arch)/swiftrt.o",
            macroFlags: try macroFlags(of: compiler))
    }

    /// Asks the compiler's driver a question, in a folder of its own for temporary files: the driver leaves a folder
    /// behind with each answer, fails if TMPDIR is not there, and crashes where its name is not ASCII.
    private static func ask(_ compiler: String, _ arguments: [String]) throws -> Subprocess.Result {
        var template = Array("/tmp/gyrus-driver-XXXXXX".utf8CString)
        let folder = mkdtemp(&template).map { String(cString: $0) }
        defer {
            if let folder { try? FileManager.default.removeItem(atPath: folder) }
        }
        return try Subprocess.run(compiler, arguments, settings: ["TMPDIR=\(folder ?? "/tmp")"])
    }

    /// Where `make` puts a toolchain that it fetched (Kernelspec/fetch_swift.py).
    private static var fetched: String {
        let data = ProcessInfo.processInfo.environment["XDG_DATA_HOME"] ?? Home.path + "/.local/share"
        return data + "/gyrus/swift/usr/bin"
    }

    private static func find() -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            path.split(separator: ":").map(String.init) + [
                "/opt/swift/usr/bin", Home.path + "/.local/share/swiftly/bin", fetched, "/usr/bin",
            ]
        return folders.map { $0 + "/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The plug-in flags that the driver would pass to the compiler.
    private static func macroFlags(of compiler: String) throws -> [String] {
        let answer = try ask(compiler, ["-###", "-c", "cell.swift"])
        let command = answer.output.split(separator: "\n").first { $0.contains("-frontend") } ?? ""
        let words = command.split(separator: " ").map(String.init)
        let flags: Set = ["-plugin-path", "-in-process-plugin-server-path", "-external-plugin-path"]
        var found: [String] = []
        for (flag, value) in zip(words, words.dropFirst()) where flags.contains(flag) {
            found += [flag, value]
        }
        return found
    }

    private struct TargetInfo: Decodable {
        struct Target: Decodable {
            let triple, platform, arch: String
        }
        struct Paths: Decodable {
            let runtimeLibraryPaths: [String]
            let runtimeResourcePath: String
        }
        let compilerVersion: String
        let target: Target
        let paths: Paths
    }
}

/// Why no toolchain can be used.
public enum ToolchainError: Error, CustomStringConvertible {
    case notFound
    case unreadable(String, String)

    public var description: String {
        switch self {
        case .notFound:
            "no Swift toolchain: there is no swiftc on the PATH; install Swift 6.1 or later from https://swift.org/install"
        case .unreadable(let compiler, let answer):
            "\(compiler) -print-target-info did not answer as expected: \(answer.prefix(200))"
        }
    }
}
