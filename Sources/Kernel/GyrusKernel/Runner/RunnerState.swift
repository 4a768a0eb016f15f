import Foundation
import SwiftCells

/// What magics did to a runner, so that it can be done to the next.
struct RunnerState {
    var environment: [String: String] = [:]
    var folder: String?
    /// The folder before the last `%cd`, where `%cd -` goes.
    var previousFolder: String?
    /// The packages that cells can import, by the place they came from.
    var packages: [String: BuiltPackage] = [:]
    /// How they were asked for.
    var requests: [String: PackageRequest] = [:]

    func apply(to runner: RunnerProcess) {
        for (name, value) in environment { runner.tell("set \(name)=\(value)") }
        if let folder { runner.tell("go \(folder)") }
        for package in packages.values { runner.tell("load \(package.library)") }
    }
}

extension CellSession {
    /// The folder that the cells are in: they may have changed it themselves.
    var directory: String {
        let own = FileManager.default.currentDirectoryPath
        guard let runner = try? ensureRunner() else { return own }
        let link = "/proc/\(runner.pid)/cwd"
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? setting.folder ?? own
    }

    /// A path as the cells understand it: `~` is the user's home, and a relative one starts at their folder.
    func resolve(_ path: String) -> String {
        let path = Home.expanding(path)
        let full = path.hasPrefix("/") ? path : directory + "/" + path
        return URL(fileURLWithPath: full).standardizedFileURL.path
    }

    /// Moves the cells, and the kernel with them, to another folder; throws `MagicError`.
    func go(to folder: String) throws {
        try tell("go \(folder)") { "\(folder): \($0)" }
        setting.folder = folder
        _ = FileManager.default.changeCurrentDirectoryPath(folder)
    }

    /// The environment of the cells' process, by name.
    func environment() throws -> [(name: String, value: String)] {
        guard let answer = try ensureRunner().ask("environment") else { throw MagicError.noRunner }
        return answer.split(separator: 0).compactMap {
            let words = String(decoding: $0, as: UTF8.self).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
        .sorted { $0.0 < $1.0 }
    }

    /// Sets a variable of the environment of the cells' process.
    func set(_ name: String, to value: String) throws {
        try tell("set \(name)=\(value)") { "\(name): \($0)" }
        setting.environment[name] = value
    }

    /// The package that was loaded already and has all that a request asks for, if there is one; throws `MagicError` if
    /// one was loaded from that place that cannot have it.
    func loadedPackage(for request: PackageRequest) throws -> BuiltPackage? {
        guard let loaded = setting.packages[request.place], let former = setting.requests[request.place]
        else {
            return nil
        }
        let missing = request.products.filter { !loaded.products.contains($0) }
        if request.version == former.version, missing.isEmpty,
            !request.products.isEmpty || former.products.isEmpty
        {
            return loaded
        }
        throw MagicError(
            "\(request.place) was loaded as \(loaded.title) with \(loaded.products.joined(separator: ", ")); "
                + "a process loads a package once: %reset -f in a line above forgets it")
    }

    /// Loads a package and lets the cells that follow import it; throws `MagicError`.
    func use(_ package: BuiltPackage, for request: PackageRequest) throws {
        let place = request.place
        try compiling { compiler in
            if setting.packages[place] == package { return }
            try checkPlace(for: package, from: place)
            let before = compiler.libraries
            compiler.libraries.add(package.cellLibraries(besides: setting.packages.values))
            do {
                // What no cell could be compiled with must not stay.
                try compiler.warmUp()
                try tell("load \(package.library)") { "the library could not be loaded: \($0)" }
            } catch {
                compiler.libraries = before
                if case CellCompiler.Failure.tool(let text) = error {
                    throw MagicError("\(package.title) cannot be imported beside what there is:\n\(text)")
                }
                throw error
            }
            setting.packages[place] = package
            setting.requests[place] = request
        }
    }

    /// Throws where a package has what another one, or Gyrus itself, has in another version.
    private func checkPlace(for package: BuiltPackage, from place: String) throws {
        if setting.packages[place] != nil {
            throw MagicError(
                "\(place) was loaded with other contents or products; %reset -f in a line above forgets them")
        }
        for loaded in setting.packages.values {
            for (name, version) in package.pins where loaded.pins[name, default: version] != version {
                throw MagicError(
                    "\(package.title) needs \(name) \(version), but \(loaded.title) was loaded with "
                        + "\(loaded.pins[name] ?? ""); %reset -f in a line above forgets that one")
            }
        }
        for module in package.swiftModules
        where cellLibraries.modules.contains(where: {
            FileManager.default.fileExists(atPath: "\($0)/\(module).swiftmodule")
        }) {
            throw MagicError(
                "\(package.title) has a module \(module), which is the name of one of Gyrus's own")
        }
    }

    func forgetPackages() {
        setting.packages = [:]
        setting.requests = [:]
        compiling { $0.libraries = cellLibraries }
    }

    /// Sends a command to the runner; throws what `complaint` makes of an answer that is not empty.
    private func tell(_ command: String, complaint: (String) -> String) throws {
        guard let answer = try ensureRunner().ask(command) else { throw MagicError.noRunner }
        if !answer.isEmpty { throw MagicError(complaint(String(decoding: answer, as: UTF8.self))) }
    }
}
