import Display
import Formats
import Foundation
import Tensors

/// A file of features that knows how they were made and what its rows are: HDF5, with a dataset of rows x columns for
/// each layer in `features`, and in `rows` the id of each row, the SHA-256 of its stimulus and, on request, its text.
///
/// ```swift
/// let file = try model.featureFile(at: "features/story-1.h5", of: sentences)
/// try file["layer 3"]                  // sentences x width
/// try file.rows(0..<100, of: "layer 3")
/// try file.ids                         // what each row is of
/// file.provenance.weights              // the SHA-256 of the weights
/// try file.writeCSV(of: "layer 3", to: "layer-3.csv")
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
    /// Throws `FormatError` if it is another kind of file, or cut short.
    public static func open(_ file: some FileLocation) throws -> FeatureFile {
        let url = file.fileURL
        let file = try HDF5File.open(url)
        let provenance = try FeatureProvenance(file)
        for layer in provenance.layers { _ = try file.dataset(path(of: layer)) }
        let remark = try file.attributes()[remarkName]?.string
        return FeatureFile(url: url, provenance: provenance, remark: remark, file: file)
    }

    /// The names of the layers, in the order of computation.
    public var layers: [String] { provenance.layers }

    /// The short names of the layers (`layer 3`); the long one of a layer that has no other.
    public var shortNames: [String] {
        layers.map { (try? file.attributes(of: Self.path(of: $0))["short_name"]?.string) ?? $0 }
    }

    /// What each row is called: the file of an image, the number of a text or frame, or what was said; unique.
    public var ids: [String] {
        get throws {
            // Files of the time before rows had names.
            guard file.contains(FeatureRows.ids) else { return (0..<count).map(String.init) }
            return try file.dataset(FeatureRows.ids).strings()
        }
    }

    /// The texts, if they were to be kept.
    public var texts: [String]? {
        get throws {
            guard file.contains(FeatureRows.texts) else { return nil }
            return try file.dataset(FeatureRows.texts).strings()
        }
    }

    /// How many rows it has.
    public var count: Int {
        layers.first.flatMap { try? file.dataset(Self.path(of: $0)).shape.first } ?? 0
    }

    /// The SHA-256 of what each row is made of; empty if it is not known.
    var hashes: [String] {
        get throws {
            guard file.contains(FeatureRows.hashes) else { return [] }
            return try file.dataset(FeatureRows.hashes).strings()
        }
    }

    /// For each row whether its features were computed.
    var done: [Bool] {
        get throws {
            guard file.contains(FeatureRows.done) else { return [Bool](repeating: false, count: count) }
            return try file.dataset(FeatureRows.done).bytes([0..<count]).map { $0 != 0 }
        }
    }

    /// All rows of a layer, by its long or short name.
    ///
    /// Throws `FoundationModelError.unknownLayer`, or `FormatError` if it does not fit into memory or some of it was not
    /// computed yet.
    public subscript(name: String) -> Matrix<Float> {
        get throws {
            let dataset = try dataset(name)
            try checkDone(0..<count)
            return try dataset.matrix()
        }
    }

    /// Some rows of a layer.
    public func rows(_ range: Range<Int>, of name: String) throws -> Matrix<Float> {
        let dataset = try dataset(name)
        try checkDone(range)
        return try dataset.matrix(rows: range)
    }

    /// Throws if a computation stopped before it came to some of these rows, which are zeros.
    private func checkDone(_ range: Range<Int>) throws {
        guard !range.isEmpty, file.contains(FeatureRows.done) else { return }
        let done = try done
        let missing = done.count { !$0 }
        guard missing > 0, done[range.clamped(to: done.indices)].contains(false) else { return }
        throw FormatError(
            url,
            "lacks \(missing) of its \(done.count) rows: their computation stopped, "
                + "and goes on if it is asked for again")
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
        let ids = (try? ids) ?? []
        let shown = ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
        let rows =
            provenance.rows + [["shapes", shapes.joined(separator: ", ")], ["ids", shown]]
            + (remark.map { [["remark", $0]] } ?? [])
        return Table(title: "Features in \(url.lastPathComponent)", header: [], rows: rows).mimeBundle
    }
}
