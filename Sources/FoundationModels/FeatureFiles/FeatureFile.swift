import Display
import Formats
import Foundation
import Tensors

/// A file of features that knows how they were made: HDF5, with a dataset of rows x columns for each layer.
///
/// ```swift
/// let file = try model.featureFile(at: "features/story-1.h5", of: sentences)
/// try file["layer 3"]                  // sentences x width
/// try file.rows(0..<100, of: "layer 3")
/// file.provenance.weights              // the SHA-256 of the weights
/// ```
public struct FeatureFile: Sendable {
    /// Where it is.
    public let url: URL
    /// How the features were made.
    public let provenance: FeatureProvenance
    /// What should be known of the stimuli (`3 of 10 texts were cut at 128 tokens`).
    public let remark: String?
    private let file: HDF5File
    static let remarkName = "remark"

    /// Opens a file that `featureFile` wrote.
    ///
    /// Throws `FormatError` where it is another kind of file, or cut short.
    public static func open(_ path: String) throws -> FeatureFile {
        try open(URL(fileURLWithPath: (path as NSString).expandingTildeInPath))
    }

    static func open(_ url: URL) throws -> FeatureFile {
        let file = try HDF5File.open(url)
        let provenance = try FeatureProvenance(file)
        for layer in provenance.layers { _ = try file.dataset(path(of: layer)) }
        let remark = try file.attributes()[remarkName]?.string
        return FeatureFile(url: url, provenance: provenance, remark: remark, file: file)
    }

    /// The names of the layers, in the order of computation.
    public var layers: [String] { provenance.layers }

    /// All rows of a layer, by its long or short name.
    ///
    /// Throws `FoundationModelError.unknownLayer`, or `FormatError` where it does not fit into memory.
    public subscript(name: String) -> Matrix<Float> {
        get throws { try dataset(name).tensor().matrix }
    }

    /// Some rows of a layer.
    public func rows(_ range: Range<Int>, of name: String) throws -> Matrix<Float> {
        try dataset(name).rows(range).matrix
    }

    private func dataset(_ name: String) throws -> HDF5Dataset {
        for layer in layers {
            let path = Self.path(of: layer)
            if layer == name { return try file.dataset(path) }
            if try file.attributes(of: path)["short_name"]?.string == name { return try file.dataset(path) }
        }
        throw FoundationModelError.unknownLayer(
            name, model: url.lastPathComponent, known: layers, near: nearNames(to: name, among: layers))
    }

    /// The path of a layer's dataset.
    static func path(of layer: String) -> String { "/features/" + layer.replacing("/", with: "_") }
}

extension FeatureFile: Displayable {
    public var mimeBundle: MIMEBundle {
        let shapes = layers.compactMap { layer in
            (try? file.dataset(Self.path(of: layer)))?.shape.map(String.init).joined(separator: " x ")
        }
        let rows =
            provenance.rows + [["shapes", shapes.joined(separator: ", ")]]
            + (remark.map { [["remark", $0]] } ?? [])
        return Table(title: "Features in \(url.lastPathComponent)", header: [], rows: rows).mimeBundle
    }
}
