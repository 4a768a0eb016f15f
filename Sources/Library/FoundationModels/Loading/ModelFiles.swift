import Foundation

/// What a user named: a folder with a configuration and weights, or a file of weights alone.
struct ModelFiles: Sendable {
    /// The folder or file.
    let location: URL
    /// Whether it is a file of weights, without a configuration beside it.
    let isFile: Bool
    /// The file of weights that was named of several in its folder.
    private let named: URL?
    /// The folder of sentence-transformers' `modules.json`, if there is one.
    let modules: URL?
    /// `config.json`, if there is one; what the caller says of the architecture is added.
    let configuration: ModelConfiguration?
    /// `open_clip_config.json`, if there is one.
    let openCLIP: ModelConfiguration?
    /// What the user should know of how the files were read.
    let notes = LoadingNotes()

    private static let descriptions = ["config.json", "open_clip_config.json", "modules.json"]

    /// What is at a place. A folder's only file of weights, with a configuration beside it, means the folder; so does
    /// one of several, whose weights are then taken, if it has a usual name, cannot be read without a configuration, or
    /// none of them has a usual name and the configuration is timm's.
    ///
    /// `architecture` is timm's name of it, for weights that do not tell it. Throws if nothing is there.
    init(_ place: URL, architecture: String? = nil) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
            throw FoundationModelError.file(path: place.path, problem: "there is no such folder or file")
        }
        let folder = place.deletingLastPathComponent()
        let isDescribed = !isFolder.boolValue && Self.hasDescription(folder)
        let isOnly =
            isDescribed
            && (try? Checkpoint.file(of: folder))?.lastPathComponent == place.lastPathComponent
        // Who says the architecture means the weights alone.
        named = isDescribed && !isOnly && architecture == nil && Self.needsDescription(place) ? place : nil
        isFile = !isFolder.boolValue && !isOnly && named == nil
        let top = isOnly || named != nil ? folder : place
        modules = isFile ? nil : [top].first { $0.hasFile("modules.json") }
        // Folders of sentence-transformers before 2021 have the encoder in one of their own.
        location =
            try modules.flatMap { top.hasFile("config.json") ? nil : try SentenceModules.encoder(in: $0) }
            ?? top
        let location = location
        let isFile = isFile
        func read(_ name: String) throws -> ModelConfiguration? {
            let file = location.appending(path: name)
            return !isFile && location.hasFile(name) ? try ModelConfiguration(file: file) : nil
        }
        openCLIP = try read("open_clip_config.json")
        let found = try read("config.json")
        configuration =
            try architecture.map { name in
                let given = ModelConfiguration(
                    path: location.path,
                    json: .object([(Array("architecture".utf8), .string(Array(name.utf8)))]))
                if let type = try found?.text("model_type") {
                    throw FoundationModelError.input(
                        "the architecture \"\(name)\" was given, but \(location.path) says itself that it is \"\(type)\""
                    )
                }
                return found?.overlaid(by: given) ?? given
            } ?? found
    }

    /// A file of weights by itself, whatever lies beside it.
    private init(alone file: URL) {
        (location, isFile, named) = (file, true, nil)
        (modules, configuration, openCLIP) = (nil, nil, nil)
    }

    /// Whether a folder says what model it has.
    static func hasDescription(_ folder: URL) -> Bool { descriptions.contains(where: folder.hasFile) }

    /// Whether a file of weights is one that the configuration of its folder is for.
    private static func needsDescription(_ file: URL) -> Bool {
        if file.pathExtension == "json" { return false }
        if Checkpoint.fileNames.contains(file.lastPathComponent) { return true }
        let alone = ModelFiles(alone: file)
        // Some models have the tensors of those that need one among theirs, and are read without.
        if let family = try? ModelFamily.all.first(where: { try $0.recognizes(alone) }) {
            return family.mayHaveTimmConfiguration && isTimms(file.deletingLastPathComponent())
        }
        guard let checkpoint = try? alone.checkpoint() else { return false }
        return ModelFamily.weightsWithoutConfiguration(checkpoint) != nil
    }

    /// Whether a folder has timm's configuration and no weights of a usual name, which it would be for.
    private static func isTimms(_ folder: URL) -> Bool {
        guard (try? Checkpoint.file(of: folder)) == nil,
            let file = try? ModelConfiguration(file: folder.appending(path: "config.json"))
        else { return false }
        return file.has("architecture") && !file.has("model_type")
    }

    /// Whether the weights are timm's, whose folders of CLIP's image towers also have open_clip's configuration and
    /// weights.
    var isTimm: Bool {
        guard configuration?.has("architecture") == true, !isFile else { return false }
        let weights = named ?? (try? Checkpoint.file(of: location))
        return weights?.lastPathComponent.hasPrefix("open_clip") == false
    }

    /// transformers' name of the kind of model, if `config.json` says it.
    var modelType: String? { try? configuration?.text("model_type") }

    /// The folder, of a file the one that it lies in.
    var folder: URL { isFile ? location.deletingLastPathComponent() : location }

    /// The weights.
    func checkpoint() throws -> Checkpoint {
        if let file = isFile ? location : named { return try Checkpoint(file: file) }
        return try Checkpoint(folder: location)
    }

    /// The files of the weights, in alphabetical order if they are several.
    func weights() throws -> [URL] {
        if let file = isFile ? location : named { return [file] }
        return try Checkpoint.files(of: location)
    }
}

extension URL {
    /// Whether a folder has a file or folder of that name.
    func hasFile(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: appending(path: name).path)
    }
}
