import Formats
import Foundation
import Tensors

/// The tensors of a model, whatever kind of file they are in: safetensors, PyTorch's, NumPy's.
struct Checkpoint {
    /// The file, as errors name it.
    let path: String
    private let store: Store

    private enum Store {
        case safetensors(Safetensors)
        case pytorch(PyTorchFile)
        /// The file of each tensor of a model that is split over several of PyTorch's.
        case shards([String: PyTorchFile])
        case arrays([String: NumPyArray])
    }

    /// The endings of files that hold weights.
    static let endings = ["safetensors", "bin", "pt", "pth", "npz"]

    /// The names that a folder's weights may have, the first first.
    static let fileNames = [
        "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors",
        "pytorch_model.bin", "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin",
    ]

    /// Opens a folder's weights.
    init(folder: URL) throws { try self.init(file: Self.file(of: folder)) }

    /// The file of a folder's weights, or the index of several.
    static func file(of folder: URL) throws -> URL {
        let files = fileNames.map { folder.appending(path: $0) }
        guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            guard FileManager.default.fileExists(atPath: folder.path) else {
                throw FoundationModelError.file(path: folder.path, problem: "there is no such folder")
            }
            throw FoundationModelError.file(
                path: folder.path,
                problem: "weights are expected in \(fileNames.joined(separator: ", ")); none is there")
        }
        return file
    }

    /// Whether a folder has weights, all files of them.
    static func isComplete(_ folder: URL) -> Bool {
        guard let files = try? files(of: folder) else { return false }
        return files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// All files of a folder's weights, in alphabetical order where they are several.
    static func files(of folder: URL) throws -> [URL] {
        let file = try file(of: folder)
        guard file.pathExtension == "json" else { return [file] }
        let shards = try readJSON(file)["weight_map"]?.members?.compactMap { $0.value.text } ?? []
        // The index comes from elsewhere: it may not lead to files outside its own folder.
        if let wrong = shards.first(where: { $0.isEmpty || $0.contains("/") || $0.hasPrefix(".") }) {
            throw FoundationModelError.file(
                path: file.path, problem: "weight_map names \"\(wrong)\", which is no file of its folder")
        }
        return Set(shards).sorted().map { folder.appending(path: $0) }
    }

    /// Opens one file, or the index of several.
    init(file: URL) throws {
        path = file.path
        switch file.pathExtension {
        case "json" where file.lastPathComponent.hasSuffix(".bin.index.json"):
            var owners: [String: PyTorchFile] = [:]
            for shard in try Self.files(of: file.deletingLastPathComponent()) {
                let opened = try PyTorchFile.open(shard)
                for name in opened.names { owners[name] = opened }
            }
            store = .shards(owners)
        case "safetensors", "json": store = .safetensors(try Safetensors.open(file))
        case "npz":
            let archive = try NumPyArchive.open(file)
            store = .arrays(
                try Dictionary(uniqueKeysWithValues: archive.names.map { ($0, try archive.array($0)) }))
        default: store = .pytorch(try PyTorchFile.open(file))
        }
    }

    /// The names of all tensors in alphabetical order.
    var names: [String] {
        switch store {
        case .safetensors(let file): file.names
        case .pytorch(let file): file.names
        case .shards(let owners): owners.keys.sorted()
        case .arrays(let arrays): arrays.keys.sorted()
        }
    }

    /// What stands before a tensor's name: training scripts put `module.` or `state_dict.` before all names.
    ///
    /// Of several models in a file the running average is taken, as timm takes it, or DINO's teacher. Nothing where no
    /// tensor has the name; throws where it cannot be told which model is meant.
    func prefix(before name: String) throws -> String? {
        let prefixes = names.filter { $0 == name || $0.hasSuffix("." + name) }
            .map { String($0.dropLast(name.count)) }
        guard prefixes.count > 1 else { return prefixes.first }
        for mark in ["state_dict_ema.", "model_ema.", "teacher."] {
            let marked = prefixes.filter { $0.hasPrefix(mark) || $0.contains("." + mark) }
            if marked.count == 1 { return marked[0] }
        }
        throw FoundationModelError.file(
            path: path,
            problem: "has several models, under \(prefixes.map { "\"\($0)\"" }.joined(separator: ", ")); "
                + "save the one that is wanted in a file of its own")
    }

    /// The shape of a tensor; nothing where there is none of that name.
    func shape(of name: String) -> [Int]? {
        switch store {
        case .safetensors(let file): file.entries[name]?.shape
        case .pytorch(let file): file.entries[name]?.shape
        case .shards(let owners): owners[name]?.entries[name]?.shape
        case .arrays(let arrays): arrays[name]?.shape
        }
    }

    /// A tensor's numbers in the 16 bits that the file has for each; nil where it has others.
    func halves(_ name: String) -> HalfNumbers? {
        switch store {
        case .safetensors(let file): file.halves(name)
        case .pytorch(let file): file.halves(name)
        case .shards(let owners): owners[name]?.halves(name)
        case .arrays: nil
        }
    }

    /// A tensor's numbers, not copied where the file has them as Float.
    func tensor(_ name: String) throws -> Tensor<Float> {
        switch store {
        case .safetensors(let file): return try file.tensor(name)
        case .pytorch(let file): return try file.tensor(name)
        case .shards(let owners):
            if let owner = owners[name] { return try owner.tensor(name) }
        case .arrays(let arrays):
            if let array = arrays[name] { return array.tensor() }
        }
        throw FoundationModelError.parameters(path: path, problems: ["\(name) is missing"])
    }
}
