import Foundation

/// What a user named: a folder with a configuration and weights, or a file of weights alone.
struct ModelFiles {
    /// The folder or file.
    let location: URL
    /// `config.json`, where there is one.
    let configuration: ModelConfiguration?
    /// `open_clip_config.json`, where there is one.
    let openCLIP: ModelConfiguration?

    init(_ location: URL) throws {
        self.location = location
        func read(_ name: String) throws -> ModelConfiguration? {
            let file = location.appending(path: name)
            return FileManager.default.fileExists(atPath: file.path)
                ? try ModelConfiguration(file: file) : nil
        }
        configuration = try read("config.json")
        openCLIP = try read("open_clip_config.json")
    }

    /// Whether it is a file of weights, without a configuration beside it.
    var isFile: Bool { Checkpoint.endings.contains(location.pathExtension) && !location.hasDirectoryPath }

    /// The folder, of a file the one that it lies in.
    var folder: URL { isFile ? location.deletingLastPathComponent() : location }

    /// The weights.
    func checkpoint() throws -> Checkpoint {
        isFile ? try Checkpoint(file: location) : try Checkpoint(folder: location)
    }
}
