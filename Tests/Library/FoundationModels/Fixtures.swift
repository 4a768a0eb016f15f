import Formats
import Foundation
import FoundationModels
import Tensors

/// Files that the scripts in `Tests/Oracles` made.
enum Fixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
        path: "Fixtures")

    static func json<T: Decodable>(_ path: String, as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: path)))
    }
}

/// The real MiniLM, which `make setup` installs and nobody commits.
enum MiniLM {
    static let name = "all-minilm-l6-v2"
    static let isInstalled = (try? FoundationModel.load(name)) != nil
}

/// The largest difference of two matrices over the largest number of the reference.
///
/// Relative to the layer and not to each number: a sum of hundreds of products has an error of its terms' size, however
/// small the sum comes out.
func relativeError(_ found: Matrix<Float>, _ reference: Matrix<Float>) -> Float {
    guard found.rows == reference.rows, found.columns == reference.columns else { return .infinity }
    let scale = reference.elements.map(abs).max() ?? 0
    var worst: Float = 0
    for (a, b) in zip(found.elements, reference.elements) {
        guard a.isFinite else { return .infinity }
        worst = max(worst, abs(a - b))
    }
    return worst / max(scale, .leastNormalMagnitude)
}

/// A folder of its own for one test, deleted afterwards.
func withTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-test-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// A small convolutional network with seeded weights, and a folder of its own for one test.
func withNetwork(_ body: (FoundationModel, URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
        let source = Fixtures.folder.appending(path: "convolution/efficientnet_small")
        let model = folder.appending(path: "network")
        try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
        let shapes: [String: [Int]] = try Fixtures.json("convolution/efficientnet_small/tensors.json")
        try Seeded.write(shapes, to: model.appending(path: "model.safetensors"))
        try FileManager.default.copyItem(
            at: source.appending(path: "config.json"), to: model.appending(path: "config.json"))
        try body(try FoundationModel.load(model), folder)
    }
}
