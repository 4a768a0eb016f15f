import Foundation

/// What a user named: a folder with a configuration and weights, or a file of weights alone.
struct ModelFiles {
    /// The folder or file.
    let location: URL
    /// `config.json`, where there is one.
    let configuration: ModelConfiguration?
    /// `open_clip_config.json`, where there is one.
    let openCLIP: ModelConfiguration?

    /// What is at a place. A folder's own file of weights, with a configuration beside it, means the folder.
    init(_ place: URL) throws {
        let folder = place.deletingLastPathComponent()
        let isDescribed = ["config.json", "open_clip_config.json"].contains {
            FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
        }
        let isFolders =
            isDescribed && Checkpoint.fileNames.contains(place.lastPathComponent)
            && (try? Checkpoint.file(of: folder))?.lastPathComponent == place.lastPathComponent
        let location = isFolders ? folder : place
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

    /// Whether the weights are timm's, whose folders of CLIP's image towers also have open_clip's configuration and
    /// weights.
    var isTimm: Bool {
        guard configuration?.text("architecture") != nil, !isFile else { return false }
        return (try? Checkpoint.file(of: location))?.lastPathComponent.hasPrefix("open_clip") == false
    }

    /// The folder, of a file the one that it lies in.
    var folder: URL { isFile ? location.deletingLastPathComponent() : location }

    /// The weights.
    func checkpoint() throws -> Checkpoint {
        isFile ? try Checkpoint(file: location) : try Checkpoint(folder: location)
    }
}
