import Foundation

/// The package that brings products together in one library, which a runner can load.
struct PackageManifest {
    /// The name of the package, its product and its one target; unique, since a process loads a library's name once.
    let name: String
    let request: PackageRequest
    /// The version that was settled on; nothing for a folder.
    let version: PackageRequest.Version?
    let products: [String]

    var text: String {
        let dependency =
            switch version {
            case .exact(let number)?: "url: \(quoted(request.place)), exact: \(quoted(number))"
            case .branch(let branch)?: "url: \(quoted(request.place)), branch: \(quoted(branch))"
            case .revision(let revision)?: "url: \(quoted(request.place)), revision: \(quoted(revision))"
            case .newest?, nil: "path: \(quoted(request.place))"
            }
        let list = products.map {
            ".product(name: \(quoted($0)), package: \(quoted(request.identity)))"
        }
        return """
            // swift-tools-version: 5.9
            import PackageDescription

            let package = Package(
                name: "\(name)",
                products: [.library(name: "\(name)", type: .dynamic, targets: ["\(name)"])],
                dependencies: [.package(\(dependency))],
                targets: [.target(name: "\(name)", dependencies: [\(list.joined(separator: ", "))])])

            """
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Writes the manifest and a source file (an empty target builds nothing) in a folder.
    func write(in folder: URL) throws {
        let sources = folder.appending(path: "Sources/\(name)")
        try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appending(path: "Package.swift"), options: .atomic)
        try Data("// See Package.swift.\n".utf8).write(
            to: sources.appending(path: "Empty.swift"), options: .atomic)
    }
}
