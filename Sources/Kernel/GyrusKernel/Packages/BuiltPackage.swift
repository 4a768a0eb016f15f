import Foundation
import SwiftCells

/// A package as it was built for cells, as the cache describes it.
struct BuiltPackage: Codable, Equatable {
    /// How it was asked for, and the version that this meant.
    var title: String
    var products: [String]
    /// A hash of all that it was made of.
    var content: String
    /// The library, and the folder of its Swift modules.
    var library: String
    var modules: String
    var clangFlags: [String]
    var compilerFlags: [String]
    /// The versions of it and of all that it depends on, by package.
    var pins: [String: String]
    /// The local folders that it was made of.
    var folders: [String]

    /// What cells need for it, without the C modules that packages loaded before it have too.
    func cellLibraries(besides loaded: some Collection<BuiltPackage>) -> CellLibraries {
        let known = Set(loaded.flatMap(\.cModules).map(\.module))
        let again = Set(cModules.filter { known.contains($0.module) }.map(\.flag))
        return CellLibraries(
            imports: [], modules: [modules], clangFlags: clangFlags.filter { !again.contains($0) },
            compilerFlags: compilerFlags, preload: [library])
    }

    /// The names of its Swift modules.
    var swiftModules: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: modules)) ?? [])
            .filter { $0.hasSuffix(".swiftmodule") }.map { String($0.dropLast(".swiftmodule".count)) }
    }

    /// The C modules that the flags bring in, with the flag of each.
    private var cModules: [(module: String, flag: String)] {
        let option = "-fmodule-map-file="
        return clangFlags.filter { $0.hasPrefix(option) }.compactMap { flag in
            let map = try? String(contentsOfFile: String(flag.dropFirst(option.count)), encoding: .utf8)
            return map?.firstMatch(of: /\bmodule\s+([\w.]+)/).map { (String($0.1), flag) }
        }
    }
}

/// The state in which SwiftPM leaves its build folder, as far as it matters here.
struct WorkspaceState: Decodable {
    struct Object: Decodable { let dependencies: [Dependency] }
    struct Dependency: Decodable {
        let packageRef: Reference
        let state: State
        let subpath: String?
    }
    struct Reference: Decodable { let identity, kind, location: String }
    struct State: Decodable {
        let checkoutState: Checkout?
        let path: String?
    }
    struct Checkout: Decodable { let version, branch, revision: String? }
    let object: Object

    init(folder: URL) throws {
        let file = folder.appending(path: ".build/workspace-state.json")
        self = try JSONDecoder().decode(WorkspaceState.self, from: Data(contentsOf: file))
    }

    /// The versions by package.
    var pins: [String: String] {
        Dictionary(
            object.dependencies.compactMap { dependency in
                let state = dependency.state.checkoutState
                return (state?.version ?? state?.revision).map { (dependency.packageRef.identity, $0) }
            }, uniquingKeysWith: { $1 })
    }

    /// The folders of packages that are no checkouts.
    var localFolders: [String] {
        object.dependencies.filter { $0.packageRef.kind == "fileSystem" }.map(\.packageRef.location)
    }

    /// Where a package's own sources lie.
    func folder(of identity: String, in build: URL) -> String? {
        let found = object.dependencies.first { $0.packageRef.identity == identity.lowercased() }
        guard let found else { return nil }
        if found.packageRef.kind == "fileSystem" { return found.packageRef.location }
        return found.subpath.map { build.appending(path: ".build/checkouts/\($0)").path }
    }
}

/// What SwiftPM passes to the compiler for one target, as its plan of the build has it.
enum BuildPlan {
    /// The flags by which C modules and macros are found, from `release.yaml`.
    static func flags(of target: String, in build: URL) -> (clang: [String], compiler: [String]) {
        let plan =
            (try? String(contentsOf: build.appending(path: ".build/release.yaml"), encoding: .utf8)) ?? ""
        // The step that links the target names the module too, but only the one that compiles it comes with its flags.
        let mark = "\"-module-name\",\"\(target)\",\"-emit-dependencies\""
        guard
            let line = plan.split(separator: "\n").first(where: {
                $0.contains("args: [") && $0.contains(mark)
            }),
            let start = line.firstIndex(of: "["),
            let words = try? JSONDecoder().decode([String].self, from: Data(line[start...].utf8))
        else { return ([], []) }
        var clang: [String] = []
        var compiler: [String] = []
        var index = 0
        while index + 1 < words.count {
            let (word, value) = (words[index], words[index + 1])
            if word == "-Xcc" {
                let isPath = clang.last == "-I" || clang.last == "-isystem"
                if isPath || value.hasPrefix("-fmodule-map-file=") || value.hasPrefix("-I")
                    || value.hasPrefix("-D")
                    || value == "-isystem"
                {
                    clang.append(value)
                }
                index += 2
            } else if ["-load-plugin-executable", "-load-plugin-library"].contains(word) {
                compiler += [word, value]
                index += 2
            } else {
                index += 1
            }
        }
        return (clang, compiler)
    }
}
