import Formats
import Foundation
import Tensors

/// The tensors of a model's folder, whatever file they are in.
struct Checkpoint {
    /// The file, as errors name it.
    let path: String
    private let safetensors: Safetensors

    /// Opens `model.safetensors`, or the files that `model.safetensors.index.json` names.
    init(folder: URL) throws {
        let files = ["model.safetensors", "model.safetensors.index.json"].map { folder.appending(path: $0) }
        guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw FoundationModelError.file(
                path: folder.path, problem: "weights are expected in model.safetensors; it is not there")
        }
        path = file.path
        safetensors = try Safetensors.open(file)
    }

    /// The names of all tensors in alphabetical order.
    var names: [String] { safetensors.names }

    /// The shape of a tensor; nothing where there is none of that name.
    func shape(of name: String) -> [Int]? { safetensors.entries[name]?.shape }

    /// A tensor's numbers, not copied where the file has them as Float.
    func tensor(_ name: String) throws -> Tensor<Float> { try safetensors.tensor(name) }
}
