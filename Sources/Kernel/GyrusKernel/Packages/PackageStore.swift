import Foundation
import SwiftCells

/// The packages that `%package` built, in a folder that all kernels of the user share.
///
/// Each request (place, version, products, compiler) has a folder with the build and, by content, what it made.
struct PackageStore {
    let folder: URL
    let toolchain: Toolchain
    /// Runs a command and passes on its lines; its status, and all that it printed. Throws if it was stopped.
    let run:
        (_ executable: String, _ arguments: [String], _ line: (String) -> Void) throws -> (
            status: Int32, output: String
        )
    /// Shows how far a build is.
    let progress: (String) -> Void
    /// Throws if the user asked to stop.
    let checkStop: () throws -> Void

    /// The package that a request asks for, built where it is not yet; throws `MagicError`.
    func package(for request: PackageRequest) throws -> (package: BuiltPackage, wasBuilt: Bool) {
        if request.isLocal {
            let manifest = request.place + "/Package.swift"
            guard FileManager.default.fileExists(atPath: manifest) else {
                throw MagicError("\(request.place) is no Swift package: it has no Package.swift")
            }
        }
        let version = request.isLocal ? nil : try settled(request)
        let key = key(request, version)
        let place = folder.appending(path: key)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let lock = try BuildLock(place.appending(path: "lock").path) { isFirst in
            if isFirst { progress("another kernel builds \(request.identity); waiting for it") }
            try checkStop()
        }
        defer { lock.release() }
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: place.path)
        if let built = read(place), built.content == content(of: built, key) { return (built, false) }
        removeUnused()
        return (try build(request, version, key, in: place), true)
    }

    /// Removes what was not asked for in three months.
    private func removeUnused() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            let place = folder.appending(path: name)
            let attributes = try? FileManager.default.attributesOfItem(atPath: place.path)
            guard let used = attributes?[.modificationDate] as? Date, used.timeIntervalSinceNow < -90 * 86400
            else { continue }
            try? FileManager.default.removeItem(at: place)
        }
    }

    /// The version that a request means by now.
    private func settled(_ request: PackageRequest) throws -> PackageRequest.Version {
        switch request.version {
        case .exact, .revision: return request.version
        case .branch(let name):
            // Git finds `feature/main`, too, if it is asked for `main`.
            let heads = try references(of: request, ["--heads"], name)
            guard let commit = heads.first(where: { $0.name == "refs/heads/\(name)" })?.commit else {
                throw MagicError("\(request.place) has no branch \(name)")
            }
            return .revision(commit)
        case .newest:
            let releases = try references(of: request, ["--tags", "--refs"], nil).compactMap {
                SemanticVersion(String($0.name.dropFirst("refs/tags/".count)))
            }
            guard let newest = releases.max() else {
                throw MagicError(
                    "\(request.place) has no release; name a branch: \(request.place)@branch:main")
            }
            return .exact(String(newest.text.drop { $0 == "v" }))
        }
    }

    private func references(of request: PackageRequest, _ options: [String], _ name: String?) throws
        -> [(commit: String, name: String)]
    {
        progress("asking \(request.place) for its releases")
        let result = try run(
            "/usr/bin/env", ["git", "ls-remote"] + options + [request.place] + (name.map { [$0] } ?? [])
        ) { _ in }
        guard result.status == 0 else {
            throw MagicError("git could not ask \(request.place):\n\(result.output)")
        }
        return result.output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: "\t")
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
    }

    private func key(_ request: PackageRequest, _ version: PackageRequest.Version?) -> String {
        let hash = ContentHash()
        for word in [toolchain.version, request.place, "\(version as Any)"] + request.products {
            hash.add(word)
        }
        let name = request.identity.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return "\(name)_\(hash.finish().prefix(12))"
    }

    private func build(
        _ request: PackageRequest, _ version: PackageRequest.Version?, _ key: String, in place: URL
    ) throws -> BuiltPackage {
        let name = "Package_\(key)"
        var manifest = PackageManifest(
            name: name, request: request, version: version, products: request.products)
        try manifest.write(in: place)
        if request.products.isEmpty {
            manifest = PackageManifest(
                name: name, request: request, version: version, products: try products(of: request, in: place)
            )
            try manifest.write(in: place)
        }
        try swift(
            "build", ["-c", "release", "--package-path", place.path, "--product", name], of: request)
        let state = try WorkspaceState(folder: place)
        let flags = BuildPlan.flags(of: name, in: place)
        var built = BuiltPackage(
            title: title(request, version), products: manifest.products, content: "", library: "",
            modules: "",
            clangFlags: flags.clang, compilerFlags: flags.compiler, pins: state.pins,
            folders: state.localFolders)
        built.content = content(of: built, key)
        try keep(&built, name, in: place)
        try JSONEncoder().encode(built).write(to: place.appending(path: "built.json"), options: .atomic)
        return built
    }

    /// Copies what a build made to a folder of its own, which a later build leaves alone: kernels may have it loaded.
    private func keep(_ built: inout BuiltPackage, _ name: String, in place: URL) throws {
        let files = FileManager.default
        let release = place.appending(path: ".build/release").resolvingSymlinksInPath()
        let draft = place.appending(path: ".draft-\(UUID().uuidString)")
        try files.createDirectory(at: draft, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: draft) }
        // Two contents of one package have two names: a process loads a library's name once.
        let short = String(built.content.prefix(12))
        try files.copyItem(
            at: release.appending(path: "lib\(name).so"), to: draft.appending(path: "lib\(name).so"))
        try files.copyItem(at: release.appending(path: "Modules"), to: draft.appending(path: "modules"))
        let final = place.appending(path: short)
        if !files.fileExists(atPath: final.path) { try files.moveItem(at: draft, to: final) }
        built.library = final.appending(path: "lib\(name).so").path
        built.modules = final.appending(path: "modules").path
    }

    private func title(_ request: PackageRequest, _ version: PackageRequest.Version?) -> String {
        switch version {
        case .exact(let number)?: "\(request.identity) \(number)"
        case .revision(let commit)?: "\(request.identity) \(commit.prefix(12))"
        default: request.identity
        }
    }

    /// The library products that a package declares.
    private func products(of request: PackageRequest, in place: URL) throws -> [String] {
        try swift("package", ["--package-path", place.path, "resolve"], of: request)
        guard let folder = try WorkspaceState(folder: place).folder(of: request.identity, in: place) else {
            throw MagicError("\(request.place) was not found in what SwiftPM resolved; name its products")
        }
        let answer = try swift(
            "package", ["--package-path", folder, "describe", "--type", "json"], of: request, shows: false)
        struct Description: Decodable {
            struct Product: Decodable {
                let name: String
                let type: [String: [String]?]
            }
            let products: [Product]
        }
        guard let start = answer.firstIndex(of: "{"),
            let description = try? JSONDecoder().decode(Description.self, from: Data(answer[start...].utf8))
        else { throw MagicError("the products of \(request.place) cannot be read; name them") }
        let names = description.products.filter { $0.type.keys.contains("library") }.map(\.name)
        guard !names.isEmpty else { throw MagicError("\(request.identity) has no library product") }
        return names
    }

    /// Runs `swift build` or `swift package`; what it printed. Throws `MagicError` with its errors.
    @discardableResult
    private func swift(
        _ tool: String, _ arguments: [String], of request: PackageRequest, shows: Bool = true
    ) throws -> String {
        var (program, options) = ("\(toolchain.root)/bin/swift-\(tool)", arguments)
        if !Folders.homeTakesCaches {
            // SwiftPM and the compiler keep caches in the home folder; where it is closed to the user they build nothing.
            let own = Folders.cache.appending(path: "swiftpm").path
            let modules = "CLANG_MODULE_CACHE_PATH=" + Folders.cache.appending(path: "modules").path
            let places = ["--cache-path", own, "--config-path", own, "--security-path", own]
            options = [modules, program] + places + options
            program = "/usr/bin/env"
        }
        let result = try run(program, options) {
            if shows { progress("\(request.identity): \($0)") }
        }
        guard result.status == 0 else {
            throw MagicError("\(request.identity) could not be built:\n\(Self.complaints(result.output))")
        }
        return result.output
    }

    /// The lines of a build that say what is wrong.
    static func complaints(_ output: String) -> String {
        let lines = output.split(separator: "\n").filter { !$0.contains(/^\[\d+\/\d+\]/) }
        let first = lines.firstIndex { $0.contains("error:") } ?? max(0, lines.count - 30)
        return lines[first...].prefix(60).joined(separator: "\n")
    }

    private func read(_ place: URL) -> BuiltPackage? {
        guard let data = try? Data(contentsOf: place.appending(path: "built.json")),
            let built = try? JSONDecoder().decode(BuiltPackage.self, from: data),
            FileManager.default.fileExists(atPath: built.library)
        else { return nil }
        return built
    }

    /// A hash of what a package is made of: its pins, and the files of its local folders.
    private func content(of built: BuiltPackage, _ key: String) -> String {
        let hash = ContentHash()
        hash.add(key)
        for pin in built.pins.sorted(by: { $0.key < $1.key }) { hash.add("\(pin.key) \(pin.value)") }
        for folder in built.folders.sorted() {
            for file in Self.files(in: folder) {
                hash.add(file)
                hash.add(contentsOf: "\(folder)/\(file)")
            }
        }
        return hash.finish()
    }

    /// The files of a package's folder, without hidden ones and what was built.
    private static func files(in folder: String) -> [String] {
        guard
            let found = FileManager.default.enumerator(
                at: URL(fileURLWithPath: folder), includingPropertiesForKeys: [.isRegularFileKey],
                options: [.skipsHiddenFiles])
        else { return [] }
        var files: [String] = []
        for case let file as URL in found
        where (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true {
            files.append(String(file.standardizedFileURL.path.dropFirst(folder.count + 1)))
        }
        return files.sorted()
    }
}

/// Lets one kernel at a time build a package.
private struct BuildLock {
    private let descriptor: Int32

    /// Waits for the lock; `wait` is called ten times a second meanwhile, and may throw.
    init(_ path: String, wait: (_ isFirst: Bool) throws -> Void) throws {
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw MagicError("\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        var isFirst = true
        do {
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                try wait(isFirst)
                isFirst = false
                usleep(100_000)
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    func release() { close(descriptor) }
}
