import Foundation
import SwiftCells

/// The description of the kernel that Jupyter reads.
enum Kernelspec {
    static let name = "gyrus"

    /// Jupyter's data folder of the user.
    static func userData(_ environment: [String: String]) -> URL {
        if let data = folder("JUPYTER_DATA_DIR", of: environment) { return data }
        let home = URL(fileURLWithPath: Home.path)
        return (folder("XDG_DATA_HOME", of: environment) ?? home.appendingPathComponent(".local/share"))
            .appendingPathComponent("jupyter")
    }

    /// The folder that a variable names; nil if it is empty, as Jupyter has it, or not set.
    static func folder(_ variable: String, of environment: [String: String]) -> URL? {
        environment[variable].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
    }

    /// Writes the description and the logos under a data folder of Jupyter; the folder written.
    static func install(from source: String, for executable: String, in data: URL) throws -> URL {
        let files = FileManager.default
        let folder = data.appendingPathComponent("kernels/\(name)")
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in try files.contentsOfDirectory(atPath: source) {
            // In the source tree, other files lie beside them.
            guard file == "kernel.json" || file.hasPrefix("logo-") else { continue }
            var bytes = try Data(contentsOf: URL(fileURLWithPath: source).appending(path: file))
            if file == "kernel.json" { bytes = try naming(executable, in: bytes) }
            try bytes.write(to: folder.appendingPathComponent(file), options: .atomic)
        }
        return folder
    }

    /// The executable that a description starts; throws `KernelspecError` if it names none.
    static func executable(of description: Data) throws -> String {
        let specification = try JSONSerialization.jsonObject(with: description) as? [String: Any]
        guard let command = (specification?["argv"] as? [String])?.first else { throw KernelspecError() }
        return command
    }

    /// The description with the executable's full path as its command, since Jupyter's PATH may not lead to it.
    private static func naming(_ executable: String, in description: Data) throws -> Data {
        guard var specification = try JSONSerialization.jsonObject(with: description) as? [String: Any],
            var command = specification["argv"] as? [String], !command.isEmpty
        else { throw KernelspecError() }
        command[0] = executable
        specification["argv"] = command
        return try JSONSerialization.data(
            withJSONObject: specification, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }
}

/// A description that is not valid.
struct KernelspecError: Error, CustomStringConvertible {
    var description: String {
        "kernel.json: expected an object whose argv is a list that begins with a command"
    }
}
