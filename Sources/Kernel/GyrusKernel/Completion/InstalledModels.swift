import Foundation
import SwiftCells

/// The models that cells can load without fetching anything.
public struct InstalledModels: Sendable {
    private let names: Set<String>
    private let workingFolder: String

    /// The models that cells find that run in a folder.
    public init(workingFolder: String) {
        self.workingFolder = workingFolder
        let models = KnownModels(
            environment: ProcessInfo.processInfo.environment, workingFolder: workingFolder,
            prefix: Installation().prefix)
        names = Set(models.names)
    }

    /// Whether a name that `FoundationModel.load` is given is one of them, or a file or folder.
    public func has(_ name: String) -> Bool {
        if names.contains(name) { return true }
        let path = Home.expanding(name)
        return FileManager.default.fileExists(atPath: path.hasPrefix("/") ? path : "\(workingFolder)/\(path)")
    }
}
