import Foundation
import RunnerProtocol
import SwiftCells

extension Runners {
    /// The package that was loaded already and has all that a request asks for, if there is one; throws `MagicError` if
    /// one was loaded from that place that cannot have it.
    func loadedPackage(for request: PackageRequest) throws -> BuiltPackage? {
        guard let loaded = state.packages[request.place], let former = state.requests[request.place]
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
        try compiler { compiler in
            if state.packages[place] == package { return }
            try checkPlace(for: package, from: place)
            let before = compiler.libraries
            compiler.libraries.add(package.cellLibraries(besides: state.packages.values))
            do {
                // What no cell could be compiled with must not stay.
                try compiler.warmUp()
                try tell(.load(library: package.library)) { "the library could not be loaded: \($0)" }
            } catch {
                compiler.libraries = before
                if case CellCompiler.Failure.tool(let text) = error {
                    throw MagicError("\(package.title) cannot be imported beside what there is:\n\(text)")
                }
                throw error
            }
            state.packages[place] = package
            state.requests[place] = request
        }
    }

    /// Throws where a package has what another one, or Gyrus itself, has in another version.
    private func checkPlace(for package: BuiltPackage, from place: String) throws {
        if state.packages[place] != nil {
            throw MagicError(
                "\(place) was loaded with other contents or products; %reset -f in a line above forgets them")
        }
        for loaded in state.packages.values {
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
        state.packages = [:]
        state.requests = [:]
        compiler { $0.libraries = cellLibraries }
    }
}
